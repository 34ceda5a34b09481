/* log.h: what the server says, on stderr. Layer: server (includes base/).
 *
 * Two kinds of lines. Messages, for the person who runs it: `matinee: …`. Requests, one line each:
 *
 *     2026-01-31T20:15:00Z 20 23410 1.4ms gemini://example.org/reviews/
 *
 * that is when it came, the status, the bytes of the response (`sent/all` when the reader left
 * early), the time from the complete request to the last byte, the URL as it was sent. What a
 * stranger sent is escaped: a byte that is not printable ASCII is `\xHH`, a backslash is `\\`. An
 * address is never logged. Each line is one write(2), so lines of several processes do not mix.
 * When nobody reads what is written, serving goes on and lines are lost, which is said afterwards.
 */
#ifndef MATINEE_SERVER_LOG_H
#define MATINEE_SERVER_LOG_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/slice.h"

#include <stdint.h>

struct log_request {
    int64_t moment; /* when the request was complete; seconds since 1970 */
    int status;
    uint64_t sent; /* bytes of header and body */
    uint64_t size;
    int64_t duration_us;
    slice line; /* what was received, without CRLF */
};

/** Write `matinee: message`; line breaks and other control bytes in it are escaped. */
void log_message(const char *format, ...) PRINTF_LIKE(1, 2);
/** Write all problems in printed form, and nothing when there are none. */
void log_diags(const struct diags *diags);
void log_request(const struct log_request *request);

/** Append the line of a request, with its line feed; at most LIMIT_LOG_LINE bytes, a longer URL is
 * cut and ends in `...`. */
void log_put_request(struct buf *out, const struct log_request *request);
/** Append `text` escaped, at most `max` bytes of it. UTF-8 is escaped too when `ascii`. */
void log_put_escaped(struct buf *out, slice text, size_t max, bool ascii);

#endif
