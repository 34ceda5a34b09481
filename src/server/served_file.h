/* served_file.h: opens a file below a folder, and never one outside of it. Layer: server. */
#ifndef MATINEE_SERVER_SERVED_FILE_H
#define MATINEE_SERVER_SERVED_FILE_H

#include "base/attributes.h"
#include "base/slice.h"

#include <stdint.h>

/**
 * Open the regular file at `path`, which has no first slash, below the open folder `folder`, for
 * reading. Symbolic links that stay below the folder are followed where the kernel can tell
 * (openat2), none elsewhere; `..`, devices, FIFOs and sockets are never opened. Returns a
 * descriptor that the caller closes, and `*size`; or -1 with errno: ENOENT when there is no such
 * file that may be served, anything else for a fault of the machine.
 */
MUST_USE int served_file_open(int folder, slice path, uint64_t *size);

#endif
