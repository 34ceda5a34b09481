/* redirects.h: old paths of a blog's pages, as `Redirect` lines of capsule.conf. Layer: import
 * (includes base/, text/).
 *
 * They are gathered while pages are written, and added to the file at once, behind what is there.
 */
#ifndef MATINEE_IMPORT_REDIRECTS_H
#define MATINEE_IMPORT_REDIRECTS_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/slice_map.h"

struct redirects {
    struct arena *arena;
    const char *capsule; /* as messages name it */
    int fd;              /* of its folder */
    bool loaded;
    struct slice_map known; /* paths that capsule.conf speaks of, or will */
    size_t count;           /* of them */
    struct buf added;       /* lines to be added */
};

/** None yet, for the capsule in the folder `fd`, which `path` names. */
void redirects_init(struct redirects *redirects, struct arena *arena, int fd, const char *path);
void redirects_release(struct redirects *redirects);

/**
 * See that `from`, an old path, leads to `to`, a path of the capsule. `*is_new` is false when
 * capsule.conf says something of `from` already. False, with an error in `diags`, when it cannot be
 * read, or may not have more.
 */
MUST_USE bool redirects_add(struct redirects *redirects, slice from, slice to, bool *is_new,
                            struct diags *diags);
/** Write what was added. A capsule.conf that is a symbolic link stays one. False, with an error. */
MUST_USE bool redirects_write(struct redirects *redirects, struct diags *diags);

#endif
