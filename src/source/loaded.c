#include "source/loaded.h"

#include <stdlib.h>

struct loaded *loaded_new(void)
{
    struct arena arena;
    arena_init(&arena);
    struct loaded *loaded = arena_alloc(&arena, sizeof *loaded);
    loaded->arena = arena;
    return loaded;
}

void source_file_free(struct source_file *file)
{
    if (file != NULL) {
        struct arena arena = file->arena; /* the struct goes with it */
        arena_release(&arena);
    }
}

void loaded_free(struct loaded *loaded)
{
    if (loaded == NULL) {
        return;
    }
    for (size_t i = 0; i < loaded->files.count; i++) {
        source_file_free(loaded->files.items[i].file);
    }
    source_file_free(loaded->conf.file);
    struct arena arena = loaded->arena;
    arena_release(&arena);
}

const struct capsule *loaded_capsule(const struct loaded *loaded)
{
    return &loaded->capsule;
}

struct load_counts loaded_counts(const struct loaded *loaded)
{
    return loaded->counts;
}

/* --- tables ----------------------------------------------------------------------------------- */

static int compare_slots(const void *a, const void *b)
{
    return slice_compare(((const struct slot *)a)->path, ((const struct slot *)b)->path);
}

static int compare_statics(const void *a, const void *b)
{
    return slice_compare(((const struct static_slot *)a)->file.path,
                         ((const struct static_slot *)b)->file.path);
}

void loaded_sort(struct loaded *loaded)
{
    if (loaded->files.count > 1) {
        qsort(loaded->files.items, loaded->files.count, sizeof *loaded->files.items, compare_slots);
    }
    if (loaded->statics.count > 1) {
        qsort(loaded->statics.items, loaded->statics.count, sizeof *loaded->statics.items,
              compare_statics);
    }
}

static struct slot *find_file(const struct loaded *loaded, slice path)
{
    const struct slot key = { .path = path };
    return loaded->files.count == 0 ? NULL
                                    : bsearch(&key, loaded->files.items, loaded->files.count,
                                              sizeof *loaded->files.items, compare_slots);
}

struct slot *loaded_find(struct loaded *loaded, slice path)
{
    return loaded == NULL ? NULL : find_file(loaded, path);
}

struct static_slot *loaded_find_static(struct loaded *loaded, slice path)
{
    const struct static_slot key = { .file = { .path = path } };
    return loaded == NULL || loaded->statics.count == 0
               ? NULL
               : bsearch(&key, loaded->statics.items, loaded->statics.count,
                         sizeof *loaded->statics.items, compare_statics);
}

void loaded_take(struct loaded *loaded, struct slot *slot)
{
    struct slot *taken = ARRAY_ADD(&loaded->arena, &loaded->files);
    *taken = *slot;
    taken->path = arena_copy(&loaded->arena, slot->path);
    taken->is_new = false;
    slot->file = NULL;
    slot->moved = true;
}

/* --- problems --------------------------------------------------------------------------------- */

static unsigned long long hash_of(const struct diag *diag)
{
    const unsigned numbers[] = { (unsigned)diag->level, diag->line, diag->column };
    unsigned long long hash = slice_hash(diag->path, SLICE_HASH_SEED);
    hash = slice_hash((slice){ (const char *)numbers, sizeof numbers }, hash);
    return slice_hash(diag->message, hash);
}

static int compare_hashes(const void *a, const void *b)
{
    const unsigned long long x = *(const unsigned long long *)a;
    const unsigned long long y = *(const unsigned long long *)b;
    return (x > y) - (x < y);
}

static void remember(struct loaded *loaded, const struct diags *diags, size_t first)
{
    size_t count = diags->count - first;
    loaded->known.items = arena_array(&loaded->arena, count, sizeof *loaded->known.items);
    loaded->known.count = count;
    for (size_t i = 0; i < count; i++) {
        loaded->known.items[i] = hash_of(&diags->items[first + i]);
    }
    if (count > 1) {
        qsort(loaded->known.items, count, sizeof *loaded->known.items, compare_hashes);
    }
}

static bool is_known(const struct loaded *loaded, const struct diag *diag)
{
    unsigned long long hash = hash_of(diag);
    return loaded->known.count > 0 && bsearch(&hash, loaded->known.items, loaded->known.count,
                                              sizeof hash, compare_hashes) != NULL;
}

struct news {
    const struct loaded *loaded;
    const struct loaded *previous;
};

static bool is_news(void *context, const struct diag *diag)
{
    const struct news *news = context;
    const struct slot *slot = slice_equal(diag->path, news->loaded->conf.path)
                                  ? &news->loaded->conf
                                  : find_file(news->loaded, diag->path);
    return (slot != NULL && slot->is_new) || !is_known(news->previous, diag);
}

void loaded_drop_known(struct loaded *loaded, const struct loaded *previous, struct diags *diags,
                       size_t first)
{
    struct news news = { loaded, previous };
    remember(loaded, diags, first);
    if (previous != NULL) {
        diags_keep(diags, first, is_news, &news);
    }
}
