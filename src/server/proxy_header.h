/* proxy_header.h: what a proxy says before the first byte of a client. Layer: server.
 *
 * The PROXY protocol of HAProxy, versions 1 (a line of text) and 2 (binary): whom the proxy speaks
 * for. Pure: the caller reads the socket. It trusts the header only when it knows the proxy. */
#ifndef MATINEE_SERVER_PROXY_HEADER_H
#define MATINEE_SERVER_PROXY_HEADER_H

#include "base/attributes.h"
#include "base/limits.h"
#include "base/slice.h"
#include "server/prefix.h"

#include <stddef.h>

/** Bytes of a header that matter: a line of version 1, or two IPv6 addresses of version 2. What
 * follows these in version 2 is passed over. */
#define PROXY_HEADER_KEPT 107

/** How far the header has come. Zeroed at first. */
struct proxy_reader {
    unsigned char bytes[PROXY_HEADER_KEPT];
    size_t length; /* bytes taken so far, kept or not */
};

enum proxy_result {
    PROXY_MORE,     /* all that was received belongs to the header, and more is needed */
    PROXY_COMPLETE, /* `*used` bytes were the rest of it */
    PROXY_BAD,      /* not a header, or one that is too long or contradicts itself */
};

/**
 * Take the next bytes of a connection. At most LIMIT_PROXY_HEADER bytes are ever taken; a byte that
 * cannot be right is refused when it comes. `*used` is how many of `received` belong to the header.
 * With PROXY_COMPLETE `*out` is whom the proxy speaks for; of family AF_UNSPEC when it does not say
 * (`UNKNOWN`, a Unix socket) or speaks for itself (`LOCAL`, its health checks).
 */
MUST_USE enum proxy_result proxy_header_read(struct proxy_reader *reader, slice received,
                                             size_t *used, struct peer_address *out);

#endif
