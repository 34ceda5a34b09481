/* build_page.h: a page as a file of a tree. Layer: cmd. */
#ifndef MATINEE_CMD_BUILD_PAGE_H
#define MATINEE_CMD_BUILD_PAGE_H

#include "cmd/open_capsule.h"
#include "cmd/progress.h"
#include "cmd/tree.h"
#include "export/export.h"

/** What the files of a tree are written from; the first four are borrowed. */
struct build_page {
    const struct open_capsule *open;
    const struct export_site *site;
    struct tree *tree;
    struct progress *progress; /* messages take its line away */
    struct buf gemtext;        /* the caller renders a page into it */
    struct buf name;           /* scratch */
    struct buf file;           /* scratch: the page in another form */
};

void build_page_begin(struct build_page *build);
void build_page_end(struct build_page *build);

/** True when `page` is not in a tree, because files cannot be closed. */
bool build_page_is_closed(const struct build_page *build, const struct page *page);
/** True when static/ has a file called `name` for readers that is not `page`. */
bool build_page_is_in_static(const struct build_page *build, const struct page *page, slice name);
/**
 * Put `page`, which is not closed and whose bytes are in build->gemtext, into the tree; `made` is
 * what it is. What cannot have its name is left out, and that is said on stderr. False with a
 * message in build->tree->error.
 */
MUST_USE bool build_page_put(struct build_page *build, const struct page *page,
                             const struct page_answer *made);

#endif
