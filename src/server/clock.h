/* clock.h: time that only goes forward, for deadlines. Layer: server. */
#ifndef MATINEE_SERVER_CLOCK_H
#define MATINEE_SERVER_CLOCK_H

#include <stdint.h>

/** Milliseconds since some moment in the past; not changed by setting the machine's clock. */
int64_t clock_ms(void);

/** Later than every moment. */
#define CLOCK_NEVER INT64_MAX

/** Milliseconds from `now` to `moment` as poll(2) takes them: 0 when it is past, at most an hour,
 * -1 for CLOCK_NEVER. */
int clock_timeout(int64_t now, int64_t moment);

#endif
