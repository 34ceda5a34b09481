#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* Length of the well-formed sequence at the start of `s`, or 0 (RFC 3629, section 4). */
static size_t sequence(slice s, int32_t *code_point)
{
    if (s.len > 0 && (unsigned char)s.ptr[0] < 0x80) {
        *code_point = (unsigned char)s.ptr[0];
        return 1;
    }
    utf8proc_int32_t decoded = -1;
    utf8proc_ssize_t given = s.len > 4 ? 4 : (utf8proc_ssize_t)s.len;
    utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)s.ptr, given, &decoded);
    if (used <= 0 || decoded < 0) {
        return 0;
    }
    *code_point = decoded;
    return (size_t)used;
}

bool utf8_is_ascii(slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.ptr[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

size_t utf8_find_invalid(slice s)
{
    size_t at = 0;
    int32_t ignored = 0;
    while (at < s.len) {
        size_t used = sequence(slice_from(s, at), &ignored);
        if (used == 0) {
            return at;
        }
        at += used;
    }
    return s.len;
}

bool utf8_next(slice *rest, int32_t *code_point)
{
    if (rest->len == 0) {
        return false;
    }
    size_t used = sequence(*rest, code_point);
    if (used == 0) {
        *code_point = 0xFFFD;
        used = 1;
    }
    *rest = slice_from(*rest, used);
    return true;
}

size_t utf8_length(slice s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++) {
        count += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
    }
    return count;
}

int utf8_width(int32_t code_point)
{
    return utf8proc_charwidth(code_point);
}

void utf8_put(struct buf *buf, int32_t code_point)
{
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t length = utf8proc_encode_char(code_point, bytes);
    buf_put(buf, (slice){ (const char *)bytes, (size_t)length });
}

/* Code points that are allowed in NFC and never join the one before them (NFC_Quick_Check=Yes of
 * Unicode Annex 15, section 9), of those scripts in which most texts are written. */
static bool is_always_nfc(int32_t c)
{
    return c < 0x300 ||                                                    /* Latin */
           (c >= 0x400 && c <= 0x482) ||                                   /* Cyrillic */
           (c >= 0x2010 && c <= 0x2027) || (c >= 0x2030 && c <= 0x205E) || /* punctuation */
           (c >= 0x3041 && c <= 0x3096) || (c >= 0x30A1 && c <= 0x30FA) || /* kana */
           (c >= 0x4E00 && c <= 0x9FFF) ||                                 /* Han */
           (c >= 0xAC00 && c <= 0xD7A3);                                   /* Hangul */
}

/* Most texts are in NFC already, and looking is ten times faster than composing. */
static bool is_surely_nfc(slice text)
{
    int32_t c = 0;
    while (text.len > 0) {
        if ((unsigned char)text.ptr[0] < 0x80) {
            text.ptr++;
            text.len--;
        } else if (utf8_next(&text, &c) && !is_always_nfc(c)) {
            return false;
        }
    }
    return true;
}

slice utf8_nfc(struct arena *arena, slice text)
{
    if (is_surely_nfc(text)) {
        return text;
    }
    utf8proc_uint8_t *composed = NULL;
    utf8proc_ssize_t length =
        utf8proc_map((const utf8proc_uint8_t *)text.ptr, (utf8proc_ssize_t)text.len, &composed,
                     (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    if (length < 0 || composed == NULL) {
        free(composed);
        return text;
    }
    slice normal = { (const char *)composed, (size_t)length };
    slice result = slice_equal(normal, text) ? text : arena_copy(arena, normal);
    free(composed);
    return result;
}

slice utf8_nfc_in(slice text, int32_t *room, size_t count)
{
    const utf8proc_option_t options = (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (is_surely_nfc(text)) {
        return text;
    }
    utf8proc_ssize_t points =
        utf8proc_decompose((const utf8proc_uint8_t *)text.ptr, (utf8proc_ssize_t)text.len, room,
                           (utf8proc_ssize_t)count, options);
    /* Encoding is done in place, and puts a NUL behind the last byte. */
    if (points < 0 || (size_t)points >= count) {
        return text;
    }
    utf8proc_ssize_t length = utf8proc_reencode(room, points, options);
    return length < 0 ? text : (slice){ (const char *)room, (size_t)length };
}

static enum utf8_class ascii_class(int32_t c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
        return UTF8_LETTER;
    }
    return c == ' ' || c == '\t' ? UTF8_SPACE : UTF8_OTHER;
}

enum utf8_class utf8_class(int32_t code_point)
{
    if (code_point >= 0 && code_point < 0x80) {
        return ascii_class(code_point);
    }
    switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return UTF8_LETTER;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        return UTF8_MARK;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return UTF8_SPACE;
    default:
        return UTF8_OTHER;
    }
}

bool utf8_is_upper(int32_t code_point)
{
    utf8proc_category_t category = utf8proc_category(code_point);
    return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LT;
}

bool utf8_is_digit(int32_t code_point)
{
    return utf8proc_category(code_point) == UTF8PROC_CATEGORY_ND;
}

bool utf8_is_control(int32_t code_point)
{
    if (code_point == '\t') {
        return false;
    }
    return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0) || code_point == 0x2028 ||
           code_point == 0x2029;
}

size_t utf8_count_words(slice s)
{
    size_t words = 0;
    bool counted = false; /* the run of non-blanks we are in has been counted */
    int32_t c = 0;
    while (s.len > 0) {
        if ((unsigned char)s.ptr[0] < 0x80) {
            c = (unsigned char)s.ptr[0];
            s.ptr++;
            s.len--;
        } else {
            (void)utf8_next(&s, &c);
        }
        enum utf8_class class = c < 0x80 ? ascii_class(c) : utf8_class(c);
        if (class == UTF8_SPACE || c == '\n') {
            counted = false;
        } else if (class == UTF8_LETTER && !counted) {
            counted = true;
            words++;
        }
    }
    return words;
}

slice utf8_head(slice s, size_t max)
{
    if (s.len <= max) {
        return s;
    }
    while (max > 0 && ((unsigned char)s.ptr[max] & 0xC0) == 0x80) {
        max--;
    }
    return slice_head(s, max);
}
