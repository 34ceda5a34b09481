/* diag.h: what is wrong with input, and where. Layer: base (includes arena.h, buf.h, slice.h).
 *
 * A problem is added to `struct diags` and reading goes on, so that one run reports all of them.
 * Its place is a pointer into the text of its file: slices of that text carry their own location,
 * and line and column are counted only for what is reported. The printed form is the one compilers
 * use:
 *
 *     reviews/example.gmi:4:7: error: unknown genre
 *     Genre: Drma
 *            ^
 */
#ifndef MATINEE_BASE_DIAG_H
#define MATINEE_BASE_DIAG_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"

enum diag_level {
    DIAG_ERROR,   /* the file is left out */
    DIAG_WARNING, /* the file is served */
    DIAG_NOTE,
    DIAG_LEVELS,
};

/** A file's name, as it is shown, and its whole text. */
struct source {
    slice path;
    slice text;
};

struct diag {
    enum diag_level level;
    slice path;
    unsigned line;   /* from 1; 0 when the problem is with the file as a whole */
    unsigned column; /* in code points, from 1; 0 when only the line is known */
    slice message;
    slice excerpt;  /* the part of the line that is shown, control characters replaced; empty when
                       there is nothing to show: then there is no caret, either */
    unsigned caret; /* terminal columns before the caret */
};

struct diags {
    struct arena arena;
    struct diag *items;
    size_t count, capacity;
    size_t counts[DIAG_LEVELS];
    /* The file of the latest problem, and how many of it were added: LIMIT_DIAGS_PER_FILE. */
    slice last_path;
    size_t in_file;
};

void diags_init(struct diags *diags);
void diags_release(struct diags *diags);
/** Forget all problems. */
void diags_clear(struct diags *diags);

/**
 * Add a problem of `source` at `at`, a pointer into its text (or to its end). With `at` NULL it is
 * about the file as a whole. Everything is copied. Past LIMIT_DIAGS_PER_FILE for one file problems
 * are only counted, so a hostile file costs bounded time and memory.
 */
void diags_add(struct diags *diags, enum diag_level level, const struct source *source,
               const char *at, const char *format, ...) PRINTF_LIKE(5, 6);

/** The same for input that is read as a stream, and is not kept: of the file `path`, in its line
 * `line`, or with 0 about the file as a whole. There is no column and no excerpt. */
void diags_add_line(struct diags *diags, enum diag_level level, slice path, unsigned line,
                    const char *format, ...) PRINTF_LIKE(5, 6);

/** Drop those problems, from the number `first` on, for which `keep` is false. */
void diags_keep(struct diags *diags, size_t first, bool (*keep)(void *, const struct diag *),
                void *context);

/**
 * True when further problems of the file at `path` are only counted: a caller may then leave out
 * costly work on a message (looking for the nearest name).
 */
bool diags_full(const struct diags *diags, slice path);

/** Append one problem in printed form, with a final newline. */
void diag_format(const struct diag *diag, struct buf *out);
/** Append all problems in the order they were found. */
void diags_format(const struct diags *diags, struct buf *out);

/**
 * The candidate nearest to `word` by edit distance (letter case ignored), when it is near enough to
 * be what was meant; else the empty slice. For "did you mean". Words over 64 bytes have no nearest
 * one.
 */
slice diag_nearest(slice word, const slice *candidates, size_t count);

#endif
