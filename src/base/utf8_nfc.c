/* utf8_nfc.c: Normalization Form C of texts that are in it mostly. */
#include "base/utf8.h"

#include <utf8proc.h>

/* Bytes of the parts that are composed without asking for memory, most of them single words; and
 * how many times as many bytes than before composed text may have at most. */
enum { USUAL_PART = 128, MOST_GROWTH = 3 };

bool utf8_stands_alone(int32_t c)
{
    static const struct {
        int32_t first, last;
    } ranges[] = {
        { 0x38E, 0x3A1 },     /* Greek */
        { 0x3A3, 0x482 },     /* Greek, Cyrillic */
        { 0x48A, 0x52F },     /* Cyrillic */
        { 0x531, 0x556 },     /* Armenian */
        { 0x561, 0x587 },     /* Armenian */
        { 0x5D0, 0x5EA },     /* Hebrew */
        { 0x620, 0x64A },     /* Arabic */
        { 0x660, 0x66F },     /* Arabic */
        { 0x671, 0x6D3 },     /* Arabic */
        { 0x904, 0x939 },     /* Devanagari */
        { 0xE01, 0xE30 },     /* Thai */
        { 0xE3F, 0xE46 },     /* Thai */
        { 0x10D0, 0x10FF },   /* Georgian */
        { 0x1E00, 0x1EFF },   /* Latin */
        { 0x2002, 0x2064 },   /* punctuation */
        { 0x20A0, 0x20BF },   /* currencies */
        { 0x2190, 0x2328 },   /* arrows, signs */
        { 0x232B, 0x2426 },   /* signs */
        { 0x2460, 0x2ADB },   /* signs */
        { 0x3000, 0x3029 },   /* CJK punctuation */
        { 0x3041, 0x3096 },   /* Hiragana */
        { 0x309B, 0x30FF },   /* Katakana */
        { 0x3105, 0x312F },   /* Bopomofo */
        { 0xFF01, 0xFF9D },   /* full width */
        { 0x1F000, 0x1FAFF }, /* emoji */
        { 0x20000, 0x2A6DF }, /* Han */
    };
    size_t low = 0;
    size_t high = ARRAY_LENGTH(ranges);
    /* Latin, Hangul and Han are met most. */
    if (c < 0x300 || (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0x3400 && c <= 0x9FFF)) {
        return true;
    }
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (c > ranges[middle].last) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < ARRAY_LENGTH(ranges) && c >= ranges[low].first;
}

/*
 * Take the next part off `*rest` that may not be in NFC: code points that do not stand alone, with
 * the one before them, which they may join. What stands alone bounds it, so it can be composed
 * without the rest of the text. False when there is none.
 */
static bool next_part(slice *rest, slice *part)
{
    const char *begin = rest->ptr;
    int32_t c = 0;
    for (;;) {
        const size_t plain = utf8_plain_run(*rest);
        if (plain > 0) {
            begin = rest->ptr + plain - 1;
            *rest = slice_from(*rest, plain);
        }
        const char *at = rest->ptr;
        if (!utf8_next(rest, &c)) {
            return false;
        }
        if (!utf8_stands_alone(c)) {
            break;
        }
        begin = at;
    }
    slice after = *rest;
    while (utf8_next(&after, &c) && !utf8_stands_alone(c)) {
        *rest = after;
    }
    *part = slice_between(begin, rest->ptr);
    return true;
}

/* `part` in NFC, in `room`; `part` itself when there is too little of it. */
static slice compose(slice part, int32_t *room, size_t count)
{
    const utf8proc_option_t options = (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    utf8proc_ssize_t points =
        utf8proc_decompose((const utf8proc_uint8_t *)part.ptr, (utf8proc_ssize_t)part.len, room,
                           (utf8proc_ssize_t)count, options);
    /* Encoding is done in place, and puts a NUL behind the last byte. */
    if (points < 0 || (size_t)points >= count) {
        return part;
    }
    utf8proc_ssize_t length = utf8proc_reencode(room, points, options);
    return length < 0 ? part : (slice){ (const char *)room, (size_t)length };
}

/* Put `part` in NFC to `out` with what is before it, from `*done` on, unless it is so already. */
static void put_composed(slice part, const char **done, struct buf *out)
{
    int32_t room[2 * USUAL_PART + 1];
    struct arena scratch;
    arena_init(&scratch);
    slice composed = part.len <= USUAL_PART
                         ? compose(part, room, ARRAY_LENGTH(room))
                         : compose(part, arena_array(&scratch, 2 * part.len + 1, sizeof *room),
                                   2 * part.len + 1);
    if (!slice_equal(composed, part)) {
        buf_put(out, slice_between(*done, part.ptr));
        buf_put(out, composed);
        *done = part.ptr + part.len;
    }
    arena_release(&scratch);
}

slice utf8_nfc(struct arena *arena, slice text)
{
    struct buf out;
    slice result = text;
    slice rest = text;
    slice part;
    const char *done = text.ptr;
    buf_init(&out, MOST_GROWTH * text.len);
    while (next_part(&rest, &part)) {
        put_composed(part, &done, &out);
    }
    if (done != text.ptr) {
        buf_put(&out, slice_between(done, text.ptr + text.len));
        result = out.failed ? text : arena_copy(arena, buf_slice(&out));
    }
    buf_release(&out);
    return result;
}

slice utf8_nfc_in(slice text, int32_t *room, size_t count)
{
    slice rest = text;
    slice part;
    return next_part(&rest, &part) ? compose(text, room, count) : text;
}
