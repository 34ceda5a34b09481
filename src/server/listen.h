/* listen.h: the addresses a server listens on. Layer: server. */
#ifndef MATINEE_SERVER_LISTEN_H
#define MATINEE_SERVER_LISTEN_H

#include "base/attributes.h"
#include "base/limits.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/** The port of Gemini. */
#define LISTEN_DEFAULT_PORT 1965

struct listen_address {
    sa_family_t family; /* AF_UNSPEC: all addresses of both families */
    uint16_t port;      /* 0: one that is free */
    struct sockaddr_storage address;
    socklen_t length;
};

/**
 * Parse `ADDR:PORT`, `[ADDR]:PORT`, `ADDR`, `[ADDR]` or `:PORT`; ADDR is an IPv4 or IPv6 address
 * (`fe80::1%eth0` too), never a name. Without a port it is 1965. False when `text` is none of that.
 */
MUST_USE bool listen_parse(slice text, struct listen_address *out);
/** 127.0.0.0/8, ::1. Never true for all addresses. */
bool listen_is_loopback(const struct listen_address *address);

struct listener {
    int fd;
    uint16_t port;
    char name[80]; /* `127.0.0.1:1965`, `[::1]:1965` */
};

struct listeners {
    struct listener items[LIMIT_LISTENERS];
    size_t count;
};

/**
 * Bind and listen on each of `texts`, or on port 1965 of all addresses when there are none;
 * `loopback_only` takes the loopback addresses for all addresses, and refuses others. A machine
 * without one of the families serves the other, and the log says so. False, with the reason logged
 * and nothing left open, when an address that was asked for cannot be had.
 */
MUST_USE bool listen_open(const char *const *texts, size_t count, bool loopback_only,
                          struct listeners *out);
void listen_close(struct listeners *listeners);

#endif
