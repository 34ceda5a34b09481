/* open_capsule.h: a capsule and what is needed to render its pages, for commands that look at all
 * of it. Layer: cmd. */
#ifndef MATINEE_CMD_OPEN_CAPSULE_H
#define MATINEE_CMD_OPEN_CAPSULE_H

#include "base/attributes.h"
#include "base/diag.h"
#include "gemini/media_type.h"
#include "pages/sitemap.h"
#include "source/load.h"

struct open_capsule {
    const char *folder;
    struct media_type_finder *finder;
    struct loaded *loaded;
    const struct capsule *capsule;
    struct buf host;             /* of context: the first of the capsule */
    struct page_context context; /* without a base */
};

/**
 * Load the capsule in `folder` as it is at `now`. Problems go to `diags`. False when there is no
 * capsule to look at; then there is nothing to close.
 */
MUST_USE bool open_capsule_load(struct open_capsule *open, const char *folder, int64_t now,
                                bool show_drafts, struct diags *diags);
void open_capsule_close(struct open_capsule *open);

#endif
