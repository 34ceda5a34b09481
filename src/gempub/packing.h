/* packing.h: a zip archive that is written, the same bytes for the same files. Layer: gempub
 * (includes base/).
 *
 * With libzip, which asks for the bytes of each file when its turn comes: what is held meanwhile is
 * the list of names. Times, owners and the way of packing are the same everywhere, so the bytes
 * depend on nothing but the files, their order and the version of zlib. */
#ifndef MATINEE_GEMPUB_PACKING_H
#define MATINEE_GEMPUB_PACKING_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"

#include <stdint.h>
#include <sys/types.h>

struct zip;

/** Where the files come from. Each is opened, read to its end and closed before the next one. */
struct packing_files {
    /** False with what is wrong in `error`. */
    bool (*open)(void *context, size_t number, struct buf *error);
    /** At most `room` bytes: how many, 0 at the end, -1 with what is wrong in `error`. */
    ssize_t (*read)(void *context, char *into, size_t room, struct buf *error);
    void (*close)(void *context);
    void *context;
};

struct packing {
    struct arena arena;
    struct zip *zip;
    int fd; /* of the caller: a regular file */
    const struct packing_files *files;
    uint64_t position;
    uint64_t size;
    struct buf *error;
    uint64_t room[4]; /* libzip's struct zip_error */
};

/** Begin an archive in the empty file `fd`. What goes wrong, here and later, is written to `error`.
 * Call packing_release in any case. */
MUST_USE bool packing_begin(struct packing *packing, int fd, const struct packing_files *files,
                            struct buf *error);
/** Say that the file `number` is in it as `name` (UTF-8) and has `size` bytes. `packs`: it becomes
 * smaller when it is packed. False when there is a file of that name. */
MUST_USE bool packing_add(struct packing *packing, size_t number, slice name, uint64_t size,
                          bool packs);
/** Write it, with the files in the order in which they were added. */
MUST_USE bool packing_finish(struct packing *packing);
void packing_release(struct packing *packing);

#endif
