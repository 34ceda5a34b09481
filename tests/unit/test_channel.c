/* Messages and descriptors from one process to another. */
#include "check.h"

#include "base/attributes.h"
#include "server/channel.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void test_messages_with_and_without_descriptors(UNUSED void **state)
{
    int pair[2];
    int pipe_ends[2];
    int fds[CHANNEL_FILES];
    size_t count = 9;
    char text[4] = "";
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(pipe(pipe_ends), 0);
    assert_true(channel_send(pair[0], CHANNEL_CREDENTIALS, NULL, 0));
    assert_int_equal(write(pair[0], "abc", 3), 3);
    assert_true(channel_send(pair[0], CHANNEL_LOGS, pipe_ends, 2));
    assert_true(channel_send(pair[0], CHANNEL_LOGS, pipe_ends, 1));
    (void)close(pair[0]);

    assert_int_equal(channel_receive(pair[1], fds, &count), CHANNEL_CREDENTIALS);
    assert_int_equal(count, 0);
    assert_int_equal(read(pair[1], text, 3), 3);
    assert_string_equal(text, "abc");

    assert_int_equal(channel_receive(pair[1], fds, &count), CHANNEL_LOGS);
    assert_int_equal(count, 2);
    assert_int_equal(fcntl(fds[0], F_GETFD), FD_CLOEXEC);
    assert_int_equal(write(fds[1], "x", 1), 1);
    assert_int_equal(read(fds[0], text, 1), 1);
    assert_int_equal(text[0], 'x');
    (void)close(fds[0]);
    (void)close(fds[1]);

    assert_int_equal(channel_receive(pair[1], fds, &count), CHANNEL_LOGS);
    assert_int_equal(count, 1);
    (void)close(fds[0]);
    assert_int_equal(channel_receive(pair[1], fds, &count), CHANNEL_END);
    assert_int_equal(count, 0);
    (void)close(pair[1]);
    (void)close(pipe_ends[0]);
    (void)close(pipe_ends[1]);
}

static void test_too_many_descriptors(UNUSED void **state)
{
    const int fds[CHANNEL_FILES + 1] = { 0 };
    assert_false(channel_send(0, CHANNEL_LOGS, fds, ARRAY_LENGTH(fds)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_with_and_without_descriptors),
        cmocka_unit_test(test_too_many_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
