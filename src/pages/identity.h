/* identity.h: what feed readers know things by (RFC 4287, 4.2.6). Layer: pages (includes model/).
 *
 * An id is a UUID (RFC 9562), as a URN in small letters. It is the same in every feed, under every
 * host, port and base, served and exported, and it stays when what it stands for is changed:
 *
 *     the capsule   its Id in capsule.conf; else made of its Title
 *     a feed        made of the capsule's id and the path of the page that lists the same
 *     a review      its Id; else made of the capsule's id and its path
 *     a quote       made of the review's id and its own
 *
 * Made means: of version 5, by text/uuid, and so for ever. The feed of all reviews has the id of
 * the capsule. */
#ifndef MATINEE_PAGES_IDENTITY_H
#define MATINEE_PAGES_IDENTITY_H

#include "pages/sitemap.h"

/** Append the id of the feed of what `shown` lists, which is a page that has feeds. */
void identity_put_feed(const struct capsule *capsule, const struct page *shown, struct buf *out);
void identity_put_review(const struct capsule *capsule, const struct review *review,
                         struct buf *out);
void identity_put_quote(const struct capsule *capsule, const struct review *review,
                        const struct quote *quote, struct buf *out);

#endif
