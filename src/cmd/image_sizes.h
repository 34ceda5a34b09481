/* image_sizes.h: how large the pictures of a capsule are. Layer: cmd. */
#ifndef MATINEE_CMD_IMAGE_SIZES_H
#define MATINEE_CMD_IMAGE_SIZES_H

#include "base/arena.h"
#include "model/capsule.h"

struct image_sizes {
    const struct capsule *capsule;
    const char *folder;
    struct arena arena;
    struct known_size *known; /* one a file in static/ */
};

/** Begin to look; `capsule` and `folder`, which it is in, are borrowed. */
void image_sizes_begin(struct image_sizes *sizes, const struct capsule *capsule,
                       const char *folder);
void image_sizes_end(struct image_sizes *sizes);

/** An export_image_size (export/export.h): each file is read once. */
bool image_sizes_find(void *sizes, const struct static_file *file, unsigned *width,
                      unsigned *height);

#endif
