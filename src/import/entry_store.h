/* entry_store.h: the entries of a blog, put aside until all of them are known. Layer: import
 * (includes base/).
 *
 * An export may be larger than the memory, its comments stand before or behind their posts, and a
 * link can only be turned into one to a review when it is known what the blog holds. So the entries
 * go into a temporary file that has no name, and come back one by one. */
#ifndef MATINEE_IMPORT_ENTRY_STORE_H
#define MATINEE_IMPORT_ENTRY_STORE_H

#include "base/arena.h"
#include "base/attributes.h"
#include "import/entry.h"

#include <stdint.h>

struct entry_store {
    int fd;
    int64_t size;
};

/** Where an entry is. */
struct entry_place {
    int64_t offset;
    size_t size;
};

/** Open an empty store, on the disk that the folder `at` is on, below it at `path`. Functions that
 * can fail leave errno. */
MUST_USE bool entry_store_open(struct entry_store *store, int at, const char *path);
/** Free the store's room. */
void entry_store_close(struct entry_store *store);

/** Put an entry aside. */
MUST_USE bool entry_store_add(struct entry_store *store, const struct entry *entry,
                              struct entry_place *place);
/** Take an entry back, into `arena`. */
MUST_USE bool entry_store_get(const struct entry_store *store, const struct entry_place *place,
                              struct arena *arena, struct entry *entry);

#endif
