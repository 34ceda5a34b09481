/* background.h: slow work that no request waits for, in a process of its own. Layer: server.
 *
 * The loader forks it once workers answer on what it has read, so the process has the capsules in
 * its memory as they have them. It gives up what it does not need (sandbox.h), does its jobs one
 * after the other, and ends. What it makes is in the state folder (state.h), complete or not at
 * all: it may be killed at any moment.
 *
 * While one runs no other is started; a reload tells it to hurry, and lets it run once more. One
 * that fails or dies is tried again, more and more slowly.
 *
 * A new kind of slow work is a function and a row in jobs.c. */
#ifndef MATINEE_SERVER_BACKGROUND_H
#define MATINEE_SERVER_BACKGROUND_H

#include "base/attributes.h"
#include "server/backoff.h"
#include "server/route.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** What a job is given. */
struct background_work {
    const struct sites *sites; /* those with a state_folder and a capsule are worked for */
    bool is_first;             /* since the loader began: look for what a disk may have damaged */
    bool is_retry;             /* the last one failed, and has said why */
    /** Becomes other than 0 when there is something new that others wait for: what takes longer
     * than a moment ends then, and goes on in the next process, which is started at once. */
    const volatile sig_atomic_t *hurry;
};

enum background_outcome {
    BACKGROUND_DONE,
    BACKGROUND_CHANGED, /* … and there is something that only new workers know of */
    BACKGROUND_FAILED,  /* to be tried again; it has said why, unless `is_retry` */
};

struct background_job {
    const char *name;
    /** Runs in the background process, in its sandbox: reads what is below static/ of the capsules
     * and what its libraries need, reads and writes below the state folders of the sites. */
    enum background_outcome (*run)(const struct background_work *work);
};

/** In their order; the last one has no name. jobs.c */
extern const struct background_job background_jobs[];

/** The loader's side of it. */
struct background {
    const struct sites *sites;
    /** Called in the new process first: gives back what is the loader's. */
    void (*leave)(void *context);
    void *context;

    pid_t pid;        /* 0: none is running */
    int64_t start_at; /* CLOCK_NEVER: nothing is to be done, or one is running */
    int64_t kill_at;  /* one that runs for so long hangs */
    bool is_over;     /* background_stop has been called */
    bool again;       /* when this one has ended */
    bool has_run;     /* one has ended well */
    unsigned failures;
    struct backoff backoff;
};

/** `sites`, `leave` and `context` are set; nothing is to be done yet. */
void background_begin(struct background *background);
/** There is something new: run as soon as possible. */
void background_want(struct background *background);
/** The same at a time of clock_ms() at the latest. */
void background_want_at(struct background *background, int64_t at);
/** Do what is due. Returns when there is something to do next. */
int64_t background_tend(struct background *background);
/** The process `pid` has ended. False when it is not the background process. `*changed`: workers
 * have to be told, as BACKGROUND_CHANGED says. */
MUST_USE bool background_reap(struct background *background, pid_t pid, int wait_status,
                              bool *changed);
/** End it, and start none any more. */
void background_stop(struct background *background);

#endif
