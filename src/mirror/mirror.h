/* mirror.h: a blog on the web into a capsule. Layer: mirror (includes base/, import/, text/, web/).
 *
 * Finds the blog's feed, reads all its pages, and for Blogger the feeds of its comments and of its
 * pages; fetches a post's own page where the feed does not hold all of it, and its pictures. All
 * that is written is written by import/blog.h, when all was read: whatever fails before leaves the
 * capsule as it was, and whatever ends the process in between is made good by the next run. */
#ifndef MATINEE_MIRROR_MIRROR_H
#define MATINEE_MIRROR_MIRROR_H

#include "base/attributes.h"
#include "base/diag.h"
#include "import/feed.h"
#include "import/images.h"
#include "import/outcome.h"
#include "import/target.h"
#include "web/fetch.h"

struct mirror_options {
    slice address;   /* of the blog, one of its posts, or its feed; empty: that of the last time */
    slice published; /* the date of posts that have none */
    struct fetcher *fetcher;
    outcome_tell *tell; /* is told of each file */
    /** Is told of each page of a feed that was read, before anything of it is written. */
    void (*on_feed)(void *context, const struct feed *feed);
    /** Is told at the end what became of the pictures. */
    void (*on_images)(void *context, const struct images_counts *counts);
    void *context;
    const volatile sig_atomic_t *stop; /* the fetcher's */
};

enum mirror_result {
    MIRROR_DONE,
    MIRROR_NOTHING_NEW, /* the servers say so; nothing was written */
    MIRROR_INCOMPLETE,  /* what could be had is there; errors in the diags say what is not. The next
                           run asks for all of it again */
    MIRROR_FAILED,      /* nothing was written; an error in the diags says why */
    MIRROR_STOPPED,
};

/** Mirror the blog into `target`, an open capsule. */
enum mirror_result mirror_blog(struct target *target, const struct mirror_options *options,
                               struct diags *diags);

#endif
