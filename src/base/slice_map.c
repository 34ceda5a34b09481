#include "base/slice_map.h"

#include "base/siphash.h"

#include <stdlib.h>
#include <unistd.h>

static unsigned hash_of(const void *bytes, size_t length);

#define HASH_FUNCTION(bytes, length, hash) ((hash) = hash_of((bytes), (length)))
#define uthash_fatal(message) abort()
#include <uthash.h>

struct slice_map_entry {
    slice name;
    void *value;
    UT_hash_handle hh;
};

/* One key for the process: a map is no secret to another one. */
static unsigned hash_of(const void *bytes, size_t length)
{
    static struct siphash_key key;
    static bool has_key;
    if (!has_key) {
        has_key = getentropy(&key, sizeof key) == 0;
    }
    return (unsigned)siphash(&key, (slice){ bytes, length });
}

/* The bytes of a name; never NULL. */
static const char *bytes_of(slice name)
{
    return name.len > 0 ? name.ptr : "";
}

static struct slice_map_entry *find(const struct slice_map *map, slice name)
{
    struct slice_map_entry *entry = NULL;
    HASH_FIND(hh, map->entries, bytes_of(name), name.len, entry);
    return entry;
}

static void add(struct slice_map *map, slice name, void *value)
{
    struct slice_map_entry *entry = arena_alloc(map->arena, sizeof *entry);
    *entry = (struct slice_map_entry){ .name = name, .value = value };
    HASH_ADD_KEYPTR(hh, map->entries, bytes_of(name), name.len, entry);
}

void slice_map_init(struct slice_map *map, struct arena *arena)
{
    *map = (struct slice_map){ .arena = arena };
}

void slice_map_release(struct slice_map *map)
{
    HASH_CLEAR(hh, map->entries);
}

void *slice_map_get(const struct slice_map *map, slice name)
{
    const struct slice_map_entry *entry = find(map, name);
    return entry == NULL ? NULL : entry->value;
}

void slice_map_set(struct slice_map *map, slice name, void *value)
{
    struct slice_map_entry *entry = find(map, name);
    if (entry == NULL) {
        add(map, name, value);
    } else {
        entry->value = value;
    }
}

bool slice_map_claim(struct slice_map *map, slice name, void *value)
{
    if (find(map, name) != NULL) {
        return false;
    }
    add(map, name, value);
    return true;
}

void slice_map_remove(struct slice_map *map, slice name)
{
    struct slice_map_entry *entry = find(map, name);
    if (entry != NULL) {
        HASH_DEL(map->entries, entry);
    }
}
