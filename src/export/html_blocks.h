/* html_blocks.h: lines of gemtext as HTML elements. Layer: export.
 *
 * Runs of items and of links are lists, a quote and the line that says whose it is are a figure,
 * a link to a picture of the tree is the picture. */
#ifndef MATINEE_EXPORT_HTML_BLOCKS_H
#define MATINEE_EXPORT_HTML_BLOCKS_H

#include "base/arena.h"
#include "base/slice_map.h"
#include "export/export.h"
#include "export/target.h"

struct html_blocks {
    const struct export_page *page;
    slice lang; /* of the page */
    bool right_to_left;
    bool is_part; /* of another document: addresses are absolute, nothing has an id */
    struct buf *out;
    unsigned level;     /* of the heading before, 0: there was none */
    bool isolated;      /* the text that was begun has an element of its own in the one around it */
    struct arena arena; /* of the ids */
    struct slice_map ids; /* of the elements so far */
    struct buf room;      /* scratch: of target_find */
    struct buf name;      /* scratch: of a file, or an id */
    struct buf url;       /* scratch: of a link */
};

void html_blocks_begin(struct html_blocks *blocks, const struct export_page *page, slice lang,
                       struct buf *out);
void html_blocks_end(struct html_blocks *blocks);

/**
 * Append the elements for `text`, which may hold any bytes. The first heading of a page is its h1,
 * whatever its level, and there is no other one; those after it are at most one level deeper than
 * the one before.
 */
void html_blocks_put(struct html_blocks *blocks, slice text);

/** Append a heading; the result is its id, which lives as long as `blocks`, or nothing for an h1.
 */
slice html_blocks_put_heading(struct html_blocks *blocks, unsigned level, slice text);

/** Append the reference that leads from the page to `to`, for an attribute. */
void html_blocks_put_reference(struct html_blocks *blocks, const struct page *to);

/** Append where `reference` leads, unescaped, when a browser can be sent there at once: true then.
 */
bool html_blocks_put_refresh(struct html_blocks *blocks, slice reference, struct buf *out);

#endif
