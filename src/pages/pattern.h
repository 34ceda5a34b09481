/* pattern.h: URL paths with named places in them. Layer: pages (includes model/).
 *
 * A row of the sitemap has one pattern, such as `/reviews/{review}/{section}.gmi`. It is read in
 * three directions: a path is matched against it, the path of a page is written from it, and all
 * pages that fit it are visited. Folders are written with a final slash, never as index.gmi. */
#ifndef MATINEE_PAGES_PATTERN_H
#define MATINEE_PAGES_PATTERN_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"
#include "pages/sitemap.h"

/** Fill in what the places of `pattern` stand for in `path`. False when it does not fit, or names
 * something that does not exist. `page->kind` is set before. */
MUST_USE bool pattern_match(const char *pattern, const struct capsule *capsule, slice path,
                            struct page *page);
/** How a piece of a path is written: as it is (buf_put), or percent-encoded (uri_put_path). */
typedef void pattern_write(struct buf *out, slice piece);
/** Append the path of `page`, with its first slash. */
void pattern_put(const char *pattern, const struct page *page, pattern_write *write,
                 struct buf *out);
/** Visit every page that fits. False when `visit` ended it. */
bool pattern_walk(const char *pattern, const struct capsule *capsule, const struct page *page,
                  sitemap_visit *visit, void *context);

#endif
