/* byte_stream.h: bytes to import, as a stream: of a file, of an archive, from the web. Layer:
 * import (includes base/). */
#ifndef MATINEE_IMPORT_BYTE_STREAM_H
#define MATINEE_IMPORT_BYTE_STREAM_H

#include "base/slice.h"

#include <sys/types.h>

/** Where bytes come from. Whoever gives them sees how far the reading is. */
struct byte_stream {
    slice path; /* as problems name it */
    /** Put at most `room` bytes at `into`: how many, 0 at the end, -1 with errno when they cannot
     * be had. */
    ssize_t (*read)(void *context, char *into, size_t room);
    void *context;
};

#endif
