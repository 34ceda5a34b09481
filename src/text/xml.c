#include "text/xml.h"

#include "base/utf8.h"

#include <string.h>

void xml_put(struct buf *out, slice text)
{
    int32_t c = 0;
    while (utf8_next(&text, &c)) {
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
        } else if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xFFFE || c == 0xFFFF) {
            utf8_put(out, 0xFFFD);
        } else {
            utf8_put(out, c);
        }
    }
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
