/* memory.h: what earlier imports wrote. Layer: import (includes base/, text/).
 *
 * Kept in CAPSULE/.matinee/imports, so that a post that is imported again goes into the same file
 * under the same date, and so that a file which a person has changed since is told from one that
 * nobody touched. A line a file, tabs between its parts; the first line names the form. Lines are
 * added before the files that they speak of are written, so that a process that is killed leaves
 * nothing that the next one takes for a person's work; of two lines for one id the later counts. */
#ifndef MATINEE_IMPORT_MEMORY_H
#define MATINEE_IMPORT_MEMORY_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/slice.h"
#include "base/slice_map.h"

/** A file that an import made. Texts hold no control characters; all but id and file may be empty.
 */
struct import_entry {
    slice id;   /* urn:uuid:…, the post's identity; with #comments behind it, of its comments */
    slice file; /* below the capsule: reviews/NAME.gmi */
    slice written;   /* SHA-256 of what was written, or offered, last, in hexadecimal */
    slice before;    /* the same of the time before that */
    slice published; /* the date it got */
    slice source;    /* SHA-256 of the input, a saved page */
    slice origin;    /* the id that the blog has for it */
    slice address;   /* where it stood on the web: see address.h */
    slice updated;   /* when the blog changed it last */
};

struct memory {
    struct arena *arena;
    struct {
        struct import_entry **items; /* in the order in which they came */
        size_t count, capacity;
    } entries;
    struct slice_map by_id;
    struct slice_map by_file;
    struct slice_map by_source;
    struct slice_map by_origin;
    struct slice_map by_address;
    struct slice_map by_path; /* those addresses whose path has a date, by it */
    bool is_untidy; /* the text that was read has lines that do not count: write it anew */
};

/** The SHA-256 of `bytes` in hexadecimal, in `arena`. Empty when the library refuses. */
slice memory_hash(struct arena *arena, slice bytes);

/** Read what memory_put and memory_put_entry wrote, in this form or the one before. A line that is
 * no entry is a warning and is passed over; a last line that was not finished is so silently. */
void memory_read(struct arena *arena, const struct source *source, struct memory *memory,
                 struct diags *diags);
void memory_release(struct memory *memory);
/** The first line of the file, with its end. */
slice memory_first_line(void);
/** Append all entries as the text of the file. */
void memory_put(const struct memory *memory, struct buf *out);
/** Append the line of one entry. */
void memory_put_entry(const struct import_entry *entry, struct buf *out);

/** The entry of a post, of a file, of an input with exactly these contents, of what the blog calls
 * so, of what stood at an address (where one of both has no host, by a path that has a date); or
 * NULL. There is none for the empty slice. */
struct import_entry *memory_find(const struct memory *memory, slice id);
struct import_entry *memory_find_file(const struct memory *memory, slice file);
struct import_entry *memory_find_source(const struct memory *memory, slice source);
struct import_entry *memory_find_origin(const struct memory *memory, slice origin);
struct import_entry *memory_find_address(const struct memory *memory, slice address);
/** Set the entry of `entry->id`. Its slices are copied. `before` is what the file holds until it is
 * written; where it is empty it follows from what was known. Returns the entry when it is another
 * one than was known (`before` does not count), else NULL. */
const struct import_entry *memory_set(struct memory *memory, const struct import_entry *entry);

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
 * same. `numbers`, which lives in an arena of its own, is where the counting goes on the next time,
 * so that many posts of one name take linear time in all.
 */
slice memory_name(struct arena *arena, slice title, slice published, struct slice_map *numbers,
                  bool (*taken)(const void *context, slice name), const void *context);

#endif
