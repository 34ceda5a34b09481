#include "text/slug.h"

#include "base/limits.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <utf8proc.h>

/* Scripts whose accents are taken off: there a letter without its accent is what people type. In
 * others (Devanagari, Hangul in pieces, Thai, …) a mark is part of the word. */
static bool loses_accents(int32_t c)
{
    return (c >= 'A' && c <= 'z') || (c >= 0xC0 && c <= 0x24F) || (c >= 0x370 && c <= 0x52F) ||
           (c >= 0x1E00 && c <= 0x1FFF);
}

/* What NFKC_Casefold leaves for one code point, as UTF-8 that the caller frees. */
static utf8proc_uint8_t *fold_text(slice text, utf8proc_ssize_t *length)
{
    utf8proc_uint8_t *folded = NULL;
    *length =
        utf8proc_map((const utf8proc_uint8_t *)text.ptr, (utf8proc_ssize_t)text.len, &folded,
                     (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE |
                                         UTF8PROC_CASEFOLD | UTF8PROC_IGNORE));
    return folded;
}

/* Append `folded` (decomposed) without the marks of scripts that lose them, other text as it is,
 * and runs of what is neither letter nor mark as one hyphen. */
static void put_words(struct buf *out, slice folded)
{
    bool after_plain = false; /* the letter before is one that loses its marks */
    bool gap = false;
    int32_t c = 0;
    while (utf8_next(&folded, &c)) {
        enum utf8_class class = utf8_class(c);
        if (class == UTF8_MARK && after_plain) {
            continue;
        }
        /* An apostrophe inside a word is no gap: don't -> dont, L'Avventura -> lavventura. */
        if (c == '\'' || c == 0x2019) {
            continue;
        }
        if (class != UTF8_LETTER && !(class == UTF8_MARK && out->len > 0 && !gap)) {
            gap = true;
            after_plain = false;
            continue;
        }
        if (gap && out->len > 0) {
            buf_putc(out, '-');
        }
        gap = false;
        after_plain = loses_accents(c);
        utf8_put(out, c);
    }
}

/* Cut to `max` bytes, after a whole word where the words allow it. */
static slice cut(slice slug, size_t max)
{
    if (slug.len <= max) {
        return slug;
    }
    slice head = utf8_head(slug, max);
    if (slug.ptr[head.len] == '-') {
        return head;
    }
    size_t end = head.len;
    while (end > 0 && head.ptr[end - 1] != '-') {
        end--;
    }
    return end > 1 ? slice_head(head, end - 1) : head;
}

/* The first `size` bytes of the slug of ASCII, where nothing folds or composes. */
static slice ascii_words(slice text, char *room, size_t size)
{
    size_t len = 0;
    bool gap = false;
    for (size_t i = 0; i < text.len && len < size; i++) {
        const char c = ascii_lower(text.ptr[i]);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            if (gap && len > 0) {
                room[len++] = '-';
            }
            if (len < size) {
                room[len++] = c;
            }
            gap = false;
        } else if (c != '\'') {
            gap = true;
        }
    }
    return (slice){ room, len };
}

void slug_put(struct buf *out, slice text, size_t max)
{
    /* The slug of a long text is made of its head: 16 bytes of text a byte of slug are plenty, and
     * a line of 64 kB costs no more than a title. */
    text = utf8_head(text, max * 16);
    /* One byte more than there is room for: whether a word ends there decides where it is cut. */
    char room[LIMIT_SLUG + 1];
    if (max <= LIMIT_SLUG && utf8_is_ascii(text)) {
        buf_put(out, cut(ascii_words(text, room, max + 1), max));
        return;
    }
    utf8proc_ssize_t length = 0;
    utf8proc_uint8_t *folded = fold_text(text, &length);
    if (length < 0 || folded == NULL) {
        free(folded);
        out->failed = out->failed || length == UTF8PROC_ERROR_NOMEM;
        return;
    }
    struct buf words;
    buf_init(&words, max * 64 + 256);
    put_words(&words, (slice){ (const char *)folded, (size_t)length });
    free(folded);

    utf8proc_uint8_t *composed = NULL;
    length = utf8proc_map((const utf8proc_uint8_t *)buf_string(&words), (utf8proc_ssize_t)words.len,
                          &composed, (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    if (length >= 0 && composed != NULL) {
        slice slug = cut((slice){ (const char *)composed, (size_t)length }, max);
        buf_put(out, slug);
    }
    free(composed);
    out->failed = out->failed || words.failed;
    buf_release(&words);
}

slice slug_make(struct arena *arena, slice text)
{
    struct buf out;
    buf_init(&out, LIMIT_SLUG * 4);
    slug_put(&out, text, LIMIT_SLUG);
    slice slug = arena_copy(arena, buf_slice(&out));
    buf_release(&out);
    return slug;
}

/* Code points as `x1f468-200d-1f469`, whole ones only, in at most `max` bytes. */
static void put_code_points(struct buf *out, slice text, size_t max)
{
    int32_t c = 0;
    buf_putc(out, 'x');
    while (utf8_next(&text, &c)) {
        if ((c >= 0xFE00 && c <= 0xFE0F) || utf8_class(c) == UTF8_SPACE) {
            continue;
        }
        size_t before = out->len;
        buf_printf(out, before > 1 ? "-%x" : "%x", (unsigned)c);
        if (out->len > max) {
            buf_truncate(out, before);
            break;
        }
    }
}

slice slug_make_never_empty(struct arena *arena, slice text)
{
    slice slug = slug_make(arena, text);
    if (slug.len > 0) {
        return slug;
    }
    struct buf out;
    buf_init(&out, LIMIT_SLUG * 4);
    put_code_points(&out, text, LIMIT_SLUG);
    slug = arena_copy(arena, buf_slice(&out));
    buf_release(&out);
    return slug;
}
