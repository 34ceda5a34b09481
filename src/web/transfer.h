/* transfer.h: one request of HTTP and its answer, with libcurl. Layer: web (includes base/).
 *
 * What comes is bounded in size and in time, whoever sends it. There are no cookies, no passwords,
 * no proxy of the environment, and redirects are told, not followed: fetch.h decides what is asked
 * and how often. The caller ignores SIGPIPE. */
#ifndef MATINEE_WEB_TRANSFER_H
#define MATINEE_WEB_TRANSFER_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/slice.h"

#include <signal.h>
#include <stdint.h>

struct transfer_options {
    bool allow_private; /* hosts that are not on the internet: see public_address.h */
    unsigned connect_s; /* seconds for a connection, with the look-up of the name */
    unsigned stall_s;   /* seconds with hardly any byte */
    unsigned total_s;   /* seconds for all of one answer */
    /** Not 0: whatever goes on ends. May be NULL. */
    const volatile sig_atomic_t *stop;
};

struct transfer_request {
    slice url;      /* web_url.text: NUL-terminated */
    slice etag;     /* of what is there already; or empty */
    slice modified; /* Last-Modified of it; or empty */
    slice accept;   /* media types that are wanted, as Accept: has them; or empty for all */
    uint64_t max;   /* bytes of the body, unpacked */
    /** Take the next bytes of the body of an answer 200; false ends it. */
    bool (*take)(void *context, slice bytes);
    void *context;
};

enum transfer_result {
    TRANSFER_DONE,    /* the answer is whole; look at its status */
    TRANSFER_FAILED,  /* no connection, cut off, too slow: it may work another time */
    TRANSFER_REFUSED, /* no such host, no valid certificate, all its time used up: not to be
                         tried again at once */
    TRANSFER_PRIVATE, /* the host's addresses are none of the internet */
    TRANSFER_TOO_LARGE,
    TRANSFER_NOT_TAKEN, /* `take` returned false */
    TRANSFER_STOPPED,
};

/** In the arena of the call. Values of headers have no control characters. */
struct transfer_answer {
    long status;
    slice etag;
    slice modified;
    slice type;          /* Content-Type */
    slice location;      /* where a redirect leads, absolute; or empty */
    int64_t retry_after; /* seconds to wait, from the moment of the answer; -1 when not said */
    slice problem;       /* why it is not TRANSFER_DONE */
};

struct transfer;

/** NULL when out of memory. `options` have to live as long. One connection is kept open. */
struct transfer *transfer_open(const struct transfer_options *options);
void transfer_close(struct transfer *transfer);

/** Ask once. `*answer` is set in any case. */
MUST_USE enum transfer_result transfer_get(struct transfer *transfer, struct arena *arena,
                                           const struct transfer_request *request,
                                           struct transfer_answer *answer);

#endif
