#include "server/signals.h"

#include "base/attributes.h"

#include <signal.h>
#include <stddef.h>

static const int caught[] = { SIGCHLD, SIGHUP, SIGINT, SIGTERM, SIGUSR1 };
static volatile sig_atomic_t arrived[ARRAY_LENGTH(caught)];
/* The mask during signals_wait: the one we were started with, less what is caught. */
static sigset_t waiting_mask;

static void note(int signal)
{
    for (size_t i = 0; i < ARRAY_LENGTH(caught); i++) {
        if (caught[i] == signal) {
            arrived[i] = 1;
        }
    }
}

static sigset_t caught_set(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    for (size_t i = 0; i < ARRAY_LENGTH(caught); i++) {
        (void)sigaddset(&set, caught[i]);
    }
    return set;
}

static void handle(int signal, void (*handler)(int))
{
    struct sigaction action = { .sa_handler = handler };
    (void)sigfillset(&action.sa_mask);
    (void)sigaction(signal, &action, NULL);
}

void signals_begin(void)
{
    sigset_t set = caught_set();
    (void)sigprocmask(SIG_BLOCK, &set, &waiting_mask);
    for (size_t i = 0; i < ARRAY_LENGTH(caught); i++) {
        (void)sigdelset(&waiting_mask, caught[i]);
        handle(caught[i], note);
    }
    handle(SIGPIPE, SIG_IGN);
    /* A log that grows past a limit of the shell is a full disk, not the end. */
    handle(SIGXFSZ, SIG_IGN);
    /* Loader and workers are a process group of their own: without this a terminal set to `tostop`
     * would stop them at the first line of the log. */
    handle(SIGTTOU, SIG_IGN);
}

void signals_wait(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    struct timespec timeout = { timeout_ms / 1000, (long)(timeout_ms % 1000) * 1000000 };
    if (ppoll(fds, count, timeout_ms < 0 ? NULL : &timeout, &waiting_mask) < 0) {
        for (nfds_t i = 0; i < count; i++) {
            fds[i].revents = 0;
        }
    }
}

bool signals_take(int signal)
{
    for (size_t i = 0; i < ARRAY_LENGTH(caught); i++) {
        if (caught[i] == signal && arrived[i]) {
            arrived[i] = 0;
            return true;
        }
    }
    return false;
}

void signals_forget(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(caught); i++) {
        arrived[i] = 0;
    }
}

void signals_leave(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(caught); i++) {
        handle(caught[i], SIG_DFL);
    }
    signals_forget();
}

void signals_unblock(void)
{
    sigset_t set = caught_set();
    (void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}

void signals_block(void)
{
    sigset_t set = caught_set();
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
}
