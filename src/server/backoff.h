/* backoff.h: how long to wait before a process that died is started again. Layer: server. */
#ifndef MATINEE_SERVER_BACKOFF_H
#define MATINEE_SERVER_BACKOFF_H

#include <stdint.h>

/** Zeroed at first. Times are those of clock_ms(). */
struct backoff {
    int64_t started; /* set it when the process is started */
    unsigned early;  /* deaths in a row of a process that had just been started */
};

/**
 * The process died at `now`; returns the moment when it may be started again: at once the first
 * time, then after 0.2, 0.4, … 12.8 seconds while it dies within ten seconds of its start.
 */
int64_t backoff_next(struct backoff *backoff, int64_t now);

#endif
