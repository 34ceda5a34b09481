/* folder.h: whole folders. Layer: base (includes attributes.h).
 *
 * As in file.h: functions that can fail return false and leave errno; paths are relative to the
 * folder `at`. */
#ifndef MATINEE_BASE_FOLDER_H
#define MATINEE_BASE_FOLDER_H

#include "base/attributes.h"

#include <stdbool.h>

/** Find out whether an open folder holds nothing. */
MUST_USE bool folder_is_empty(int folder, bool *empty);
/**
 * Remove `path` and everything below it. Symbolic links are removed, never followed. False with
 * ELOOP when it is deeper than 64 folders; what was removed until then is gone.
 */
MUST_USE bool folder_remove(int at, const char *path);

/** What folder_list calls with a name; false ends it. */
typedef bool folder_visit(void *context, const char *name);
/** Call `visit` for each name in the folder `path`, in no order. False, with errno, when it cannot
 * be read; ended by `visit` is true. */
MUST_USE bool folder_list(int at, const char *path, folder_visit *visit, void *context);

#endif
