/* sockets.h: what the kernel holds for the connections of a server. For the programs of the bench;
 * Linux alone (sock_diag(7)). */
#ifndef MATINEE_BENCH_SOCKETS_H
#define MATINEE_BENCH_SOCKETS_H

#include "base/attributes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sockets {
    size_t count;  /* connections that came to the port, in any state but TIME_WAIT */
    int64_t bytes; /* what their queues take, in and out, at its true size, and what is set aside */
};

/**
 * Look at the server's side of all IPv4 connections to `port` of this machine. The other side,
 * which on loopback has memory too, is not in it; neither are the structures that each connection
 * has (some 3.6 kB: socket, inode, file, entry). False when the kernel does not tell.
 */
MUST_USE bool sockets_look(uint16_t port, struct sockets *out);

#endif
