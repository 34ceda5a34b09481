/* feed_address.h: the addresses of a blog's feeds, and of their pages. Layer: mirror (includes
 * base/, web/). */
#ifndef MATINEE_MIRROR_FEED_ADDRESS_H
#define MATINEE_MIRROR_FEED_ADDRESS_H

#include "base/arena.h"
#include "base/slice.h"

/** How a feed that does not fit into one answer is had. */
enum feed_paging {
    PAGING_LINKS,     /* by its link to the next page, if any (RFC 5005, section 3) */
    PAGING_BLOGGER,   /* `start-index` and `max-results` */
    PAGING_WORDPRESS, /* `paged` */
};

/** Which one a feed at `url` (web_url.text) has, by the form of the address. */
enum feed_paging feed_address_paging(slice url);

/**
 * The address for the entries from number `start` on (Blogger, from 1), or of page number `page`
 * (WordPress, from 1), in `arena`. Of the query of a Blogger feed the form (`alt=json`) stays.
 * PAGING_LINKS: `url` itself.
 */
slice feed_address_page(struct arena *arena, slice url, enum feed_paging paging,
                        unsigned long start, unsigned long page);

/** The feed of all comments on the blog, or of its pages, whose posts are at `url`, a Blogger feed;
 * in the same form. `of` is `comments` or `pages`. Empty when it is a feed that has no such
 * companion: of one label's posts. */
slice feed_address_companion(struct arena *arena, slice url, const char *of);

/** Where blogs usually have a feed, on the site `origin` (web_url.origin), in `arena`. */
const slice *feed_address_usual(struct arena *arena, slice origin, size_t *count);

#endif
