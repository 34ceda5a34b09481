/* response.h: the header line of an answer. Layer: gemini (includes base/).
 * Specification: Gemini network protocol 0.24.1, "Responses" and "Status codes". */
#ifndef MATINEE_GEMINI_RESPONSE_H
#define MATINEE_GEMINI_RESPONSE_H

#include "base/buf.h"
#include "base/slice.h"

enum status {
    STATUS_INPUT = 10,
    STATUS_SUCCESS = 20,
    STATUS_REDIRECT = 30,
    STATUS_REDIRECT_PERMANENT = 31,
    STATUS_TEMPORARY_FAILURE = 40,
    STATUS_SERVER_UNAVAILABLE = 41,
    STATUS_SLOW_DOWN = 44,
    STATUS_PERMANENT_FAILURE = 50,
    STATUS_NOT_FOUND = 51,
    STATUS_GONE = 52,
    STATUS_PROXY_REFUSED = 53,
    STATUS_BAD_REQUEST = 59,
    STATUS_CERTIFICATE_REQUIRED = 60,
    STATUS_CERTIFICATE_NOT_AUTHORISED = 61,
    STATUS_CERTIFICATE_NOT_VALID = 62,
};

/**
 * Append `STATUS SP META CRLF`. Control bytes in `meta` become blanks, and it is cut (at a code
 * point's end) to LIMIT_META bytes; a redirect target that is too long must not get here. An empty
 * `meta` becomes a short text that suits the status.
 */
void response_put_header(struct buf *out, enum status status, slice meta);
/** META of a text/gemini body: the media type, and `; lang=` when `lang` is not empty and looks
 * like language tags. */
void response_put_type(struct buf *out, slice media_type, slice lang);

/** A header line as a client reads it: true when it is well-formed. `line` is without its CRLF.
 * `*meta` points into it; only for statuses from 40 on it may be empty. */
MUST_USE bool response_parse_header(slice line, int *status, slice *meta);

#endif
