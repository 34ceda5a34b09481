/* generation.h: the workers that were forked from one snapshot, and those of older ones.
 * Layer: server.
 *
 * A reload starts a new generation; when one of its workers answers requests, the older generations
 * are told to finish what they hold. So there are always workers that accept. */
#ifndef MATINEE_SERVER_GENERATION_H
#define MATINEE_SERVER_GENERATION_H

#include "base/attributes.h"
#include "base/limits.h"
#include "server/backoff.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** One of the workers that a generation should have. */
struct worker_slot {
    pid_t pid;        /* 0: none is running */
    int64_t start_at; /* when to start one; CLOCK_NEVER while it runs or is not wanted */
    struct backoff backoff;
};

struct generation {
    struct worker_slot slots[LIMIT_WORKERS];
    size_t running;
    int ready[2]; /* a pipe: each worker writes a byte into it once it answers requests */
    bool is_ready;
    bool draining;
    int64_t kill_at;
};

/** At most: those that drain, one that serves, one that starts. */
#define GENERATIONS_MAX (LIMIT_DRAINING + 2)

struct generations {
    struct generation *items[GENERATIONS_MAX]; /* oldest first; the last one is the current */
    size_t count;
    unsigned workers; /* of a generation */
    /** Called in the new process; never returns. `ready` is where it writes its byte. */
    void (*run_worker)(void *context, int ready);
    void *context;
};

/** Start a generation. False, and the current one stays, when the system refuses the pipe or the
 * memory; a process that it refuses is tried again later. */
MUST_USE bool generations_start(struct generations *all);
/** The process `pid` has ended. Plans the start of another when it was of the current generation;
 * logs what is not as it should be. */
void generations_reap(struct generations *all, pid_t pid, int wait_status);
/** Do what is due: start workers that are wanted, kill those that drain for too long. Returns when
 * there is something to do next. */
int64_t generations_tend(struct generations *all);
/** Fill in what to poll for; returns how many, at most GENERATIONS_MAX. */
nfds_t generations_poll(const struct generations *all, struct pollfd *fds);
/** Look at what was polled. True when the current generation has just become ready; the older ones
 * are told to drain then. */
bool generations_take_ready(struct generations *all, const struct pollfd *fds, nfds_t count);
/** Start nothing any more. */
void generations_stop(struct generations *all);
/** End all processes that are left, at once. */
void generations_kill(struct generations *all);
bool generations_are_gone(const struct generations *all);

#endif
