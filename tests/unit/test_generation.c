/* Generations of workers: which are told to end, and when. The workers are processes that do
 * nothing. */
#include "check.h"

#include "base/attributes.h"
#include "server/clock.h"
#include "server/generation.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 20 * 1000 };

/* What the next workers are like. */
static bool comes_up;

static void run_worker(UNUSED void *context, int ready)
{
    (void)alarm(3 * PATIENCE_MS / 1000); /* nobody is left behind when the test fails */
    if (comes_up) {
        (void)!write(ready, "r", 1);
    } else {
        (void)signal(SIGTERM, SIG_IGN);
    }
    for (;;) {
        (void)pause();
    }
}

static void wait_until_ready(struct generations *all)
{
    int64_t end = clock_ms() + PATIENCE_MS;
    bool is_ready = false;
    while (!is_ready && clock_ms() < end) {
        struct pollfd fds[GENERATIONS_MAX];
        nfds_t count = generations_poll(all, fds);
        assert_true(poll(fds, count, 100) >= 0);
        is_ready = generations_take_ready(all, fds, count);
    }
    assert_true(is_ready);
}

/* How the process ended, once it has; -1: it has not. */
static int wait_for(pid_t pid)
{
    int64_t end = clock_ms() + PATIENCE_MS;
    int status = 0;
    while (clock_ms() < end) {
        if (waitpid(pid, &status, WNOHANG) == pid) {
            return status;
        }
        (void)poll(NULL, 0, 10);
    }
    return -1;
}

/* Messages about workers that are cut are no news here. */
static int kept_stderr = -1;

static int silence(UNUSED void **state)
{
    int null = open("/dev/null", O_WRONLY);
    kept_stderr = dup(STDERR_FILENO);
    return kept_stderr >= 0 && dup2(null, STDERR_FILENO) >= 0 ? close(null) : -1;
}

static int speak(UNUSED void **state)
{
    return dup2(kept_stderr, STDERR_FILENO) >= 0 ? close(kept_stderr) : -1;
}

static void test_who_serves_is_never_forgotten(UNUSED void **state)
{
    struct generations all = { .workers = 1, .run_worker = run_worker };
    comes_up = true;
    assert_true(generations_start(&all));
    pid_t serving = all.items[0]->slots[0].pid;
    wait_until_ready(&all);

    /* None of many new ones comes up: it serves on, */
    comes_up = false;
    for (int i = 0; i < GENERATIONS_MAX + 2; i++) {
        assert_true(generations_start(&all));
        assert_true(all.count <= GENERATIONS_MAX);
        assert_int_equal(all.items[0]->slots[0].pid, serving);
        assert_false(all.items[0]->draining);
    }
    assert_int_equal(kill(serving, 0), 0);

    /* until one does. */
    comes_up = true;
    assert_true(generations_start(&all));
    wait_until_ready(&all);
    int status = wait_for(serving);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);

    generations_reap(&all, serving, status);
    generations_kill(&all);
    pid_t pid = 0;
    while ((pid = waitpid(-1, &status, 0)) > 0) {
        generations_reap(&all, pid, status);
    }
    assert_int_equal(errno, ECHILD);
    assert_true(generations_are_gone(&all));
    generations_stop(&all);
    (void)generations_tend(&all);
    assert_int_equal(all.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_who_serves_is_never_forgotten, silence, speak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
