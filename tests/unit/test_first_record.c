/* How much of a first record there has to be, over real sockets. */
#include "check.h"

#include "server/first_record.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char scratch[16384];
static struct first_record record;
static slice read_bytes;

/* A connection over TCP: only there does the kernel wait. */
static void connect_pair(int ends[2])
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    ends[1] = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(listener >= 0 && ends[1] >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(connect(ends[1], (struct sockaddr *)&address, sizeof address), 0);
    ends[0] = accept(listener, NULL, NULL);
    assert_true(ends[0] >= 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    (void)close(listener);
}

static void disconnect(const int ends[2])
{
    first_record_release(&record);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static enum first_record_state look(int fd)
{
    return first_record_read(&record, fd, scratch, sizeof scratch, &read_bytes);
}

static bool is_readable(int fd, int timeout_ms)
{
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    return poll(&wait, 1, timeout_ms) == 1;
}

static void say(int fd, const char *bytes, size_t count)
{
    assert_int_equal(send(fd, bytes, count, 0), count);
}

static const char hello[] = "\x16\x03\x01\x00\x06"
                            "abcdef"
                            "more";

static void test_whole_at_once(void **state)
{
    (void)state;
    int ends[2];
    connect_pair(ends);
    assert_int_equal(look(ends[0]), FIRST_RECORD_WAIT);
    say(ends[1], hello, sizeof hello - 1);
    assert_true(is_readable(ends[0], 5000));
    assert_int_equal(look(ends[0]), FIRST_RECORD_HERE);
    assert_int_equal(record.awaited, 0);
    assert_int_equal(read_bytes.len, sizeof hello - 1);
    assert_memory_equal(read_bytes.ptr, hello, read_bytes.len);
    disconnect(ends);
}

static void test_byte_by_byte(void **state)
{
    (void)state;
    int ends[2];
    unsigned wakes = 0;
    connect_pair(ends);
    for (size_t i = 0; i < 11; i++) {
        say(ends[1], hello + i, 1);
        if (is_readable(ends[0], i == 0 || i == 4 || i == 10 ? 5000 : 20)) {
            wakes++;
            assert_int_equal(look(ends[0]), i < 10 ? FIRST_RECORD_WAIT : FIRST_RECORD_HERE);
            assert_true(record.length <= i + 1); /* no more is kept than has come */
        }
    }
    assert_int_equal(read_bytes.len, 11);
    assert_memory_equal(read_bytes.ptr, hello, 11);
#ifdef __linux__
    assert_int_equal(wakes, 3); /* a byte, the header, the record */
#endif
    /* Afterwards each byte counts again. */
    say(ends[1], "x", 1);
    assert_true(is_readable(ends[0], 5000));
    disconnect(ends);
}

static void test_no_more_to_come(void **state)
{
    (void)state;
    int ends[2];
    connect_pair(ends);
    say(ends[1], hello, 3);
    assert_true(is_readable(ends[0], 5000));
    assert_int_equal(look(ends[0]), FIRST_RECORD_WAIT);
    assert_int_equal(shutdown(ends[1], SHUT_WR), 0);
    assert_true(is_readable(ends[0], 5000));
    assert_int_equal(look(ends[0]), FIRST_RECORD_NONE);
    disconnect(ends);

    connect_pair(ends);
    assert_int_equal(shutdown(ends[1], SHUT_WR), 0);
    assert_true(is_readable(ends[0], 5000));
    assert_int_equal(look(ends[0]), FIRST_RECORD_NONE);
    disconnect(ends);
}

static void test_longer_than_is_looked_at(void **state)
{
    (void)state;
    static const char long_hello[16384] = "\x16\x03\x01\xff\xff";
    int ends[2];
    connect_pair(ends);
    say(ends[1], long_hello, 5);
    assert_true(is_readable(ends[0], 5000));
    assert_int_equal(look(ends[0]), FIRST_RECORD_WAIT);
    assert_int_equal(record.awaited, sizeof scratch);
    say(ends[1], long_hello + 5, sizeof long_hello - 5);
    assert_true(is_readable(ends[0], 5000));
    assert_int_equal(look(ends[0]), FIRST_RECORD_HERE);
    disconnect(ends);
}

static void test_no_tls(void **state)
{
    (void)state;
    static const char *const texts[] = { "GET / HTTP/1.1\r\n", "\x15\x03\x03", "\x80\x2e\x01",
                                         "g" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int ends[2];
        connect_pair(ends);
        say(ends[1], texts[i], strlen(texts[i]));
        assert_true(is_readable(ends[0], 5000));
        assert_int_equal(look(ends[0]), FIRST_RECORD_NONE);
        disconnect(ends);
    }
}

/* Where the kernel does not wait, OpenSSL puts the pieces together. */
static void test_a_unix_socket(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    say(ends[1], hello, 6);
    assert_int_equal(look(ends[0]), FIRST_RECORD_WAIT);
    assert_false(is_readable(ends[0], 0));
    say(ends[1], hello + 6, 1);
    assert_int_equal(look(ends[0]), FIRST_RECORD_HERE);
    assert_int_equal(read_bytes.len, 7);
    assert_memory_equal(read_bytes.ptr, hello, 7);
    disconnect(ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_at_once),   cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_no_more_to_come), cmocka_unit_test(test_longer_than_is_looked_at),
        cmocka_unit_test(test_no_tls),          cmocka_unit_test(test_a_unix_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
