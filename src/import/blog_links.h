/* blog_links.h: links to other posts of a blog become links in the capsule. Layer: import (includes
 * base/, text/). */
#ifndef MATINEE_IMPORT_BLOG_LINKS_H
#define MATINEE_IMPORT_BLOG_LINKS_H

#include "base/arena.h"
#include "base/slice.h"
#include "base/slice_map.h"
#include "import/post.h"

/** Which address leads to what in the capsule. */
struct blog_links {
    struct arena *arena;
    struct slice_map targets;
};

/** An empty table in `arena`. */
void blog_links_init(struct blog_links *links, struct arena *arena);
void blog_links_release(struct blog_links *links);

/** The post with this key (address.h), which lives as long as the table, is the review `name`, or
 * the page of that name. The first one that claims an address has it. */
void blog_links_add_review(struct blog_links *links, slice address, slice name);
void blog_links_add_page(struct blog_links *links, slice address, slice name);

/** What a link to `url` is to lead to: `review:NAME`, `/NAME.gmi`; empty when that is not in the
 * capsule. */
slice blog_links_find(const struct blog_links *links, slice url);

/** How links are written. */
enum blog_links_form {
    BLOG_LINKS_BY_NAME,  /* in a source file: `review:NAME`, `/NAME.gmi` */
    BLOG_LINKS_RELATIVE, /* in a page of comments: `../reviews/NAME/`, `../NAME.gmi` */
};

/** Turn the links of `post` that lead to what is in the capsule; returns how many those were. New
 * addresses live in `arena`, or as long as `links`. */
size_t blog_links_turn(const struct blog_links *links, struct arena *arena,
                       enum blog_links_form form, struct post *post);

#endif
