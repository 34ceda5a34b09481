/* image_memory.h: which pictures were stored, and where. Layer: import (includes base/).
 *
 * Kept in CAPSULE/.matinee/images: a line a picture, tabs between its parts, `-` for what is empty;
 * the first line names the form. A line is appended when its picture is stored, so a run that is
 * killed has lost nothing; a later line about an address takes the place of an earlier one. */
#ifndef MATINEE_IMPORT_IMAGE_MEMORY_H
#define MATINEE_IMPORT_IMAGE_MEMORY_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/slice.h"
#include "base/slice_map.h"

struct image_entry {
    slice url;      /* where it was asked for; `data:HASH` when it stood in the post itself */
    slice path;     /* below static/: images/NAME.EXT */
    slice hash;     /* SHA-256 of what was written, or offered, last, in hexadecimal */
    slice etag;     /* as the answer had it, or empty */
    slice modified; /* the same */
};

struct image_memory {
    struct arena *arena;
    struct image_entry **items; /* in the order in which they were first stored */
    size_t count, capacity;
    struct slice_map by_url;
    struct slice_map by_hash; /* the latest with these contents */
    struct slice_map by_path; /* a size_t: how many addresses the file stands for */
    bool untidy;              /* the file holds more, or less, than image_memory_put would */
};

/** The first line of the file, without its end. */
slice image_memory_first_line(void);

/** Read the file. A line that is no picture is a warning and is passed over; so is what comes after
 * LIMIT_IMAGES of them. The memory borrows from `source` and keeps itself in `arena`. */
void image_memory_read(struct arena *arena, const struct source *source,
                       struct image_memory *memory, struct diags *diags);
/** Free what the memory has beside its arena. */
void image_memory_release(struct image_memory *memory);
/** Append the line of an entry, with its end. */
void image_memory_put_entry(const struct image_entry *entry, struct buf *out);
/** Append the whole file. */
void image_memory_put(const struct image_memory *memory, struct buf *out);

/** The entry of an address, or NULL. */
const struct image_entry *image_memory_find(const struct image_memory *memory, slice url);
/** The latest entry of exactly these contents, or NULL. */
const struct image_entry *image_memory_find_hash(const struct image_memory *memory, slice hash);
/** The number of addresses that the file `path` stands for. */
size_t image_memory_users(const struct image_memory *memory, slice path);
/**
 * Set the entry of entry->url; everything is copied, an etag or modified that could not be written
 * is left out. False when there are LIMIT_IMAGES already.
 */
MUST_USE bool image_memory_set(struct image_memory *memory, const struct image_entry *entry);

#endif
