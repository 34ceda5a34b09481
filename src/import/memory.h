/* memory.h: what earlier imports wrote. Layer: import (includes base/, text/).
 *
 * Kept in CAPSULE/.matinee/imports, so that a post that is imported again goes into the same file
 * under the same date, and so that a file which a person has changed since is told from one that
 * nobody touched. A line a post, tabs between its parts; the first line names the form. */
#ifndef MATINEE_IMPORT_MEMORY_H
#define MATINEE_IMPORT_MEMORY_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/slice.h"

/** A post that was imported. */
struct import_entry {
    slice id;        /* urn:uuid:…, the post's identity */
    slice file;      /* below the capsule: reviews/NAME.gmi */
    slice written;   /* SHA-256 of what was written, or offered, last, in hexadecimal */
    slice published; /* the date it got */
    slice source;    /* SHA-256 of the input */
};

struct memory {
    struct arena *arena;
    struct import_entry *items;
    size_t count, capacity;
};

/** The SHA-256 of `bytes` in hexadecimal, in `arena`. Empty when the library refuses. */
slice memory_hash(struct arena *arena, slice bytes);

/** Read what memory_put wrote. A line that is no entry is a warning and is passed over. */
void memory_read(struct arena *arena, const struct source *source, struct memory *memory,
                 struct diags *diags);
/** Append all entries as the text of the file. */
void memory_put(const struct memory *memory, struct buf *out);

/** The entry of a post, or NULL. */
struct import_entry *memory_find(const struct memory *memory, slice id);
/** The entry of an input with exactly these contents, or NULL. */
struct import_entry *memory_find_source(const struct memory *memory, slice source);
/** Set the entry of `entry->id`. Its slices are copied. */
void memory_set(struct memory *memory, const struct import_entry *entry);

/** What to do with a source file that an import made. */
enum write_plan {
    WRITE_NEW,    /* there is no such file yet */
    WRITE_AGAIN,  /* it is as it was written last, and there is something new */
    WRITE_NOT,    /* it holds this already */
    WRITE_KEEP,   /* a person changed it, and there is nothing new */
    WRITE_BESIDE, /* a person changed it: the new version goes beside it */
    WRITE_OVER,   /* a person changed it, and wants it overwritten */
};
/**
 * Decide. `current` and `made` are hashes: of the file as it is (empty when it is not there) and of
 * what would be written; `entry` is what is remembered of the post, or NULL.
 */
enum write_plan memory_plan(const struct import_entry *entry, slice current, slice made,
                            bool overwrite);

/**
 * The name, without folder and extension, of a new file for a post called `title`: its slug; when
 * that is taken with the month of `published`, `-YYYY-MM`; when that is taken too, numbered.
 * `taken` tells whether a name is in use. Posts without letters in their title get a slug all the
 * same.
 */
slice memory_name(struct arena *arena, slice title, slice published,
                  bool (*taken)(const void *context, slice name), const void *context);

#endif
