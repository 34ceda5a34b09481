/* What a service manager hands over, and what it is told. */
#include "check.h"

#include "base/attributes.h"
#include "server/systemd.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void set_number(const char *name, long number)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%ld", number);
    assert_int_equal(setenv(name, text, 1), 0);
}

static void test_sockets(UNUSED void **state)
{
    struct systemd_sockets sockets;
    set_number("LISTEN_PID", getpid());
    assert_int_equal(setenv("LISTEN_FDS", "3", 1), 0);
    assert_int_equal(setenv("LISTEN_FDNAMES", "one:two", 1), 0);
    assert_true(systemd_begin(&sockets));
    assert_int_equal(sockets.first, 3);
    assert_int_equal(sockets.count, 3);
    assert_string_equal(sockets.names[0], "one");
    assert_string_equal(sockets.names[1], "two");
    assert_string_equal(sockets.names[2], "");
    assert_null(getenv("LISTEN_PID"));
    assert_null(getenv("LISTEN_FDS"));
    assert_null(getenv("LISTEN_FDNAMES"));
    assert_true(systemd_begin(&sockets));
    assert_int_equal(sockets.count, 0);
}

static void test_sockets_that_are_not_ours(UNUSED void **state)
{
    static const struct {
        const char *pid, *count;
    } rows[] = { { "1", "2" },
                 { NULL, "2" },
                 { "self", NULL },
                 { "self", "-1" },
                 { "", "1" },
                 { "self", "" },
                 { "self", "x" },
                 { "self", "1 " },
                 { " 1", "1" },
                 { "self", "0" },
                 { "self", "99999999999999999999" } };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct systemd_sockets sockets;
        bool is_ours = rows[i].pid != NULL && strcmp(rows[i].pid, "self") == 0;
        if (is_ours) {
            set_number("LISTEN_PID", getpid());
        } else if (rows[i].pid != NULL) {
            assert_int_equal(setenv("LISTEN_PID", rows[i].pid, 1), 0);
        }
        if (rows[i].count != NULL) {
            assert_int_equal(setenv("LISTEN_FDS", rows[i].count, 1), 0);
        }
        assert_true(systemd_begin(&sockets));
        assert_int_equal(sockets.count, 0);
        assert_null(getenv("LISTEN_PID"));
        assert_null(getenv("LISTEN_FDS"));
    }
}

static void test_too_many_sockets(UNUSED void **state)
{
    struct systemd_sockets sockets;
    set_number("LISTEN_PID", getpid());
    set_number("LISTEN_FDS", LIMIT_LISTENERS + 1);
    assert_false(systemd_begin(&sockets));
}

static void test_messages(UNUSED void **state)
{
    struct systemd_sockets sockets;
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    char name[64];
    char got[512] = "";
    char expected[512];
    int manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_true(manager >= 0);
    (void)snprintf(name, sizeof name, "@matinee-unit-test-%ld", (long)getpid());
    memcpy(address.sun_path, name, strlen(name));
    address.sun_path[0] = '\0';
    if (bind(manager, (const struct sockaddr *)&address,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))) != 0) {
        print_message("skipped: this system has no abstract sockets\n");
        (void)close(manager);
        skip();
    }
    assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
    assert_true(systemd_begin(&sockets));
    assert_null(getenv("NOTIFY_SOCKET"));
    systemd_ready(SLICE("Serving two capsules"));
    assert_true(recv(manager, got, sizeof got - 1, 0) > 0);
    (void)snprintf(expected, sizeof expected, "READY=1\nMAINPID=%ld\nSTATUS=Serving two capsules",
                   (long)getpid());
    assert_string_equal(got, expected);
    systemd_stopping();
    assert_true(recv(manager, got, sizeof got - 1, 0) > 0);
    assert_memory_equal(got, "STOPPING=1\n", 11);
    systemd_reloading();
    assert_true(recv(manager, got, sizeof got - 1, 0) > 0);
    assert_memory_equal(got, "RELOADING=1\nMONOTONIC_USEC=", 27);

    assert_true(systemd_begin(&sockets));
    systemd_stopping();
    assert_int_equal(recv(manager, got, sizeof got, 0), -1);
    (void)close(manager);
}

static void test_the_journal(UNUSED void **state)
{
    struct systemd_sockets sockets;
    struct stat status;
    char text[64];
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(fstat(fds[1], &status), 0);
    (void)snprintf(text, sizeof text, "%llu:%llu", (unsigned long long)status.st_dev,
                   (unsigned long long)status.st_ino);
    assert_int_equal(setenv("JOURNAL_STREAM", text, 1), 0);
    assert_true(systemd_begin(&sockets));
    assert_true(systemd_is_journal(fds[1]));
    assert_false(systemd_is_journal(STDIN_FILENO));
    assert_int_equal(setenv("JOURNAL_STREAM", "nonsense", 1), 0);
    assert_true(systemd_begin(&sockets));
    assert_false(systemd_is_journal(fds[1]));
    (void)close(fds[0]);
    (void)close(fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sockets),          cmocka_unit_test(test_sockets_that_are_not_ours),
        cmocka_unit_test(test_too_many_sockets), cmocka_unit_test(test_messages),
        cmocka_unit_test(test_the_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
