/* date.h: days and moments, in the capsule's time zone. Layer: text (includes base/).
 *
 * A moment is an int64_t: seconds since 1970-01-01T00:00:00Z. The zone is one for the process, as
 * the C library keeps it (tzset): set it once, from capsule.conf, before the first conversion. */
#ifndef MATINEE_TEXT_DATE_H
#define MATINEE_TEXT_DATE_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"

#include <stdint.h>

struct date {
    int year;       /* 1 to 9999 */
    unsigned month; /* 1 to 12 */
    unsigned day;   /* 1 to 31 */
};

/**
 * Make `name` the process's time zone: a name of the tz database (`Asia/Seoul`), `UTC`, or an
 * offset
 * (`+09:00`). False, and nothing changed, when there is no such zone on this machine.
 */
MUST_USE bool date_use_zone(slice name);

/** `YYYY-MM-DD`, a day that exists, from the year 1 on. Nothing may follow. */
MUST_USE bool date_parse(slice text, struct date *out);
/**
 * A day (its first moment in the zone) or RFC 3339: `YYYY-MM-DDThh:mm[:ss[.frac]](Z|±hh:mm)`;
 * without an offset the time is one of the zone. A blank may stand for the `T`.
 */
MUST_USE bool date_parse_moment(slice text, int64_t *out);

/** The day a moment falls on, and a day's first moment, both in the zone. */
struct date date_of(int64_t moment);
int64_t date_begin(struct date day);
/** How many minutes east of Greenwich the zone is at `moment`; 0 as well where they are not whole,
 * as before there were zones. */
int date_offset(int64_t moment);
/** The day after, of the calendar. */
struct date date_next(struct date day);
/** True when the year has a 29th of February. */
bool date_is_leap_year(int year);
/** Negative, 0, positive: earlier, the same, later. */
int date_compare(struct date a, struct date b);

/** Append `YYYY-MM-DD`. */
void date_put(struct buf *out, struct date day);
/** Append `YYYY-MM-DDThh:mm:ssZ` (RFC 3339, in UTC). */
void date_put_moment(struct buf *out, int64_t moment);
/** The same as the time was in a place `offset` minutes east of Greenwich,
 * `YYYY-MM-DDThh:mm:ss+hh:mm`: who takes the day off its head has the day that it was there. */
void date_put_moment_at(struct buf *out, int64_t moment, int offset);
/** The present moment: the one place that reads the clock, for cmd/ and server/ only. */
int64_t date_now(void);

#endif
