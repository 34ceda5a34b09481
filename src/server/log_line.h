/* log_line.h: the line of a request, in one of two forms. Layer: server (includes base/). Pure.
 *
 * LOG_COMMON is the Common Log Format of web servers, which programs that count visits read:
 *
 *     - - - [31/Jan/2026:20:15:00 +0000] "gemini://example.org/reviews/" 20 23410
 *
 * that is the address (`-` when it is not logged), two fields that nobody has, when the request was
 * complete, the URL as it was sent, the status, the bytes of the answer that were sent. Nothing
 * follows: a program that knows this format would take it for a part of the number.
 *
 * LOG_JSON is an object with more members: time, address, host (of the capsule that answered),
 * status, bytes, size (of the whole answer: more than bytes when the reader left), duration_ms
 * (from the complete request to the last byte), tls, url; address and host may be null. */
#ifndef MATINEE_SERVER_LOG_LINE_H
#define MATINEE_SERVER_LOG_LINE_H

#include "base/buf.h"
#include "base/slice.h"
#include "server/prefix.h"

#include <stdint.h>

enum log_form { LOG_COMMON, LOG_JSON };

/** What of an address is written: nothing, its network (192.0.2.0 of a /24, 2001:db8:1:: of a /48),
 * or all of it. */
enum log_addresses { LOG_ADDRESSES_NONE, LOG_ADDRESSES_SHORT, LOG_ADDRESSES_FULL };

struct log_request {
    int64_t moment; /* when the request was complete; seconds since 1970 */
    int status;
    uint64_t sent; /* bytes of header and body */
    uint64_t size;
    int64_t duration_us;
    slice line; /* what was received, without CRLF */
    struct peer_address peer;
    slice host;      /* of the capsule that answered; may be empty */
    const char *tls; /* `TLSv1.3` */
};

/** Append the line of a request, with its line feed; printable ASCII and at most LIMIT_LOG_LINE
 * bytes, whatever was received. A longer URL is cut and ends in `...`. */
void log_line_put(struct buf *out, const struct log_request *request, enum log_form form,
                  enum log_addresses addresses);

/** How bytes that a line cannot hold are written: a control byte is `\xHH`, a backslash is `\\`. */
enum log_escape {
    LOG_ESCAPE_MESSAGE, /* UTF-8 stays as it is */
    LOG_ESCAPE_QUOTED,  /* what is not ASCII is `\xHH` too, a quotation mark is `\"` */
    LOG_ESCAPE_JSON,    /* the same with `"` as it is, and all of that once more as in a string of
                           JSON: its value is the text with `\xHH` in it */
};

/** Append `text` escaped, at most `max` bytes of it; when it is cut it ends in `...`. */
void log_put_escaped(struct buf *out, slice text, size_t max, enum log_escape escape);

#endif
