#include "text/xml.h"

#include "base/utf8.h"

#include <string.h>

/* Most bytes of most texts. */
static bool is_plain(char c)
{
    return c >= ' ' && c < 0x7F && c != '&' && c != '<' && c != '>' && c != '"';
}

/* XML 1.0, 2.2: what is no character there, and controls, of which readers make nothing good. An
 * ill-formed byte has come as U+FFFD. */
static bool is_bad(int32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0xFFFD && c <= 0xFFFF);
}

static void put_replaced(struct buf *out, int32_t c)
{
    if (c == '&') {
        buf_puts(out, "&amp;");
    } else if (c == '<') {
        buf_puts(out, "&lt;");
    } else if (c == '>') {
        buf_puts(out, "&gt;");
    } else if (c == '"') {
        buf_puts(out, "&quot;");
    } else if (c == '\n' || c == '\r' || c == '\t') {
        buf_putc(out, ' ');
    } else {
        utf8_put(out, 0xFFFD);
    }
}

void xml_put(struct buf *out, slice text)
{
    size_t done = 0;
    size_t at = 0;
    while (at < text.len) {
        if (is_plain(text.ptr[at])) {
            at++;
            continue;
        }
        int32_t c = 0;
        slice rest = slice_from(text, at);
        (void)utf8_next(&rest, &c);
        if (c < 0x80 || is_bad(c)) {
            buf_put(out, slice_between(text.ptr + done, text.ptr + at));
            put_replaced(out, c);
            done = text.len - rest.len;
        }
        at = text.len - rest.len;
    }
    buf_put(out, slice_from(text, done));
}

void xml_escape_url(struct buf *out, size_t start)
{
    size_t from = out->len;
    size_t extra = 0;
    for (size_t i = start; i < out->len; i++) {
        extra += out->ptr[i] == '&' ? sizeof "amp;" - 1 : 0;
    }
    if (extra == 0 || buf_room(out, extra) == NULL) {
        return;
    }
    /* From the end, so that nothing is overwritten before it has moved. */
    size_t to = from + extra;
    while (from > start) {
        char c = out->ptr[--from];
        if (c == '&') {
            to -= sizeof "amp;" - 1;
            memcpy(out->ptr + to, "amp;", sizeof "amp;" - 1);
        }
        out->ptr[--to] = c;
    }
    buf_added(out, extra);
}
