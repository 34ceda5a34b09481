/* html.h: a post in HTML into blocks. Layer: import (includes base/, text/).
 *
 * html_tree.h has the elements, html_page.h finds the post among them, html_blocks.h makes blocks
 * of it. What has no form there (scripts, forms) is in the report. */
#ifndef MATINEE_IMPORT_HTML_H
#define MATINEE_IMPORT_HTML_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "import/post.h"
#include "import/report.h"

/**
 * Add the HTML in `source`, the content of a post in a feed, to the blocks of `post`, whose other
 * members the caller has set: links are seen from post->url. The source is well-formed UTF-8 and
 * begins in line `line` of the input. Everything lives in `arena`.
 *
 * False, with an error in `diags`, when it is no page that anybody wrote: more elements than
 * LIMIT_HTML_NODES, nested deeper than LIMIT_HTML_DEPTH. Time and memory are linear.
 */
MUST_USE bool html_read(struct arena *arena, const struct source *source, unsigned line,
                        struct post *post, struct report *report, struct diags *diags);

/**
 * Read the post on the saved page `source`, in any charset that it declares, into `*post`: title,
 * address, date, labels and blocks; its with_data is what the caller has set. What is not the post
 * is dropped, and reported. False as above, and when there is no text.
 */
MUST_USE bool html_read_page(struct arena *arena, const struct source *source, struct post *post,
                             struct report *report, struct diags *diags);

/** The same for the page of `post`, whose title, address and other facts are known: its text is
 * added to the blocks. */
MUST_USE bool html_read_page_of(struct arena *arena, const struct source *source, struct post *post,
                                struct report *report, struct diags *diags);

#endif
