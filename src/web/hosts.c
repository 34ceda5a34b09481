#include "web/hosts.h"

struct host *hosts_find(struct hosts *hosts, slice origin)
{
    struct host *oldest = &hosts->items[0];
    for (size_t i = 0; i < hosts->count; i++) {
        struct host *host = &hosts->items[i];
        if (slice_equal(host->origin, origin)) {
            host->used = ++hosts->clock;
            return host;
        }
        oldest = host->used < oldest->used ? host : oldest;
    }
    if (hosts->count < LIMIT_WEB_HOSTS) {
        oldest = &hosts->items[hosts->count++];
    } else {
        arena_release(&oldest->arena);
        arena_release(&oldest->robots_arena);
    }
    *oldest = (struct host){ .used = ++hosts->clock };
    arena_init(&oldest->arena);
    arena_init(&oldest->robots_arena);
    oldest->origin = arena_copy(&oldest->arena, origin);
    return oldest;
}

void hosts_release(struct hosts *hosts)
{
    for (size_t i = 0; i < hosts->count; i++) {
        arena_release(&hosts->items[i].arena);
        arena_release(&hosts->items[i].robots_arena);
    }
    hosts->count = 0;
}
