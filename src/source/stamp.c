#include "source/stamp.h"

#include <stdint.h>

/* Linux stamps with the tick of its clock, 10 ms at most; whole seconds speak of a file system that
 * has nothing finer, and FAT counts by two of them. */
enum { GRAIN_MS = 100, COARSE_GRAIN_MS = 2100 };
/* Less than what is waited for between news of a change and reading. */
enum { FRESH_MS = 30, READING_MS = 10 * 1000 };

static int64_t milliseconds(struct timespec time)
{
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static bool is_old(struct timespec time, struct timespec clock)
{
    int64_t grain = time.tv_nsec == 0 ? COARSE_GRAIN_MS : GRAIN_MS;
    return milliseconds(time) + grain < milliseconds(clock);
}

struct stamp stamp_of(const struct stat *status, struct timespec clock)
{
    return (struct stamp){
        .device = status->st_dev,
        .number = status->st_ino,
        .size = status->st_size,
        .modified = status->st_mtim,
        .changed = status->st_ctim,
        .settled = is_old(status->st_mtim, clock) && is_old(status->st_ctim, clock),
    };
}

bool stamp_is_fresh(const struct stamp *stamp, struct timespec clock)
{
    int64_t now = milliseconds(clock);
    int64_t then = milliseconds(stamp->modified);
    /* Later than `clock`, but not from the future: while the capsule was being read. */
    return then + FRESH_MS > now && then < now + READING_MS;
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool stamp_equal(const struct stamp *a, const struct stamp *b)
{
    return a->device == b->device && a->number == b->number && a->size == b->size &&
           same_time(a->modified, b->modified) && same_time(a->changed, b->changed);
}
