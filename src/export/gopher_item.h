/* gopher_item.h: what a link becomes in a gopher menu (RFC 1436, 3.5 to 3.8). Layer: export. */
#ifndef MATINEE_EXPORT_GOPHER_ITEM_H
#define MATINEE_EXPORT_GOPHER_ITEM_H

#include "export/export.h"

/** What stands on the line of an item besides its label. */
struct gopher_item {
    char type;
    slice selector; /* no byte of it ends a field or a line */
    slice host;     /* empty: the host and the port that the menu came from, as its server knows */
    int port;
};

/** True when `page` is a menu in a gopher hole; else it is a file. */
bool gopher_is_menu(const struct page *page);
/** The type of the item that leads to `page`. */
char gopher_type(const struct page *page);
/** Append where `page` is in the hole: its selector without a base and the first slash, which is
 * its path in the capsule. */
void gopher_put_place(const struct page *page, struct buf *out);

/**
 * The item for `url`, as it stands in a link line of `page`. What it says lies in the two of
 * `rooms`, which are cleared. False when it leads nowhere, or cannot be said in a menu.
 */
MUST_USE bool gopher_item_find(const struct export_page *page, slice url, struct buf rooms[2],
                               struct gopher_item *item);

#endif
