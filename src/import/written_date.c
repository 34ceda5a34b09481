#include "import/written_date.h"

#include "text/date.h"

/* The longest way to write a day, with its weekday and words before it. */
enum { LONGEST = 60 };

static bool is_separator(char c)
{
    return c == ' ' || c == ',' || c == '.' || c == '-';
}

/* `name` is `whole`, or the head of it from three letters on: Sep, Sept, September. */
static bool is_short_for(slice name, const char *whole)
{
    return name.len >= 3 && slice_equal_nocase(name, slice_head(slice_of(whole), name.len));
}

static unsigned long month_number(slice name)
{
    static const char *const months[12] = {
        "January", "February", "March",     "April",   "May",      "June",
        "July",    "August",   "September", "October", "November", "December",
    };
    for (unsigned i = 0; i < ARRAY_LENGTH(months); i++) {
        if (is_short_for(name, months[i])) {
            return i + 1;
        }
    }
    return 0;
}

static bool is_passed_over(slice word)
{
    static const char *const words[] = {
        "on",        "posted",   "published", "date",     "Monday", "Tuesday",
        "Wednesday", "Thursday", "Friday",    "Saturday", "Sunday",
    };
    for (unsigned i = 0; i < ARRAY_LENGTH(words); i++) {
        if (slice_equal_nocase(word, slice_of(words[i])) || is_short_for(word, words[i])) {
            return true;
        }
    }
    return false;
}

/* 12, 12th, 1st. */
static bool to_day(slice word, unsigned long *day)
{
    size_t digits = 0;
    while (digits < word.len && word.ptr[digits] >= '0' && word.ptr[digits] <= '9') {
        digits++;
    }
    slice ending = slice_from(word, digits);
    bool ordinal =
        slice_equal_nocase(ending, SLICE("st")) || slice_equal_nocase(ending, SLICE("nd")) ||
        slice_equal_nocase(ending, SLICE("rd")) || slice_equal_nocase(ending, SLICE("th"));
    return (ending.len == 0 || ordinal) && digits <= 2 &&
           slice_to_number(slice_head(word, digits), 31, day);
}

static bool next_part(slice *rest, slice *part)
{
    size_t begin = 0;
    while (begin < rest->len && is_separator(rest->ptr[begin])) {
        begin++;
    }
    size_t end = begin;
    while (end < rest->len && !is_separator(rest->ptr[end])) {
        end++;
    }
    *part = slice_between(rest->ptr + begin, rest->ptr + end);
    *rest = slice_from(*rest, end);
    return part->len > 0;
}

bool written_date_put(struct buf *out, slice text)
{
    unsigned long year = 0;
    unsigned long month = 0;
    unsigned long day = 0;
    bool named = false; /* the month has a name, so the order of day and month is clear */
    slice part;
    if (text.len == 0 || text.len > LONGEST) {
        return false;
    }
    while (next_part(&text, &part)) {
        if (slice_ends_with(part, SLICE(":"))) {
            part = slice_head(part, part.len - 1);
        }
        unsigned long number = 0;
        if (month == 0 && month_number(part) != 0) {
            month = month_number(part);
            named = true;
        } else if (year == 0 && part.len == 4 && slice_to_number(part, 9999, &number)) {
            year = number;
        } else if (!named && month == 0 && year != 0 && to_day(part, &number) && number <= 12) {
            month = number;
        } else if (day == 0 && (named || month != 0 || year == 0) && to_day(part, &number)) {
            day = number;
        } else if (!is_passed_over(part)) {
            return false;
        }
    }
    if (year < 1000 || month == 0 || day == 0) {
        return false;
    }
    struct buf written;
    struct date ignored;
    buf_init(&written, 16);
    date_put(&written, (struct date){ (int)year, (unsigned)month, (unsigned)day });
    bool exists = date_parse(buf_slice(&written), &ignored);
    if (exists) {
        buf_put(out, buf_slice(&written));
    }
    buf_release(&written);
    return exists;
}
