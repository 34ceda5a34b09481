/* watch.h: has a file changed? Layer: server (includes base/).
 *
 * The system tells (notify.h); where it cannot, or has no room left, the folders are looked through
 * once a second. Only names count that could be sources: not the temporary ones of editors
 * (file_is_temporary). */
#ifndef MATINEE_SERVER_WATCH_H
#define MATINEE_SERVER_WATCH_H

#include "base/attributes.h"
#include "base/slice.h"

#include <stdint.h>

enum watch_change {
    WATCH_NOTHING,
    /** A file was made, and somebody may still be writing it: WATCH_CHANGED follows when it is
     * closed. It does not when the file is a link. */
    WATCH_CREATED,
    WATCH_CHANGED,
};

struct watch;

/**
 * Watch the files in the folder `root` and, with all folders below them, in its folders `deep`
 * (ended by NULL; may itself be NULL). Both are borrowed. The folders need not exist yet, and the
 * root may be replaced by another folder, or be a link that is turned. `by_looking` does without
 * the system's help, which does not know what happens on other machines. NULL when out of memory.
 */
MUST_USE struct watch *watch_new(const char *root, const char *const *deep, bool by_looking);
void watch_free(struct watch *watch);

/** Take in folders that are new. Call it before reading the files, so that no change falls between
 * the two. */
void watch_renew(struct watch *watch);
/** Becomes readable when there may be a change; -1 when that is not told. */
int watch_fd(const struct watch *watch);
/** When watch_take is to be called at the latest, by clock_ms(). */
int64_t watch_due(const struct watch *watch);
/** The greatest change since the last call. Never waits. */
enum watch_change watch_take(struct watch *watch);

/** True when another folder than at the last watch_renew stands at the root. */
bool watch_root_is_another(const struct watch *watch);
/** True while somebody writes the file at `path`, which is below the root; never known when
 * looking. What is seen on the way is kept for watch_take. */
bool watch_is_being_written(struct watch *watch, slice path);

#endif
