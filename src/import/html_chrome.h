/* html_chrome.h: what of a page is the site and not the post. Layer: import (includes base/). */
#ifndef MATINEE_IMPORT_HTML_CHROME_H
#define MATINEE_IMPORT_HTML_CHROME_H

#include "import/html_tree.h"
#include "import/report.h"

/**
 * Why the element is no part of the post that it stands in, by its name and its classes: share
 * buttons, related posts, and on a whole `page` navigation, comments, the post's footer. NULL when
 * it is part of the post; else a constant for report_drop.
 */
const char *html_chrome_why(const struct html_node *node, bool page);

/** Report the words of the element, when it has any, as left out because they are `why`. */
void html_chrome_drop(struct arena *arena, const struct html_tree *tree, size_t node,
                      const char *why, struct report *report);

/** Report all words outside of the element `post` as the site around it. */
void html_chrome_drop_around(struct arena *arena, const struct html_tree *tree, size_t post,
                             struct report *report);

#endif
