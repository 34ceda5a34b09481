/* slug_map.h: slugs that are taken inside one review, and what has them. Layer: source.
 *
 * A hash table in an arena: ids of 2,000 sections with one heading are found in linear time. */
#ifndef MATINEE_SOURCE_SLUG_MAP_H
#define MATINEE_SOURCE_SLUG_MAP_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/slice.h"

struct slug_entry {
    slice slug;         /* .ptr NULL: the place is free */
    const void *value;  /* the caller's */
    size_t next_number; /* the next that slug_map_claim_numbered tries after this slug */
};

struct slug_map {
    struct arena *arena;
    struct slug_entry *entries;
    size_t capacity; /* 0 or a power of two */
    size_t count;
};

void slug_map_init(struct slug_map *map, struct arena *arena);
/** The entry of `slug`, or NULL. Borrowed until the next claim. */
struct slug_entry *slug_map_find(const struct slug_map *map, slice slug);
/** Add `slug`, which must live as long as the map. False, and nothing changed, when it is there. */
bool slug_map_claim(struct slug_map *map, slice slug, const void *value);
/** Claim `slug`, or the first free one of `slug-2`, `slug-3`, …; returns which it was. */
slice slug_map_claim_numbered(struct slug_map *map, slice slug, const void *value);

#endif
