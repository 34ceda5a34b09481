#include "export/columns.h"

#include "base/attributes.h"
#include "base/utf8.h"

enum { TAB_COLUMNS = 8 };

static const int32_t ideographic_space = 0x3000;

static bool is_blank(int32_t c)
{
    return c == ' ' || c == ideographic_space;
}

static size_t width_of(int32_t c)
{
    return c >= ' ' && c <= '~' ? 1 : (size_t)utf8_width(c);
}

/* Every byte of `text` that may stand on a line as it is goes out in one piece. */
static void put_safely(struct buf *out, slice text, bool keep_tabs)
{
    size_t column = 0;
    while (text.len > 0) {
        size_t plain = utf8_plain_run(text);
        int32_t c = ' ';
        buf_put(out, slice_head(text, plain));
        column += plain;
        text = slice_from(text, plain);
        if (!utf8_next(&text, &c)) {
            break;
        }
        if (c == '\t' && keep_tabs) {
            size_t blanks = TAB_COLUMNS - column % TAB_COLUMNS;
            buf_fill(out, ' ', blanks);
            column += blanks;
            continue;
        }
        c = c == '\t' || utf8_is_control(c) ? ' ' : c;
        utf8_put(out, c);
        column += width_of(c);
    }
}

/* Without what would become a blank at the beginning. */
static slice trim_start(slice text)
{
    int32_t c = 0;
    slice rest = text;
    while (utf8_next(&rest, &c) && (c == ' ' || c == '\t' || utf8_is_control(c))) {
        text = rest;
    }
    return text;
}

void columns_put_clean(struct buf *out, slice text)
{
    size_t start = out->len;
    put_safely(out, trim_start(text), false);
    while (out->len > start && out->ptr[out->len - 1] == ' ') {
        buf_truncate(out, out->len - 1);
    }
}

void columns_put_verbatim(struct buf *out, slice text)
{
    put_safely(out, slice_trim_end(text), true);
}

size_t columns_of(slice text)
{
    size_t columns = utf8_plain_run(text);
    int32_t c = 0;
    text = slice_from(text, columns);
    while (utf8_next(&text, &c)) {
        columns += width_of(c);
    }
    return columns;
}

/* Ideographs and kana, between which a line may end. Hangul is wide as well, and has blanks. */
static bool is_unspaced(int32_t c)
{
    return (c >= 0x2E80 && c <= 0x312F && !is_blank(c)) || (c >= 0x31A0 && c <= 0x9FFF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFF00 && c <= 0xFF9F) ||
           (c >= 0x20000 && c <= 0x3FFFF);
}

/* What no line begins with: it belongs to what is before it (the usual ones of JIS X 4051). */
static bool ends_something(int32_t c)
{
    static const int32_t closing[] = { 0x3001, 0x3002, 0x3009, 0x300B, 0x300D, 0x300F, 0x3011,
                                       0x3015, 0x3017, 0x30FB, 0x30FC, 0xFF01, 0xFF09, 0xFF0C,
                                       0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F, 0xFF3D, 0xFF5D };
    for (size_t i = 0; i < ARRAY_LENGTH(closing); i++) {
        if (closing[i] == c) {
            return true;
        }
    }
    return false;
}

/* What no line ends with. */
static bool begins_something(int32_t c)
{
    return c == 0x3008 || c == 0x300A || c == 0x300C || c == 0x300E || c == 0x3010 || c == 0x3014 ||
           c == 0x3016 || c == 0xFF08 || c == 0xFF3B || c == 0xFF5B;
}

/* True when a line may end between these two, neither of which is a blank. */
static bool may_part(int32_t before, int32_t after)
{
    return is_unspaced(before) && is_unspaced(after) && !begins_something(before) &&
           !ends_something(after);
}

/* True when `word`, and what follows it, is a URL. Its scheme is near its beginning. */
static bool is_url(slice word)
{
    enum { SCHEME = 32 };
    slice head = slice_head(word, SCHEME);
    int32_t c = 0;
    for (slice rest = head; utf8_next(&rest, &c);) {
        if (is_blank(c)) {
            head = slice_head(head, head.len - rest.len - 1);
            break;
        }
    }
    return slice_find(head, SLICE("://")) < head.len;
}

static slice without_blanks(slice text)
{
    int32_t c = 0;
    slice rest = text;
    while (utf8_next(&rest, &c) && is_blank(c)) {
        text = rest;
    }
    return text;
}

/* Where a line may end, and where the next one begins then. */
struct part {
    size_t end, next;
};

static void take(slice *rest, struct part part, slice *line)
{
    *line = slice_head(*rest, part.end);
    *rest = without_blanks(slice_from(*rest, part.next));
}

bool columns_next(slice *rest, size_t columns, size_t most, slice *line)
{
    slice to_do = *rest;
    struct part part = { 0 }; /* the last one that was seen */
    size_t width = 0;
    size_t word = 0; /* where the word at hand begins */
    int32_t before = ' ';
    int32_t c = 0;
    bool url = false; /* it is too long, and is not broken */
    if (rest->len == 0) {
        return false;
    }
    for (size_t at = 0; utf8_next(&to_do, &c); at = rest->len - to_do.len) {
        size_t after = rest->len - to_do.len;
        if (is_blank(c)) {
            if (!is_blank(before)) {
                part = (struct part){ at, after };
            }
            word = after;
        } else if (at > 0 && may_part(before, c)) {
            part = (struct part){ at, at };
        }
        width += width_of(c);
        before = c;
        bool full = (width > columns && !is_blank(c)) || after > most;
        if (!full) {
            continue;
        }
        if (part.end > 0) {
            take(rest, part, line);
            return true;
        }
        url = url || is_url(slice_from(*rest, word));
        if (at > 0 && (!url || after > most)) {
            take(rest, (struct part){ at, at }, line);
            return true;
        }
    }
    take(rest, (struct part){ is_blank(c) && part.end > 0 ? part.end : rest->len, rest->len },
         line);
    return true;
}
