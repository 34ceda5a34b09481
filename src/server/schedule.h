/* schedule.h: when the loader reads its files again. Layer: server.
 *
 * Deadlines are moments of clock_ms(), which nobody sets. The wall clock decides only what the date
 * is: a review of the future becomes visible, a day begins. It may be set, forward or back, and the
 * machine may have slept, so it is looked at once a minute. Nothing here asks a clock. */
#ifndef MATINEE_SERVER_SCHEDULE_H
#define MATINEE_SERVER_SCHEDULE_H

#include <stdint.h>

/** Between two reloads, in milliseconds. */
#define SCHEDULE_RELOAD_EVERY_MS 1000

struct schedule {
    int64_t reload_at; /* CLOCK_NEVER: none is planned */
    int64_t reloaded_at;
    int64_t wall; /* seconds since 1970, when it was looked at … */
    int64_t wall_at;
};

/** Nothing is planned, and a reload may come at once. */
void schedule_begin(struct schedule *schedule, int64_t now, int64_t wall);
/** Reload in `delay_ms`, or when a second is over since the last reload; or earlier, when that is
 * planned already. */
void schedule_plan(struct schedule *schedule, int64_t now, int64_t delay_ms);
/** A reload begins. */
void schedule_reload(struct schedule *schedule, int64_t now);

/** Look at the wall clock. Returns the seconds by which it has been set back since the last look,
 * or 0: what is less than two seconds is not noticed. */
int64_t schedule_look(struct schedule *schedule, int64_t now, int64_t wall);
/** The next thing to do: the reload that is planned, `moment` of the wall clock (INT64_MAX: none),
 * a look at it. */
int64_t schedule_due(const struct schedule *schedule, int64_t now, int64_t wall, int64_t moment);

#endif
