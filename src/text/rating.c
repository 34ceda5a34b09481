#include "text/rating.h"

#include "base/utf8.h"

/* Scales that somebody uses. `1/2` is none, and neither is a year. */
enum { SCALE_LEAST = 3, SCALE_MOST = 100, STARS = 5, STARS_MOST = 10 };

/* Code points. */
enum { HALF = 0xBD, VARIATION = 0xFE0F };

static bool is_full_star(int32_t c)
{
    return c == 0x2605 || c == 0x2B50 || c == 0x1F31F || c == 0x272D || c == 0x2729;
}

static bool is_half_star(int32_t c)
{
    return c == 0x2BEA || c == 0x2BE8 || c == HALF;
}

static bool is_empty_star(int32_t c)
{
    return c == 0x2606 || c == 0x2730;
}

static bool is_digit(slice text)
{
    return text.len > 0 && text.ptr[0] >= '0' && text.ptr[0] <= '9';
}

/* `rest` without its first code point, which is `c`. */
static bool peek(slice rest, int32_t *c, slice *after)
{
    *after = rest;
    return utf8_next(after, c);
}

/* A decimal number, in thousandths, off the start of `*rest`: three digits and three more. */
static bool take_number(slice *rest, unsigned *number)
{
    unsigned digits = 0;
    unsigned value = 0;
    while (is_digit(*rest) && digits++ < 3) {
        value = value * 10 + (unsigned)(rest->ptr[0] - '0');
        *rest = slice_from(*rest, 1);
    }
    if (digits == 0 || is_digit(*rest)) {
        return false;
    }
    value *= 1000;
    int32_t c = 0;
    slice after;
    if (peek(*rest, &c, &after) && c == HALF) {
        *rest = after;
        value += 500;
    } else if ((c == '.' || c == ',') && is_digit(after)) {
        unsigned unit = 1000;
        *rest = after;
        while (is_digit(*rest)) {
            unit /= 10;
            value += unit * (unsigned)(rest->ptr[0] - '0');
            *rest = slice_from(*rest, 1);
        }
    }
    *number = value;
    return true;
}

static bool take_word(slice *rest, const char *word)
{
    const slice wanted = slice_of(word);
    slice text = slice_trim(*rest);
    if (text.len < wanted.len || !slice_equal_nocase(slice_head(text, wanted.len), wanted)) {
        return false;
    }
    *rest = slice_trim(slice_from(text, wanted.len));
    return true;
}

/* What follows a rating says more about it, and is no part of a longer number or of a date. */
static bool ends(slice rest)
{
    int32_t c = 0;
    slice after;
    if (!peek(rest, &c, &after)) {
        return true;
    }
    if (c == '/' || (c == '.' && is_digit(after))) {
        return false;
    }
    return utf8_class(c) != UTF8_LETTER && utf8_class(c) != UTF8_MARK;
}

static bool share(unsigned points, unsigned scale, unsigned *thousandths)
{
    if (scale < SCALE_LEAST * 1000 || scale > SCALE_MOST * 1000 || points > scale) {
        return false;
    }
    *thousandths = (unsigned)((1000ull * points + scale / 2) / scale);
    return true;
}

/* `9/10`, `4.5 out of 5`, `85 %`, `4 stars`. */
static bool parse_number(slice rest, unsigned *thousandths)
{
    unsigned points = 0;
    unsigned scale = 0;
    if (!take_number(&rest, &points)) {
        return false;
    }
    if (take_word(&rest, "%")) {
        return ends(rest) && share(points, 100 * 1000, thousandths);
    }
    if (take_word(&rest, "/") || take_word(&rest, "out of ") || take_word(&rest, "of ")) {
        return take_number(&rest, &scale) && ends(rest) && share(points, scale, thousandths);
    }
    if (take_word(&rest, "stars") || take_word(&rest, "star") || take_word(&rest, "\xE2\x98\x85")) {
        if (take_word(&rest, "out of ") || take_word(&rest, "of ")) {
            return take_number(&rest, &scale) && ends(rest) && share(points, scale, thousandths);
        }
        return ends(rest) && share(points, STARS * 1000, thousandths);
    }
    return false;
}

/* Full stars, then at most one half, then empty ones. */
static bool parse_stars(slice rest, unsigned *thousandths)
{
    unsigned full = 0;
    unsigned half = 0;
    unsigned empty = 0;
    int32_t c = 0;
    slice after;
    while (peek(rest, &c, &after)) {
        if (is_full_star(c) && half + empty == 0) {
            full++;
        } else if (is_half_star(c) && half + empty == 0) {
            half++;
        } else if (is_empty_star(c)) {
            empty++;
        } else if (c != VARIATION) {
            break;
        }
        rest = after;
    }
    const unsigned drawn = full + half + empty;
    if (full + empty == 0 || drawn > STARS_MOST) {
        return false;
    }
    /* Who draws the empty ones says how many there are. */
    const unsigned scale = empty > 0 || drawn > STARS ? drawn : STARS;
    return ends(rest) && share(full * 1000 + half * 500, scale * 1000, thousandths);
}

bool rating_parse(slice text, unsigned *thousandths)
{
    text = slice_trim(text);
    return is_digit(text) ? parse_number(text, thousandths) : parse_stars(text, thousandths);
}
