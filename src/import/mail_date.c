#include "import/mail_date.h"

#include "text/date.h"

static const char months[] = "jan feb mar apr may jun jul aug sep oct nov dec ";

/* RFC 822, section 5.1: zones with a name, and hours to the west. */
static const struct {
    slice name;
    int hours;
} zones[] = {
    { SLICE_INIT("EST"), 5 }, { SLICE_INIT("EDT"), 4 }, { SLICE_INIT("CST"), 6 },
    { SLICE_INIT("CDT"), 5 }, { SLICE_INIT("MST"), 7 }, { SLICE_INIT("MDT"), 6 },
    { SLICE_INIT("PST"), 8 }, { SLICE_INIT("PDT"), 7 },
};

static slice next_word(slice *rest)
{
    slice word = SLICE_EMPTY;
    while (rest->len > 0 && word.len == 0) {
        if (!slice_next_piece(rest, ' ', &word)) {
            break;
        }
        word = slice_trim(word);
    }
    return word;
}

/* 1 to 12, or 0. Longer names count by their first three letters. */
static unsigned month_of(slice word)
{
    for (unsigned i = 0; i < 12 && word.len >= 3; i++) {
        if (slice_equal_nocase(slice_head(word, 3), (slice){ months + (size_t)i * 4, 3 })) {
            return i + 1;
        }
    }
    return 0;
}

/* `13:00` or `13:00:05`. */
static bool take_time(slice word, unsigned long time[3])
{
    slice piece;
    size_t count = 0;
    time[2] = 0;
    while (count < 3 && slice_next_piece(&word, ':', &piece)) {
        if (piece.len > 2 || !slice_to_number(piece, count == 0 ? 23 : 60, &time[count])) {
            return false;
        }
        count++;
    }
    return count >= 2 && word.len == 0 && time[1] < 60;
}

static void put_zone(struct buf *out, slice zone)
{
    unsigned long number = 0;
    if (zone.len > 0 && (zone.ptr[0] == '+' || zone.ptr[0] == '-')) {
        slice hours = slice_head(slice_from(zone, 1), 2);
        slice minutes = slice_from(zone, zone.len == 6 && zone.ptr[3] == ':' ? 4 : 3);
        if (hours.len == 2 && minutes.len == 2 && slice_to_number(hours, 23, &number) &&
            slice_to_number(minutes, 59, &number)) {
            buf_printf(out, "%c%.*s:%.*s", zone.ptr[0], SLICE_ARG(hours), SLICE_ARG(minutes));
            return;
        }
    }
    for (size_t i = 0; i < ARRAY_LENGTH(zones); i++) {
        if (slice_equal_nocase(zone, zones[i].name)) {
            buf_printf(out, "-%02d:00", zones[i].hours);
            return;
        }
    }
    buf_putc(out, 'Z');
}

bool mail_date_put(struct buf *out, slice text)
{
    unsigned long day = 0;
    unsigned long year = 0;
    unsigned long time[3];
    int64_t moment = 0;
    slice rest = text;
    slice word = next_word(&rest);
    if (slice_ends_with(word, SLICE(","))) {
        word = next_word(&rest);
    }
    slice year_word;
    if (!slice_to_number(word, 31, &day)) {
        return false;
    }
    unsigned month = month_of(next_word(&rest));
    year_word = next_word(&rest);
    if (month == 0 || !slice_to_number(year_word, 9999, &year) ||
        !take_time(next_word(&rest), time)) {
        return false;
    }
    if (year_word.len <= 3) {
        year += year < 50 ? 2000 : 1900;
    }
    size_t begin = out->len;
    /* A leap second is written as the one before: readers of dates know no 60. */
    buf_printf(out, "%04lu-%02u-%02luT%02lu:%02lu:%02lu", year, month, day, time[0], time[1],
               time[2] == 60 ? 59 : time[2]);
    put_zone(out, next_word(&rest));
    if (!date_parse_moment(slice_from(buf_slice(out), begin), &moment)) {
        buf_truncate(out, begin);
        return false;
    }
    return true;
}
