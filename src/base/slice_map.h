/* slice_map.h: what is known under a name. Layer: base (includes arena.h, slice.h).
 *
 * A hash table (uthash) whose hash has a secret, so that names which strangers choose cannot be
 * made to collide. */
#ifndef MATINEE_BASE_SLICE_MAP_H
#define MATINEE_BASE_SLICE_MAP_H

#include "base/arena.h"
#include "base/slice.h"

struct slice_map_entry;

struct slice_map {
    struct arena *arena;
    struct slice_map_entry *entries;
};

/** An empty map, whose entries will live in `arena`. */
void slice_map_init(struct slice_map *map, struct arena *arena);
/** Free what the map has beside the arena. */
void slice_map_release(struct slice_map *map);

/** What stands under `name`, or NULL. */
void *slice_map_get(const struct slice_map *map, slice name);
/** Put `value`, not NULL, under `name`, in place of what stood there. The bytes of the name must
 * live as long as the map. */
void slice_map_set(struct slice_map *map, slice name, void *value);
/** The same, unless something stands there: then false. */
bool slice_map_claim(struct slice_map *map, slice name, void *value);
/** Take out what stands under `name`, when something does. */
void slice_map_remove(struct slice_map *map, slice name);

#endif
