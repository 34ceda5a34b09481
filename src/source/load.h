/* load.h: a folder of source files into a capsule. Layer: source (includes base/, text/, model/,
 * gemini/media_type). Format: docs/source-format.md. */
#ifndef MATINEE_SOURCE_LOAD_H
#define MATINEE_SOURCE_LOAD_H

#include "base/attributes.h"
#include "base/diag.h"
#include "gemini/media_type.h"
#include "model/capsule.h"

#include <time.h>

struct load_options {
    const char *folder; /* the capsule */
    int64_t now;
    bool show_drafts;
    struct media_type_finder *media_types; /* borrowed; may be NULL */

    /* The rest matters only with a previous snapshot. */
    struct timespec clock; /* the present, as file systems stamp files; zero: not known */
    bool everything;       /* read files that look unchanged too, and report all problems again */
    /** True while somebody writes the source file at `path` (below `folder`): its version of before
     * stays, and a file that is new is not there yet. May be NULL. */
    bool (*is_being_written)(void *context, slice path);
    void *context;
};

/** A capsule and the files it was made from. */
struct loaded;

/**
 * Read the capsule in `options->folder`.
 *
 * Every problem is added to `diags`; reviews and pages with errors are left out, or, when
 * `previous` (of the same folder) holds a good version of that file, that version stays.
 * `previous`, which may be NULL, is consumed: it is freed, or what is kept of it moves into the
 * result; capsules taken from it are not to be used any more.
 *
 * With `previous` only files that have changed since are read (stamp.h), all of them when the
 * capsule's time zone has become another one; and of the problems that `previous` had already only
 * those in files that have changed are added again.
 *
 * Returns NULL when there is nothing to serve at all and no `previous`: the folder cannot be read,
 * or capsule.conf has errors. With `previous` those too keep what was (the result is never NULL
 * then). Sets the process's time zone to the capsule's.
 */
MUST_USE struct loaded *capsule_load(const struct load_options *options, struct loaded *previous,
                                     struct diags *diags);
/** Borrowed until the next capsule_load with it, or loaded_free. */
const struct capsule *loaded_capsule(const struct loaded *loaded);

struct load_counts {
    size_t bad;     /* source files that are left out, or served in an older version: errors */
    size_t read;    /* source files that were read for this snapshot */
    size_t waiting; /* source files that somebody is writing */
    bool is_same;   /* there was a previous snapshot, and this one makes the same pages */
};
struct load_counts loaded_counts(const struct loaded *loaded);
void loaded_free(struct loaded *loaded);

#endif
