#include "text/xml.h"

#include "base/eight.h"
#include "base/utf8.h"

#include <string.h>

/* Of these it has to be looked at what they are. */
static bool is_plain(char c)
{
    return c >= ' ' && c < 0x7F && c != '&' && c != '<' && c != '>' && c != '"';
}

/* Two pairs of the four differ in one bit. */
static bool are_plain(uint64_t eight)
{
    return eight_are_plain(eight) && !eight_have(eight & ~EIGHT('"' ^ '&'), '"') &&
           !eight_have(eight & ~EIGHT('<' ^ '>'), '<');
}

/* How many bytes at the head of `text` stand for themselves and need no second look: most of them.
 */
static size_t plain_bytes(slice text)
{
    size_t at = 0;
    while (text.len - at >= 8 && are_plain(eight_load(text.ptr + at))) {
        at += 8;
    }
    while (at < text.len && is_plain(text.ptr[at])) {
        at++;
    }
    return at;
}

/* XML 1.0, 2.2: what is no character there, and controls, of which readers make nothing good. An
 * ill-formed byte has come as U+FFFD. */
static bool is_bad(int32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0xFFFD && c <= 0xFFFF);
}

/* What stands for `c`; the empty slice when it stands for itself. */
static slice replacement(int32_t c)
{
    switch (c) {
    case '&':
        return SLICE("&amp;");
    case '<':
        return SLICE("&lt;");
    case '>':
        return SLICE("&gt;");
    case '"':
        return SLICE("&quot;");
    case '\n':
    case '\t':
        return SLICE_EMPTY;
    default:
        return is_bad(c) ? SLICE("\xEF\xBF\xBD") : SLICE_EMPTY; /* U+FFFD */
    }
}

/* The length of the head of `text` that stands for itself. What comes next is taken off `*rest`,
 * and `*instead` stands for it; at the end both are empty. */
static size_t plain_head(slice text, slice *rest, slice *instead)
{
    size_t at = 0;
    *instead = SLICE_EMPTY;
    *rest = SLICE_EMPTY;
    for (;;) {
        at += plain_bytes(slice_from(text, at));
        if (at == text.len) {
            break;
        }
        int32_t c = 0;
        *rest = slice_from(text, at);
        (void)utf8_next(rest, &c);
        *instead = replacement(c);
        if (instead->len > 0) {
            return at;
        }
        at = text.len - rest->len;
    }
    *rest = SLICE_EMPTY;
    return at;
}

void xml_put(struct buf *out, slice text)
{
    while (text.len > 0) {
        slice rest;
        slice instead;
        buf_put(out, slice_head(text, plain_head(text, &rest, &instead)));
        buf_put(out, instead);
        text = rest;
    }
}

void xml_escape(struct buf *out, size_t start)
{
    size_t extra = 0;
    slice text = slice_from(buf_slice(out), start);
    while (text.len > 0) {
        slice rest;
        slice instead;
        size_t head = plain_head(text, &rest, &instead);
        extra += instead.len - (text.len - head - rest.len);
        text = rest;
    }
    if (extra == 0 || buf_room(out, extra) == NULL) {
        return;
    }
    /* What is read starts out that far ahead of what is written, and is caught up with at the end:
     * nothing becomes shorter. */
    size_t length = out->len - start;
    memmove(out->ptr + start + extra, out->ptr + start, length);
    char *to = out->ptr + start;
    text = (slice){ to + extra, length };
    while (text.len > 0) {
        slice rest;
        slice instead;
        size_t head = plain_head(text, &rest, &instead);
        memmove(to, text.ptr, head);
        if (instead.len > 0) {
            memcpy(to + head, instead.ptr, instead.len);
        }
        to += head + instead.len;
        text = rest;
    }
    buf_added(out, extra);
}
