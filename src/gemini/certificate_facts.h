/* certificate_facts.h: what a certificate says of itself. Layer: gemini (includes base/). */
#ifndef MATINEE_GEMINI_CERTIFICATE_FACTS_H
#define MATINEE_GEMINI_CERTIFICATE_FACTS_H

#include "base/attributes.h"
#include "base/buf.h"

#include <openssl/x509.h>
#include <stdint.h>

/** Bytes of a SHA-256. */
#define CERTIFICATE_DIGEST 32

/** The SHA-256 of the certificate (DER). False when memory runs out. */
MUST_USE bool certificate_digest(const X509 *certificate, unsigned char digest[CERTIFICATE_DIGEST]);
/** The SHA-256 of its SubjectPublicKeyInfo (DER): a pin by key, which a renewed certificate with
 * the same key still has. */
MUST_USE bool certificate_key_digest(const X509 *certificate,
                                     unsigned char digest[CERTIFICATE_DIGEST]);
/** Append one of them as lower-case hexadecimal, `separator` between bytes (none when 0). */
void certificate_put_fingerprint(const X509 *certificate, char separator, struct buf *out);
void certificate_put_key_fingerprint(const X509 *certificate, char separator, struct buf *out);

/** Append the names it is for, `, ` between them: subjectAltName, else the common name. Bytes that
 * a terminal could take for more than text become `?`. */
void certificate_put_names(const X509 *certificate, struct buf *out);
/** The common name of its subject; NULL when there is none. */
const ASN1_STRING *certificate_common_name(const X509 *certificate);

/** Append the kind of its key: `ECDSA P-256`, `RSA 2048`, `Ed25519`. */
void certificate_put_kind(const X509 *certificate, struct buf *out);
/** Its signatures cost several times those of ECDSA P-256 and Ed25519. */
bool certificate_is_costly(const X509 *certificate);

/** The moments between which it is valid, both included. One that cannot be read makes it never
 * valid. */
void certificate_validity(const X509 *certificate, int64_t *not_before, int64_t *not_after);
/** The second of them. */
int64_t certificate_expiry(const X509 *certificate);

#endif
