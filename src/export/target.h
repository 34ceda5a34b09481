/* target.h: what a link on a page leads to, in a tree of files. Layer: export. */
#ifndef MATINEE_EXPORT_TARGET_H
#define MATINEE_EXPORT_TARGET_H

#include "export/export.h"
#include "gemini/url.h"

enum target_where {
    TARGET_PAGE,      /* a page, or a file of static/, that the tree has */
    TARGET_ELSEWHERE, /* another host or another protocol */
    TARGET_MISSING,   /* nothing: it is closed, gone, or was never there */
};

struct target {
    enum target_where where;
    struct page page; /* TARGET_PAGE: never a redirect, but what that leads to */
    slice url;        /* TARGET_ELSEWHERE: absolute, of printable ASCII */
    slice scheme;     /* of `url` */
};

/**
 * Find out what `reference`, as it stands in a link line of `page`, leads to. `room` is cleared,
 * and what `target` says lies there: until it is used for the next one.
 */
void target_find(const struct export_page *page, slice reference, struct buf *room,
                 struct target *target);

/**
 * The path, as it stands in URLs, that `reference` means on the page at `base`, an absolute URL;
 * without query and fragment. It lies in `reference` or in `resolved`, which is cleared. False when
 * it leads out of the capsule.
 */
bool target_find_path(const struct capsule_conf *conf, slice base, slice reference,
                      struct buf *resolved, slice *path);

/** True when `url` is one of the capsule itself. */
bool target_is_ours(const struct capsule_conf *conf, const struct url *url);

/** True when `page` is, or will be, an image. */
bool target_is_image(const struct page *page);

#endif
