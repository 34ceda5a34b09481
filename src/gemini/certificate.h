/* certificate.h: X.509 certificates of capsules, with OpenSSL. Layer: gemini (includes base/).
 *
 * Files: certs/HOST.crt (PEM, the certificate and its chain) and certs/HOST.key (PEM, mode 0600),
 * HOST being the first name of the capsule. Never replaced unless asked: clients pin them (TOFU).
 */
#ifndef MATINEE_GEMINI_CERTIFICATE_H
#define MATINEE_GEMINI_CERTIFICATE_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"

#include <openssl/ssl.h>
#include <stdint.h>

struct certificate {
    X509 *leaf;
    STACK_OF(X509) * chain; /* those after the leaf; may be empty */
    EVP_PKEY *key;          /* NULL when only the certificate was asked for */
};

/**
 * Make a self-signed certificate for `names` (hosts and patterns as gemini/host.h keeps them, at
 * least one) and write
 * FOLDER/NAME.crt and FOLDER/NAME.key, NAME being the first name: ECDSA P-256, SHA-256, every name
 * in subjectAltName (IP addresses as such), valid from a day ago for twenty years. The folder is
 * made when missing (0700). False, with a message in `error`, also when one of the files exists.
 */
MUST_USE bool certificate_make(const char *folder, const slice *names, size_t name_count,
                               struct buf *error);
/**
 * Load FOLDER/NAME.crt and, when `with_key`, FOLDER/NAME.key. False with a message in `error` that
 * names the file: not there, not PEM, key and certificate do not belong together, a key file that
 * is encrypted, or that others may read (its group may: keys made by other tools are kept so).
 * `*missing` (when not NULL) tells whether it failed because neither file is there. `name` is the
 * program's or the operator's, never a stranger's: it becomes part of a path as it is.
 */
MUST_USE bool certificate_load(const char *folder, slice name, bool with_key,
                               struct certificate *out, bool *missing, struct buf *error);
void certificate_release(struct certificate *certificate);

/** Append the SHA-256 of the certificate (DER) as lower-case hexadecimal, `separator` between bytes
 * (none when 0). */
void certificate_put_fingerprint(const X509 *certificate, char separator, struct buf *out);
/** Append the names it is for, `, ` between them: subjectAltName, else the common name. Bytes that
 * a terminal could take for more than text become `?`. */
void certificate_put_names(const X509 *certificate, struct buf *out);
/** The moment after which it is not valid; 0 when it cannot be read. */
int64_t certificate_expiry(const X509 *certificate);

#endif
