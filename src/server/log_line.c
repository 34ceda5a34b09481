#include "server/log_line.h"

#include "base/limits.h"
#include "text/date.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static const slice cut_mark = { "...", 3 };

/* --- escaping --------------------------------------------------------------------------------- */

static const struct {
    const char *backslash;
    const char *quote;
    size_t width; /* of what any other byte becomes */
    bool is_ascii;
} escapes[] = {
    [LOG_ESCAPE_MESSAGE] = { "\\\\", "\"", 4, false },
    [LOG_ESCAPE_QUOTED] = { "\\\\", "\\\"", 4, true },
    [LOG_ESCAPE_JSON] = { "\\\\\\\\", "\\\"", 5, true },
};

/* The two bytes that have an escape of their own; NULL for all others. */
static const char *named_escape(char c, enum log_escape escape)
{
    return c == '\\' ? escapes[escape].backslash : c == '"' ? escapes[escape].quote : NULL;
}

/* How many bytes stand for `c`. */
static size_t escaped_width(char c, enum log_escape escape)
{
    const char *name = named_escape(c, escape);
    unsigned char byte = (unsigned char)c;
    if (name != NULL) {
        return slice_of(name).len;
    }
    bool is_plain = byte >= 0x20 && byte != 0x7f && (byte < 0x80 || !escapes[escape].is_ascii);
    return is_plain ? 1 : escapes[escape].width;
}

static void put_byte(struct buf *out, char c, enum log_escape escape)
{
    const char *name = named_escape(c, escape);
    if (name != NULL) {
        buf_puts(out, name);
    } else if (escaped_width(c, escape) == 1) {
        buf_putc(out, c);
    } else if (escape == LOG_ESCAPE_JSON) {
        buf_printf(out, "\\\\x%02x", (unsigned char)c);
    } else {
        buf_printf(out, "\\x%02x", (unsigned char)c);
    }
}

void log_put_escaped(struct buf *out, slice text, size_t max, enum log_escape escape)
{
    size_t needed = 0;
    for (size_t i = 0; i < text.len; i++) {
        needed += escaped_width(text.ptr[i], escape);
    }
    /* When it does not fit, room for the mark is kept. */
    size_t mark = needed <= max ? 0 : max < cut_mark.len ? max : cut_mark.len;
    size_t end = out->len + max - mark;
    for (size_t i = 0; i < text.len; i++) {
        if (out->len + escaped_width(text.ptr[i], escape) > end) {
            break;
        }
        put_byte(out, text.ptr[i], escape);
    }
    buf_put(out, slice_head(cut_mark, mark));
}

/* --- the two forms ---------------------------------------------------------------------------- */

static bool put_address(struct buf *out, struct peer_address peer, enum log_addresses addresses,
                        const char *around)
{
    if (addresses == LOG_ADDRESSES_NONE || peer.family == AF_UNSPEC) {
        return false;
    }
    if (addresses == LOG_ADDRESSES_SHORT) {
        peer_address_cut(&peer, 24, 48);
    }
    buf_puts(out, around);
    peer_address_put(&peer, out);
    buf_puts(out, around);
    return true;
}

/* The rest of the line for `text`, less `end` bytes. */
static size_t room_left(const struct buf *out, size_t start, size_t end)
{
    size_t used = out->len - start + end;
    return used < LIMIT_LOG_LINE ? LIMIT_LOG_LINE - used : 0;
}

static void put_common(struct buf *out, const struct log_request *request,
                       enum log_addresses addresses)
{
    static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    size_t start = out->len;
    time_t moment = (time_t)request->moment;
    struct tm t = { .tm_mday = 1 };
    char text[64];
    (void)gmtime_r(&moment, &t);
    if (!put_address(out, request->peer, addresses, "")) {
        buf_putc(out, '-');
    }
    buf_printf(out, " - - [%02d/%s/%04d:%02d:%02d:%02d +0000] \"", t.tm_mday, months[t.tm_mon],
               t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
    int n = snprintf(text, sizeof text, "\" %d %" PRIu64 "\n", request->status, request->sent);
    const slice end = { text, (size_t)n };
    log_put_escaped(out, request->line, room_left(out, start, end.len), LOG_ESCAPE_QUOTED);
    buf_put(out, end);
}

static void put_json(struct buf *out, const struct log_request *request,
                     enum log_addresses addresses)
{
    static const slice end = SLICE_INIT("\"}\n");
    size_t start = out->len;
    buf_puts(out, "{\"time\":\"");
    date_put_moment(out, request->moment);
    buf_puts(out, "\",\"address\":");
    if (!put_address(out, request->peer, addresses, "\"")) {
        buf_puts(out, "null");
    }
    buf_puts(out, ",\"host\":");
    if (request->host.len > 0) {
        buf_putc(out, '"');
        log_put_escaped(out, request->host, 253, LOG_ESCAPE_JSON);
        buf_putc(out, '"');
    } else {
        buf_puts(out, "null");
    }
    buf_printf(out,
               ",\"status\":%d,\"bytes\":%" PRIu64 ",\"size\":%" PRIu64 ",\"duration_ms\":%" PRId64
               ".%03" PRId64 ",\"tls\":\"%s\",\"url\":\"",
               request->status, request->sent, request->size, request->duration_us / 1000,
               request->duration_us % 1000, request->tls != NULL ? request->tls : "");
    log_put_escaped(out, request->line, room_left(out, start, end.len), LOG_ESCAPE_JSON);
    buf_put(out, end);
}

void log_line_put(struct buf *out, const struct log_request *request, enum log_form form,
                  enum log_addresses addresses)
{
    if (form == LOG_JSON) {
        put_json(out, request, addresses);
    } else {
        put_common(out, request, addresses);
    }
}
