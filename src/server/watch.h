/* watch.h: has a file changed? Layer: server (includes base/).
 *
 * With inotify on Linux. Elsewhere, and where inotify has no room left, the folders are looked
 * through once a second. Only names count that could be sources: not those that start with a dot or
 * end in `~`, which editors write beside the real ones. */
#ifndef MATINEE_SERVER_WATCH_H
#define MATINEE_SERVER_WATCH_H

#include "base/attributes.h"

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
 * root may be replaced by another folder. NULL when out of memory.
 */
MUST_USE struct watch *watch_new(const char *root, const char *const *deep);
void watch_free(struct watch *watch);

/** Take in folders that are new. Call it before reading the files, so that no change falls between
 * the two. */
void watch_renew(struct watch *watch);
/** Becomes readable when there may be a change; -1 when watch_take has to be called once in
 * WATCH_POLL_MS. */
int watch_fd(const struct watch *watch);
#define WATCH_POLL_MS 1000
/** The greatest change since the last call. Never waits. */
enum watch_change watch_take(struct watch *watch);

#endif
