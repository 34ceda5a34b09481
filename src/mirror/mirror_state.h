/* mirror_state.h: what the last mirroring of a blog knew. Layer: mirror (includes base/, text/).
 *
 * Kept in CAPSULE/.matinee/mirror-state, as `Key: value` lines. It is written when everything else
 * was, so whoever finds it there has all that it speaks of. */
#ifndef MATINEE_MIRROR_MIRROR_STATE_H
#define MATINEE_MIRROR_MIRROR_STATE_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/slice.h"

/** The first page of a feed, as it was. */
struct mirror_mark {
    slice url;      /* of the feed; empty when there is none */
    slice etag;     /* as its server gave it; or empty */
    slice modified; /* Last-Modified, the same */
};

/** The feeds of a blog. Only Blogger has those of comments and pages. */
enum mirror_feed {
    MIRROR_COMMENTS,
    MIRROR_POSTS,
    MIRROR_PAGES,
};
enum { MIRROR_FEEDS = MIRROR_PAGES + 1 };

struct mirror_state {
    slice address; /* what was asked for: of the blog, a post, a feed */
    struct mirror_mark marks[MIRROR_FEEDS];
};

/** Take what mirror_state_put wrote; the slices point into the source. Lines that are none are
 * warnings. */
void mirror_state_read(const struct source *source, struct mirror_state *state,
                       struct diags *diags);
void mirror_state_put(const struct mirror_state *state, struct buf *out);

/** The state of the capsule in the folder `at`, in `arena`; an empty one when there is none. False,
 * with an error in `diags`, when the file cannot be read. */
MUST_USE bool mirror_state_load(struct arena *arena, int at, struct mirror_state *state,
                                struct diags *diags);
/** Write it, unless the file holds it already. */
MUST_USE bool mirror_state_save(int at, const struct mirror_state *state, struct diags *diags);

#endif
