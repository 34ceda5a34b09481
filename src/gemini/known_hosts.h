/* known_hosts.h: certificates met before, so that a changed one is noticed (trust on first use).
 * Layer: gemini (includes base/, text/date).
 *
 * The file has one line a server: `host:port algorithm fingerprint expiry`, as in
 *
 *     capsule.example:1965 sha256 0f3a…9c 2045-01-31T12:00:00Z
 *
 * An IPv6 literal is in brackets. Blank lines and lines that start with `#` are kept. */
#ifndef MATINEE_GEMINI_KNOWN_HOSTS_H
#define MATINEE_GEMINI_KNOWN_HOSTS_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"

#include <openssl/x509.h>
#include <stdint.h>

enum known_host {
    KNOWN_HOST_FIRST,   /* met for the first time: now remembered */
    KNOWN_HOST_SAME,    /* the one that is remembered */
    KNOWN_HOST_RENEWED, /* another one, but the remembered one has expired: now remembered */
    KNOWN_HOST_CHANGED, /* another one, while the remembered one is still valid: not to be trusted
                         */
};

/** A SHA-256 in lower-case hexadecimal, with its NUL. */
typedef char known_host_fingerprint[65];

struct known_host_answer {
    enum known_host verdict;
    known_host_fingerprint shown;      /* of the certificate the server shows */
    known_host_fingerprint remembered; /* of the one in the file; empty when there is none */
    int64_t remembered_until;          /* when that one expires */
};

/**
 * Compare `certificate`, shown by `host` (lower case, no brackets, no final dot) at `port`, with
 * the file at `path`, which and whose folders are made when missing (0700), and remember it when
 * the verdict is FIRST or RENEWED. The file is written whole or not at all, by one process at a
 * time. False with a message in `error` when it cannot be read or written, or has a line of another
 * form: then nothing is known, which is no reason to trust.
 */
MUST_USE bool known_hosts_check(const char *path, slice host, int port, const X509 *certificate,
                                int64_t now, struct known_host_answer *answer, struct buf *error);

#endif
