/* keyring.h: the certificates with their keys that a server may present, and the secret of its
 * session tickets. Layer: server.
 *
 * The master reads them, and reads them again when something changes in their folder. The loader
 * may not read keys once it is somebody else than root, so it is sent the whole ring over the
 * socket they share. */
#ifndef MATINEE_SERVER_KEYRING_H
#define MATINEE_SERVER_KEYRING_H

#include "base/attributes.h"
#include "gemini/certificate.h"
#include "server/server.h"
#include "server/tickets.h"

/** CERTS/NAME.crt with CERTS/NAME.key. */
struct key_pair {
    char *name; /* as host_put_file_name writes a host */
    struct certificate certificate;
};

struct keyring {
    struct key_pair *pairs; /* sorted by name */
    size_t count;
    bool has_secret;
    unsigned char secret[TICKET_SECRET];
};

/**
 * Read all pairs in the folder of certificates, and when tickets are wanted their secret, which is
 * made when it is missing. What is wrong is logged.
 *
 * What is beyond LIMIT_CERTIFICATES or LIMIT_KEYRING cannot be used: the last by name, of those
 * that no capsule needs. At the start (`old` NULL) what a capsule needs and cannot have ends it:
 * false, and nothing to release. Later, what cannot be used is taken from `old`, which stays as it
 * is.
 */
MUST_USE bool keyring_load(const struct server_options *options, const struct keyring *old,
                           struct keyring *out);
void keyring_release(struct keyring *ring);
bool keyring_equal(const struct keyring *a, const struct keyring *b);
/** The pair with this name, or NULL. */
const struct key_pair *keyring_find(const struct keyring *ring, slice name);

/** Send it over the blocking stream `socket`, as a message of the kind CHANNEL_CREDENTIALS. On
 * false nothing of it was sent, or the other side has gone. */
MUST_USE bool keyring_send(int socket, const struct keyring *ring);
/** Receive what follows the kind of that message; keyring_release it. */
MUST_USE bool keyring_receive(int socket, struct keyring *out);

#endif
