/* link_check.h: does every link of every page lead somewhere? Layer: cmd. */
#ifndef MATINEE_CMD_LINK_CHECK_H
#define MATINEE_CMD_LINK_CHECK_H

#include "base/diag.h"
#include "cmd/open_capsule.h"

/** What was looked at. */
struct link_counts {
    size_t pages;
    size_t links; /* those that lead into the capsule */
};

struct link_check;

/**
 * Follow the links inside the capsule: those in its sources here, those on its pages when they are
 * shown to link_check_page. `open` and `diags` are borrowed until link_check_end.
 *
 * A dead link is an error, at its place in the source file when an author wrote it; one to a folder
 * without its slash is a warning. A link from what readers see to a review that they do not see yet
 * is of the level `to_hidden`, when the capsule was loaded with drafts; else it is dead. A link to
 * what has moved or is gone is a warning, one into a closed area is of the level `to_closed`. Links
 * by name are the loader's. All of it takes linear time in the size of all pages.
 */
struct link_check *link_check_begin(const struct open_capsule *open, enum diag_level to_hidden,
                                    enum diag_level to_closed, struct diags *diags);
/**
 * Look at `page`, which page_render has made of `bytes` and `answer`, its links with `base` before
 * them. The files of static/ are read here.
 */
void link_check_page(struct link_check *check, const struct page *page,
                     const struct page_answer *answer, const struct buf *bytes, slice base);
/** Free everything; what was looked at is told. */
struct link_counts link_check_end(struct link_check *check);

#endif
