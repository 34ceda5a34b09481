/* fetch.h: files from the web, politely. Layer: web (includes base/, text/).
 *
 * One request at a time, a pause between two to the same host, robots.txt asked and obeyed, what a
 * server says about waiting honoured, what fails tried again after longer and longer pauses, and a
 * host that fails again and again left alone. Redirects are followed and every hop is looked at:
 * its scheme, its host's address, its site's robots.txt. */
#ifndef MATINEE_WEB_FETCH_H
#define MATINEE_WEB_FETCH_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/slice.h"

#include <signal.h>
#include <stdint.h>

/** Between two requests to a host, where nobody has said another pause. */
#define FETCH_DELAY_MS 1000

struct fetch_options {
    unsigned delay_ms;  /* between two requests to a host; a longer one that robots.txt wants
                           counts. Also the first pause before something is tried again. */
    bool allow_private; /* hosts in private networks, and the machine itself */
    const volatile sig_atomic_t *stop; /* not 0: everything ends at once. May be NULL */
    /** Is told why it takes longer: "…: 503, tried again in 4 seconds". May be NULL. */
    void (*tell)(void *context, slice message);
    /** Is told before each request. May be NULL. */
    void (*asks)(void *context);
    void *context;
};

struct fetch_request {
    slice url;
    slice etag;     /* of what is there already; or empty */
    slice modified; /* Last-Modified of it; or empty */
    slice accept;   /* as Accept: has it; or empty */
    uint64_t max;   /* bytes of the body, unpacked */
    /** The body begins, perhaps again: what was taken before does not count. False ends it. */
    bool (*begin)(void *context);
    /** The next bytes of it. False ends it. */
    bool (*take)(void *context, slice bytes);
    void *context;
};

enum fetch_result {
    FETCH_DONE,      /* the whole body was taken */
    FETCH_SAME,      /* 304: it is what `etag` or `modified` stand for */
    FETCH_GONE,      /* 404 or 410 */
    FETCH_NEVER,     /* it cannot be had, and asking again would not help: refused, robots.txt, a
                        private address, too large, redirects without end */
    FETCH_LATER,     /* it could not be had now */
    FETCH_NOT_TAKEN, /* `begin` or `take` returned false */
    FETCH_STOPPED,   /* fetch_options.stop */
};

/** In the arena of the call. Values of headers have no control characters. */
struct fetch_answer {
    slice url; /* where it was in the end, after redirects */
    slice etag;
    slice modified;
    slice type;    /* Content-Type */
    slice problem; /* for anything but DONE and SAME: "not found (404)"; without the address */
};

struct fetcher;

/** NULL when out of memory. The caller ignores SIGPIPE. */
struct fetcher *fetch_begin(const struct fetch_options *options);
void fetch_end(struct fetcher *fetcher);

/** Get one file. `*answer` is set in any case. */
MUST_USE enum fetch_result fetch(struct fetcher *fetcher, struct arena *arena,
                                 const struct fetch_request *request, struct fetch_answer *answer);

#endif
