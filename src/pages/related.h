/* related.h: what to read after a review, with the reasons. Layer: pages (includes model/). */
#ifndef MATINEE_PAGES_RELATED_H
#define MATINEE_PAGES_RELATED_H

#include "pages/sitemap.h"

/** The reviews that are related to `review` under a heading of their own; nothing when there are
 * none. */
void related_put(const struct page_context *context, const struct review *review, struct buf *out);

#endif
