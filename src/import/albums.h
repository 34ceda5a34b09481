/* albums.h: the pictures of a Takeout's albums, as a source of images. Layer: import (includes
 * base/, text/).
 *
 * Nothing in a Takeout says which file an address in a post stands for. It is the file
 * - whose side file (.json) has the address; else
 * - that is called as the address ends, by its own name or by the title in its side file; else
 * - whose name differs from that only in signs that Takeout writes as `_`.
 * Only addresses of Blogger's hosts are looked for by name. The same picture in several albums is
 * the larger one; when an album has several different ones of one name (`cover.jpg`,
 * `cover(1).jpg`), nobody can tell which it is, and none is taken. */
#ifndef MATINEE_IMPORT_ALBUMS_H
#define MATINEE_IMPORT_ALBUMS_H

#include "base/slice_map.h"
#include "import/archive.h"
#include "import/image_source.h"

struct album_picture;

struct albums {
    struct archive *archive;
    struct arena arena;
    struct slice_map by_path;
    struct slice_map by_name; /* the first of a list */
    struct slice_map by_plain;
    struct slice_map by_title;
    struct slice_map by_url;
    bool sides_read;
};

/** Begin to look for pictures in `archive`, which has to live until albums_close. */
void albums_open(struct albums *albums, struct archive *archive);
void albums_close(struct albums *albums);

/** The source, which lives as long as `albums`. What is not in them is IMAGE_GONE. */
struct image_source albums_source(struct albums *albums);

#endif
