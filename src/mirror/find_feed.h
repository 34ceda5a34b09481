/* find_feed.h: from the address of a blog to that of its feed. Layer: mirror (includes base/,
 * import/, web/). */
#ifndef MATINEE_MIRROR_FIND_FEED_H
#define MATINEE_MIRROR_FIND_FEED_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "mirror/spool.h"
#include "web/fetch.h"

/**
 * Find the feed of the posts of the blog at `address`: a feed itself, or a page that names one, or
 * that is on a site which has one in a usual place. What it is, is seen from its content. `*feed`
 * is absolute, in `arena`. Else the result says why not, with an error in `diags`; FETCH_NEVER when
 * there is no feed.
 */
MUST_USE enum fetch_result find_feed(struct fetcher *fetcher, struct arena *arena,
                                     struct spool *spool, slice address, slice *feed,
                                     struct diags *diags);

#endif
