/* A certificate on its way from one process to another. */
#include "check.h"

#include "gemini/certificate_files.h"
#include "server/credentials.h"
#include "server/tls.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char folder[64];

static int setup(void **state)
{
    (void)state;
    struct buf error;
    strcpy(folder, "/tmp/matinee-credentials-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    buf_init(&error, 1000);
    const slice names[] = { SLICE("a.example"), SLICE("192.0.2.1"), SLICE("2001:db8::1") };
    assert_true(certificate_make(folder, names, 3, &error));
    assert_true(certificate_make(folder, &(slice){ "b.example", 9 }, 1, &error));
    buf_release(&error);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
}

static void load(const char *name, struct certificate *out)
{
    struct buf error;
    buf_init(&error, 1000);
    assert_true(certificate_load(folder, slice_of(name), true, out, NULL, &error));
    buf_release(&error);
}

static void test_there_and_back(void **state)
{
    (void)state;
    struct certificate a;
    struct certificate b;
    struct certificate received;
    uint32_t site = 9;
    int sockets[2];
    load("a.example", &a);
    load("b.example", &b);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    /* Some extra certificate as a chain: it is passed on as it is. */
    assert_true(X509_up_ref(b.leaf) == 1 && sk_X509_push(a.chain, b.leaf) > 0);
    assert_true(credentials_send(sockets[0], 0, &a));
    assert_true(credentials_send(sockets[0], 1, &b));

    assert_true(credentials_receive(sockets[1], &site, &received));
    assert_int_equal(site, 0);
    assert_true(credentials_equal(&a, &received));
    assert_false(credentials_equal(&b, &received));
    assert_int_equal(sk_X509_num(received.chain), 1);
    certificate_release(&received);

    assert_true(credentials_receive(sockets[1], &site, &received));
    assert_int_equal(site, 1);
    assert_true(credentials_equal(&b, &received));
    certificate_release(&received);

    (void)close(sockets[0]);
    assert_false(credentials_receive(sockets[1], &site, &received));
    (void)close(sockets[1]);
    certificate_release(&a);
    certificate_release(&b);
}

static void test_what_is_no_certificate(void **state)
{
    (void)state;
    static const struct {
        uint32_t length;
        const char *bytes;
    } rows[] = { { 0, "" }, { 5, "hello" }, { 100, "too short" }, { UINT32_MAX, "too long" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct certificate received;
        uint32_t site = 0;
        const uint32_t preface[2] = { 0, rows[i].length };
        int sockets[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
        assert_int_equal(write(sockets[0], preface, sizeof preface), sizeof preface);
        assert_true(write(sockets[0], rows[i].bytes, strlen(rows[i].bytes)) >= 0);
        (void)close(sockets[0]);
        assert_false(credentials_receive(sockets[1], &site, &received));
        assert_null(received.leaf);
        (void)close(sockets[1]);
    }
}

static void test_what_it_covers(void **state)
{
    (void)state;
    struct certificate a;
    load("a.example", &a);
    assert_true(tls_covers(a.leaf, SLICE("a.example")));
    assert_true(tls_covers(a.leaf, SLICE("A.EXAMPLE")));
    assert_true(tls_covers(a.leaf, SLICE("192.0.2.1")));
    assert_true(tls_covers(a.leaf, SLICE("2001:db8::1")));
    assert_false(tls_covers(a.leaf, SLICE("b.example")));
    assert_false(tls_covers(a.leaf, SLICE("www.a.example")));
    assert_false(tls_covers(a.leaf, SLICE("192.0.2.2")));
    assert_false(tls_covers(a.leaf, SLICE("")));
    assert_false(tls_covers(a.leaf, (slice){ "a.example\0.b", 12 }));
    certificate_release(&a);
}

static void test_a_context(void **state)
{
    (void)state;
    struct certificate a;
    struct buf error;
    load("a.example", &a);
    buf_init(&error, 1000);
    SSL_CTX *context = tls_context_new(&a, &error);
    assert_non_null(context);
    assert_int_equal(error.len, 0);
    SSL_CTX_free(context);

    /* The key of another certificate. */
    struct certificate b;
    load("b.example", &b);
    const struct certificate mixed = { .leaf = a.leaf, .chain = a.chain, .key = b.key };
    assert_null(tls_context_new(&mixed, &error));
    assert_true(error.len > 0);
    buf_release(&error);
    certificate_release(&a);
    certificate_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_what_is_no_certificate),
        cmocka_unit_test(test_what_it_covers),
        cmocka_unit_test(test_a_context),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
