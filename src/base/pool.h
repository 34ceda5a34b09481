/* pool.h: objects of one size that come and go. Layer: base (includes attributes.h).
 *
 * A few that were given back are kept for the next ones, so in the long run nothing is allocated.
 * Under AddressSanitizer none is kept: it would hide that one is used after it was given back. */
#ifndef MATINEE_BASE_POOL_H
#define MATINEE_BASE_POOL_H

#include "base/attributes.h"

#include <stddef.h>

struct pool {
    size_t size; /* of an object, in bytes */
    size_t count;
    void *spare;
};

/** Nothing is allocated yet. */
void pool_init(struct pool *pool, size_t size);
/** Free what is kept. */
void pool_release(struct pool *pool);

/** A zeroed object, aligned for any type; NULL when out of memory. */
MUST_USE void *pool_take(struct pool *pool);
/** Give back what pool_take has returned. */
void pool_give(struct pool *pool, void *object);

#endif
