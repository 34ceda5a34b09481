#include "base/slice.h"

#include <string.h>

char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

int ascii_hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool slice_equal_nocase(slice a, slice b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i])) {
            return false;
        }
    }
    return true;
}

int slice_compare(slice a, slice b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter == 0 ? 0 : memcmp(a.ptr, b.ptr, shorter);
    if (order != 0) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

bool slice_ends_with(slice s, slice suffix)
{
    return s.len >= suffix.len && slice_equal(slice_from(s, s.len - suffix.len), suffix);
}

size_t slice_find(slice s, slice needle)
{
    if (needle.len == 0) {
        return 0;
    }
    for (size_t at = 0; at + needle.len <= s.len; at++) {
        at += slice_find_byte(slice_from(s, at), needle.ptr[0]);
        if (at + needle.len > s.len) {
            break;
        }
        if (memcmp(s.ptr + at, needle.ptr, needle.len) == 0) {
            return at;
        }
    }
    return s.len;
}

slice slice_trim_end(slice s)
{
    while (s.len > 0 && is_blank(s.ptr[s.len - 1])) {
        s.len--;
    }
    return s;
}

slice slice_trim(slice s)
{
    while (s.len > 0 && is_blank(s.ptr[0])) {
        s = slice_from(s, 1);
    }
    return slice_trim_end(s);
}

bool slice_next_piece(slice *rest, char separator, slice *piece)
{
    if (rest->len == 0) {
        return false;
    }
    size_t end = slice_find_byte(*rest, separator);
    *piece = slice_head(*rest, end);
    *rest = slice_from(*rest, end + 1);
    return true;
}

bool slice_next_line(slice *rest, slice *line)
{
    return slice_next_piece(rest, '\n', line);
}

bool slice_to_number(slice s, unsigned long max, unsigned long *out)
{
    unsigned long number = 0;
    if (s.len == 0) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') {
            return false;
        }
        unsigned long digit = (unsigned long)(s.ptr[i] - '0');
        if (digit > max || number > (max - digit) / 10) {
            return false;
        }
        number = number * 10 + digit;
    }
    *out = number;
    return true;
}

unsigned long long slice_hash(slice s, unsigned long long seed)
{
    for (size_t i = 0; i < s.len; i++) {
        seed = (seed ^ (unsigned char)s.ptr[i]) * 1099511628211ull;
    }
    return seed;
}
