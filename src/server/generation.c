#include "server/generation.h"

#include "server/clock.h"
#include "server/log.h"
#include "server/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A worker ends by itself when its drain is over; one that does not is stuck. */
enum { STUCK_MS = 5000 };

static struct generation *current(const struct generations *all)
{
    return all->count > 0 ? all->items[all->count - 1] : NULL;
}

static void signal_all(const struct generation *generation, int signal)
{
    for (size_t i = 0; i < LIMIT_WORKERS; i++) {
        if (generation->slots[i].pid > 0) {
            (void)kill(generation->slots[i].pid, signal);
        }
    }
}

/* Once: afterwards it only waits to be reaped. True when there was something to do. */
static bool kill_once(struct generation *generation)
{
    bool is_first = generation->kill_at != CLOCK_NEVER;
    if (is_first) {
        generation->kill_at = CLOCK_NEVER;
        signal_all(generation, SIGKILL);
    }
    return is_first;
}

static void want_none(struct generation *generation)
{
    for (size_t i = 0; i < LIMIT_WORKERS; i++) {
        generation->slots[i].start_at = CLOCK_NEVER;
    }
}

/* --- starting --------------------------------------------------------------------------------- */

static bool start_worker(struct generations *all, struct generation *generation,
                         struct worker_slot *slot)
{
    pid_t pid = fork();
    if (pid == 0) {
        for (size_t i = 0; i < all->count; i++) {
            (void)close(all->items[i]->ready[0]);
            if (all->items[i] != generation) {
                (void)close(all->items[i]->ready[1]);
            }
        }
        all->run_worker(all->context, generation->ready[1]);
        process_exit(1);
    }
    if (pid < 0) {
        log_problem("cannot start a worker: %s", strerror(errno));
        return false;
    }
    slot->pid = pid;
    slot->backoff.started = clock_ms();
    slot->start_at = CLOCK_NEVER;
    generation->running++;
    return true;
}

static void start_due(struct generations *all, struct generation *generation, int64_t now)
{
    for (size_t i = 0; i < all->workers; i++) {
        struct worker_slot *slot = &generation->slots[i];
        if (slot->pid == 0 && slot->start_at <= now && !start_worker(all, generation, slot)) {
            slot->backoff.started = now;
            slot->start_at = backoff_next(&slot->backoff, now) + 1;
        }
    }
}

static struct generation *generation_new(void)
{
    struct generation *generation = calloc(1, sizeof *generation);
    if (generation != NULL && pipe2(generation->ready, O_CLOEXEC) != 0) {
        free(generation);
        generation = NULL;
    }
    if (generation != NULL) {
        want_none(generation);
    }
    return generation;
}

static void remove_at(struct generations *all, size_t index)
{
    struct generation *generation = all->items[index];
    (void)close(generation->ready[0]);
    (void)close(generation->ready[1]);
    free(generation);
    all->count--;
    for (size_t i = index; i < all->count; i++) {
        all->items[i] = all->items[i + 1];
    }
}

static void drain(struct generation *generation)
{
    if (!generation->draining) {
        generation->draining = true;
        generation->kill_at = clock_ms() + (int64_t)LIMIT_DRAIN_SECONDS * 1000 + STUCK_MS;
        want_none(generation);
        signal_all(generation, SIGTERM);
    }
}

/* The one exception to "nothing is lost": past the limit the oldest readers are cut. */
static void limit_draining(struct generations *all)
{
    size_t draining = 0;
    for (size_t i = all->count; i-- > 0;) {
        struct generation *generation = all->items[i];
        if (generation->draining && ++draining > LIMIT_DRAINING && kill_once(generation)) {
            log_problem("cutting the slowest readers: they have outlasted %d reloads",
                        LIMIT_DRAINING);
        }
    }
}

/* Its processes have been killed; their ends are no news any more. It need not be the oldest one:
 * that may serve still, when none of the others has come up. */
static void forget_killed(struct generations *all)
{
    size_t index = 0;
    while (index + 1 < all->count && !all->items[index]->draining) {
        index++;
    }
    remove_at(all, index);
}

bool generations_start(struct generations *all)
{
    struct generation *generation = generation_new();
    if (generation == NULL) {
        log_problem("cannot start workers: %s", strerror(errno));
        return false;
    }
    /* A generation that has not come up in the meantime never will. */
    for (size_t i = 0; i < all->count; i++) {
        if (!all->items[i]->is_ready) {
            drain(all->items[i]);
        }
    }
    limit_draining(all);
    if (all->count == GENERATIONS_MAX) {
        forget_killed(all);
    }
    all->items[all->count++] = generation;
    int64_t now = clock_ms();
    for (size_t i = 0; i < all->workers; i++) {
        generation->slots[i].start_at = now;
    }
    start_due(all, generation, now);
    return true;
}

/* --- minding ---------------------------------------------------------------------------------- */

static void worker_ended(struct generations *all, struct generation *generation,
                         struct worker_slot *slot, int wait_status)
{
    int64_t now = clock_ms();
    bool is_wanted = generation == current(all) && !generation->draining;
    bool was_killed = generation->draining && generation->kill_at == CLOCK_NEVER; /* by us */
    bool is_clean = was_killed || (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0);
    slot->pid = 0;
    generation->running--;
    if (is_wanted) {
        slot->start_at = backoff_next(&slot->backoff, now);
    }
    if (!is_clean) {
        struct buf text;
        buf_init(&text, 256);
        process_put_end(&text, wait_status);
        log_problem("a worker ended: %.*s%s", SLICE_ARG(buf_slice(&text)),
                    is_wanted ? "; starting another" : "");
        buf_release(&text);
    }
}

void generations_reap(struct generations *all, pid_t pid, int wait_status)
{
    for (size_t i = 0; i < all->count; i++) {
        for (size_t k = 0; k < LIMIT_WORKERS; k++) {
            if (all->items[i]->slots[k].pid == pid) {
                worker_ended(all, all->items[i], &all->items[i]->slots[k], wait_status);
                return;
            }
        }
    }
}

static int64_t earliest_start(const struct generation *generation)
{
    int64_t due = CLOCK_NEVER;
    for (size_t i = 0; i < LIMIT_WORKERS; i++) {
        const struct worker_slot *slot = &generation->slots[i];
        if (slot->pid == 0 && slot->start_at < due) {
            due = slot->start_at;
        }
    }
    return due;
}

int64_t generations_tend(struct generations *all)
{
    int64_t now = clock_ms();
    int64_t due = CLOCK_NEVER;
    for (size_t i = all->count; i-- > 0;) {
        struct generation *generation = all->items[i];
        if (!generation->draining) {
            continue;
        }
        if (generation->running == 0) {
            remove_at(all, i);
            continue;
        }
        if (generation->kill_at <= now) {
            (void)kill_once(generation);
        }
        due = generation->kill_at < due ? generation->kill_at : due;
    }
    if (current(all) != NULL) {
        start_due(all, current(all), now);
        int64_t start = earliest_start(current(all));
        due = start < due ? start : due;
    }
    return due;
}

nfds_t generations_poll(const struct generations *all, struct pollfd *fds)
{
    for (size_t i = 0; i < all->count; i++) {
        fds[i] = (struct pollfd){ .fd = all->items[i]->ready[0], .events = POLLIN };
    }
    return (nfds_t)all->count;
}

bool generations_take_ready(struct generations *all, const struct pollfd *fds, nfds_t count)
{
    bool became_ready = false;
    for (size_t i = 0; i < all->count; i++) {
        struct generation *generation = all->items[i];
        char bytes[LIMIT_WORKERS];
        bool is_readable = false;
        for (nfds_t k = 0; k < count; k++) {
            is_readable |= fds[k].fd == generation->ready[0] && (fds[k].revents & POLLIN) != 0;
        }
        if (is_readable && read(generation->ready[0], bytes, sizeof bytes) > 0 &&
            !generation->is_ready) {
            generation->is_ready = true;
            became_ready |= generation == current(all);
        }
    }
    for (size_t i = 0; became_ready && i + 1 < all->count; i++) {
        drain(all->items[i]);
    }
    limit_draining(all);
    return became_ready;
}

/* --- the end ---------------------------------------------------------------------------------- */

void generations_stop(struct generations *all)
{
    for (size_t i = 0; i < all->count; i++) {
        all->items[i]->draining = true;
        all->items[i]->kill_at = CLOCK_NEVER;
        want_none(all->items[i]);
    }
}

void generations_kill(struct generations *all)
{
    for (size_t i = 0; i < all->count; i++) {
        signal_all(all->items[i], SIGKILL);
    }
}

bool generations_are_gone(const struct generations *all)
{
    for (size_t i = 0; i < all->count; i++) {
        if (all->items[i]->running > 0) {
            return false;
        }
    }
    return true;
}
