/* floor.h: what a request cannot do without. For the programs of the bench.
 *
 * The same handshake and the same records as the server's, with its settings of OpenSSL
 * (tls_context_new, tickets.h), through a pair of memory BIOs: no sockets, no loop, no request to
 * understand, no page, no log.
 *
 * Client and server take turns in one thread. Each turn of the server is between two looks at the
 * clock of the thread, five or so for a request, so what the client does is not in it; what a look
 * costs (a system call, 0.2 to 0.5 us) is measured first and taken off. What that cannot see: the
 * client leaves the caches as it likes, as a client on the same core would. */
#ifndef MATINEE_BENCH_FLOOR_H
#define MATINEE_BENCH_FLOOR_H

#include "base/attributes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct floor_options {
    const char *certs; /* the folder; the pair of `host` is used */
    const char *host;
    size_t size; /* of a response */
    int tls;     /* 12 or 13 */
    bool resume;
};

struct floor;

/** Whatever fails, here and later, ends the program with a message. `options` is borrowed. */
MUST_USE struct floor *floor_new(const struct floor_options *options);
void floor_free(struct floor *floor);
/** One connection, from ClientHello to close_notify. Returns the CPU of the server's side in
 * nanoseconds. The first one brings the session that the later ones resume. */
int64_t floor_run(struct floor *floor);

#endif
