/* proxy.h: connections that come through a proxy. Layer: server.
 *
 * A proxy is one of the addresses that the owner has listed; nobody else is believed. Its
 * connections begin with a header (proxy_header.h), and are the client's from then on. */
#ifndef MATINEE_SERVER_PROXY_H
#define MATINEE_SERVER_PROXY_H

#include "base/attributes.h"
#include "server/connection.h"

enum proxy_progress {
    PROXY_WAITS, /* for more of the header */
    PROXY_DONE,  /* what follows in the socket is the client's */
    PROXY_GONE,  /* nothing is to be had of this connection */
};

/** Is the connection, which is new, a proxy's? */
bool proxy_is_one(const struct connection *connection);
/** Read as much of the header as there is, and no byte beyond it. With PROXY_DONE the connection's
 * `peer` is the client, where the proxy says it, and is counted. */
MUST_USE enum proxy_progress proxy_run(struct connection *connection);
/** The connection is about to be freed. */
void proxy_release(struct connection *connection);

#endif
