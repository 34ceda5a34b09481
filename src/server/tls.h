/* tls.h: OpenSSL as this server uses it. Layer: server (includes gemini/certificate). */
#ifndef MATINEE_SERVER_TLS_H
#define MATINEE_SERVER_TLS_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"
#include "gemini/certificate.h"
#include "server/route.h"
#include "server/wire.h"

#include <openssl/ssl.h>
#include <stdint.h>

/** X25519 is fastest; clients that follow NIST have P-256 alone. */
#define TLS_GROUPS "X25519:P-256"

/**
 * The settings of all connections that present `certificate`: TLS 1.2 and 1.3, AEAD ciphers with
 * forward secrecy, AES-128 first; no tickets (see tickets.h), no renegotiation, no compression, no
 * early data; ALPN is ignored. NULL, with the reason in `error`, when OpenSSL refuses the
 * certificate. Takes its own references.
 */
MUST_USE SSL_CTX *tls_context_new(const struct certificate *certificate, struct buf *error);

/** A server side over `wire`, which stays the caller's and has to outlive it; NULL when out of
 * memory. After LIMIT_BEFORE_REQUEST bytes it reads no more: whatever wants to, fails. What it
 * writes is on its way after wire_flush. */
MUST_USE SSL *tls_new(SSL_CTX *context, struct wire *wire);

/** What came of a call; the socket is non-blocking. */
enum tls_result {
    TLS_DONE,
    TLS_WANT_READ,  /* call again, with the same arguments, when the socket is readable */
    TLS_WANT_WRITE, /* … writable, and the wire was flushed */
    TLS_CLOSED,     /* the other side sent close_notify */
    TLS_FAILED,     /* this connection is dead: nothing may be sent any more */
};

enum tls_result tls_handshake(SSL *ssl);
/** Read at least one byte, at most `size`. */
enum tls_result tls_read(SSL *ssl, char *into, size_t size, size_t *got);
/** Write one record: `*sent` is at least one byte, and may be less than all. */
enum tls_result tls_write(SSL *ssl, slice bytes, size_t *sent);
/** Write close_notify; TLS_DONE when it is written, whatever the other side says. */
enum tls_result tls_close(SSL *ssl);

/** The server name that the client asked for, or the empty slice. */
slice tls_server_name(const SSL *ssl);
/** The certificate that the client showed, in this handshake or in the one that its session began
 * with. */
struct client_identity tls_client_identity(const SSL *ssl);

#endif
