/* html_page.h: where on a saved page the post is, and what the page says of it. Layer: import
 * (includes base/, text/). */
#ifndef MATINEE_IMPORT_HTML_PAGE_H
#define MATINEE_IMPORT_HTML_PAGE_H

#include "import/html_tree.h"
#include "import/post.h"
#include "import/report.h"

/**
 * The element that holds the post: the one that is marked so (itemprop articleBody, the classes of
 * Blogger, WordPress and others, article, main), and of several the one with most words; without a
 * mark, the element that has most of the page's running text. 0 when there is no text.
 */
size_t html_page_find_post(const struct html_tree *tree, struct report *report);

/** The address that links on the page are seen from: of `base`, else the page's own. May be empty.
 */
slice html_page_base(const struct html_tree *tree, slice url);

/**
 * Fill in title, address, date, labels and summary of `post`, whose text is in the element `root`,
 * from what the page says of itself. What is not there stays empty.
 */
void html_page_read_facts(struct arena *arena, const struct html_tree *tree, size_t root,
                          struct post *post, struct report *report);

#endif
