#include "server/clock.h"

#include <time.h>

int64_t clock_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int clock_timeout(int64_t now, int64_t moment)
{
    const int64_t hour = 3600 * 1000;
    if (moment == CLOCK_NEVER) {
        return -1;
    }
    if (moment <= now) {
        return 0;
    }
    return (int)(moment - now < hour ? moment - now : hour);
}
