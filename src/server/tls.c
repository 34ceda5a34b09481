#include "server/tls.h"

#include "base/limits.h"
#include "gemini/certificate_facts.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

/* The cheapest first: the server's order decides. All have forward secrecy and authenticate. */
static const char ciphers_12[] = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                 "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                 "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
static const char ciphers_13[] =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
/* Every name is taken here: the URL decides what is served. Which certificate is presented was
 * decided before (presentation.c): so early that it is known which tickets are good. */
static int on_server_name(UNUSED SSL *ssl, UNUSED int *alert, UNUSED void *arg)
{
    return SSL_TLSEXT_ERR_OK;
}

static bool configure(SSL_CTX *context, const struct certificate *certificate)
{
    (void)SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                           SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    /* Partial writes: one record a call, so that one reader cannot hold the loop. Moving buffers:
     * a chunk that the socket did not take is made again, not kept. */
    (void)SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                        SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
    (void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_max_cert_list(context, LIMIT_CLIENT_CHAIN);
    (void)SSL_CTX_set_tlsext_servername_callback(context, on_server_name);
    /* One recv(2) takes what is there, instead of two for each record. Readers therefore go on
     * until OpenSSL wants more, before they wait for the socket. */
    SSL_CTX_set_read_ahead(context, 1);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, 0) == 1 &&
           SSL_CTX_set_num_tickets(context, 0) == 1 &&
           SSL_CTX_set_max_early_data(context, 0) == 1 &&
           SSL_CTX_set_cipher_list(context, ciphers_12) == 1 &&
           SSL_CTX_set_ciphersuites(context, ciphers_13) == 1 &&
           SSL_CTX_set1_groups_list(context, TLS_GROUPS) == 1 &&
           SSL_CTX_use_cert_and_key(context, certificate->leaf, certificate->key,
                                    certificate->chain, 1) == 1;
}

SSL_CTX *tls_context_new(const struct certificate *certificate, struct buf *error)
{
    ERR_clear_error();
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context != NULL && configure(context, certificate)) {
        return context;
    }
    char reason[256];
    ERR_error_string_n(ERR_peek_error(), reason, sizeof reason);
    buf_puts(error, reason);
    ERR_clear_error();
    SSL_CTX_free(context);
    return NULL;
}

SSL *tls_new(SSL_CTX *context, struct wire *wire)
{
    ERR_clear_error();
    SSL *ssl = SSL_new(context);
    BIO *bio = wire_bio(wire);
    if (ssl == NULL || bio == NULL) {
        SSL_free(ssl);
        BIO_free(bio);
        return NULL;
    }
    SSL_set_bio(ssl, bio, bio);
    SSL_set_accept_state(ssl);
    return ssl;
}

/* The error queue is the process's, not the connection's: an entry that another connection left
 * behind would be taken for one of this call. So it is emptied before each call. */
static enum tls_result result_of(const SSL *ssl, int returned)
{
    switch (SSL_get_error(ssl, returned)) {
    case SSL_ERROR_NONE:
        return TLS_DONE;
    case SSL_ERROR_WANT_READ:
        return TLS_WANT_READ;
    case SSL_ERROR_WANT_WRITE:
        return TLS_WANT_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return TLS_CLOSED;
    default:
        return TLS_FAILED;
    }
}

enum tls_result tls_handshake(SSL *ssl)
{
    ERR_clear_error();
    return result_of(ssl, SSL_do_handshake(ssl));
}

enum tls_result tls_read(SSL *ssl, char *into, size_t size, size_t *got)
{
    ERR_clear_error();
    return result_of(ssl, SSL_read_ex(ssl, into, size, got));
}

enum tls_result tls_write(SSL *ssl, slice bytes, size_t *sent)
{
    ERR_clear_error();
    return result_of(ssl, SSL_write_ex(ssl, bytes.ptr, bytes.len, sent));
}

enum tls_result tls_close(SSL *ssl)
{
    ERR_clear_error();
    int returned = SSL_shutdown(ssl);
    return returned >= 0 ? TLS_DONE : result_of(ssl, returned);
}

slice tls_server_name(const SSL *ssl)
{
    return slice_of(SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name));
}

struct client_identity tls_client_identity(const SSL *ssl)
{
    struct client_identity client = { .present = false };
    const X509 *certificate = SSL_get0_peer_certificate(ssl);
    if (certificate != NULL && certificate_digest(certificate, client.certificate) &&
        certificate_key_digest(certificate, client.key)) {
        certificate_validity(certificate, &client.not_before, &client.not_after);
        client.present = true;
    }
    return client;
}
