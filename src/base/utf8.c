#include "base/utf8.h"

#include "base/eight.h"

#include <utf8proc.h>

static bool continues(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

size_t utf8_decode(slice s, int32_t *code_point)
{
    const unsigned char *b = (const unsigned char *)s.ptr;
    if (s.len > 0 && b[0] < 0x80) {
        *code_point = b[0];
        return 1;
    }
    if (s.len >= 3 && b[0] >= 0xE0 && b[0] < 0xF0 && continues(b[1]) && continues(b[2])) {
        *code_point = (b[0] & 0x0F) << 12 | (b[1] & 0x3F) << 6 | (b[2] & 0x3F);
        /* No over-long forms, no surrogates. */
        return *code_point < 0x800 || (*code_point >= 0xD800 && *code_point <= 0xDFFF) ? 0 : 3;
    }
    if (s.len >= 2 && b[0] >= 0xC2 && b[0] < 0xE0 && continues(b[1])) {
        *code_point = (b[0] & 0x1F) << 6 | (b[1] & 0x3F);
        return 2;
    }
    if (s.len >= 4 && b[0] >= 0xF0 && b[0] < 0xF5 && continues(b[1]) && continues(b[2]) &&
        continues(b[3])) {
        *code_point =
            (b[0] & 0x07) << 18 | (b[1] & 0x3F) << 12 | (b[2] & 0x3F) << 6 | (b[3] & 0x3F);
        return *code_point < 0x10000 || *code_point > 0x10FFFF ? 0 : 4;
    }
    return 0;
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
        size_t used = utf8_decode(rest, &ignored);
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
    size_t used = utf8_decode(*rest, code_point);
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
    /* Hangul and Han, which many texts consist of. */
    if ((code_point >= 0xAC00 && code_point <= 0xD7A3) ||
        (code_point >= 0x4E00 && code_point <= 0x9FEF)) {
        return UTF8_LETTER;
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
