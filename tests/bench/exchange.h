/* exchange.h: a Gemini request as a usual client makes it, checked. For the programs of the bench.
 *
 * TLS with the host's name in SNI, no client certificate, any certificate is taken (TOFU), Nagle's
 * algorithm is left on, the session of the last answer is offered when asked to. */
#ifndef MATINEE_BENCH_EXCHANGE_H
#define MATINEE_BENCH_EXCHANGE_H

#include "base/attributes.h"
#include "base/slice.h"

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdbool.h>

struct exchange_target {
    struct sockaddr_in address;
    struct in_addr from; /* the address to come from; 0.0.0.0: any */
    const char *host;    /* in SNI */
    slice request;       /* the URL and CRLF */
    slice body;          /* what has to come after the header of the response */
    bool resume;         /* the session is to be resumed; else it has not to be */
    bool no_delay;       /* Nagle's algorithm is off */
    int receive_buffer;  /* SO_RCVBUF; 0: as the system has it */
};

/** Settings for connections of TLS 1.2 (12) or 1.3 (13). NULL when OpenSSL refuses. */
MUST_USE SSL_CTX *exchange_context_new(int version);

/** A client that waits for each byte for ten seconds at most. -1 with a message. */
MUST_USE int exchange_connect(const struct exchange_target *target, char *error, size_t size);

/**
 * Connect, ask, read to the end, close. `*session`, NULL at first, is the session that was last
 * given; the caller frees it. False with a message in `error`: no connection, the wrong status or
 * body, no close_notify, resumed when it should not be or the other way round.
 */
MUST_USE bool exchange_run(SSL_CTX *context, const struct exchange_target *target,
                           SSL_SESSION **session, char *error, size_t size);

#endif
