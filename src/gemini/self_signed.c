#include "gemini/self_signed.h"

#include "gemini/host.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

/* From yesterday, so that a client whose clock is behind takes it; for so long, because a new one
 * looks like an attack to every client that pinned the old one. */
#define VALID_FROM_DAYS (-1)
#define VALID_UNTIL_DAYS (20 * 365 + 5)

/* X.520 gives a common name no more (ub-common-name); names in subjectAltName may be longer. */
#define COMMON_NAME_MAX 64

static bool check_name(slice name, struct buf *error)
{
    struct buf form;
    const char *problem = NULL;
    buf_init(&form, HOST_BYTES);
    bool ok = host_normalise(name, true, &form, &problem);
    if (!ok) {
        buf_puts(error, "`");
        buf_put(error, slice_head(name, HOST_BYTES));
        buf_printf(error, "`: %s", problem);
    } else if (!slice_equal(buf_slice(&form), name)) {
        buf_printf(error, "`%.*s` has to be written `%.*s`", SLICE_ARG(name),
                   SLICE_ARG(buf_slice(&form)));
        ok = false;
    }
    buf_release(&form);
    return ok;
}

static bool add_name(GENERAL_NAMES *names, slice name)
{
    unsigned char address[16];
    size_t bytes = host_to_address(name, address);
    GENERAL_NAME *entry = GENERAL_NAME_new();
    ASN1_STRING *value = bytes > 0 ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();
    bool ok = entry != NULL && value != NULL &&
              (bytes > 0 ? ASN1_STRING_set(value, address, (int)bytes)
                         : ASN1_STRING_set(value, name.ptr, (int)name.len)) == 1;
    if (!ok) {
        ASN1_STRING_free(value);
        GENERAL_NAME_free(entry);
        return false;
    }
    GENERAL_NAME_set0_value(entry, bytes > 0 ? GEN_IPADD : GEN_DNS, value);
    if (sk_GENERAL_NAME_push(names, entry) <= 0) {
        GENERAL_NAME_free(entry);
        return false;
    }
    return true;
}

static bool add_names(X509 *certificate, const slice *names, size_t count)
{
    GENERAL_NAMES *all = sk_GENERAL_NAME_new_null();
    bool ok = all != NULL;
    for (size_t i = 0; ok && i < count; i++) {
        bool again = false;
        for (size_t j = 0; j < i; j++) {
            again = again || slice_equal_nocase(names[i], names[j]);
        }
        ok = again || add_name(all, names[i]);
    }
    ok =
        ok && X509_add1_ext_i2d(certificate, NID_subject_alt_name, all, 0, X509V3_ADD_DEFAULT) == 1;
    sk_GENERAL_NAME_pop_free(all, GENERAL_NAME_free);
    return ok;
}

static bool add_extension(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool ok = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

/* 127 random bits and a first one that is set: positive, never zero, at most 20 bytes (RFC 5280,
 * 4.1.2.2). */
static bool set_serial(X509 *certificate)
{
    unsigned char bytes[16];
    if (RAND_bytes(bytes, sizeof bytes) != 1) {
        return false;
    }
    bytes[0] = (unsigned char)((bytes[0] & 0x7F) | 0x40);
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool ok =
        number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return ok;
}

static bool set_subject(X509 *certificate, slice name)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    if (name.len > COMMON_NAME_MAX) {
        name = SLICE("capsule");
    }
    return X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_ASC,
                                      (const unsigned char *)name.ptr, (int)name.len, -1, 0) == 1 &&
           X509_set_issuer_name(certificate, subject) == 1;
}

/* Keys of Edwards curves sign what they are given, and have no digest. */
static const EVP_MD *digest_for(const EVP_PKEY *key)
{
    return EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448") ? NULL : EVP_sha256();
}

static bool fill(X509 *certificate, EVP_PKEY *key, const slice *names, size_t count)
{
    const long day = 24L * 60 * 60;
    return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), VALID_FROM_DAYS * day) != NULL &&
           X509_time_adj_ex(X509_getm_notAfter(certificate), VALID_UNTIL_DAYS, 0, NULL) != NULL &&
           set_subject(certificate, names[0]) && X509_set_pubkey(certificate, key) == 1 &&
           add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(certificate, NID_key_usage, "critical,digitalSignature") &&
           add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
           add_extension(certificate, NID_subject_key_identifier, "hash") &&
           add_names(certificate, names, count) && X509_sign(certificate, key, digest_for(key)) > 0;
}

bool self_signed_new(const slice *names, size_t count, EVP_PKEY *key, struct certificate *out,
                     struct buf *error)
{
    *out = (struct certificate){ 0 };
    if (count == 0) {
        buf_puts(error, "a certificate needs a host name");
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!check_name(names[i], error)) {
            return false;
        }
    }
    if (key != NULL && EVP_PKEY_up_ref(key) != 1) {
        key = NULL;
    }
    ERR_clear_error();
    *out = (struct certificate){
        .leaf = X509_new(),
        .chain = sk_X509_new_null(),
        .key = key != NULL ? key : EVP_EC_gen("P-256"),
    };
    if (out->leaf != NULL && out->chain != NULL && out->key != NULL &&
        fill(out->leaf, out->key, names, count)) {
        return true;
    }
    certificate_release(out);
    return certificate_fail(error, "cannot make a certificate");
}
