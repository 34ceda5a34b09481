#include "cmd/json.h"

#include "base/utf8.h"

/* Bytes that need no escaping at the start of `text`. */
static size_t plain_run(slice text)
{
    size_t length = utf8_plain_run(text);
    for (size_t i = 0; i < length; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\') {
            return i;
        }
    }
    return length;
}

void json_put_string(struct buf *out, slice text)
{
    int32_t c = 0;
    buf_putc(out, '"');
    while (text.len > 0) {
        size_t run = plain_run(text);
        buf_put(out, slice_head(text, run));
        text = slice_from(text, run);
        if (text.len == 0) {
            break;
        }
        (void)utf8_next(&text, &c);
        if (c == '"' || c == '\\') {
            buf_putc(out, '\\');
            buf_putc(out, (char)c);
        } else if (c == '\n') {
            buf_puts(out, "\\n");
        } else if (utf8_is_control(c) || c < ' ') {
            /* JSON asks for it below the blank alone; the others do terminals no good. */
            buf_printf(out, "\\u%04x", (unsigned)c);
        } else {
            utf8_put(out, c);
        }
    }
    buf_putc(out, '"');
}

void json_put_text(struct buf *out, const char *name, slice text)
{
    buf_printf(out, "\"%s\":", name);
    json_put_string(out, text);
    buf_putc(out, ',');
}

void json_put_any_text(struct buf *out, const char *name, slice text)
{
    if (text.len > 0) {
        json_put_text(out, name, text);
    }
}

void json_put_count(struct buf *out, const char *name, size_t count)
{
    buf_printf(out, "\"%s\":%zu,", name, count);
}

void json_close(struct buf *out, char bracket)
{
    if (out->len > 0 && out->ptr[out->len - 1] == ',') {
        buf_truncate(out, out->len - 1);
    }
    buf_putc(out, bracket);
}
