/* self_signed.h: new certificates, signed by themselves. Layer: gemini (includes base/). */
#ifndef MATINEE_GEMINI_SELF_SIGNED_H
#define MATINEE_GEMINI_SELF_SIGNED_H

#include "gemini/certificate.h"

/**
 * Make a certificate for `names` (hosts and patterns as gemini/host.h keeps them, at least one):
 * every name in subjectAltName (IP addresses as such), the first one as common name too, valid from
 * a day ago for twenty years. It is for `key`, which gets one more reference, or with NULL for a
 * new one, ECDSA P-256. False with a message in `error`.
 */
MUST_USE bool self_signed_new(const slice *names, size_t count, EVP_PKEY *key,
                              struct certificate *out, struct buf *error);

#endif
