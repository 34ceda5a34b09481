/* notify.h: what the system tells about changes in folders. Layer: server (includes base/).
 *
 * inotify on Linux. Elsewhere notify_new gives nothing, and watch.c looks for itself. */
#ifndef MATINEE_SERVER_NOTIFY_H
#define MATINEE_SERVER_NOTIFY_H

#include "base/attributes.h"
#include "base/slice.h"
#include "server/watch.h"

struct notify;

/** NULL, with errno (ENOSYS where there is no such thing). */
MUST_USE struct notify *notify_new(void);
void notify_free(struct notify *notify);

/** Begin a new round: what is not added again until notify_end_round is not watched any more. */
void notify_begin_round(struct notify *notify);
void notify_end_round(struct notify *notify);

enum notify_added {
    NOTIFY_ADDED,
    NOTIFY_KNOWN,   /* this folder has been added in this round already, under whatever path */
    NOTIFY_MISSING, /* there is no such folder, or it cannot be read */
    NOTIFY_FULL,    /* errno: the system has no room for more */
};
/** Watch what happens in the folder `path`, which the capsule knows as `below` (copied). */
MUST_USE enum notify_added notify_add_folder(struct notify *notify, const char *path, slice below);
/** Watch whether something called `name` (copied) comes into the folder `path`, or may be read. */
MUST_USE enum notify_added notify_add_name(struct notify *notify, const char *path, slice name);

/** Becomes readable when there is news. */
int notify_fd(const struct notify *notify);
/** The greatest change since the last call. Never waits. */
enum watch_change notify_take(struct notify *notify);

/** True while somebody writes the file at `path` (as the capsule knows it): bytes have come and it
 * has not been closed since, for at most NOTIFY_WRITING_MS. */
bool notify_is_being_written(const struct notify *notify, slice path);
#define NOTIFY_WRITING_MS 10000

#endif
