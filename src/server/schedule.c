#include "server/schedule.h"

#include "server/clock.h"

enum { LOOK_AT_WALL_MS = 60 * 1000, MOMENT_IS_PAST_MS = 100 };

void schedule_begin(struct schedule *schedule, int64_t now, int64_t wall)
{
    *schedule = (struct schedule){ .reload_at = CLOCK_NEVER,
                                   .reloaded_at = now - SCHEDULE_RELOAD_EVERY_MS,
                                   .wall = wall,
                                   .wall_at = now };
}

void schedule_plan(struct schedule *schedule, int64_t now, int64_t delay_ms)
{
    int64_t at = now + delay_ms;
    if (at < schedule->reloaded_at + SCHEDULE_RELOAD_EVERY_MS) {
        at = schedule->reloaded_at + SCHEDULE_RELOAD_EVERY_MS;
    }
    if (at < schedule->reload_at) {
        schedule->reload_at = at;
    }
}

void schedule_reload(struct schedule *schedule, int64_t now)
{
    schedule->reload_at = CLOCK_NEVER;
    schedule->reloaded_at = now;
}

int64_t schedule_look(struct schedule *schedule, int64_t now, int64_t wall)
{
    int64_t expected = schedule->wall + (now - schedule->wall_at) / 1000;
    schedule->wall = wall;
    schedule->wall_at = now;
    return wall < expected - 1 ? expected - wall : 0;
}

int64_t schedule_due(const struct schedule *schedule, int64_t now, int64_t wall, int64_t moment)
{
    int64_t due = now + LOOK_AT_WALL_MS;
    if (moment <= wall) {
        /* Its reload is planned, unless it has come in this very moment. */
        due = now + MOMENT_IS_PAST_MS;
    } else if (moment - wall < LOOK_AT_WALL_MS / 1000) {
        due = now + (moment - wall) * 1000;
    }
    return due < schedule->reload_at ? due : schedule->reload_at;
}
