/* request.h: the one line a client sends. Layer: gemini (includes base/).
 * Specification: Gemini network protocol 0.24.1, "Requests"; RFC 3986. docs/protocol.md. */
#ifndef MATINEE_GEMINI_REQUEST_H
#define MATINEE_GEMINI_REQUEST_H

#include "base/attributes.h"
#include "base/limits.h"
#include "base/slice.h"
#include "gemini/host.h"

/** A request that may be looked up. Slices point into `storage` or into the line that was parsed,
 * so it is not copied by assignment. */
struct request {
    slice url;    /* the line, without CRLF: for the log */
    slice scheme; /* lower case */
    slice host;   /* in the form of gemini/host.h, never empty; what could be no host's name is
                     decoded, in lower case, without its final dot */
    int port;     /* -1 when not given (an empty port is none) */
    slice path; /* decoded (but %2F stays as `%2F`), dot segments removed, with its first slash, no
                   NUL; "/" when empty */
    bool has_encoded_slash; /* a segment held %2F: it names no page and no file */
    bool path_is_utf8;
    bool has_query;
    slice query; /* raw, as it was sent, without the question mark */
    char storage[2 * LIMIT_REQUEST_URL + HOST_BYTES];
};

/**
 * Parse `line`, a request without its CRLF, at most LIMIT_REQUEST_URL bytes.
 *
 * Returns the status the protocol asks for: 20, and `*out` is filled, when it may be looked up (the
 * caller compares scheme, host and port with what it serves, and answers 53); 59 when the line is
 * no absolute URL or is one that this server refuses (the table in docs/protocol.md): then `*out`
 * holds nothing but `url`. `out->url` borrows from `line`.
 */
MUST_USE int request_parse(slice line, struct request *out);

/** Where the request line ends in what was received so far. */
enum request_line {
    REQUEST_LINE_PARTIAL,  /* more bytes are needed */
    REQUEST_LINE_COMPLETE, /* `*length` bytes, then CRLF */
    REQUEST_LINE_BAD,      /* answer 59 now: too long, LF without CR, CR without LF */
};
/** Look for the end of the request line in `received`; at most LIMIT_REQUEST_URL + 2 bytes matter.
 */
enum request_line request_line_end(slice received, size_t *length);

#endif
