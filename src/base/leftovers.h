/* leftovers.h: what file_write and file_create of a process that was killed left behind. Layer:
 * base (includes slice.h). */
#ifndef MATINEE_BASE_LEFTOVERS_H
#define MATINEE_BASE_LEFTOVERS_H

#include "base/slice.h"

/** Which files are meant. */
struct leftovers {
    const slice *endings; /* of the names that the files were to have: any of these */
    size_t count;
    unsigned depth; /* of folders that are looked into below the first one; 0: none */
};

/**
 * Remove the unfinished files in the folder `path` (relative to the folder `at`) and those below
 * it: regular files whose names file.h gives to files that are not finished,
 * `.NAME.PROCESS.NUMBER`, where NAME has one of the endings and that process is gone. Symbolic
 * links are not followed, hidden folders are not looked into; what cannot be read is passed over.
 * Returns how many those were.
 */
size_t leftovers_remove(int at, const char *path, const struct leftovers *which);

#endif
