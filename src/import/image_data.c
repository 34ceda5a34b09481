#include "import/image_data.h"

#include "base/buf.h"
#include "text/uri.h"

#include <stdint.h>

static const slice scheme = SLICE_INIT("data:");
static const slice base64 = SLICE_INIT(";base64");

bool image_data_is(slice url)
{
    return slice_equal_nocase(slice_head(url, scheme.len), scheme);
}

/* What a digit of base64 counts, in both of its alphabets; -1 for anything else. */
static int digit_of(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* Base64 with blanks in it and with or without the `=` at its end (RFC 4648). */
static bool decode(slice text, struct buf *out)
{
    uint32_t bits = 0;
    unsigned count = 0;
    bool ended = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        int digit = digit_of(c);
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            continue;
        }
        ended = ended || c == '=';
        if (ended ? c != '=' : digit < 0) {
            return false;
        }
        if (!ended) {
            bits = bits << 6 | (uint32_t)digit;
            count += 6;
        }
        if (!ended && count >= 8) {
            count -= 8;
            buf_putc(out, (char)(unsigned char)(bits >> count & 0xFF));
        }
    }
    return count < 6;
}

bool image_data_read(struct arena *arena, slice url, size_t max, slice *bytes)
{
    slice rest = slice_from(url, scheme.len);
    size_t comma = slice_find_byte(rest, ',');
    slice type = slice_trim(slice_head(rest, comma));
    slice text = slice_from(rest, comma + 1);
    struct buf plain;
    struct buf out;
    if (!image_data_is(url) || comma == rest.len || text.len / 4 > max) {
        return false;
    }
    buf_init(&plain, text.len + 1);
    buf_init(&out, max);
    uri_put_decoded(&plain, text);
    bool ok = true;
    if (type.len >= base64.len &&
        slice_equal_nocase(slice_from(type, type.len - base64.len), base64)) {
        ok = decode(buf_slice(&plain), &out);
    } else {
        buf_put(&out, buf_slice(&plain));
    }
    ok = ok && !plain.failed && !out.failed && out.len > 0;
    if (ok) {
        *bytes = arena_copy(arena, buf_slice(&out));
    }
    buf_release(&plain);
    buf_release(&out);
    return ok;
}
