/* acceptor.h: new connections of a worker, and room for them. Layer: server.
 *
 * When a worker has as many connections as it may, it leaves new ones to workers that have room.
 * When none has, one that has had its answer, or has not asked yet, makes room. When all are being
 * answered, new ones wait in the backlog of the kernel. When the system has no descriptors left it
 * is the same, with a pause. */
#ifndef MATINEE_SERVER_ACCEPTOR_H
#define MATINEE_SERVER_ACCEPTOR_H

#include "base/attributes.h"
#include "server/worker.h"

/** Listen on all of the worker's listeners. False when libevent refuses. */
MUST_USE bool acceptor_begin(struct worker *worker);
/** A connection has gone: there is room, if there was none. */
void acceptor_has_room(struct worker *worker);
/** The server ends (`stopping` is set): go on only where what waits would be lost with it. */
void acceptor_last_call(struct worker *worker);
/** The end of that: take what is there now, just before the listeners are closed. */
void acceptor_take_rest(struct worker *worker);
/** Take no more connections. The listeners are left open. */
void acceptor_stop(struct worker *worker);
/** Free what acceptor_begin made; also when that has failed. */
void acceptor_release(struct worker *worker);
/** Connections that may be held with `wanted`, at most, as far as the limit of open files goes. */
size_t acceptor_connection_max(size_t wanted);

#endif
