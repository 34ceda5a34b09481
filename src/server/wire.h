/* wire.h: the socket under TLS, as few system calls as the exchange allows. Layer: server.
 *
 * OpenSSL reads and writes through a BIO of ours instead of its own for sockets:
 * - what it writes is gathered in one buffer that all connections of the process share, and goes
 *   out with one send(2) a flight: a response together with its close_notify;
 * - what the socket does not take is copied to the connection, so the shared buffer is empty
 *   whenever the event loop turns to another one;
 * - a recv(2) that brought less than it had room for was all there is: nobody asks again before
 *   the event loop says so. */
#ifndef MATINEE_SERVER_WIRE_H
#define MATINEE_SERVER_WIRE_H

#include "base/attributes.h"
#include "base/slice.h"

#include <openssl/bio.h>
#include <stdint.h>

struct wire {
    int fd;            /* non-blocking; the owner's */
    slice early;       /* borrowed: what was read from the socket before, comes first */
    bool is_drained;   /* the socket has nothing more; cleared when it is readable again */
    bool is_slow;      /* the socket has once not taken all: no more than a record is kept for it */
    uint64_t received; /* bytes that were read so far */
    uint64_t sent;     /* bytes that the kernel has taken so far */
    char *unsent;      /* what the socket did not take; NULL: nothing */
    size_t unsent_start, unsent_end;
    size_t lost; /* bytes that could not be handed over nor kept: the connection is broken */
};

/** How far the bytes have got. */
enum wire_result {
    WIRE_SENT,    /* all of them are with the kernel */
    WIRE_BLOCKED, /* flush again when the socket is writable */
    WIRE_FAILED,
};

/** `early` has to live until the first read. */
void wire_open(struct wire *wire, int fd, slice early);
/** Forget what was not sent, and free it. The socket stays open. */
void wire_release(struct wire *wire);

/**
 * A BIO over `wire`, which has to stay where it is; NULL when out of memory. Writing takes all
 * there is, as long as the socket took what was written before. After LIMIT_BEFORE_REQUEST bytes it
 * reads no more, as if the other side had ended.
 */
MUST_USE BIO *wire_bio(struct wire *wire);

/** Send what has been written. `end_follows`: the caller shuts the socket down for writing right
 * after that, so the last packet can wait and take the end with it. */
enum wire_result wire_flush(struct wire *wire, bool end_follows);
/** True when another record would only be kept in memory: flush first. */
bool wire_is_full(const struct wire *wire);
/** Bytes that were written but that the kernel does not have, yet or for good. */
size_t wire_unsent(const struct wire *wire);

#endif
