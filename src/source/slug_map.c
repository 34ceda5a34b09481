#include "source/slug_map.h"

void slug_map_init(struct slug_map *map, struct arena *arena)
{
    *map = (struct slug_map){ .arena = arena };
}

/* The place of `slug`: its entry, or the free one where it would go. */
static struct slug_entry *place_of(struct slug_entry *entries, size_t capacity, slice slug)
{
    size_t at = (size_t)slice_hash(slug, SLICE_HASH_SEED) & (capacity - 1);
    while (entries[at].slug.ptr != NULL && !slice_equal(entries[at].slug, slug)) {
        at = (at + 1) & (capacity - 1);
    }
    return &entries[at];
}

static void grow(struct slug_map *map)
{
    size_t capacity = map->capacity == 0 ? 32 : map->capacity * 2;
    struct slug_entry *entries = arena_array(map->arena, capacity, sizeof *entries);
    for (size_t i = 0; i < map->capacity; i++) {
        if (map->entries[i].slug.ptr != NULL) {
            *place_of(entries, capacity, map->entries[i].slug) = map->entries[i];
        }
    }
    map->entries = entries;
    map->capacity = capacity;
}

struct slug_entry *slug_map_find(const struct slug_map *map, slice slug)
{
    if (map->capacity == 0) {
        return NULL;
    }
    struct slug_entry *entry = place_of(map->entries, map->capacity, slug);
    return entry->slug.ptr == NULL ? NULL : entry;
}

bool slug_map_claim(struct slug_map *map, slice slug, const void *value)
{
    /* At most three quarters full, so that a search meets a free place soon. */
    if ((map->count + 1) * 4 > map->capacity * 3) {
        grow(map);
    }
    struct slug_entry *entry = place_of(map->entries, map->capacity, slug);
    if (entry->slug.ptr != NULL) {
        return false;
    }
    *entry = (struct slug_entry){ slug, value, 2 };
    map->count++;
    return true;
}

slice slug_map_claim_numbered(struct slug_map *map, slice slug, const void *value)
{
    if (slug_map_claim(map, slug, value)) {
        return slug;
    }
    /* Each number is tried once for each slug, so many equal ones take linear time in all. */
    size_t number = slug_map_find(map, slug)->next_number;
    slice numbered;
    do {
        numbered = arena_printf(map->arena, "%.*s-%zu", SLICE_ARG(slug), number++);
    } while (!slug_map_claim(map, numbered, value));
    slug_map_find(map, slug)->next_number = number;
    return numbered;
}
