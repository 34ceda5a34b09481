/* html_links.h: the addresses in a post. Layer: import (includes base/, text/). */
#ifndef MATINEE_IMPORT_HTML_LINKS_H
#define MATINEE_IMPORT_HTML_LINKS_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/slice.h"
#include "import/html_tree.h"

enum html_link {
    HTML_LINK_OK,
    HTML_LINK_NONE,     /* there is no address */
    HTML_LINK_WITHIN,   /* `#notes`: a place in the page itself */
    HTML_LINK_SCRIPT,   /* javascript: and the like, which is no address */
    HTML_LINK_DATA,     /* data:, a file inside of the page */
    HTML_LINK_LOCAL,    /* a file on somebody's machine, or a name without a site to it */
    HTML_LINK_TOO_LONG, /* more than LIMIT_HTML_URL bytes */
};

/**
 * Make `written` a whole address in `arena`, as seen from the page at `base` (empty when that is
 * not known). `*url` is set for HTML_LINK_OK alone.
 */
enum html_link html_link_resolve(struct arena *arena, slice base, slice written, slice *url);

/** True when `url` leads to an image: by its name's extension, or by the hosts of blogs' images. */
bool html_link_is_image(slice url);
/** True when `url` is on a host that keeps the images of Blogger's blogs. */
bool html_link_is_blogger_image(slice url);
/** The address of the largest form of an image that a blog's host hands out in the size that its
 * address says (`/s320/`, `/w640-h480/`, `=w457-h483`); other addresses as they are. */
slice html_link_largest(struct arena *arena, slice url);
/** The address of `node`, an img, as written: the largest of srcset, what a script would load, or
 * src. */
slice html_link_of_image(const struct html_node *node);
/** The page to watch for the address of a player in a frame (YouTube, Vimeo), or `url`. */
slice html_link_of_player(struct arena *arena, slice url);
/** The last part of the path as words for an image without any: `the-attic.jpg`; empty when it is
 * no name of a file. */
slice html_link_file_name(struct arena *arena, slice url);

#endif
