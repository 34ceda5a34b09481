/* outgoing.h: a response on its way, in pieces of a record each. Layer: server.
 *
 * Most readers take all of it at once. So header and page stay where they were made, in memory that
 * the next response will use, and are copied only for a reader who lets us wait. */
#ifndef MATINEE_SERVER_OUTGOING_H
#define MATINEE_SERVER_OUTGOING_H

#include "base/attributes.h"
#include "base/limits.h"
#include "base/slice.h"

#include <stddef.h>
#include <stdint.h>

struct outgoing {
    slice header;
    slice body; /* a page; or: */
    int file;   /* a file, which is owned; -1: none */
    uint64_t file_size;
    char *own;     /* header and body lie here; NULL: they are borrowed */
    uint64_t sent; /* of all of it */
};

/** Nothing to send. */
void outgoing_init(struct outgoing *outgoing);
/** Free what is owned, close the file. */
void outgoing_release(struct outgoing *outgoing);

/** Bytes of the whole response. */
uint64_t outgoing_size(const struct outgoing *outgoing);
/** The next bytes, at most LIMIT_SEND_CHUNK of them; the caller adds to `sent` what has gone. They
 * may lie in `scratch`. Empty when there are none, or the file has become shorter than it was. */
slice outgoing_next(const struct outgoing *outgoing, char scratch[LIMIT_SEND_CHUNK]);

/** Copy what is borrowed. `*kept` is how many bytes were copied. False when out of memory. */
MUST_USE bool outgoing_keep(struct outgoing *outgoing, size_t *kept);

#endif
