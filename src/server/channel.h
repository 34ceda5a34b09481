/* channel.h: what the master sends to its loader, and with it descriptors. Layer: server.
 *
 * A stream between two processes of one program: each message begins with one byte that says of
 * which kind it is. What follows it is read by who knows the kind. */
#ifndef MATINEE_SERVER_CHANNEL_H
#define MATINEE_SERVER_CHANNEL_H

#include "base/attributes.h"

#include <stdbool.h>
#include <stddef.h>

enum channel_kind {
    CHANNEL_END = 0,           /* the other side has gone */
    CHANNEL_CREDENTIALS = 'C', /* keyring_send() follows */
    CHANNEL_LOGS = 'L',        /* the files of the log, newly opened: its descriptors */
};

/** Descriptors that go with one message, at most. */
enum { CHANNEL_FILES = 4 };

/** Begin a message over the blocking `socket`; the descriptors stay the caller's. False with errno:
 * EAGAIN when the other side took nothing for as long as SO_SNDTIMEO says. */
MUST_USE bool channel_send(int socket, enum channel_kind kind, const int *fds, size_t count);
/** Wait for the beginning of a message. `fds`, with room for CHANNEL_FILES, gets the `*count`
 * descriptors that came with it, which the caller closes. */
MUST_USE enum channel_kind channel_receive(int socket, int *fds, size_t *count);

#endif
