/* peers.h: who has asked how often, and holds how many connections. Layer: server.
 *
 * One table of fixed size in memory that all workers share. The master makes it before it forks, so
 * it outlives reloads and loaders. It has an entry for each address seen lately; all of an IPv6 /64
 * is one address, because that is what one subscriber has, and so are all Unix sockets. A keyed
 * hash says where an entry belongs, so that strangers cannot choose to collide. When there is no
 * room, the entry that has been quiet for longest is taken over; an address for which there is
 * none, because all that could be its own have open connections, is not limited.
 *
 * There are no locks, and a worker that is killed anywhere leaves nothing behind:
 *
 * - What an address has used of its rate is one atomic word, a moment in time.
 * - Connections are counted by each worker in a place of its own, an array that nobody else writes.
 *   What an address holds is the sum over all places. When a worker dies its place is given back,
 *   and with it all that was counted there; there is nothing to be put right.
 *
 * Two workers that come upon the same new address or the same old entry at once may count a few
 * requests or connections for the wrong one of two addresses; that passes with them.
 */
#ifndef MATINEE_SERVER_PEERS_H
#define MATINEE_SERVER_PEERS_H

#include "base/attributes.h"
#include "server/limits.h"
#include "server/prefix.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct peers;

/** An entry of the table. */
typedef uint32_t peer_id;
/** None: an address without limits, or one that is not known. All functions take it. */
#define PEER_NONE UINT32_MAX

/** An empty table with a random key; NULL when the system has no memory or no random numbers. */
MUST_USE struct peers *peers_new(void);
void peers_free(struct peers *peers);

/** A place for the worker `pid` to count in; when all are taken, one in which nothing is counted.
 * Places of processes that are no more are given back on the way. */
unsigned peers_join(struct peers *peers, pid_t pid);
/** The worker `pid` has ended: for itself in good order, else for whoever reaps it. */
void peers_leave(struct peers *peers, pid_t pid);

/** Say to the others that this worker has room for so many more connections. */
void peers_offer_room(struct peers *peers, unsigned place, size_t connections);
/** For how many all others have. */
size_t peers_room_elsewhere(const struct peers *peers, unsigned place);

/** Count a connection of `address`. Moments are microseconds of the clock of clock_ms(). */
peer_id peers_enter(struct peers *peers, unsigned place, const struct peer_address *address,
                    int64_t now_us);
/** Count it no more. */
void peers_exit(struct peers *peers, unsigned place, peer_id peer);
/** Connections that the address holds, over all workers; 0 for PEER_NONE. */
unsigned peers_connections(const struct peers *peers, peer_id peer);

/** Count a request. False when the address is over its rate: then `*seconds`, at least 1, is how
 * long it has to wait for the next one, and the request is not counted. */
MUST_USE bool peers_take_request(struct peers *peers, peer_id peer,
                                 const struct server_limits *limits, int64_t now_us,
                                 unsigned *seconds);
/** Would peers_take_handshake be true? */
bool peers_may_handshake(struct peers *peers, peer_id peer, const struct server_limits *limits,
                         int64_t now_us);
/** Count a handshake. False when there have been LIMIT_FAR_OVER times as many of them as there may
 * be requests. */
MUST_USE bool peers_take_handshake(struct peers *peers, peer_id peer,
                                   const struct server_limits *limits, int64_t now_us);

/** What was turned away, for the log. */
enum turned_away {
    TURNED_SLOW_DOWN, /* answered with status 44 */
    TURNED_CLOSED,    /* closed before a handshake */
    TURNED_CUT,       /* made room for another connection */
    TURNED_BUSY,      /* answered with status 41: too much is held for slow readers */
    TURNED_KINDS,
};

void peers_note(struct peers *peers, enum turned_away what);
/** Fill in, and set to zero, how many were noted since the last time. False when there were none;
 * and, unless `at_once`, when the last time is less than LIMIT_REPORT_SECONDS ago. */
MUST_USE bool peers_report(struct peers *peers, int64_t now_us, bool at_once,
                           unsigned long counts[TURNED_KINDS]);

#endif
