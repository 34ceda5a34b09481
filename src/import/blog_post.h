/* blog_post.h: one post or page of a blog into its files. Layer: import (includes base/, text/).
 * For blog.c alone. */
#ifndef MATINEE_IMPORT_BLOG_POST_H
#define MATINEE_IMPORT_BLOG_POST_H

#include "base/attributes.h"
#include "import/blog.h"
#include "import/feed.h"

/** Write the review or page of `item`, which has its id and its file, and the page of its comments,
 * and tell of both. False, with errors in the blog's diags, when one could not be written. */
MUST_USE bool blog_post_write(struct blog *blog, struct blog_item *item, const struct feed *feed);

#endif
