#include "base/pool.h"

#include <stdlib.h>
#include <string.h>

/* More than are open at once on most days; the rest of a burst goes back to the system. */
#if defined(__SANITIZE_ADDRESS__)
enum { KEPT_MAX = 0 };
#else
enum { KEPT_MAX = 64 };
#endif

/* What a spare object holds. */
struct link {
    struct link *next;
};

void pool_init(struct pool *pool, size_t size)
{
    *pool = (struct pool){ .size = size < sizeof(struct link) ? sizeof(struct link) : size };
}

void pool_release(struct pool *pool)
{
    while (pool->spare != NULL) {
        struct link *link = pool->spare;
        pool->spare = link->next;
        free(link);
    }
    pool->count = 0;
}

void *pool_take(struct pool *pool)
{
    struct link *link = pool->spare;
    if (link == NULL) {
        return calloc(1, pool->size);
    }
    pool->spare = link->next;
    pool->count--;
    return memset(link, 0, pool->size);
}

void pool_give(struct pool *pool, void *object)
{
    if (pool->count == KEPT_MAX) {
        free(object);
        return;
    }
    struct link *link = object;
    link->next = pool->spare;
    pool->spare = link;
    pool->count++;
}
