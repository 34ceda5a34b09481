/* file.h: files and folders. Layer: base (includes arena.h, slice.h).
 *
 * Functions that can fail return false and leave errno as the system call set it. Paths are
 * NUL-terminated strings; relative ones are relative to the folder `at` (AT_FDCWD for the working
 * directory). */
#ifndef MATINEE_BASE_FILE_H
#define MATINEE_BASE_FILE_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/slice.h"

#include <sys/stat.h>

/**
 * Read a whole regular file of at most `max` bytes into `arena`; a NUL that is not counted follows.
 * False with errno EFBIG when it is larger, EINVAL when it is not a regular file (a FIFO or a
 * device is never opened for waiting), ENOMEM, or as open(2) and read(2) say.
 */
MUST_USE bool file_read(struct arena *arena, int at, const char *path, size_t max, slice *out);

/**
 * Write a file so that a reader sees the old or the new contents, never a part: a temporary file
 * beside it, fsync, rename. Mode 0644 less the umask, or `mode` when not 0.
 */
MUST_USE bool file_write(int at, const char *path, slice contents, mode_t mode);
/** As file_write, but false with EEXIST, and nothing changed, when the file exists already. */
MUST_USE bool file_create(int at, const char *path, slice contents, mode_t mode);

/** Make a folder and those above it that are missing. True when it exists afterwards. */
MUST_USE bool file_make_folders(int at, const char *path);

/** True for names that editors give to what they write beside a file (swap, backup, lock files),
 * and for what is not finished yet: nothing that is to be read. Names that start with a dot are. */
bool file_is_temporary(slice name);

/** What file_walk calls for each regular file: its path below the root, its status. */
typedef bool file_visit(void *context, slice path, const struct stat *status);
/** What it calls for a folder below the root that it cannot look into; `reason` is an errno. */
typedef void file_unreadable(void *context, slice path, int reason);
/**
 * Visit the regular files below the folder `root`, sorted by name folder by folder. Names that
 * start with a dot are passed over, and so are devices, FIFOs, sockets and symbolic links that lead
 * out of the root, nowhere, or back to a folder they are in. Stops early when `visit` returns
 * false. `unreadable`, which may be NULL, is told of folders that cannot be read and (ELOOP) of
 * those deeper than LIMIT_FOLDER_DEPTH. Paths given to both are valid during that call. Returns
 * false, with errno, when the root cannot be read or `visit` returned false (errno 0 then).
 */
MUST_USE bool file_walk(const char *root, file_visit *visit, file_unreadable *unreadable,
                        void *context);

#endif
