/* address.h: when two web addresses are those of one post. Layer: import (includes base/, text/).
 *
 * A blog writes the address of a post in several ways: with http and https, with www. and without,
 * for telephones (`?m=1`), under the domain of the reader's country (`name.blogspot.de`), with its
 * letters percent-encoded or not, as a path alone (Blogger's Takeout). */
#ifndef MATINEE_IMPORT_ADDRESS_H
#define MATINEE_IMPORT_ADDRESS_H

#include "base/arena.h"
#include "base/slice.h"

/**
 * What is the same for all addresses of a post: host and path,
 * `name.blogspot.com/2008/05/slug.html`; of a path alone the path. Query and fragment do not count,
 * except where there is no path: `/?p=12`. Empty when `url` is no address of the web, or of a site
 * as a whole.
 */
slice address_key(struct arena *arena, slice url);

/** The path of a key when it holds year and month, `/2008/05/slug.html`: it is that of one post
 * whatever the blog was called at the time. Else empty. */
slice address_dated_path(slice key);

/** The path of a key. */
slice address_path(slice key);

/** True when a key begins with a host, false when it is a path alone. */
bool address_has_host(slice key);

#endif
