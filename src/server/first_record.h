/* first_record.h: has a client said enough to be worth any memory? Layer: server (includes base/).
 *
 * A TLS connection that waits for the rest of a ClientHello holds some 45 kB, whether one byte has
 * come or a thousand. So its first record is read before there is one. Nearly always it is there
 * whole, with one recv(2). What came of a part of it is kept, and the rest of it by the kernel; who
 * sends it byte by byte, or never, costs little more than who says nothing. */
#ifndef MATINEE_SERVER_FIRST_RECORD_H
#define MATINEE_SERVER_FIRST_RECORD_H

#include "base/attributes.h"
#include "base/slice.h"

#include <stddef.h>

/** What has come so far; all zero at first. */
struct first_record {
    char *part; /* owned */
    size_t length;
    size_t awaited; /* bytes that the whole record has, as far as is known */
};

enum first_record_state {
    FIRST_RECORD_WAIT, /* read again when the socket is readable */
    FIRST_RECORD_HERE, /* begin the handshake with what was read */
    FIRST_RECORD_NONE, /* the end, an error, no memory, or no TLS */
};

/** Read from the non-blocking socket `fd` into `scratch`, of `size` bytes: a record of 16 kB at
 * least. `*bytes`, all that was read, lies there when the record is here. */
MUST_USE enum first_record_state first_record_read(struct first_record *record, int fd,
                                                   char *scratch, size_t size, slice *bytes);
void first_record_release(struct first_record *record);

#endif
