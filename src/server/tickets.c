#include "server/tickets.h"

#include "base/arena.h"
#include "base/file.h"
#include "gemini/certificate_files.h"
#include "text/date.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <string.h>

enum { HOUR_SECONDS = 3600 };

/* --- keys ------------------------------------------------------------------------------------- */

bool ticket_key_derive(const unsigned char secret[TICKET_SECRET], int64_t hour,
                       struct ticket_key *out)
{
    static char digest[] = "SHA256";
    static char salt[] = "matinee session tickets";
    unsigned char bytes[sizeof out->name + sizeof out->cipher + sizeof out->mac];
    unsigned char info[8];
    unsigned char key[TICKET_SECRET];
    memcpy(key, secret, sizeof key);
    for (size_t i = 0; i < sizeof info; i++) {
        info[i] = (unsigned char)((uint64_t)hour >> (8 * (sizeof info - 1 - i)));
    }
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, sizeof digest - 1),
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SALT, salt, sizeof salt - 1),
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_KEY, key, sizeof key),
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_INFO, info, sizeof info),
        OSSL_PARAM_END,
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
    bool ok = context != NULL && EVP_KDF_derive(context, bytes, sizeof bytes, parameters) == 1;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    if (ok) {
        out->hour = hour;
        memcpy(out->name, bytes, sizeof out->name);
        memcpy(out->cipher, bytes + sizeof out->name, sizeof out->cipher);
        memcpy(out->mac, bytes + sizeof out->name + sizeof out->cipher, sizeof out->mac);
    }
    OPENSSL_cleanse(bytes, sizeof bytes);
    OPENSSL_cleanse(key, sizeof key);
    return ok;
}

/* The key of an hour; hours that follow each other have places of their own. */
static const struct ticket_key *key_of(struct tickets *tickets, int64_t hour)
{
    size_t i = (size_t)((uint64_t)hour % ARRAY_LENGTH(tickets->keys));
    if (!tickets->known[i] || tickets->keys[i].hour != hour) {
        tickets->known[i] = ticket_key_derive(tickets->secret, hour, &tickets->keys[i]);
    }
    return tickets->known[i] ? &tickets->keys[i] : NULL;
}

static const struct ticket_key *find_key(struct tickets *tickets, int64_t now,
                                         const unsigned char name[16])
{
    static const int hours[] = { 0, -1, 1 };
    for (size_t i = 0; i < ARRAY_LENGTH(hours); i++) {
        const struct ticket_key *key = key_of(tickets, now + hours[i]);
        if (key != NULL && CRYPTO_memcmp(key->name, name, sizeof key->name) == 0) {
            return key;
        }
    }
    return NULL;
}

/* --- what OpenSSL asks ------------------------------------------------------------------------ */

static bool set_mac(EVP_MAC_CTX *mac, const struct ticket_key *key)
{
    static char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_octet_string(OSSL_MAC_PARAM_KEY, (void *)key->mac, sizeof key->mac),
        OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, sizeof digest - 1),
        OSSL_PARAM_END,
    };
    return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

static bool asks_for_certificate(const SSL *ssl)
{
    return (SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) != 0;
}

/* Seal: 1, or 0 for no ticket. */
static int seal(const SSL *ssl, struct tickets *tickets, int64_t now, unsigned char name[16],
                unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac)
{
    const struct ticket_key *key = key_of(tickets, now);
    if (key == NULL || (asks_for_certificate(ssl) && SSL_get0_peer_certificate(ssl) == NULL)) {
        return 0;
    }
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1 ||
        EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->cipher, iv) != 1 ||
        !set_mac(mac, key)) {
        return 0;
    }
    memcpy(name, key->name, sizeof key->name);
    return 1;
}

/* Open: 1 good, 2 good but old, 0 not one of ours. */
static int unseal(struct tickets *tickets, int64_t now, const unsigned char name[16],
                  const unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac)
{
    const struct ticket_key *key = find_key(tickets, now, name);
    if (key == NULL || EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->cipher, iv) != 1 ||
        !set_mac(mac, key)) {
        return 0;
    }
    return key->hour == now ? 1 : 2;
}

static int on_ticket(SSL *ssl, unsigned char name[16], unsigned char iv[EVP_MAX_IV_LENGTH],
                     EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int sealing)
{
    struct tickets *tickets = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    int64_t now = date_now() / HOUR_SECONDS;
    return sealing ? seal(ssl, tickets, now, name, iv, cipher, mac)
                   : unseal(tickets, now, name, iv, cipher, mac);
}

/* A client of TLS 1.3 should use a ticket once (RFC 8446, C.4), so it gets another one each time.
 */
static SSL_TICKET_RETURN on_opened(SSL *ssl, SSL_SESSION *session, UNUSED const unsigned char *name,
                                   UNUSED size_t name_length, SSL_TICKET_STATUS status,
                                   UNUSED void *arg)
{
    if (status != SSL_TICKET_SUCCESS && status != SSL_TICKET_SUCCESS_RENEW) {
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    }
    if (asks_for_certificate(ssl)) {
        if (SSL_SESSION_get0_peer(session) == NULL) {
            return SSL_TICKET_RETURN_IGNORE_RENEW;
        }
        tickets_take_certificate(ssl);
    }
    bool is_tls13 = SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION;
    return is_tls13 || status == SSL_TICKET_SUCCESS_RENEW ? SSL_TICKET_RETURN_USE_RENEW
                                                          : SSL_TICKET_RETURN_USE;
}

void tickets_install(SSL_CTX *context, struct tickets *tickets)
{
    SSL_CTX_set_app_data(context, tickets);
    (void)SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
    (void)SSL_CTX_set_session_ticket_cb(context, NULL, on_opened, NULL);
    (void)SSL_CTX_set_timeout(context, 2 * HOUR_SECONDS);
}

void tickets_use(SSL *ssl)
{
    (void)SSL_clear_options(ssl, SSL_OP_NO_TICKET);
    (void)SSL_set_num_tickets(ssl, asks_for_certificate(ssl) ? 0 : 1);
}

void tickets_take_certificate(SSL *ssl)
{
    if ((SSL_get_options(ssl) & SSL_OP_NO_TICKET) == 0) {
        (void)SSL_set_num_tickets(ssl, 1);
    }
}

/* --- the secret ------------------------------------------------------------------------------- */

static bool read_secret(struct arena *arena, const char *path, unsigned char secret[TICKET_SECRET],
                        struct buf *error)
{
    slice text;
    if (!certificate_read_private(arena, path, &text, error)) {
        return false;
    }
    slice digits = slice_trim(text);
    bool ok = digits.len == 2 * (size_t)TICKET_SECRET;
    for (size_t i = 0; ok && i < TICKET_SECRET; i++) {
        int high = ascii_hex_digit(digits.ptr[2 * i]);
        int low = ascii_hex_digit(digits.ptr[2 * i + 1]);
        ok = high >= 0 && low >= 0;
        secret[i] = (unsigned char)(ok ? high * 16 + low : 0);
    }
    OPENSSL_cleanse((void *)text.ptr, text.len);
    if (!ok) {
        buf_printf(error, "%s: expected %d hexadecimal digits; without the file, a new one is made",
                   path, 2 * TICKET_SECRET);
    }
    return ok;
}

static bool make_secret(const char *path, struct buf *error)
{
    unsigned char secret[TICKET_SECRET];
    struct buf text;
    if (RAND_bytes(secret, sizeof secret) != 1) {
        return certificate_fail(error, path);
    }
    buf_init(&text, 4 * (size_t)TICKET_SECRET);
    for (size_t i = 0; i < sizeof secret; i++) {
        buf_printf(&text, "%02x", secret[i]);
    }
    buf_putc(&text, '\n');
    /* Another server that shares the folder may be faster. */
    bool ok =
        !text.failed && (file_create(AT_FDCWD, path, buf_slice(&text), 0600) || errno == EEXIST);
    if (!ok) {
        buf_printf(error, "%s: %s", path, strerror(errno));
    }
    if (text.ptr != NULL) {
        OPENSSL_cleanse(text.ptr, text.len);
    }
    OPENSSL_cleanse(secret, sizeof secret);
    buf_release(&text);
    return ok;
}

bool ticket_secret_read(const char *folder, unsigned char secret[TICKET_SECRET],
                        bool *cannot_be_made, struct buf *error)
{
    struct arena arena;
    struct stat status;
    arena_init(&arena);
    const char *path = arena_printf(&arena, "%s/" TICKET_SECRET_FILE, folder).ptr;
    bool missing = lstat(path, &status) != 0 && errno == ENOENT;
    *cannot_be_made = missing && !make_secret(path, error);
    bool ok = !*cannot_be_made && read_secret(&arena, path, secret, error);
    arena_release(&arena);
    return ok;
}
