#include "text/uri.h"

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_one_of(char c, const char *set)
{
    return slice_find_byte(slice_of(set), c) < slice_of(set).len;
}

/* What is written. */
enum part {
    PART_PATH,
    PART_WRITTEN, /* by an author */
    PART_HOST,    /* the same */
};

/* True for what stays as it is: what RFC 3986 calls unreserved and what a path may hold (3.3), with
 * its slashes; of what an author has written also the other delimiters, and what is encoded
 * already; and in a host letters of all scripts. */
static bool is_kept(char c, enum part part)
{
    if (is_alpha(c) || is_digit(c)) {
        return true;
    }
    switch (c) {
    case '-':
    case '.':
    case '_':
    case '~':
    case '/':
    case '!':
    case '$':
    case '&':
    case '\'':
    case '(':
    case ')':
    case '*':
    case '+':
    case ',':
    case ';':
    case '=':
    case ':':
    case '@':
        return true;
    case '%':
    case '?':
    case '#':
    case '[':
    case ']':
        return part != PART_PATH;
    default:
        return part == PART_HOST && (unsigned char)c >= 0x80;
    }
}

static void put_encoded(struct buf *out, char c)
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char byte = (unsigned char)c;
    char escape[3] = { '%', digits[byte >> 4], digits[byte & 15] };
    buf_put(out, (slice){ escape, sizeof escape });
}

/* True for the `%` of an encoded byte. */
static bool is_escape(slice text, size_t at)
{
    return at + 2 < text.len && ascii_hex_digit(text.ptr[at + 1]) >= 0 &&
           ascii_hex_digit(text.ptr[at + 2]) >= 0;
}

/* Append `text`, encoding every byte that is not kept. */
static void put_keeping(struct buf *out, slice text, enum part part)
{
    size_t done = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_kept(text.ptr[i], part) || (text.ptr[i] == '%' && !is_escape(text, i))) {
            buf_put(out, slice_between(text.ptr + done, text.ptr + i));
            put_encoded(out, text.ptr[i]);
            done = i + 1;
        }
    }
    buf_put(out, slice_from(text, done));
}

void uri_put_path(struct buf *out, slice path)
{
    put_keeping(out, path, PART_PATH);
}

void uri_put_written(struct buf *out, slice target)
{
    put_keeping(out, target, PART_WRITTEN);
}

void uri_put_host(struct buf *out, slice host)
{
    put_keeping(out, host, PART_HOST);
}

void uri_put_relative(struct buf *out, slice from, slice to)
{
    size_t common = 0; /* the folders that both are in */
    for (size_t i = 0; i < from.len && i < to.len && from.ptr[i] == to.ptr[i]; i++) {
        common = from.ptr[i] == '/' ? i + 1 : common;
    }
    slice left = slice_from(from, common);
    slice rest = slice_from(to, common);
    bool below = true;
    for (size_t at; (at = slice_find_byte(left, '/')) < left.len; left = slice_from(left, at + 1)) {
        buf_puts(out, "../");
        below = false;
    }
    /* What stands before the first colon would be a scheme. */
    if (below && slice_find_byte(rest, ':') < slice_find_byte(rest, '/')) {
        buf_puts(out, "./");
    }
    uri_put_path(out, rest);
}

void uri_put_decoded(struct buf *out, slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        int high = text.ptr[i] == '%' && i + 2 < text.len ? ascii_hex_digit(text.ptr[i + 1]) : -1;
        int low = high >= 0 ? ascii_hex_digit(text.ptr[i + 2]) : -1;
        if (low >= 0) {
            buf_putc(out, (char)(high * 16 + low));
            i += 2;
        } else {
            buf_putc(out, text.ptr[i]);
        }
    }
}

slice uri_scheme(slice reference)
{
    size_t i = 0;
    while (i < reference.len &&
           (is_alpha(reference.ptr[i]) ||
            (i > 0 && (is_digit(reference.ptr[i]) || is_one_of(reference.ptr[i], "+-."))))) {
        i++;
    }
    return i > 0 && i < reference.len && reference.ptr[i] == ':' ? slice_head(reference, i)
                                                                 : SLICE_EMPTY;
}
