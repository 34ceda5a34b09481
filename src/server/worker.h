/* worker.h: one process that answers requests: its event loop and its connections. Layer: server.
 *
 * Connections are struct connection (connection.h); the worker accepts them, gives them deadlines,
 * makes room when there are too many, and ends when it is told to. */
#ifndef MATINEE_SERVER_WORKER_H
#define MATINEE_SERVER_WORKER_H

#include "base/attributes.h"
#include "base/limits.h"
#include "base/pool.h"
#include "server/limits.h"
#include "server/listen.h"
#include "server/peers.h"
#include "server/route.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <openssl/ssl.h>
#include <sys/queue.h>

struct connection;
TAILQ_HEAD(connection_queue, connection);

/**
 * What a connection is waiting for. Each wait takes at most a fixed time, so connections that wait
 * for the same thing are due in the order in which they began to, and a queue is all it takes.
 */
enum wait {
    WAIT_REQUEST, /* its handshake and its request, together */
    WAIT_READER,  /* the next record of the response to be taken */
    WAIT_END,     /* the next look whether the other side has ended, after the response */
    WAIT_KINDS,
};

/** What a worker is started with; all of it was made by the loader before the fork. */
struct worker_setup {
    const struct sites *sites;
    struct listeners *listeners;
    SSL_CTX *tls;
    const struct prefix_list *proxies;
    const struct server_limits *limits;
    struct peers *peers;
    int lifeline; /* its other end is held by the master alone: end of file means the end */
    int ready;    /* gets one byte when requests are answered; then closed */
};

/** Who is told of a new connection. */
enum listening {
    LISTENING_NOT,
    LISTENING_ALONG, /* this worker, whoever else is told */
    LISTENING_FIRST, /* one of those that listen like this, and it has room for it */
};

/** How it takes new connections (acceptor.c). */
struct acceptor {
    struct event events[LIMIT_LISTENERS];
    enum listening listening;
    unsigned taken;         /* connections, as far as an unsigned goes */
    unsigned gone;          /* … that were gone already, in a row */
    struct event *retry;    /* in a while: does not listen until then */
    bool is_refused;        /* … by the system, and not for want of room */
    unsigned long refusals; /* that were not said yet */
    int64_t logged_at;
};

struct worker {
    struct event_base *base;
    const struct sites *sites;
    SSL_CTX *tls;

    struct listeners *listeners;
    struct acceptor acceptor;

    const struct prefix_list *proxies; /* who begin with a PROXY header */
    const struct server_limits *limits;
    struct peers *peers;
    unsigned place; /* in `peers` */
    unsigned long address_connection_max;

    struct connection_queue waiting[WAIT_KINDS];
    size_t connection_count;
    size_t connection_max;
    size_t connection_peak; /* since memory was given back */
    bool has_more_to_give;
    struct event *deadline; /* the earliest one of all queues */
    int64_t deadline_at;

    size_t held; /* bytes of rendered pages in all connections */

    bool draining;
    bool stopping;            /* the server ends, not this worker alone */
    struct event *last_call;  /* when it ends, for connections that were on their way */
    struct event *silent_end; /* … for those that have not said a word */
    struct event *drain_end;
    struct event *terminate;
    struct event *lifeline;

    struct pool connections;
    struct pool exchanges;

    /* Scratch, for one event at a time. */
    struct reply reply;
    struct buf header;
    char chunk[LIMIT_SEND_CHUNK];
};

/** Answer requests until told to end: SIGTERM lets connections finish for LIMIT_DRAIN_SECONDS, the
 * end of the lifeline for LIMIT_STOP_SECONDS. Ends the process. */
NO_RETURN void worker_run(const struct worker_setup *setup);

/* --- for connection.c ------------------------------------------------------------------------- */

/** Put a connection, new or known, at the end of a queue. */
void worker_wait(struct worker *worker, struct connection *connection, enum wait wait);
/** The connection is about to be freed. */
void worker_forget(struct worker *worker, struct connection *connection);

#endif
