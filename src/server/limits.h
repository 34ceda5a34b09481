/* limits.h: what strangers may take of a server, as its owner has set it. Layer: server.
 *
 * The defaults are the limits of base/limits.h, where their reasons are. */
#ifndef MATINEE_SERVER_LIMITS_H
#define MATINEE_SERVER_LIMITS_H

#include "server/prefix.h"

struct server_limits {
    unsigned long rate;  /* requests a second of one address in the long run; 0: no limit */
    unsigned long burst; /* requests at once of one address that has been quiet */
    unsigned long address_connections; /* connections of one address at once; 0: no limit */
    unsigned long connections;         /* connections a worker holds at once */
    unsigned long request_seconds;     /* for handshake and request together */
    unsigned long stall_seconds;       /* for a reader to take one record */
    unsigned long linger_seconds;      /* for a client to close after its answer */
    unsigned long held_bytes;          /* of pages that a worker holds for slow readers */
    struct prefix_list unlimited;      /* addresses that the first three are not for */
};

/** LIMIT_ADDRESS_RATE, … of base/limits.h; unlimited are loopback addresses and Unix sockets. */
void server_limits_init(struct server_limits *limits);

#endif
