/* first_record.h: has a client said enough to be worth any memory? Layer: server.
 *
 * A TLS connection that waits for the rest of a ClientHello holds some 45 kB, whether one byte has
 * come or a thousand. So the kernel keeps the bytes until the first record is there whole, and who
 * sends it byte by byte, or never, costs no more than who says nothing. */
#ifndef MATINEE_SERVER_FIRST_RECORD_H
#define MATINEE_SERVER_FIRST_RECORD_H

#include <stddef.h>

enum first_record {
    FIRST_RECORD_WAIT, /* look again when the socket is readable */
    FIRST_RECORD_HERE, /* begin the handshake: nothing was read yet */
    FIRST_RECORD_NONE, /* the end, an error, or no TLS */
};

/** Look at what has come on the non-blocking socket `fd`, without reading it. `*awaited`, 0 at
 * first, is how many bytes the kernel was asked to wait for. Uses `scratch`, at least a record of
 * 16 kB, while it runs. */
enum first_record first_record_look(int fd, size_t *awaited, char *scratch, size_t size);

#endif
