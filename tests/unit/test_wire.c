/* The socket under TLS, over real sockets. */
#include "check.h"

#include "base/limits.h"
#include "server/wire.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct fixture {
    int ends[2]; /* ours, theirs */
    struct wire wire;
    BIO *bio;
};

static void connect_wire(struct fixture *fixture, slice early)
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fixture->ends), 0);
    assert_int_equal(fcntl(fixture->ends[0], F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(fcntl(fixture->ends[1], F_SETFL, O_NONBLOCK), 0);
    wire_open(&fixture->wire, fixture->ends[0], early);
    fixture->bio = wire_bio(&fixture->wire);
    assert_non_null(fixture->bio);
}

static void disconnect(struct fixture *fixture)
{
    BIO_free(fixture->bio);
    wire_release(&fixture->wire);
    (void)close(fixture->ends[0]);
    if (fixture->ends[1] >= 0) {
        (void)close(fixture->ends[1]);
    }
}

static void test_one_send_for_what_was_written(void **state)
{
    (void)state;
    struct fixture f;
    char received[64];
    connect_wire(&f, SLICE_EMPTY);
    assert_int_equal(BIO_write(f.bio, "response", 8), 8);
    assert_int_equal(BIO_flush(f.bio), 1);
    assert_int_equal(BIO_write(f.bio, ", end", 5), 5);
    assert_int_equal(wire_unsent(&f.wire), 13);
    assert_int_equal(recv(f.ends[1], received, sizeof received, 0), -1); /* not yet */
    assert_int_equal(wire_flush(&f.wire, true), WIRE_SENT);
    assert_int_equal(wire_unsent(&f.wire), 0);
    assert_int_equal(f.wire.sent, 13);
    assert_int_equal(shutdown(f.ends[0], SHUT_WR), 0);
    assert_int_equal(recv(f.ends[1], received, sizeof received, 0), 13);
    assert_memory_equal(received, "response, end", 13);
    assert_int_equal(recv(f.ends[1], received, sizeof received, 0), 0);
    disconnect(&f);
}

static void test_reading(void **state)
{
    (void)state;
    struct fixture f;
    char received[64];
    connect_wire(&f, SLICE("early"));
    assert_int_equal(send(f.ends[1], "later", 5, 0), 5);
    assert_int_equal(BIO_read(f.bio, received, 3), 3);
    assert_memory_equal(received, "ear", 3);
    assert_int_equal(BIO_read(f.bio, received, sizeof received), 2);
    assert_int_equal(BIO_read(f.bio, received, sizeof received), -1); /* that was all there was */
    f.wire.is_drained = false;
    assert_int_equal(BIO_read(f.bio, received, sizeof received), 5);
    assert_memory_equal(received, "later", 5);
    assert_true(f.wire.is_drained);
    /* What comes now is for the next event. */
    assert_int_equal(send(f.ends[1], "more", 4, 0), 4);
    assert_int_equal(BIO_read(f.bio, received, sizeof received), -1);
    assert_true(BIO_should_read(f.bio));
    f.wire.is_drained = false;
    assert_int_equal(BIO_read(f.bio, received, 4), 4);
    assert_false(f.wire.is_drained); /* there may be more */
    assert_int_equal(BIO_read(f.bio, received, 4), -1);
    assert_true(BIO_should_read(f.bio));
    assert_int_equal(f.wire.received, 14);
    f.wire.is_drained = false;
    assert_int_equal(shutdown(f.ends[1], SHUT_WR), 0);
    assert_int_equal(BIO_read(f.bio, received, 4), 0);
    assert_false(BIO_should_retry(f.bio));
    disconnect(&f);
}

static void test_no_more_than_the_limit(void **state)
{
    (void)state;
    static char much[16 * 1024];
    struct fixture f;
    connect_wire(&f, SLICE_EMPTY);
    while (f.wire.received <= LIMIT_BEFORE_REQUEST) {
        assert_int_equal(send(f.ends[1], much, sizeof much, 0), sizeof much);
        f.wire.is_drained = false;
        assert_int_equal(BIO_read(f.bio, much, sizeof much), sizeof much);
    }
    assert_int_equal(send(f.ends[1], much, sizeof much, 0), sizeof much);
    assert_int_equal(BIO_read(f.bio, much, sizeof much), 0);
    assert_false(BIO_should_retry(f.bio));
    disconnect(&f);
}

/* A reader who takes little at a time: nothing is lost or torn, and little is kept. */
static void test_slow_reader(void **state)
{
    (void)state;
    enum { TOTAL = 2 * 1024 * 1024 };
    struct fixture f;
    char *all = malloc(TOTAL);
    char *received = malloc(TOTAL);
    size_t written = 0;
    size_t got = 0;
    assert_true(all != NULL && received != NULL);
    for (size_t i = 0; i < TOTAL; i++) {
        all[i] = (char)(i * 31 + i / 253);
    }
    connect_wire(&f, SLICE_EMPTY);
    while (got < TOTAL) {
        while (written < TOTAL) {
            size_t size = TOTAL - written < LIMIT_SEND_CHUNK ? TOTAL - written : LIMIT_SEND_CHUNK;
            if (wire_is_full(&f.wire) && wire_flush(&f.wire, false) != WIRE_SENT) {
                break;
            }
            assert_int_equal(BIO_write(f.bio, all + written, (int)size), size);
            written += size;
        }
        if (written < TOTAL) {
            assert_int_equal(BIO_write(f.bio, "x", 1), -1);
            assert_true(BIO_should_write(f.bio));
        }
        assert_true(wire_unsent(&f.wire) <= LIMIT_SEND_RECORDS * (LIMIT_SEND_CHUNK + 512));
        enum wire_result result = wire_flush(&f.wire, false);
        assert_int_equal(result, f.wire.unsent != NULL ? WIRE_BLOCKED : WIRE_SENT);
        ssize_t n = recv(f.ends[1], received + got, 5000, 0);
        got += n > 0 ? (size_t)n : 0;
    }
    assert_true(f.wire.is_slow);
    assert_int_equal(f.wire.sent, TOTAL);
    assert_memory_equal(received, all, TOTAL);
    disconnect(&f);
    free(all);
    free(received);
}

/* What one connection has left unsent is no business of the next one. */
static void test_two_connections(void **state)
{
    (void)state;
    struct fixture broken;
    struct fixture good;
    char received[64];
    connect_wire(&broken, SLICE_EMPTY);
    connect_wire(&good, SLICE_EMPTY);
    assert_int_equal(BIO_write(broken.bio, "lost", 4), 4);
    (void)close(broken.ends[1]);
    broken.ends[1] = -1;
    assert_int_equal(wire_flush(&broken.wire, false), WIRE_FAILED);
    assert_int_equal(BIO_write(good.bio, "here", 4), 4);
    assert_int_equal(wire_flush(&good.wire, false), WIRE_SENT);
    assert_int_equal(recv(good.ends[1], received, sizeof received, 0), 4);
    assert_memory_equal(received, "here", 4);
    assert_int_equal(BIO_write(good.bio, "dropped", 7), 7);
    disconnect(&good);
    connect_wire(&good, SLICE_EMPTY);
    assert_int_equal(wire_flush(&good.wire, false), WIRE_SENT);
    assert_int_equal(recv(good.ends[1], received, sizeof received, 0), -1);
    disconnect(&good);
    disconnect(&broken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_send_for_what_was_written),
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_no_more_than_the_limit),
        cmocka_unit_test(test_slow_reader),
        cmocka_unit_test(test_two_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
