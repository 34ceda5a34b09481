/* credentials.h: a certificate with its key, from the master to the loader. Layer: server.
 *
 * The loader may not read the key file once it is somebody else than root, so the master, which
 * watches it, sends what changed over the socket they share. */
#ifndef MATINEE_SERVER_CREDENTIALS_H
#define MATINEE_SERVER_CREDENTIALS_H

#include "base/attributes.h"
#include "gemini/certificate.h"

#include <stdint.h>

/** Send leaf, chain and key of the site with number `site` over the blocking stream `socket`. */
MUST_USE bool credentials_send(int socket, uint32_t site, const struct certificate *certificate);
/** Receive what credentials_send sent; certificate_release it. */
MUST_USE bool credentials_receive(int socket, uint32_t *site, struct certificate *out);
/** True when leaf, chain and key are the same. */
bool credentials_equal(const struct certificate *a, const struct certificate *b);

#endif
