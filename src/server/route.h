/* route.h: from a request to what is answered. Layer: server (includes pages/, gemini/, model/).
 *
 * Nothing here knows sockets or waits; the one thing it touches besides memory is the static file
 * it opens. */
#ifndef MATINEE_SERVER_ROUTE_H
#define MATINEE_SERVER_ROUTE_H

#include "base/buf.h"
#include "base/limits.h"
#include "base/slice.h"
#include "gemini/response.h"
#include "model/capsule.h"
#include "pages/sitemap.h"
#include "text/date.h"

#include <openssl/x509.h>
#include <stdint.h>

/** A capsule as it is served: all a request is compared with. Fixed while a worker lives. */
struct site {
    const struct capsule *capsule;
    const slice *hosts; /* in the form of gemini/host.h, patterns among them */
    size_t host_count;
    uint16_t ports[LIMIT_LISTENERS + 1]; /* that we listen on, and the one readers use; the default
                                            port is always right */
    size_t port_count;
    slice authority;   /* of absolute URLs in pages: host, with `:port` when not 1965 */
    slice base;        /* of all paths: empty, or `/sub` */
    int static_folder; /* the open folder static/, or -1 */
    const char *state; /* the path of its folder of what is made of it (state.h); NULL: none */
    int state_folder;  /* the same, open; -1 */
    bool keeps_books;  /* there */
    const struct page_shelf *books; /* that there are by now (books.h); NULL: none */
    bool asks_for_certificate;      /* the capsule has closed areas: clients are to show one */
    /** The day in the capsule's time zone when it was loaded, and the moment at which the next one
     * begins: workers know no zones. */
    struct date today;
    int64_t tomorrow_at;
    struct searcher **searcher; /* each worker makes its own (search.h) */
    struct page_memo *memo;     /* each worker fills its own; NULL: none is kept */
};

/** All capsules of a server. One whose `capsule` is NULL could not be loaded. */
struct sites {
    const struct site *items; /* the first one is for clients that do not say which */
    size_t count;
};

/** Who asks, by the certificate that the client showed in the handshake. It may be of any kind,
 * self-signed, expired: that the client has its key is all that was checked. */
struct client_identity {
    bool present;
    unsigned char certificate[32]; /* SHA-256 of the certificate (DER) */
    unsigned char key[32];         /* SHA-256 of its SubjectPublicKeyInfo (DER) */
    int64_t not_before, not_after; /* seconds since 1970; it is valid at both */
};

/** A request as it arrived. */
struct arrival {
    slice line;        /* without CRLF */
    slice server_name; /* of the TLS handshake; may be empty */
    struct client_identity client;
    X509 *certificate; /* that was presented in it; NULL: not looked at */
    int64_t now;       /* seconds since 1970 */
};

/** An answer. The bufs keep their room from one answer to the next. */
struct reply {
    enum status status;
    struct buf meta;
    struct buf body; /* of a page */
    int file;        /* or the body is this file, which is the caller's from then on; else -1 */
    uint64_t file_size;
    slice host; /* the first one of the capsule that answers; empty when none does */
};

void reply_init(struct reply *reply);
/** Frees the bufs; a file is not closed. */
void reply_release(struct reply *reply);
/** An answer without a body. */
void reply_set(struct reply *reply, enum status status, const char *meta);

/** Find and make the answer to a complete request line. Whatever goes wrong here is an answer: a
 * status from 40 on. */
void route(const struct sites *sites, const struct arrival *arrival, struct reply *reply);

#endif
