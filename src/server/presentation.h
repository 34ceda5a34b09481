/* presentation.h: which certificate a client is shown, and how its connection is set up.
 * Layer: server.
 *
 * A certificate is meant for a capsule when its file has the name of one of the capsule's hosts.
 * The client says in its hello (SNI, RFC 6066, section 3) which host it wants; a client that does
 * not, or that wants one we do not know, gets the first capsule's. */
#ifndef MATINEE_SERVER_PRESENTATION_H
#define MATINEE_SERVER_PRESENTATION_H

#include "base/attributes.h"
#include "server/keyring.h"
#include "server/route.h"

struct presentation;

/**
 * Make the settings of OpenSSL for every pair of `ring`, which has one at least, with session
 * tickets as `mode` says. NULL when memory runs out. The ring is not needed afterwards.
 * presentation_set_sites comes next.
 */
MUST_USE struct presentation *presentation_new(const struct keyring *ring, enum ticket_mode mode);
void presentation_free(struct presentation *presentation);

/**
 * Choose which certificates each capsule has: those with the names of its hosts, and the one that
 * `asked` says, in any case. `sites` is borrowed, and may change only before this
 * is called again. False when memory runs out; then nothing has changed.
 */
MUST_USE bool presentation_set_sites(struct presentation *presentation, const struct sites *sites,
                                     const struct server_site *asked);
/** A certificate that is shown to who asks for `host` of that site is for it. */
bool presentation_covers(const struct presentation *presentation, size_t site, slice host);
/** What connections begin with; the client's hello may change it. */
SSL_CTX *presentation_context(const struct presentation *presentation);

#endif
