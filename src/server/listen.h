/* listen.h: the addresses a server listens on. Layer: server. */
#ifndef MATINEE_SERVER_LISTEN_H
#define MATINEE_SERVER_LISTEN_H

#include "base/attributes.h"
#include "base/limits.h"
#include "server/listen_address.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

struct listener {
    int fd;
    uint16_t port;    /* 0: a Unix socket */
    bool is_borrowed; /* whoever handed it to us keeps it open, and what waits in its backlog */
    char path[108];   /* of the file of a Unix socket that we made; else empty */
    dev_t device;     /* … and which file it is */
    ino_t inode;
    char name[LISTEN_NAME]; /* `127.0.0.1:1965`, `[::1]:1965`, `unix:/run/matinee.sock` */
};

struct listeners {
    struct listener items[LIMIT_LISTENERS];
    size_t count;
};

struct listen_options {
    const char *const *texts; /* as listen_parse takes them; none: port 1965 of all addresses */
    size_t count;
    bool loopback_only; /* loopback addresses for all addresses, and no others */
    mode_t socket_mode; /* of the files of Unix sockets */
    uid_t socket_owner; /* whose they are; (uid_t)-1: nobody is asked for */
    gid_t socket_group;
};

/**
 * Bind and listen as asked. A machine without one of the families serves the other, and the log
 * says so. A Unix socket that a server left behind is replaced, one that a server listens on is
 * not. False, with the reason logged and nothing left open, when an address that was asked for
 * cannot be had.
 */
MUST_USE bool listen_open(const struct listen_options *options, struct listeners *out);
/** Listen on sockets that were handed over instead: descriptors `first` and so on. False, with the
 * reason and the one of `names` logged, when one of them is no stream socket that listens; or, when
 * `loopback_only`, does so on another address. */
MUST_USE bool listen_adopt(int first, const char *const *names, size_t count, bool loopback_only,
                           struct listeners *out);

/**
 * Nobody is to accept any more, in no process: new connections are refused, or wait where somebody
 * else keeps the socket open. What the system has taken already stays in the backlog, to be
 * accepted until the sockets are closed; listen_admit() is then due for each. Files of Unix sockets
 * are removed.
 */
void listen_refuse(struct listeners *listeners);
/** Takes back what a connection that was accepted after listen_refuse() has inherited of it. */
void listen_admit(int fd);
void listen_close(struct listeners *listeners);

#endif
