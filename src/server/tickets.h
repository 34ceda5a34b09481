/* tickets.h: session tickets, by which a client that comes again is spared the signature.
 * Layer: server. RFC 5077 (TLS 1.2), RFC 8446 section 4.6.1 (TLS 1.3).
 *
 * A ticket is sealed with a key that is derived from a secret and the hour, so that all workers,
 * all reloads and all servers with the same secret open each other's tickets, and none keeps a
 * list. A ticket is good in its hour and the next one; one of the hour to come is too, for the
 * clock of the other server may be ahead. Whatever cannot be opened is no ticket, and a full
 * handshake follows. */
#ifndef MATINEE_SERVER_TICKETS_H
#define MATINEE_SERVER_TICKETS_H

#include "base/attributes.h"
#include "base/buf.h"

#include <openssl/ssl.h>
#include <stdint.h>

/** Bytes of the secret. */
#define TICKET_SECRET 32
/** Its file in the folder of certificates: 64 hexadecimal digits. */
#define TICKET_SECRET_FILE "tickets.secret"

/** The setting `Tickets`. */
enum ticket_mode {
    TICKETS_AUTO, /* with keys whose signatures are costly */
    TICKETS_NO,
    TICKETS_YES,
};

/** What seals the tickets of one hour. */
struct ticket_key {
    int64_t hour; /* since 1970 */
    unsigned char name[16];
    unsigned char cipher[32]; /* AES-256-CBC */
    unsigned char mac[32];    /* HMAC-SHA256 */
};

/** The keys of the hours around this one. All zero at first but `secret`. */
struct tickets {
    unsigned char secret[TICKET_SECRET];
    struct ticket_key keys[4];
    bool known[4]; /* keys[i] is derived */
};

/** Derive the key of an hour. False when OpenSSL fails. */
MUST_USE bool ticket_key_derive(const unsigned char secret[TICKET_SECRET], int64_t hour,
                                struct ticket_key *out);
/** Let connections of `context` seal and open tickets; `tickets` is borrowed for as long. */
void tickets_install(SSL_CTX *context, struct tickets *tickets);
/**
 * Turn them on for one connection, before its client's hello is looked at further. Where the client
 * is asked for a certificate (SSL_VERIFY_PEER), only who shows one gets a ticket, and only a ticket
 * with one is taken: else nobody would ask who came by a ticket, and a reader who chooses a
 * certificate later could not show it.
 */
void tickets_use(SSL *ssl);
/** The client has shown a certificate. */
void tickets_take_certificate(SSL *ssl);

/**
 * Read the secret in `folder`; made (mode 0600) when missing. False with a message in `error`: also
 * when others may read it. `*cannot_be_made` tells whether that is all: the folder cannot be
 * written.
 */
MUST_USE bool ticket_secret_read(const char *folder, unsigned char secret[TICKET_SECRET],
                                 bool *cannot_be_made, struct buf *error);

#endif
