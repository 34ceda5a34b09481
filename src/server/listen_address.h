/* listen_address.h: an address to listen on, as it is written. Layer: server. */
#ifndef MATINEE_SERVER_LISTEN_ADDRESS_H
#define MATINEE_SERVER_LISTEN_ADDRESS_H

#include "base/attributes.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/** The port of Gemini. */
#define LISTEN_DEFAULT_PORT 1965

struct listen_address {
    sa_family_t family; /* AF_UNSPEC: all addresses of both families; AF_UNIX: no port */
    uint16_t port;      /* 0: one that is free */
    struct sockaddr_storage address;
    socklen_t length;
};

/**
 * Parse `ADDR:PORT`, `[ADDR]:PORT`, `ADDR`, `[ADDR]` or `:PORT`; ADDR is an IPv4 or IPv6 address
 * (`fe80::1%eth0` too), never a name. Without a port it is 1965. Or `unix:PATH`, a Unix socket.
 * False when `text` is none of that.
 */
MUST_USE bool listen_parse(slice text, struct listen_address *out);
/** 127.0.0.0/8, ::1. Never true for all addresses. */
bool listen_is_loopback(const struct listen_address *address);

/** Another port; nothing happens to a Unix socket. */
void listen_set_port(struct listen_address *address, uint16_t port);

/** Room for the longest name: `unix:` and a path. */
#define LISTEN_NAME 128
/** `127.0.0.1:1965`, `[::1]:1965`, `unix:/run/matinee.sock`. */
void listen_name(const struct listen_address *address, char out[LISTEN_NAME]);

#endif
