#include "gemini/certificate.h"

#include "base/attributes.h"
#include "gemini/certificate_facts.h"
#include "gemini/host.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

bool certificate_fail(struct buf *error, const char *what)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    buf_printf(error, "%s: %s", what, reason ? reason : "OpenSSL does not say why");
    ERR_clear_error();
    return false;
}

/* --- PEM -------------------------------------------------------------------------------------- */

/* The leaf, then its chain, out of PEM text that may hold more (a key, say), which is passed over.
 */
static bool read_chain(BIO *pem, struct certificate *out)
{
    out->leaf = PEM_read_bio_X509(pem, NULL, NULL, NULL);
    out->chain = sk_X509_new_null();
    if (out->leaf == NULL || out->chain == NULL) {
        return false;
    }
    X509 *next = NULL;
    while ((next = PEM_read_bio_X509(pem, NULL, NULL, NULL)) != NULL) {
        if (sk_X509_push(out->chain, next) <= 0) {
            X509_free(next);
            return false;
        }
    }
    /* The end of the text is reported as an error; anything else is a broken chain. */
    return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
}

bool certificate_read(slice pem, struct certificate *out, struct buf *error, const char *name)
{
    *out = (struct certificate){ 0 };
    ERR_clear_error();
    BIO *bio = BIO_new_mem_buf(pem.len > 0 ? pem.ptr : "", (int)pem.len);
    bool ok = bio != NULL && read_chain(bio, out);
    BIO_free(bio);
    if (!ok) {
        certificate_release(out);
        return certificate_fail(error, name);
    }
    ERR_clear_error();
    return true;
}

/* OpenSSL would ask for the passphrase at the terminal. */
static int no_passphrase(UNUSED char *into, UNUSED int size, UNUSED int writing, void *asked)
{
    *(bool *)asked = true;
    return -1;
}

bool certificate_read_key(slice pem, struct certificate *out, struct buf *error, const char *name)
{
    bool encrypted = false;
    ERR_clear_error();
    BIO *bio = BIO_new_mem_buf(pem.len > 0 ? pem.ptr : "", (int)pem.len);
    if (bio != NULL) {
        out->key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &encrypted);
    }
    BIO_free(bio);
    if (encrypted) {
        ERR_clear_error();
        buf_printf(error, "%s: it is encrypted; a server has nobody to ask for the passphrase",
                   name);
        return false;
    }
    return out->key != NULL || certificate_fail(error, name);
}

bool certificate_put_pem(const struct certificate *certificate, BIO *out)
{
    bool ok = PEM_write_bio_X509(out, certificate->leaf) == 1;
    for (int i = 0; ok && i < sk_X509_num(certificate->chain); i++) {
        ok = PEM_write_bio_X509(out, sk_X509_value(certificate->chain, i)) == 1;
    }
    return ok;
}

bool certificate_put_key_pem(const struct certificate *certificate, BIO *out)
{
    return PEM_write_bio_PrivateKey(out, certificate->key, NULL, NULL, 0, NULL, NULL) == 1;
}

slice certificate_bio_bytes(BIO *bio)
{
    char *bytes = NULL;
    long length = BIO_get_mem_data(bio, &bytes);
    return (slice){ bytes, length > 0 ? (size_t)length : 0 };
}

bool certificate_copy(const struct certificate *certificate, struct certificate *out)
{
    STACK_OF(X509) *chain = X509_chain_up_ref(certificate->chain);
    *out = (struct certificate){ 0 };
    if (chain == NULL || X509_up_ref(certificate->leaf) != 1) {
        sk_X509_pop_free(chain, X509_free);
        return false;
    }
    *out = (struct certificate){ certificate->leaf, chain, NULL };
    if (certificate->key != NULL && EVP_PKEY_up_ref(certificate->key) != 1) {
        certificate_release(out);
        return false;
    }
    out->key = certificate->key;
    return true;
}

void certificate_release(struct certificate *certificate)
{
    X509_free(certificate->leaf);
    sk_X509_pop_free(certificate->chain, X509_free);
    EVP_PKEY_free(certificate->key);
    *certificate = (struct certificate){ 0 };
}

/* --- comparing -------------------------------------------------------------------------------- */

bool certificate_is_pair(const struct certificate *certificate)
{
    bool ok = X509_check_private_key(certificate->leaf, certificate->key) == 1;
    ERR_clear_error();
    return ok;
}

bool certificate_equal(const struct certificate *a, const struct certificate *b)
{
    if (X509_cmp(a->leaf, b->leaf) != 0 || sk_X509_num(a->chain) != sk_X509_num(b->chain) ||
        (a->key == NULL) != (b->key == NULL) ||
        (a->key != NULL && EVP_PKEY_eq(a->key, b->key) != 1)) {
        return false;
    }
    for (int i = 0; i < sk_X509_num(a->chain); i++) {
        if (X509_cmp(sk_X509_value(a->chain, i), sk_X509_value(b->chain, i)) != 0) {
            return false;
        }
    }
    return true;
}

static slice string_bytes(const ASN1_STRING *string)
{
    return (slice){ (const char *)ASN1_STRING_get0_data(string),
                    (size_t)ASN1_STRING_length(string) };
}

/* A DNS name of a certificate, in any case, against a host or pattern in its one form. */
static bool name_covers(const ASN1_STRING *string, slice host)
{
    char lower[HOST_BYTES];
    slice name = string_bytes(string);
    if (slice_ends_with(name, SLICE("."))) {
        name = slice_head(name, name.len - 1);
    }
    if (name.len == 0 || name.len > sizeof lower) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        lower[i] = ascii_lower(name.ptr[i]);
    }
    name.ptr = lower;
    return slice_equal(name, host) || host_matches(name, host);
}

bool certificate_covers(const X509 *certificate, slice host)
{
    unsigned char address[16];
    size_t address_bytes = host_to_address(host, address);
    slice wanted_address = { (const char *)address, address_bytes };
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    bool has_name = false;
    bool covers = false;
    for (int i = 0; !covers && i < sk_GENERAL_NAME_num(names); i++) {
        int type = 0;
        const void *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
        if (type == GEN_DNS) {
            has_name = true;
            covers = address_bytes == 0 && name_covers(value, host);
        } else if (type == GEN_IPADD) {
            covers = address_bytes > 0 && slice_equal(string_bytes(value), wanted_address);
        }
    }
    sk_GENERAL_NAME_pop_free(names, GENERAL_NAME_free);
    /* The common name counts when there is no other (RFC 6125, section 6.4.4). */
    const ASN1_STRING *common = has_name || covers ? NULL : certificate_common_name(certificate);
    return covers || (common != NULL && address_bytes == 0 && name_covers(common, host));
}
