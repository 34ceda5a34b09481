#include "server/credentials.h"

#include "base/limits.h"

#include <errno.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* On the wire: this, then PEM: leaf, key, chain. Both sides are one program on one machine. */
struct preface {
    uint32_t site;
    uint32_t length;
};

static BIO *to_pem(const struct certificate *certificate)
{
    BIO *pem = BIO_new(BIO_s_secmem());
    bool ok = pem != NULL && PEM_write_bio_X509(pem, certificate->leaf) == 1 &&
              PEM_write_bio_PrivateKey(pem, certificate->key, NULL, NULL, 0, NULL, NULL) == 1;
    for (int i = 0; ok && i < sk_X509_num(certificate->chain); i++) {
        ok = PEM_write_bio_X509(pem, sk_X509_value(certificate->chain, i)) == 1;
    }
    if (!ok) {
        BIO_free(pem);
        return NULL;
    }
    return pem;
}

static bool send_all(int socket, const void *bytes, size_t size)
{
    const char *from = bytes;
    while (size > 0) {
        ssize_t n = send(socket, from, size, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR) {
            return false;
        }
        from += n < 0 ? 0 : n;
        size -= n < 0 ? 0 : (size_t)n;
    }
    return true;
}

static bool receive_all(int socket, void *bytes, size_t size)
{
    char *into = bytes;
    while (size > 0) {
        ssize_t n = recv(socket, into, size, 0);
        if (n == 0 || (n < 0 && errno != EINTR)) {
            return false;
        }
        into += n < 0 ? 0 : n;
        size -= n < 0 ? 0 : (size_t)n;
    }
    return true;
}

bool credentials_send(int socket, uint32_t site, const struct certificate *certificate)
{
    BIO *pem = to_pem(certificate);
    if (pem == NULL) {
        return false;
    }
    char *bytes = NULL;
    long size = BIO_get_mem_data(pem, &bytes);
    const struct preface preface = { site, (uint32_t)size };
    bool ok = size > 0 && size <= (long)LIMIT_CREDENTIALS &&
              send_all(socket, &preface, sizeof preface) && send_all(socket, bytes, (size_t)size);
    BIO_free(pem);
    return ok;
}

static bool from_pem(BIO *pem, struct certificate *out)
{
    out->leaf = PEM_read_bio_X509(pem, NULL, NULL, NULL);
    out->key = PEM_read_bio_PrivateKey(pem, NULL, NULL, NULL);
    out->chain = sk_X509_new_null();
    if (out->leaf == NULL || out->key == NULL || out->chain == NULL) {
        return false;
    }
    X509 *next = NULL;
    while ((next = PEM_read_bio_X509(pem, NULL, NULL, NULL)) != NULL) {
        if (sk_X509_push(out->chain, next) <= 0) {
            X509_free(next);
            return false;
        }
    }
    return true;
}

bool credentials_receive(int socket, uint32_t *site, struct certificate *out)
{
    struct preface preface;
    *out = (struct certificate){ 0 };
    if (!receive_all(socket, &preface, sizeof preface) || preface.length > LIMIT_CREDENTIALS) {
        return false;
    }
    const size_t length = preface.length;
    *site = preface.site;
    char *bytes = malloc(length);
    BIO *pem = NULL;
    bool ok = bytes != NULL && receive_all(socket, bytes, length) &&
              (pem = BIO_new_mem_buf(bytes, (int)length)) != NULL && from_pem(pem, out);
    BIO_free(pem);
    if (bytes != NULL) {
        OPENSSL_cleanse(bytes, length);
    }
    free(bytes);
    if (!ok) {
        certificate_release(out);
        *out = (struct certificate){ 0 };
    }
    return ok;
}

bool credentials_equal(const struct certificate *a, const struct certificate *b)
{
    if (X509_cmp(a->leaf, b->leaf) != 0 || EVP_PKEY_eq(a->key, b->key) != 1 ||
        sk_X509_num(a->chain) != sk_X509_num(b->chain)) {
        return false;
    }
    for (int i = 0; i < sk_X509_num(a->chain); i++) {
        if (X509_cmp(sk_X509_value(a->chain, i), sk_X509_value(b->chain, i)) != 0) {
            return false;
        }
    }
    return true;
}
