#include "gemini/certificate.h"

#include "base/file.h"
#include "base/limits.h"
#include "gemini/host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* From yesterday, so that a client whose clock is behind takes it; for so long, because a new one
 * looks like an attack to every client that pinned the old one. */
#define VALID_FROM_DAYS (-1)
#define VALID_UNTIL_DAYS (20 * 365 + 5)

/* X.520 gives a common name no more (ub-common-name); names in subjectAltName may be longer. */
#define COMMON_NAME_MAX 64

/* Say what went wrong, with the reason OpenSSL gives, and forget its queue of errors. */
static bool fail_openssl(struct buf *error, const char *what)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    buf_printf(error, "%s: %s", what, reason ? reason : "OpenSSL does not say why");
    ERR_clear_error();
    return false;
}

static bool fail_errno(struct buf *error, const char *path)
{
    buf_printf(error, "%s: %s", path, strerror(errno));
    return false;
}

/* --- making ----------------------------------------------------------------------------------- */

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
           add_names(certificate, names, count) && X509_sign(certificate, key, EVP_sha256()) > 0;
}

static slice bio_bytes(BIO *bio)
{
    char *bytes = NULL;
    long length = BIO_get_mem_data(bio, &bytes);
    return (slice){ bytes, length > 0 ? (size_t)length : 0 };
}

/* Both files, the key first: a certificate without its key would be taken for one that is there. */
static bool write_files(X509 *certificate, EVP_PKEY *key, const char *crt, const char *key_path,
                        struct buf *error)
{
    BIO *crt_pem = BIO_new(BIO_s_mem());
    BIO *key_pem = BIO_new(BIO_s_secmem());
    bool ok = crt_pem != NULL && key_pem != NULL && PEM_write_bio_X509(crt_pem, certificate) == 1 &&
              PEM_write_bio_PrivateKey(key_pem, key, NULL, NULL, 0, NULL, NULL) == 1;
    if (!ok) {
        (void)fail_openssl(error, "cannot write a certificate");
    } else if (!file_create(AT_FDCWD, key_path, bio_bytes(key_pem), 0600)) {
        ok = fail_errno(error, key_path);
    } else if (!file_create(AT_FDCWD, crt, bio_bytes(crt_pem), 0)) {
        ok = fail_errno(error, crt);
        (void)unlink(key_path);
    }
    BIO_free(crt_pem);
    BIO_free(key_pem);
    return ok;
}

static bool make_folder(const char *folder, struct buf *error)
{
    if (access(folder, F_OK) == 0) {
        return true;
    }
    if (!file_make_folders(AT_FDCWD, folder) || chmod(folder, 0700) != 0) {
        return fail_errno(error, folder);
    }
    return true;
}

/* The paths of both files; false when memory ran out. */
struct paths {
    struct buf crt, key;
};

static bool paths_init(struct paths *paths, const char *folder, slice name)
{
    struct buf *both[2] = { &paths->crt, &paths->key };
    bool ok = true;
    for (int i = 0; i < 2; i++) {
        buf_init(both[i], (size_t)-1);
        buf_printf(both[i], "%s/%.*s.%s", folder, SLICE_ARG(name), i == 0 ? "crt" : "key");
        ok = ok && !both[i]->failed && buf_string(both[i]) != NULL;
    }
    return ok;
}

static void paths_release(struct paths *paths)
{
    buf_release(&paths->crt);
    buf_release(&paths->key);
}

static bool exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

static bool make_at(const struct paths *paths, const slice *names, size_t count, struct buf *error)
{
    if (exists(paths->crt.ptr) || exists(paths->key.ptr)) {
        buf_printf(error, "%s exists already, and is not replaced: clients have pinned it",
                   exists(paths->crt.ptr) ? paths->crt.ptr : paths->key.ptr);
        return false;
    }
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    bool ok = key != NULL && certificate != NULL && fill(certificate, key, names, count);
    ok = ok ? write_files(certificate, key, paths->crt.ptr, paths->key.ptr, error)
            : fail_openssl(error, "cannot make a certificate");
    X509_free(certificate);
    EVP_PKEY_free(key);
    return ok;
}

bool certificate_make(const char *folder, const slice *names, size_t name_count, struct buf *error)
{
    if (name_count == 0) {
        buf_puts(error, "a certificate needs a host name");
        return false;
    }
    for (size_t i = 0; i < name_count; i++) {
        if (!check_name(names[i], error)) {
            return false;
        }
    }
    struct paths paths;
    bool ok = paths_init(&paths, folder, names[0]);
    if (!ok) {
        buf_puts(error, "out of memory");
    }
    ok = ok && make_folder(folder, error) && make_at(&paths, names, name_count, error);
    paths_release(&paths);
    return ok;
}

/* --- loading ---------------------------------------------------------------------------------- */

/* OpenSSL would ask for the passphrase at the terminal. */
static int no_passphrase(UNUSED char *into, UNUSED int size, UNUSED int writing, void *asked)
{
    *(bool *)asked = true;
    return -1;
}

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
    /* The end of the file is reported as an error; anything else is a broken chain. */
    bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (at_end) {
        ERR_clear_error();
    }
    return at_end;
}

static bool load_certificate(struct arena *arena, const char *path, struct certificate *out,
                             struct buf *error)
{
    slice text;
    if (!file_read(arena, AT_FDCWD, path, LIMIT_PEM_FILE, &text)) {
        return fail_errno(error, path);
    }
    BIO *pem = BIO_new_mem_buf(text.ptr, (int)text.len);
    bool ok = pem != NULL && read_chain(pem, out);
    BIO_free(pem);
    return ok || fail_openssl(error, path);
}

static bool is_private(const char *path, struct buf *error)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return fail_errno(error, path);
    }
    if ((status.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
        buf_printf(error, "%s: others may read it; run `chmod 600` on it", path);
        return false;
    }
    return true;
}

static bool load_key(struct arena *arena, const char *path, struct certificate *out,
                     struct buf *error)
{
    slice text;
    bool encrypted = false;
    if (!is_private(path, error)) {
        return false;
    }
    if (!file_read(arena, AT_FDCWD, path, LIMIT_PEM_FILE, &text)) {
        return fail_errno(error, path);
    }
    BIO *pem = BIO_new_mem_buf(text.ptr, (int)text.len);
    if (pem != NULL) {
        out->key = PEM_read_bio_PrivateKey(pem, NULL, no_passphrase, &encrypted);
    }
    BIO_free(pem);
    OPENSSL_cleanse((void *)text.ptr, text.len);
    if (encrypted) {
        ERR_clear_error();
        buf_printf(error, "%s: it is encrypted; a server has nobody to ask for the passphrase",
                   path);
        return false;
    }
    return out->key != NULL || fail_openssl(error, path);
}

static bool load_at(const struct paths *paths, bool with_key, struct certificate *out,
                    struct buf *error)
{
    struct arena arena;
    arena_init(&arena);
    bool ok = load_certificate(&arena, paths->crt.ptr, out, error) &&
              (!with_key || load_key(&arena, paths->key.ptr, out, error));
    arena_release(&arena);
    if (ok && with_key && X509_check_private_key(out->leaf, out->key) != 1) {
        ERR_clear_error();
        buf_printf(error, "%s is not the key of %s", paths->key.ptr, paths->crt.ptr);
        ok = false;
    }
    return ok;
}

bool certificate_load(const char *folder, slice name, bool with_key, struct certificate *out,
                      bool *missing, struct buf *error)
{
    struct paths paths;
    bool none = false;
    *out = (struct certificate){ 0 };
    ERR_clear_error();
    bool ok = paths_init(&paths, folder, name);
    if (!ok) {
        buf_puts(error, "out of memory");
    } else {
        none = !exists(paths.crt.ptr) && !exists(paths.key.ptr);
        ok = load_at(&paths, with_key, out, error);
    }
    paths_release(&paths);
    if (!ok) {
        certificate_release(out);
    }
    if (missing != NULL) {
        *missing = !ok && none;
    }
    return ok;
}

void certificate_release(struct certificate *certificate)
{
    X509_free(certificate->leaf);
    sk_X509_pop_free(certificate->chain, X509_free);
    EVP_PKEY_free(certificate->key);
    *certificate = (struct certificate){ 0 };
}

/* --- telling ---------------------------------------------------------------------------------- */

void certificate_put_fingerprint(const X509 *certificate, char separator, struct buf *out)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (X509_digest(certificate, EVP_sha256(), digest, &length) != 1) {
        out->failed = true;
        return;
    }
    for (unsigned i = 0; i < length; i++) {
        if (i > 0 && separator != '\0') {
            buf_putc(out, separator);
        }
        buf_printf(out, "%02x", digest[i]);
    }
}

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
    X509_NAME *subject = X509_get_subject_name(certificate);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (*separator == '\0' && at >= 0) {
        put_printable(out, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    }
}

int64_t certificate_expiry(const X509 *certificate)
{
    struct tm time;
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) {
        ERR_clear_error();
        return 0;
    }
    return (int64_t)timegm(&time);
}
