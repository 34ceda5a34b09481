/* html_blocks.h: elements of a page into the blocks of a post. Layer: import (includes base/).
 *
 * Every visible word below the element goes into a block, or into the report: paragraphs, whether
 * they are p, double br or bare div; lines divided by one br stay together (`joined`); the links of
 * a paragraph follow it, and one that is nothing else becomes the link; images with their
 * alternative text or caption; lists, headings, quotes, preformatted text, tables (html_table.h).
 */
#ifndef MATINEE_IMPORT_HTML_BLOCKS_H
#define MATINEE_IMPORT_HTML_BLOCKS_H

#include "import/html_tree.h"
#include "import/post.h"
#include "import/report.h"

struct html_part {
    const struct html_tree *tree;
    size_t root; /* what is in it is converted */
    slice base;  /* the address that links are seen from; may be empty */
    bool page;   /* the part of a whole page: the site's own elements in it are left out */
};

/** Add what is in `part` to the blocks of `post`; everything lives in `arena`. Linear time. */
void html_blocks_add(struct arena *arena, const struct html_part *part, struct post *post,
                     struct report *report);

#endif
