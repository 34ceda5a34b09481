/* feed_links.h: the feeds that a page names. Layer: mirror (includes base/, import/). */
#ifndef MATINEE_MIRROR_FEED_LINKS_H
#define MATINEE_MIRROR_FEED_LINKS_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "base/slice.h"

/**
 * The feed of the posts of the blog that the page `source`, had from the address `url`, belongs to:
 * of its `link rel=alternate`, Atom before RSS, never one of comments. `*feed` is absolute, in
 * `arena`; empty when the page names none. False, with an error in `diags`, when the page cannot be
 * read.
 */
MUST_USE bool feed_links_find(struct arena *arena, const struct source *source, slice url,
                              slice *feed, struct diags *diags);

#endif
