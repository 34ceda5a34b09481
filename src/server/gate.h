/* gate.h: may this stranger have a connection, a handshake, an answer? Layer: server.
 *
 * What is refused early costs little: a connection of an address that holds far too many is closed
 * when it is accepted, one of an address that begins far too many handshakes when its first byte
 * comes, and only who is somewhat over a limit is told so, with status 44. */
#ifndef MATINEE_SERVER_GATE_H
#define MATINEE_SERVER_GATE_H

#include "base/attributes.h"
#include "server/connection.h"
#include "server/peers.h"

/** Count a new connection for its `peer`. False when it is to be closed at once; it is not counted
 * then. */
MUST_USE bool gate_enter(struct connection *connection);
/** Count it no more. */
void gate_leave(struct connection *connection);
/** It is known now that the connection is another's (who is behind a proxy): count it for
 * `address`. False as for gate_enter. */
MUST_USE bool gate_change(struct connection *connection, const struct peer_address *address);

/** Before the handshake. False: close it without a word. */
MUST_USE bool gate_handshake(const struct connection *connection);
/** Before the answer. False: the answer is status 44 with `*seconds`. */
MUST_USE bool gate_request(const struct connection *connection, unsigned *seconds);

/** Count what was turned away elsewhere, for the log. */
void gate_note(struct worker *worker, enum turned_away what);
/** Say in the log what was turned away since the last time, if something was; at most once in
 * LIMIT_REPORT_SECONDS unless `at_once`. Workers do this themselves. */
void gate_report(struct peers *peers, bool at_once);

#endif
