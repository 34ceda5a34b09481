/* connection.h: one client, from accept to close, as a state machine. Layer: server.
 *
 * Gemini network protocol 0.24.1: one request, one response, close_notify, close. The states follow
 * each other in the order of the enum; none is ever gone back to. */
#ifndef MATINEE_SERVER_CONNECTION_H
#define MATINEE_SERVER_CONNECTION_H

#include "base/limits.h"
#include "server/first_record.h"
#include "server/peers.h"
#include "server/prefix.h"
#include "server/worker.h"

enum connection_state {
    CONNECTION_PROXY,    /* from a proxy, which has not said yet whom it speaks for */
    CONNECTION_ACCEPTED, /* no whole record of the client yet, and no TLS state */
    CONNECTION_HANDSHAKE,
    CONNECTION_REQUEST,
    CONNECTION_RESPOND,
    CONNECTION_CLOSE_NOTIFY,
    CONNECTION_FLUSH, /* all is encrypted; what the socket has not taken yet */
    CONNECTION_DRAIN, /* our side is closed; waiting for theirs */
    CONNECTION_CLOSED,
    CONNECTION_STATES,
};

/** What is only needed once bytes have arrived. */
struct exchange;
struct proxy_reader;

struct connection {
    TAILQ_ENTRY(connection) queue;
    enum wait wait;
    int64_t due; /* clock_ms() at which the wait is over */
    enum connection_state state;
    int fd;
    struct worker *worker;
    struct peer_address peer;
    peer_id peer_id;      /* under which it is counted */
    bool is_one_too_many; /* to be told to slow down */
    struct event event;
    short wanted; /* EV_READ or EV_WRITE: what `event` waits for */
    struct first_record first;
    int64_t drain_end; /* clock_ms() until which its end is waited for */
    size_t drained;
    struct proxy_reader *proxy; /* the header of a proxy, as far as it has come; else NULL */
    struct exchange *exchange;  /* NULL before the first record and after the response */
};

/** Bytes of a struct exchange, which worker.c makes room for. */
extern const size_t connection_exchange_size;

/** Take over the non-blocking socket `fd`, of `peer`. False when it was closed at once: without
 * memory, or because the address has too many. */
bool connection_accept(struct worker *worker, int fd, const struct peer_address *peer);
/** Its wait is over: close it, or look whether it has ended. It may be gone afterwards, and waits
 * again else. */
void connection_is_due(struct connection *connection);
/** Close it at once. A response that is not finished is reset, so that the reader can tell. */
void connection_cut(struct connection *connection);
/** The name of a state, for messages. */
const char *connection_state_name(enum connection_state state);

#endif
