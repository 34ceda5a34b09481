#include "server/log.h"

#include "base/limits.h"
#include "text/date.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static const slice cut_mark = { "...", 3 };

/* How long a process waits for who reads the log, once; then lines are lost until it reads on. */
enum { PATIENCE_MS = 1000 };

/* Pieces of text that this process could not write. */
static unsigned long lost;

/* False when a write would have to wait for a reader (a pipe that is full, a terminal stopped with
 * Ctrl-S). */
static bool has_room(void)
{
    struct pollfd log = { .fd = STDERR_FILENO, .events = POLLOUT };
    int ready = -1;
    do {
        ready = poll(&log, 1, lost > 0 ? 0 : PATIENCE_MS);
    } while (ready < 0 && errno == EINTR);
    return ready != 0;
}

/* A log that cannot be written (full disk, closed terminal) or that nobody reads must not stop the
 * serving. A pipe with room takes a line whole: it is shorter than PIPE_BUF. */
static void write_pieces(slice text)
{
    while (text.len > 0) {
        if (!has_room()) {
            lost++;
            return;
        }
        slice piece = slice_head(text, LIMIT_LOG_LINE);
        ssize_t n = write(STDERR_FILENO, piece.ptr, piece.len);
        if (n < 0 && errno != EINTR) {
            return;
        }
        text = slice_from(text, n < 0 ? 0 : (size_t)n);
    }
}

static void write_out(slice text)
{
    if (lost > 0 && has_room()) {
        char note[128];
        int n =
            snprintf(note, sizeof note,
                     "matinee: %lu messages or requests are not here: nobody read the log\n", lost);
        lost = 0;
        write_pieces((slice){ note, n > 0 ? (size_t)n : 0 });
    }
    write_pieces(text);
}

/* How many bytes stand for `c`: itself, two for a backslash, four otherwise. */
static size_t escaped_width(unsigned char c, bool ascii)
{
    if (c == '\\') {
        return 2;
    }
    return c >= 0x20 && c != 0x7f && (c < 0x80 || !ascii) ? 1 : 4;
}

void log_put_escaped(struct buf *out, slice text, size_t max, bool ascii)
{
    size_t needed = 0;
    for (size_t i = 0; i < text.len; i++) {
        needed += escaped_width((unsigned char)text.ptr[i], ascii);
    }
    /* When it does not fit, room for the mark is kept. */
    size_t mark = needed <= max ? 0 : max < cut_mark.len ? max : cut_mark.len;
    size_t end = out->len + max - mark;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        size_t width = escaped_width(c, ascii);
        if (out->len + width > end) {
            break;
        }
        if (width == 1) {
            buf_putc(out, (char)c);
        } else if (width == 2) {
            buf_puts(out, "\\\\");
        } else {
            buf_printf(out, "\\x%02x", c);
        }
    }
    buf_put(out, slice_head(cut_mark, mark));
}

void log_put_request(struct buf *out, const struct log_request *request)
{
    size_t start = out->len;
    date_put_moment(out, request->moment);
    buf_printf(out, " %d %" PRIu64, request->status, request->sent);
    if (request->sent < request->size) {
        buf_printf(out, "/%" PRIu64, request->size);
    }
    buf_printf(out, " %" PRId64 ".%" PRId64 "ms ", request->duration_us / 1000,
               request->duration_us % 1000 / 100);
    log_put_escaped(out, request->line, LIMIT_LOG_LINE - 1 - (out->len - start), true);
    buf_putc(out, '\n');
}

void log_request(const struct log_request *request)
{
    static struct buf line = { .max = LIMIT_LOG_LINE };
    buf_clear(&line);
    log_put_request(&line, request);
    write_out(buf_slice(&line));
}

void log_message(const char *format, ...)
{
    char text[LIMIT_LOG_LINE];
    struct buf line;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    slice message = { text, n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1 };
    buf_init(&line, LIMIT_LOG_LINE);
    buf_puts(&line, "matinee: ");
    log_put_escaped(&line, message, LIMIT_LOG_LINE - 1 - line.len, false);
    buf_putc(&line, '\n');
    write_out(buf_slice(&line));
    buf_release(&line);
}

void log_diags(const struct diags *diags)
{
    struct buf out;
    buf_init(&out, SIZE_MAX / 2);
    diags_format(diags, &out);
    write_out(buf_slice(&out));
    buf_release(&out);
}
