/* siphash.h: a hash with a secret, so that nobody can choose what collides. Layer: base.
 *
 * SipHash-2-4 as in J.-P. Aumasson, D. J. Bernstein: "SipHash: a fast short-input PRF", 2012. */
#ifndef MATINEE_BASE_SIPHASH_H
#define MATINEE_BASE_SIPHASH_H

#include "base/slice.h"

#include <stdint.h>

struct siphash_key {
    uint64_t low;  /* the first eight bytes of the key, the lowest first */
    uint64_t high; /* the other eight */
};

uint64_t siphash(const struct siphash_key *key, slice bytes);

#endif
