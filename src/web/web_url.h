/* web_url.h: addresses of the web, in one spelling. Layer: web (includes base/, text/). */
#ifndef MATINEE_WEB_WEB_URL_H
#define MATINEE_WEB_WEB_URL_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/slice.h"

/** In the arena of the call. */
struct web_url {
    slice text;   /* all of it, percent-encoded, without fragment, dot segments and the port that
                     its scheme has anyway; a NUL that is not counted follows */
    slice origin; /* scheme, host and port, in lower case: whom it asks */
    slice path;   /* with the query, as a request has it; never empty */
};

/**
 * Read `written`, an absolute address of http or https. False, with the reason in `*problem`, when
 * it is none, names a user, or is longer than LIMIT_WEB_URL bytes.
 */
MUST_USE bool web_url_read(struct arena *arena, slice written, struct web_url *url, slice *problem);

#endif
