/* cert_list.h: the certificates of a folder, for people to read. Layer: cmd. */
#ifndef MATINEE_CMD_CERT_LIST_H
#define MATINEE_CMD_CERT_LIST_H

#include "base/attributes.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>

/** The hosts of one capsule, or those given with --host. */
struct cert_hosts {
    slice from; /* what names them, for messages: a path, or empty */
    slice *items;
    size_t count, capacity;
};

/** Print one on stdout, with what is wrong with it. `name` is a host or the name of a file without
 * `.crt`. False when it, or its key, is of no use to a server; what cannot be read at all is said
 * on stderr. */
MUST_USE bool cert_show(const char *folder, slice name);
/**
 * Print all of a folder, or those of the `wanted` hosts alone when that is not NULL; then, for the
 * `capsules`, which of their hosts none is for. Returns an exit code.
 */
MUST_USE int cert_list(const char *folder, const struct cert_hosts *wanted,
                       const struct cert_hosts *capsules, size_t capsule_count);

#endif
