#include "server/background.h"

#include "server/clock.h"
#include "server/log.h"
#include "server/process.h"
#include "server/sandbox.h"
#include "server/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    /* How it ends. */
    EXIT_WITHOUT_CHANGE = 0,
    EXIT_WITH_CHANGE = 10,
    EXIT_TO_BE_TRIED_AGAIN = 11,
    /* What takes longer hangs, in a file system that has gone away say. */
    LONGEST_MS = 3600 * 1000,
    /* A run that fails shall not keep the machine busy: it rests ten times as long. */
    REST = 10,
    /* For another server's process, or that of a loader that has died, which ends soon. */
    LOCK_TRIES = 100,
    LOCK_EVERY_MS = 20,
};

/* --- in the process -----------------------------------------------------------------------------
 */

static bool is_worked_for(const struct site *site)
{
    return site->state_folder >= 0 && site->capsule != NULL;
}

/* Nobody else writes there meanwhile. The descriptor is new, and ours alone: so is the lock, which
 * ends with this process however it ends. */
static bool lock(const struct site *site)
{
    const struct timespec pause = { .tv_nsec = LOCK_EVERY_MS * 1000000L };
    int fd = open(site->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; fd >= 0 && i < LOCK_TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
            return true;
        }
        (void)nanosleep(&pause, NULL);
    }
    return false;
}

static bool lock_all(const struct background_work *work)
{
    for (size_t i = 0; i < work->sites->count; i++) {
        const struct site *site = &work->sites->items[i];
        if (is_worked_for(site) && !lock(site)) {
            if (!work->is_retry) {
                log_problem("%s: %s", site->state,
                            errno == EWOULDBLOCK ? "another process writes there; waiting for it"
                                                 : strerror(errno));
            }
            return false;
        }
    }
    return true;
}

static void restrict_self(const struct sites *sites)
{
    int read[LIMIT_CAPSULES];
    int write[LIMIT_CAPSULES];
    for (size_t i = 0; i < sites->count; i++) {
        read[i] = sites->items[i].static_folder;
        write[i] = sites->items[i].state_folder;
    }
    (void)sandbox_background(read, write, sites->count);
}

static volatile sig_atomic_t hurry;

static void on_hurry(UNUSED int number)
{
    hurry = 1;
}

/* A signal that is for a child alone waits until the child can take it. */
static void mask_hurry(int how)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGUSR2);
    (void)sigprocmask(how, &set, NULL);
}

static void take_hurry(void)
{
    struct sigaction action = { .sa_handler = on_hurry, .sa_flags = SA_RESTART };
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGUSR2, &action, NULL);
    mask_hurry(SIG_UNBLOCK);
}

/* What only the loader understands is no end for another parent. Not process_exit(): a sanitizer
 * that looks for leaks then would be killed with us at the end of a server, and say so. */
static NO_RETURN void end(pid_t loader, int code)
{
    _exit(getppid() == loader ? code : EXIT_WITHOUT_CHANGE);
}

static NO_RETURN void run(const struct background *background, pid_t loader)
{
    const struct background_work work = {
        .sites = background->sites,
        .is_first = !background->has_run,
        .is_retry = background->failures > 0,
        .hurry = &hurry,
    };
    process_name("matinee-jobs");
    signals_leave();
    (void)signal(SIGHUP, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGUSR1, SIG_IGN);
    take_hurry();
    background->leave(background->context);
    process_be_nice();
    restrict_self(work.sites);
    signals_unblock();
    if (!lock_all(&work)) {
        end(loader, EXIT_TO_BE_TRIED_AGAIN);
    }
    bool has_changed = false;
    bool has_failed = false;
    for (const struct background_job *job = background_jobs; job->name != NULL; job++) {
        enum background_outcome outcome = job->run(&work);
        has_changed |= outcome == BACKGROUND_CHANGED;
        has_failed |= outcome == BACKGROUND_FAILED;
    }
    /* What failed comes again soon, and tells of the change then. */
    end(loader, has_failed    ? EXIT_TO_BE_TRIED_AGAIN
                : has_changed ? EXIT_WITH_CHANGE
                              : EXIT_WITHOUT_CHANGE);
}

/* --- in the loader ------------------------------------------------------------------------------
 */

void background_begin(struct background *background)
{
    background->start_at = CLOCK_NEVER;
    background->kill_at = CLOCK_NEVER;
}

void background_want(struct background *background)
{
    if (background->pid != 0) {
        background->again = true;
        (void)kill(background->pid, SIGUSR2);
        return;
    }
    for (size_t i = 0; i < background->sites->count; i++) {
        if (is_worked_for(&background->sites->items[i])) {
            background->start_at = clock_ms();
        }
    }
}

void background_want_at(struct background *background, int64_t at)
{
    if (background->pid == 0 && !background->is_over && at < background->start_at) {
        background->start_at = at;
    }
}

static void failed(struct background *background, int64_t now)
{
    const int64_t began = background->backoff.started;
    background->start_at = backoff_next(&background->backoff, now);
    if (background->failures > 0 && background->start_at < now + REST * (now - began)) {
        background->start_at = now + REST * (now - began);
    }
    background->failures++;
}

static void start(struct background *background, int64_t now)
{
    background->start_at = CLOCK_NEVER;
    background->backoff.started = now;
    const pid_t loader = getpid();
    mask_hurry(SIG_BLOCK);
    pid_t pid = fork();
    if (pid == 0) {
        run(background, loader);
    }
    mask_hurry(SIG_UNBLOCK);
    if (pid < 0) {
        log_problem("cannot start the background process: %s", strerror(errno));
        failed(background, now);
        return;
    }
    background->pid = pid;
    background->kill_at = now + LONGEST_MS;
    background->again = false;
}

int64_t background_tend(struct background *background)
{
    int64_t now = clock_ms();
    if (background->pid != 0 && background->kill_at <= now) {
        background->kill_at = CLOCK_NEVER;
        (void)kill(background->pid, SIGKILL);
    }
    if (background->pid == 0 && background->start_at <= now) {
        start(background, now);
    }
    return background->pid != 0 ? background->kill_at : background->start_at;
}

bool background_reap(struct background *background, pid_t pid, int wait_status, bool *changed)
{
    int64_t now = clock_ms();
    *changed = false;
    if (background->pid == 0 || pid != background->pid) {
        return false;
    }
    background->pid = 0;
    background->kill_at = CLOCK_NEVER;
    if (background->is_over) {
        return true;
    }
    const int code = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -1;
    if (code == EXIT_WITHOUT_CHANGE || code == EXIT_WITH_CHANGE) {
        *changed = code == EXIT_WITH_CHANGE;
        background->has_run = true;
        background->failures = 0;
        background->backoff.early = 0;
        background->start_at = background->again ? now : CLOCK_NEVER;
        return true;
    }
    if (code != EXIT_TO_BE_TRIED_AGAIN) {
        struct buf text;
        buf_init(&text, 256);
        process_put_end(&text, wait_status);
        log_problem("the background process ended: %.*s; starting another",
                    SLICE_ARG(buf_slice(&text)));
        buf_release(&text);
        background->has_run = false; /* what it has left may be anything */
    }
    failed(background, now);
    return true;
}

void background_stop(struct background *background)
{
    background->is_over = true;
    background->start_at = CLOCK_NEVER;
    if (background->pid != 0) {
        /* Whatever it was about to write, the next one mends. */
        (void)kill(background->pid, SIGKILL);
    }
}
