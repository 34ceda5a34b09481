#include "text/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

bool date_is_leap_year(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_in(int year, unsigned month)
{
    static const unsigned days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return month == 2 && date_is_leap_year(year) ? 29 : days[month - 1];
}

/* `±hh:mm` in seconds east of Greenwich. */
static bool parse_offset(slice text, long *out)
{
    unsigned long hours = 0;
    unsigned long minutes = 0;
    if (text.len != 6 || (text.ptr[0] != '+' && text.ptr[0] != '-') || text.ptr[3] != ':' ||
        !slice_to_number(slice_between(text.ptr + 1, text.ptr + 3), 23, &hours) ||
        !slice_to_number(slice_between(text.ptr + 4, text.ptr + 6), 59, &minutes)) {
        return false;
    }
    long offset = (long)(hours * 3600 + minutes * 60);
    *out = text.ptr[0] == '-' ? -offset : offset;
    return true;
}

/* A name is a path below the folder of zones; no part of it starts with a dot or a slash. */
static bool zone_exists(slice name)
{
    const char *folder = getenv("TZDIR");
    char path[512];
    struct stat status;
    if (name.len == 0 || name.ptr[0] == '/' || slice_find(name, SLICE("..")) < name.len) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '/' && c != '_' && c != '-' && c != '+') {
            return false;
        }
    }
    int n = snprintf(path, sizeof path, "%s/%.*s", folder ? folder : "/usr/share/zoneinfo",
                     SLICE_ARG(name));
    return n > 0 && (size_t)n < sizeof path && stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

bool date_use_zone(slice name)
{
    char value[512];
    long offset = 0;
    if (parse_offset(name, &offset)) {
        /* POSIX counts west of Greenwich as positive. */
        (void)snprintf(value, sizeof value, "<%.3s%.2s>%s%ld:%02ld", name.ptr, name.ptr + 4,
                       offset < 0 ? "+" : "-", labs(offset) / 3600, labs(offset) / 60 % 60);
    } else if (slice_equal(name, SLICE("UTC"))) {
        (void)snprintf(value, sizeof value, "UTC0");
    } else if (zone_exists(name) && name.len < sizeof value - 1) {
        (void)snprintf(value, sizeof value, ":%.*s", SLICE_ARG(name));
    } else {
        return false;
    }
    if (setenv("TZ", value, 1) != 0) {
        return false;
    }
    tzset();
    return true;
}

bool date_parse(slice text, struct date *out)
{
    unsigned long year = 0;
    unsigned long month = 0;
    unsigned long day = 0;
    if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-' ||
        !slice_to_number(slice_head(text, 4), 9999, &year) ||
        !slice_to_number(slice_between(text.ptr + 5, text.ptr + 7), 12, &month) ||
        !slice_to_number(slice_from(text, 8), 31, &day)) {
        return false;
    }
    if (year == 0 || month == 0 || day == 0 || day > days_in((int)year, (unsigned)month)) {
        return false;
    }
    *out = (struct date){ (int)year, (unsigned)month, (unsigned)day };
    return true;
}

static struct tm broken_down(struct date day)
{
    struct tm tm = { 0 };
    tm.tm_year = day.year - 1900;
    tm.tm_mon = (int)day.month - 1;
    tm.tm_mday = (int)day.day;
    tm.tm_isdst = -1;
    return tm;
}

/* Days from 1970-01-01 to `day` in the proleptic Gregorian calendar. */
static int64_t day_number(struct date day)
{
    /* Years are counted from March, so that the leap day is the last of its year. */
    int64_t year = day.month <= 2 ? day.year - 1 : day.year;
    int64_t era = year / 400;
    int64_t of_era = year - era * 400;
    int64_t month = (day.month + 9) % 12;
    int64_t of_year = (153 * month + 2) / 5 + day.day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* `hh:mm[:ss[.frac]]`, what follows it goes into `rest`. */
static bool parse_time(slice text, long *seconds, slice *rest)
{
    unsigned long hour = 0;
    unsigned long minute = 0;
    unsigned long second = 0;
    if (text.len < 5 || text.ptr[2] != ':' || !slice_to_number(slice_head(text, 2), 23, &hour) ||
        !slice_to_number(slice_between(text.ptr + 3, text.ptr + 5), 59, &minute)) {
        return false;
    }
    text = slice_from(text, 5);
    if (text.len >= 3 && text.ptr[0] == ':') {
        if (!slice_to_number(slice_between(text.ptr + 1, text.ptr + 3), 60, &second)) {
            return false;
        }
        text = slice_from(text, 3);
        if (text.len > 0 && text.ptr[0] == '.') {
            size_t i = 1;
            while (i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9') {
                i++;
            }
            if (i == 1) {
                return false;
            }
            text = slice_from(text, i);
        }
    }
    *seconds = (long)(hour * 3600 + minute * 60 + second);
    *rest = text;
    return true;
}

bool date_parse_moment(slice text, int64_t *out)
{
    struct date day;
    long seconds = 0;
    slice zone;
    if (!date_parse(slice_head(text, 10), &day)) {
        return false;
    }
    if (text.len == 10) {
        *out = date_begin(day);
        return true;
    }
    if ((text.ptr[10] != 'T' && text.ptr[10] != 't' && text.ptr[10] != ' ') ||
        !parse_time(slice_from(text, 11), &seconds, &zone)) {
        return false;
    }
    long offset = 0;
    if (zone.len == 0) {
        struct tm tm = broken_down(day);
        tm.tm_hour = (int)(seconds / 3600);
        tm.tm_min = (int)(seconds / 60 % 60);
        tm.tm_sec = (int)(seconds % 60);
        *out = mktime(&tm);
        return true;
    }
    if (!slice_equal_nocase(zone, SLICE("Z")) && !parse_offset(zone, &offset)) {
        return false;
    }
    *out = day_number(day) * 86400 + seconds - offset;
    return true;
}

static struct date day_of(const struct tm *tm)
{
    return (struct date){ tm->tm_year + 1900, (unsigned)tm->tm_mon + 1, (unsigned)tm->tm_mday };
}

struct date date_of(int64_t moment)
{
    time_t t = (time_t)moment;
    struct tm tm = { 0 };
    (void)localtime_r(&t, &tm);
    return day_of(&tm);
}

int date_offset(int64_t moment)
{
    time_t t = (time_t)moment;
    struct tm tm = { 0 };
    (void)localtime_r(&t, &tm);
    return tm.tm_gmtoff % 60 == 0 ? (int)(tm.tm_gmtoff / 60) : 0;
}

int64_t date_begin(struct date day)
{
    struct tm tm = broken_down(day);
    return mktime(&tm);
}

struct date date_next(struct date day)
{
    if (day.day < days_in(day.year, day.month)) {
        day.day++;
    } else if (day.month < 12) {
        day.month++;
        day.day = 1;
    } else {
        day = (struct date){ day.year + 1, 1, 1 };
    }
    return day;
}

int date_compare(struct date a, struct date b)
{
    if (a.year != b.year) {
        return a.year < b.year ? -1 : 1;
    }
    if (a.month != b.month) {
        return a.month < b.month ? -1 : 1;
    }
    return (a.day > b.day) - (a.day < b.day);
}

/* The last `digits` digits of `number`, with zeros before it. */
static void put_padded(struct buf *out, unsigned number, unsigned digits)
{
    char text[4];
    for (unsigned i = digits; i-- > 0; number /= 10) {
        text[i] = (char)('0' + number % 10);
    }
    buf_put(out, (slice){ text, digits });
}

void date_put(struct buf *out, struct date day)
{
    if (day.year < 0 || day.year > 9999) {
        buf_printf(out, "%04d", day.year);
    } else {
        put_padded(out, (unsigned)day.year, 4);
    }
    buf_putc(out, '-');
    put_padded(out, day.month, 2);
    buf_putc(out, '-');
    put_padded(out, day.day, 2);
}

static void put_time(struct buf *out, const struct tm *tm)
{
    date_put(out, day_of(tm));
    buf_putc(out, 'T');
    put_padded(out, (unsigned)tm->tm_hour, 2);
    buf_putc(out, ':');
    put_padded(out, (unsigned)tm->tm_min, 2);
    buf_putc(out, ':');
    put_padded(out, (unsigned)tm->tm_sec, 2);
}

void date_put_moment(struct buf *out, int64_t moment)
{
    date_put_moment_at(out, moment, 0);
}

void date_put_moment_at(struct buf *out, int64_t moment, int offset)
{
    time_t t = (time_t)(moment + (int64_t)offset * 60);
    struct tm tm = { 0 };
    (void)gmtime_r(&t, &tm);
    put_time(out, &tm);
    if (offset == 0) {
        buf_putc(out, 'Z');
        return;
    }
    unsigned minutes = (unsigned)abs(offset);
    buf_putc(out, offset < 0 ? '-' : '+');
    put_padded(out, minutes / 60, 2);
    buf_putc(out, ':');
    put_padded(out, minutes % 60, 2);
}

int64_t date_now(void)
{
    return (int64_t)time(NULL);
}
