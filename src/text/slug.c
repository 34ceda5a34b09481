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

/* NFKC_Casefold, in decomposed form. */
static const utf8proc_option_t fold =
    (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD |
                        UTF8PROC_IGNORE);

/* A slug on its way: at most `size` bytes of it. */
struct words {
    char *room;
    size_t size, len;
    bool after_plain; /* the letter before is one that loses its marks */
    bool gap;         /* what is neither letter nor mark stands before the next letter */
    bool full;
};

static void put_encoded(struct words *words, int32_t c)
{
    utf8proc_uint8_t bytes[4];
    const size_t length = (size_t)utf8proc_encode_char(c, bytes);
    words->full = words->full || length > words->size - words->len;
    for (size_t i = 0; !words->full && i < length; i++) {
        words->room[words->len++] = (char)bytes[i];
    }
}

static void put(struct words *words, int32_t c)
{
    if (c < 0x80 && words->len < words->size) {
        words->room[words->len++] = (char)c;
    } else {
        put_encoded(words, c);
    }
}

static void add_letter(struct words *words, int32_t c)
{
    if (words->gap && words->len > 0) {
        put(words, '-');
    }
    words->gap = false;
    words->after_plain = loses_accents(c);
    put(words, c);
}

static void add_gap(struct words *words)
{
    words->gap = true;
    words->after_plain = false;
}

/* An apostrophe inside a word is no gap: don't -> dont, L'Avventura -> lavventura. */
static bool is_apostrophe(int32_t c)
{
    return c == '\'' || c == 0x2019;
}

/* Add a folded code point: without the marks of scripts that lose them, other text as it is, and
 * runs of what is neither letter nor mark as one hyphen. */
static void add(struct words *words, int32_t c)
{
    const enum utf8_class class = utf8_class(c);
    if (class == UTF8_MARK && words->after_plain) {
        return;
    }
    if (class == UTF8_LETTER || (class == UTF8_MARK && words->len > 0 && !words->gap)) {
        add_letter(words, c);
    } else if (!is_apostrophe(c)) {
        add_gap(words);
    }
}

static void add_ascii(struct words *words, char c)
{
    c = ascii_lower(c);
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
        add_letter(words, c);
    } else if (!is_apostrophe(c)) {
        add_gap(words);
    }
}

/* Letters that fold to themselves, and are put together again when they were taken apart: Hangul,
 * Han and kana. */
static bool folds_to_itself(int32_t c)
{
    return (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0x4E00 && c <= 0x9FEF) ||
           (c >= 0x3041 && c <= 0x3096) || (c >= 0x30A1 && c <= 0x30FA);
}

/* Latin, Greek and Cyrillic, of which nearly all that they are folded to stands by itself once it
 * has lost its marks. */
static bool is_european(int32_t c)
{
    return c < 0x250 || (c >= 0x370 && c <= 0x482) || (c >= 0x48A && c <= 0x52F) ||
           (c >= 0x1E00 && c <= 0x1FFF);
}

/* Fold and add one code point. False when a mark stays, which would have to be composed. */
static bool add_folded(struct words *words, int32_t c)
{
    int32_t folded[8];
    int bound = 0;
    utf8proc_ssize_t count = utf8proc_decompose_char(c, folded, ARRAY_LENGTH(folded), fold, &bound);
    for (utf8proc_ssize_t i = 0; i < count && i < (utf8proc_ssize_t)ARRAY_LENGTH(folded); i++) {
        if (utf8_class(folded[i]) == UTF8_MARK && !words->after_plain && !words->gap) {
            return false;
        }
        add(words, folded[i]);
    }
    return true;
}

/* Add a text that can be folded code point by code point, as most can. False when this is none. */
static bool add_simple(struct words *words, slice text)
{
    size_t at = 0;
    while (!words->full && at < text.len) {
        int32_t c = 0;
        if ((unsigned char)text.ptr[at] < 0x80) {
            add_ascii(words, text.ptr[at++]);
            continue;
        }
        const size_t used = utf8_decode(slice_from(text, at), &c);
        if (used > 0 && (folds_to_itself(c) || (c >= 0x2010 && c <= 0x2027))) {
            add(words, c); /* dashes, quotation marks, dots: no letters, however they fold */
        } else if (used == 0 || !is_european(c) || !add_folded(words, c)) {
            return false;
        }
        at += used;
    }
    return true;
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

/* Put the slug of any text: all of it is folded, marks in canonical order, and composed again. */
static void put_any(struct buf *out, slice text, size_t max)
{
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t length =
        utf8proc_map((const utf8proc_uint8_t *)text.ptr, (utf8proc_ssize_t)text.len, &folded, fold);
    if (length < 0 || folded == NULL) {
        free(folded);
        out->failed = out->failed || length == UTF8PROC_ERROR_NOMEM;
        return;
    }
    struct buf room;
    buf_init(&room, max * 64 + 256);
    struct words words = { .room = buf_room(&room, room.max), .size = room.max };
    slice rest = { (const char *)folded, (size_t)length };
    int32_t c = 0;
    while (words.room != NULL && utf8_next(&rest, &c)) {
        add(&words, c);
    }
    free(folded);

    utf8proc_uint8_t *composed = NULL;
    length = utf8proc_map((const utf8proc_uint8_t *)words.room, (utf8proc_ssize_t)words.len,
                          &composed, (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    if (length >= 0 && composed != NULL) {
        buf_put(out, cut((slice){ (const char *)composed, (size_t)length }, max));
    }
    free(composed);
    out->failed = out->failed || room.failed || words.full;
    buf_release(&room);
}

void slug_put(struct buf *out, slice text, size_t max)
{
    /* A code point more than there is room for: what stands there decides where it is cut. */
    char room[LIMIT_SLUG + 4];
    struct words words = { .room = room, .size = sizeof room };
    /* The slug of a long text is made of its head: 16 bytes of text a byte of slug are plenty, and
     * a line of 64 kB costs no more than a title. */
    text = utf8_head(text, max * 16);
    if (max <= LIMIT_SLUG && add_simple(&words, text)) {
        buf_put(out, cut((slice){ room, words.len }, max));
    } else {
        put_any(out, text, max);
    }
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
