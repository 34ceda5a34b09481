/* settings.h: files of settings, by a table: capsule.conf and matinee.conf. Layer: text.
 *
 * A settings file is a header alone (header.h): `Key: value` lines, blank lines, and lines with `#`
 * first. The table says how the value of each key is read and where it goes. */
#ifndef MATINEE_TEXT_SETTINGS_H
#define MATINEE_TEXT_SETTINGS_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "base/slice.h"

#include <stddef.h>

/** One file as it is read. */
struct settings {
    struct arena *arena; /* what the values that are taken may be copied to */
    const struct source *source;
    struct diags *diags;
    void *out;   /* the struct that `offset` of a setting counts in */
    bool strict; /* a key that nobody knows is an error */
};

/** A key of the table. */
struct setting {
    const char *key;
    /** Store `value`, which is never empty and points into the source, or add a problem. */
    void (*take)(struct settings *settings, const struct setting *setting, slice value);
    size_t offset;
    int detail;             /* for `take` alone */
    bool may_repeat;        /* may be given on several lines */
    bool is_guard;          /* a misspelling of it is an error: what it guards would be open */
    unsigned long min, max; /* of a number */
};

/**
 * Read all of `settings->source` (normalised). A key that nobody knows (unless it looks like a
 * guard, or `strict` is set) or that
 * has no value is a warning, one that is given twice an error. True when no error was added.
 * `seen`, which may be NULL, gets for each row of the table the line it was last given on, 0 for
 * none.
 */
MUST_USE bool settings_read(struct settings *settings, const struct setting *table, size_t count,
                            unsigned *seen);

/** An error at `at`, a place in the value. */
void settings_error(struct settings *settings, const char *at, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* For the tables. Each stores at `out + offset`. */

/** A slice: one line of text, at most LIMIT_TITLE bytes. */
void settings_take_text(struct settings *settings, const struct setting *setting, slice value);
/** An unsigned long from `min` to `max`. */
void settings_take_number(struct settings *settings, const struct setting *setting, slice value);
/** A bool: yes or no. */
void settings_take_bool(struct settings *settings, const struct setting *setting, slice value);

#endif
