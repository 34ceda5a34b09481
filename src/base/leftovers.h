/* leftovers.h: what file_write and file_create of a process that was killed left behind. Layer:
 * base (includes slice.h). */
#ifndef MATINEE_BASE_LEFTOVERS_H
#define MATINEE_BASE_LEFTOVERS_H

#include "base/slice.h"

/**
 * Remove the unfinished files in the folder `path` (relative to the folder `at`) and, down to
 * LIMIT_FOLDER_DEPTH, in the folders below it: regular files whose names file.h gives to files that
 * are not finished, `.NAME.PROCESS.NUMBER`, where NAME ends in `ending` and that process is gone.
 * Symbolic links are not followed; what cannot be read is passed over. Returns how many those were.
 */
size_t leftovers_remove(int at, const char *path, slice ending);

#endif
