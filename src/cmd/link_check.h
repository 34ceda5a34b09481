/* link_check.h: does every link of every page lead somewhere? Layer: cmd. */
#ifndef MATINEE_CMD_LINK_CHECK_H
#define MATINEE_CMD_LINK_CHECK_H

#include "base/diag.h"
#include "cmd/open_capsule.h"
#include "gemini/url.h"

/** What was looked at. */
struct link_counts {
    size_t pages;
    size_t links; /* those that lead into the capsule */
};

/**
 * Render every page and follow its links inside the capsule.
 *
 * A dead link is an error, at its place in the source file when an author wrote it; one to a folder
 * without its slash is a warning. A link from what readers see to a review that they do not see yet
 * is of the level `to_hidden`, when the capsule was loaded with drafts; else it is dead. A link to
 * what has moved or is gone is a warning, one into a closed area is of the level `to_closed`. Links
 * by name are the loader's. Takes time O(n log n) in the size of all pages.
 */
void link_check(const struct open_capsule *open, enum diag_level to_hidden,
                enum diag_level to_closed, struct link_counts *counts, struct diags *diags);

/** True when `url` is one of the capsule itself. */
bool link_is_ours(const struct capsule_conf *conf, const struct url *url);

#endif
