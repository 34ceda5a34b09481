#include "base/utf8.h"

#include "base/eight.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static bool continues(slice s, size_t at)
{
    return at < s.len && ((unsigned char)s.ptr[at] & 0xC0) == 0x80;
}

/* Length of the well-formed sequence at the start of `s`, or 0 (RFC 3629, section 4). */
static size_t sequence(slice s, int32_t *code_point)
{
    const unsigned char first = s.len > 0 ? (unsigned char)s.ptr[0] : 0xFF;
    if (first < 0x80) {
        *code_point = first;
        return 1;
    }
    size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    int32_t c = first & (0x7F >> length);
    for (size_t i = 1; i < length; i++) {
        if (!continues(s, i)) {
            return 0;
        }
        c = c << 6 | ((unsigned char)s.ptr[i] & 0x3F);
    }
    /* Over-long forms, surrogates, and what is above the last code point. */
    if ((length == 3 && (c < 0x800 || (c >= 0xD800 && c <= 0xDFFF))) ||
        (length == 4 && (c < 0x10000 || c > 0x10FFFF))) {
        return 0;
    }
    *code_point = c;
    return length;
}

/* Bytes of ASCII at the start of `s`. */
static size_t ascii_run(slice s)
{
    size_t at = 0;
    while (at + 8 <= s.len && eight_are_ascii(eight_load(s.ptr + at))) {
        at += 8;
    }
    while (at < s.len && (unsigned char)s.ptr[at] < 0x80) {
        at++;
    }
    return at;
}

bool utf8_is_ascii(slice s)
{
    return ascii_run(s) == s.len;
}

size_t utf8_plain_run(slice s)
{
    size_t at = 0;
    while (at + 8 <= s.len && eight_are_plain(eight_load(s.ptr + at))) {
        at += 8;
    }
    while (at < s.len && s.ptr[at] >= ' ' && s.ptr[at] <= '~') {
        at++;
    }
    return at;
}

size_t utf8_find_invalid(slice s)
{
    int32_t ignored = 0;
    slice rest = slice_from(s, ascii_run(s));
    while (rest.len > 0) {
        size_t used = sequence(rest, &ignored);
        if (used == 0) {
            return s.len - rest.len;
        }
        rest = slice_from(rest, used);
        rest = slice_from(rest, ascii_run(rest));
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

bool utf8_is_always_nfc(int32_t c)
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
    text = slice_from(text, ascii_run(text));
    while (utf8_next(&text, &c)) {
        if (!utf8_is_always_nfc(c)) {
            return false;
        }
        text = slice_from(text, ascii_run(text));
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
