#include "gemini/certificate_facts.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

/* --- fingerprints ----------------------------------------------------------------------------- */

bool certificate_digest(const X509 *certificate, unsigned char digest[CERTIFICATE_DIGEST])
{
    unsigned length = CERTIFICATE_DIGEST;
    return X509_digest(certificate, EVP_sha256(), digest, &length) == 1;
}

bool certificate_key_digest(const X509 *certificate, unsigned char digest[CERTIFICATE_DIGEST])
{
    unsigned char *der = NULL;
    unsigned length = CERTIFICATE_DIGEST;
    int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    bool ok = size > 0 && EVP_Digest(der, (size_t)size, digest, &length, EVP_sha256(), NULL) == 1;
    OPENSSL_free(der);
    return ok;
}

static void put_digest(bool ok, const unsigned char digest[CERTIFICATE_DIGEST], char separator,
                       struct buf *out)
{
    if (!ok) {
        ERR_clear_error();
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < CERTIFICATE_DIGEST; i++) {
        if (i > 0 && separator != '\0') {
            buf_putc(out, separator);
        }
        buf_printf(out, "%02x", digest[i]);
    }
}

void certificate_put_fingerprint(const X509 *certificate, char separator, struct buf *out)
{
    unsigned char digest[CERTIFICATE_DIGEST];
    put_digest(certificate_digest(certificate, digest), digest, separator, out);
}

void certificate_put_key_fingerprint(const X509 *certificate, char separator, struct buf *out)
{
    unsigned char digest[CERTIFICATE_DIGEST];
    put_digest(certificate_key_digest(certificate, digest), digest, separator, out);
}

/* --- names ------------------------------------------------------------------------------------ */

/* Names come from whoever made the certificate, and are shown on terminals. */
static void put_printable(struct buf *out, const ASN1_STRING *string)
{
    const unsigned char *bytes = ASN1_STRING_get0_data(string);
    for (int i = 0; i < ASN1_STRING_length(string); i++) {
        buf_putc(out, bytes[i] > ' ' && bytes[i] <= '~' ? (char)bytes[i] : '?');
    }
}

static void put_address(struct buf *out, const ASN1_OCTET_STRING *address)
{
    char text[INET6_ADDRSTRLEN];
    int length = ASN1_STRING_length(address);
    if ((length == 4 || length == 16) &&
        inet_ntop(length == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text,
                  sizeof text) != NULL) {
        buf_puts(out, text);
    } else {
        buf_putc(out, '?');
    }
}

const ASN1_STRING *certificate_common_name(const X509 *certificate)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    return at < 0 ? NULL : X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
}

void certificate_put_names(const X509 *certificate, struct buf *out)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    const char *separator = "";
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        int type = 0;
        const void *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
        if (type != GEN_DNS && type != GEN_IPADD) {
            continue;
        }
        buf_puts(out, separator);
        separator = ", ";
        if (type == GEN_DNS) {
            put_printable(out, value);
        } else {
            put_address(out, value);
        }
    }
    sk_GENERAL_NAME_pop_free(names, GENERAL_NAME_free);
    const ASN1_STRING *common = certificate_common_name(certificate);
    if (*separator == '\0' && common != NULL) {
        put_printable(out, common);
    }
}

/* --- keys ------------------------------------------------------------------------------------- */

/* The curves by the names people know them by; OpenSSL has older ones. */
static const char *curve_name(const char *group)
{
    static const struct {
        const char *group, *name;
    } curves[] = {
        { "prime256v1", "P-256" },
        { "secp384r1", "P-384" },
        { "secp521r1", "P-521" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(curves); i++) {
        if (strcmp(group, curves[i].group) == 0) {
            return curves[i].name;
        }
    }
    return group;
}

static bool get_curve(const EVP_PKEY *key, char group[64])
{
    size_t length = 0;
    return EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, 64, &length) == 1;
}

void certificate_put_kind(const X509 *certificate, struct buf *out)
{
    char group[64];
    const EVP_PKEY *key = X509_get0_pubkey(certificate);
    const char *type = key != NULL ? EVP_PKEY_get0_type_name(key) : NULL;
    if (key != NULL && get_curve(key, group)) {
        buf_printf(out, "ECDSA %s", curve_name(group));
    } else if (key != NULL && EVP_PKEY_is_a(key, "RSA")) {
        buf_printf(out, "RSA %d", EVP_PKEY_get_bits(key));
    } else if (key != NULL && EVP_PKEY_is_a(key, "ED25519")) {
        buf_puts(out, "Ed25519");
    } else {
        buf_puts(out, type != NULL ? type : "unknown");
    }
    ERR_clear_error();
}

bool certificate_is_costly(const X509 *certificate)
{
    char group[64];
    const EVP_PKEY *key = X509_get0_pubkey(certificate);
    bool cheap = key != NULL && (EVP_PKEY_is_a(key, "ED25519") ||
                                 (get_curve(key, group) && strcmp(group, "prime256v1") == 0));
    ERR_clear_error();
    return !cheap;
}

/* --- validity --------------------------------------------------------------------------------- */

static bool to_moment(const ASN1_TIME *time, int64_t *moment)
{
    struct tm broken_down;
    if (ASN1_TIME_to_tm(time, &broken_down) != 1) {
        ERR_clear_error();
        return false;
    }
    *moment = (int64_t)timegm(&broken_down);
    return true;
}

void certificate_validity(const X509 *certificate, int64_t *not_before, int64_t *not_after)
{
    if (!to_moment(X509_get0_notBefore(certificate), not_before)) {
        *not_before = INT64_MAX;
    }
    if (!to_moment(X509_get0_notAfter(certificate), not_after)) {
        *not_after = 0;
    }
}

int64_t certificate_expiry(const X509 *certificate)
{
    int64_t not_before = 0;
    int64_t not_after = 0;
    certificate_validity(certificate, &not_before, &not_after);
    return not_after;
}
