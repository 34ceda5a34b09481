/* Addresses to listen on, as they are written. */
#include "check.h"

#include "server/listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct row {
    const char *text;
    sa_family_t family; /* of a text that is an address */
    const char *address;
    unsigned port;
    bool is_loopback;
};

static const struct row good[] = {
    { "127.0.0.1:1965", AF_INET, "127.0.0.1", 1965, true },
    { "127.0.0.1", AF_INET, "127.0.0.1", 1965, true },
    { "127.9.9.9:0", AF_INET, "127.9.9.9", 0, true },
    { "0.0.0.0:65535", AF_INET, "0.0.0.0", 65535, false },
    { "192.0.2.7:300", AF_INET, "192.0.2.7", 300, false },
    { "[::1]:1966", AF_INET6, "::1", 1966, true },
    { "[::1]", AF_INET6, "::1", 1965, true },
    { "::1", AF_INET6, "::1", 1965, true },
    { "[::]:70", AF_INET6, "::", 70, false },
    { "::", AF_INET6, "::", 1965, false },
    { "2001:db8::1", AF_INET6, "2001:db8::1", 1965, false },
    { "[2001:DB8::1]:0001", AF_INET6, "2001:db8::1", 1, false },
    { "[::ffff:127.0.0.1]:1965", AF_INET6, "::ffff:127.0.0.1", 1965, false },
    { ":1965", AF_UNSPEC, NULL, 1965, false },
    { ":0", AF_UNSPEC, NULL, 0, false },
    { "unix:/run/matinee.sock", AF_UNIX, NULL, 0, false },
    { "unix:x", AF_UNIX, NULL, 0, false },
};

static const char *const bad[] = {
    "",
    ":",
    "localhost",
    "localhost:1965",
    "1965",
    "127.0.0.1:",
    "127.0.0.1:65536",
    "127.0.0.1:-1",
    "127.0.0.1:+1",
    "127.0.0.1:http",
    "127.0.0.1:19 65",
    "127.0.0.1 ",
    " 127.0.0.1",
    "127.1:1965",
    "0x7f.0.0.1:1965",
    "256.0.0.1:1965",
    "[127.0.0.1]:1965",
    "[::1",
    "[::1]1965",
    "[::1]:",
    "[::1]:x",
    "[]:1965",
    "::1]:1965",
    "[localhost]:1965",
    "1:2:3:1965x",
    "gemini://127.0.0.1/",
    "*:1965",
    "unix:",
    "unix",
    "unix:/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
    "890123456789012345678901234567",
    "2001:db8:0000:0000:0000:0000:0000:0001:2001:db8:0000:0000:0000:0000:0000:0001:2001:db8:0000:"
    "0000:"
    "0000:0000:0000:0001",
};

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
        struct listen_address address;
        print_message("%s\n", good[i].text);
        assert_true(listen_parse(slice_of(good[i].text), &address));
        assert_int_equal(address.family, good[i].family);
        assert_int_equal(address.port, good[i].port);
        assert_int_equal(listen_is_loopback(&address), good[i].is_loopback);
        char text[INET6_ADDRSTRLEN] = "";
        if (address.family == AF_INET) {
            const struct sockaddr_in *v4 = (const void *)&address.address;
            assert_int_equal(ntohs(v4->sin_port), good[i].port);
            assert_int_equal(address.length, sizeof *v4);
            assert_non_null(inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text));
        } else if (address.family == AF_INET6) {
            const struct sockaddr_in6 *v6 = (const void *)&address.address;
            assert_int_equal(ntohs(v6->sin6_port), good[i].port);
            assert_int_equal(address.length, sizeof *v6);
            assert_non_null(inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text));
        }
        assert_string_equal(text, good[i].address != NULL ? good[i].address : "");
    }
}

static void test_bad(void **state)
{
    (void)state;
    struct listen_address address;
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        print_message("%s\n", bad[i]);
        assert_false(listen_parse(slice_of(bad[i]), &address));
    }
    assert_false(listen_parse((slice){ "127.0.0.1\0:1965", 15 }, &address));
}

static bool open_all(const char *const *texts, size_t count, bool loopback_only,
                     struct listeners *out)
{
    const struct listen_options options = { .texts = texts,
                                            .count = count,
                                            .loopback_only = loopback_only,
                                            .socket_mode = 0600,
                                            .socket_owner = (uid_t)-1,
                                            .socket_group = (gid_t)-1 };
    return listen_open(&options, out);
}

static void test_open(void **state)
{
    (void)state;
    struct listeners listeners;
    const char *const free_port[] = { "127.0.0.1:0", "127.0.0.1:0" };
    assert_true(open_all(free_port, 2, false, &listeners));
    assert_int_equal(listeners.count, 2);
    assert_int_not_equal(listeners.items[0].port, 0);
    assert_int_not_equal(listeners.items[0].port, listeners.items[1].port);
    char name[32];
    (void)snprintf(name, sizeof name, "127.0.0.1:%u", listeners.items[0].port);
    assert_string_equal(listeners.items[0].name, name);
    listen_close(&listeners);
    assert_int_equal(listeners.count, 0);
}

static void test_loopback_only(void **state)
{
    (void)state;
    struct listeners listeners;
    const char *const elsewhere[] = { "127.0.0.1:0", "0.0.0.0:0" };
    assert_false(open_all(elsewhere, 2, true, &listeners));
    assert_int_equal(listeners.count, 0);
    const char *const all[] = { ":0" };
    assert_true(open_all(all, 1, true, &listeners));
    for (size_t i = 0; i < listeners.count; i++) {
        /* One port for both families, of loopback addresses. */
        assert_int_equal(listeners.items[i].port, listeners.items[0].port);
        assert_true(strncmp(listeners.items[i].name, "127.0.0.1:", 10) == 0 ||
                    strncmp(listeners.items[i].name, "[::1]:", 6) == 0);
    }
    listen_close(&listeners);
}

static int connect_to(const struct listener *listener)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    assert_int_equal(getsockname(listener->fd, (struct sockaddr *)&address, &length), 0);
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    (void)connect(fd, (const struct sockaddr *)&address, length);
    return fd;
}

static bool is_accepted(const struct listener *listener)
{
    int fd = accept(listener->fd, NULL, NULL);
    if (fd >= 0) {
        (void)close(fd);
    }
    return fd >= 0;
}

/* What has come before is accepted still, and nothing comes any more. */
static void test_refuse(void **state)
{
    (void)state;
    struct listeners listeners;
    char path[] = "unix:/tmp/matinee-test-XXXXXX";
    assert_int_not_equal(mkdtemp(path + 5), 0);
    char file[64];
    (void)snprintf(file, sizeof file, "%s/s", path);
    const char *const texts[] = { "127.0.0.1:0", "[::1]:0", file };
    assert_true(open_all(texts, 3, false, &listeners));
    struct stat status;
    assert_int_equal(stat(file + 5, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    int before[3];
    for (size_t i = 0; i < listeners.count; i++) {
        before[i] = connect_to(&listeners.items[i]);
    }
    listen_refuse(&listeners);
    for (size_t i = 0; i < listeners.count; i++) {
        const struct listener *listener = &listeners.items[i];
        int after = connect_to(listener);
        assert_true(is_accepted(listener));
#ifdef __linux__
        assert_false(is_accepted(listener));
#endif
        (void)close(before[i]);
        (void)close(after);
    }
    assert_int_not_equal(stat(file + 5, &status), 0);
    listen_close(&listeners);
    assert_int_equal(rmdir(path + 5), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),   cmocka_unit_test(test_bad),
        cmocka_unit_test(test_open),   cmocka_unit_test(test_loopback_only),
        cmocka_unit_test(test_refuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
