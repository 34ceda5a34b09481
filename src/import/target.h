/* target.h: the capsule that an import writes into. Layer: import (includes base/, text/).
 *
 * Every file that an import makes is put in its place here: nothing that a person wrote or changed
 * is written over, a reader sees the old file or the new one, and what was written is remembered
 * before it is (memory.h); only what goes beside a file is remembered after it. */
#ifndef MATINEE_IMPORT_TARGET_H
#define MATINEE_IMPORT_TARGET_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "base/slice_map.h"
#include "import/memory.h"

/** A review's file, whatever is in it. */
struct review_file {
    slice name; /* without folders and .gmi: the slug it claims */
    slice path; /* below the capsule, NUL-terminated */
};

struct target {
    struct arena *arena;
    const char *path; /* of the capsule, as messages name it */
    int fd;           /* of its folder */
    slice author;     /* whose the reviews are that do not say; may be empty */
    slice timezone;   /* in which its days begin, as capsule.conf has it; may be empty */
    bool overwrite;   /* what a person has changed, too */
    struct memory memory;
    struct slice_map reviews; /* names, with their struct review_file */
    struct slice_map named;   /* paths of other files that were given out in this run */
    struct slice_map numbers; /* see memory_name */
    int lock;
    int journal; /* -1 until something is remembered */
};

/**
 * Open the capsule in the folder `fd`, with the `count` review files that are in it. Two imports
 * into one capsule take turns: this waits for the other one. `target->fd`, `path`, `author`,
 * `timezone` and `overwrite` are set by the caller. False, with an error in `diags`, when what is
 * remembered cannot be read; then there is nothing to close.
 */
MUST_USE bool target_open(struct target *target, struct arena *arena,
                          const struct review_file *reviews, size_t count, struct diags *diags);
/** Close it; false, with an error, when what is remembered could not be written. */
MUST_USE bool target_close(struct target *target, struct diags *diags);

/** An identity for what is called `name`: its address, the id that the blog has for it. Empty when
 * the cryptographic library refuses. */
slice target_identity(struct arena *arena, slice name);

/** The name for the file of `id` in `folder` (`reviews/`): that of `title`, when no other has it,
 * with the month of `published` where one has. In the arena of the target. Outside of reviews/ the
 * name is taken from now on; there see target_review_path. */
slice target_choose_name(struct target *target, struct arena *arena, slice folder, slice id,
                         slice title, slice published);
/** The path below the capsule of the review called `name`, wherever a person has put it; else
 * where it is to be made. NUL-terminated. The name is taken from now on. */
slice target_review_path(struct target *target, slice name);
/** The name of the file at `path`, without folders and extension. */
slice target_name_of(slice path);
/** True when the file is there. */
bool target_has(const struct target *target, slice path);

/** What was done with a file. */
struct placed {
    enum write_plan plan;
    slice beside; /* WRITE_BESIDE: where the new version is */
};

/**
 * Put `text` into the file of `entry`, all of which but `written` and `before` is set, and remember
 * it. `*placed`'s texts live in `arena`. False, with an error in `diags`, when it cannot be
 * written.
 */
MUST_USE bool target_place(struct target *target, struct arena *arena,
                           const struct import_entry *entry, slice text, struct placed *placed,
                           struct diags *diags);

#endif
