/* client.h: one request as a client makes it. Layer: gemini (includes base/).
 * Specification: Gemini network protocol 0.24.1.
 *
 * Blocking, with one deadline for everything but the look-up of the host's name, which ends when
 * the system's resolver gives up. The caller ignores SIGPIPE. */
#ifndef MATINEE_GEMINI_CLIENT_H
#define MATINEE_GEMINI_CLIENT_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"

#include <openssl/x509.h>
#include <stdint.h>

#define CLIENT_DEFAULT_PORT 1965

/** What the client asks and tells while a request goes on. Each may be NULL. */
struct client_events {
    /** Is this the certificate of `host` (lower case, no brackets, no final dot)? Asked before the
     * request is sent; when false, `error` says why. Without it every certificate is taken. */
    bool (*trust)(void *context, slice host, int port, X509 *certificate, struct buf *error);
    /** A header line has come; false ends the request. More than one with redirects. */
    bool (*header)(void *context, int status, slice meta);
    /** The next bytes of the body of a success; false ends the request. */
    bool (*body)(void *context, slice bytes);
    void *context;
};

struct client_options {
    int timeout_ms;     /* for all of it, redirects too */
    unsigned redirects; /* how many are followed (to gemini URLs only) */
    unsigned long long max_body;
    struct client_events events;
};

struct client_answer {
    int status;              /* of the last header line */
    unsigned long long body; /* bytes of the body so far */
    bool truncated; /* the body ended without close_notify: there may have been more of it */
};

/**
 * Ask for `url`, an absolute gemini URL; its fragment is not sent, and an empty path is sent as
 * `/`.
 *
 * TLS 1.2 or newer, with the host's name in SNI. Returns true when a header line came and, for a
 * success, the body to its end (look at `truncated`). False with a message in `error`: no gemini
 * URL, longer than LIMIT_REQUEST_URL, no connection, not trusted, a header line of another form,
 * a body over `max_body`, too many redirects, the deadline; `*answer` then tells how far it came.
 */
MUST_USE bool client_get(slice url, const struct client_options *options,
                         struct client_answer *answer, struct buf *error);

#endif
