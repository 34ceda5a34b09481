/* certificate.h: an X.509 certificate with its chain and key, with OpenSSL. Layer: gemini (includes
 * base/). What it says of itself is in certificate_facts.h, the files are in certificate_files.h.
 */
#ifndef MATINEE_GEMINI_CERTIFICATE_H
#define MATINEE_GEMINI_CERTIFICATE_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"

#include <openssl/ssl.h>

struct certificate {
    X509 *leaf;
    STACK_OF(X509) * chain; /* those after the leaf; may be empty */
    EVP_PKEY *key;          /* NULL when only the certificate was asked for */
};

/**
 * Read leaf and chain out of PEM text, which may hold other things too; the key is NULL then. False
 * with a message in `error` that starts with `name`, and nothing to release.
 */
MUST_USE bool certificate_read(slice pem, struct certificate *out, struct buf *error,
                               const char *name);
/** Read the private key into a certificate that has none. False as above: none is there, or it is
 * encrypted. */
MUST_USE bool certificate_read_key(slice pem, struct certificate *out, struct buf *error,
                                   const char *name);
/** Write leaf and chain, or the key, as PEM. */
MUST_USE bool certificate_put_pem(const struct certificate *certificate, BIO *out);
MUST_USE bool certificate_put_key_pem(const struct certificate *certificate, BIO *out);
/** What was written into a memory BIO; borrowed from it. */
slice certificate_bio_bytes(BIO *bio);
/** Another set of references to the same. False, and nothing to release, when memory runs out. */
MUST_USE bool certificate_copy(const struct certificate *certificate, struct certificate *out);
/** Frees what it holds; it is all NULL then. */
void certificate_release(struct certificate *certificate);

/** The key is the one of the leaf. */
bool certificate_is_pair(const struct certificate *certificate);
/** True when leaf, chain and key are the same. */
bool certificate_equal(const struct certificate *a, const struct certificate *b);
/**
 * The certificate is for `host`, a host or pattern as gemini/host.h keeps it: by subjectAltName,
 * and by the common name when that has no DNS name. `*` in it stands for exactly one label; a
 * pattern is covered by the same pattern alone.
 */
bool certificate_covers(const X509 *certificate, slice host);

/** Append `what`, a colon and the reason that OpenSSL gives, and forget its errors. Returns false.
 */
bool certificate_fail(struct buf *error, const char *what);

#endif
