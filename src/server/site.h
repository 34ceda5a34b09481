/* site.h: what the loader makes of a capsule for the workers, struct site (route.h), and says of
 * it. Layer: server. */
#ifndef MATINEE_SERVER_SITE_H
#define MATINEE_SERVER_SITE_H

#include "base/buf.h"
#include "server/listen.h"
#include "server/presentation.h"
#include "server/route.h"
#include "server/server.h"

/**
 * Fill in `site` from its `capsule`, which is set, and open its folder static/; one that has been
 * moved away, with its capsule say, is kept: its last version is served. `authority` is what
 * site->authority points to, until the next call.
 */
void site_fill(struct site *site, const struct server_site *asked,
               const struct listeners *listeners, struct buf *authority);
/** It is the day that it is now, in the time zone of the process. Returns the moment at which the
 * same files make other pages: a review becomes visible, or the next day begins. */
int64_t site_set_day(struct site *site);

/** `EVENT The Capsule: 18 reviews, 1 page, 3 files`. */
void site_log(const struct site *site, size_t bad_files, const char *event);
/** Say which names of site `index` its certificate is not for, and which another capsule has. Once:
 * `*looked_at`, 0 at first, is a hash of names and certificates. */
void site_warn_of_names(const struct sites *sites, size_t index,
                        const struct presentation *presentation, unsigned long long *looked_at);

#endif
