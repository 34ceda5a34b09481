/* report.h: what an import kept, changed and dropped. Layer: import (includes base/).
 *
 * Nothing is lost silently: whoever leaves a word of the input out of the source file, or writes it
 * in another form, says so here, with the line it stood in. */
#ifndef MATINEE_IMPORT_REPORT_H
#define MATINEE_IMPORT_REPORT_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"

/** Lines of the input that are not in the source file. */
struct dropped {
    const char *why; /* "site chrome" */
    unsigned first_line;
    unsigned last_line;
    size_t words;
    struct {
        slice *items;
        size_t count, capacity;
    } texts; /* all that stood there, in order; one at least */
};

/** Something that was changed on the way. */
struct note {
    unsigned line; /* of the input; 0: of no line */
    slice text;
};

struct report {
    struct arena *arena;
    struct {
        struct dropped *items;
        size_t count, capacity;
    } dropped;
    struct {
        struct note *items;
        size_t count, capacity;
    } notes;

    /* What the source file holds; counted by emit(). */
    size_t sections;
    size_t scenes;
    size_t quotes;
    size_t cast;
    size_t tags;
    size_t facts; /* header fields that came from the post */
    size_t words; /* of the body */
};

/** An empty report that keeps its notes in `arena`. */
void report_init(struct report *report, struct arena *arena);

/**
 * The lines `first` to `last`, which held `text`, are left out because they are `why`, a constant.
 * Lines that follow each other for one reason become one entry. `text` is all that is dropped, not
 * a sample of it, is well-formed UTF-8, and lives as long as the report.
 */
void report_drop(struct report *report, unsigned first, unsigned last, slice text, const char *why);

/** Something else worth knowing; about line `line` when that is not 0. */
void report_note(struct report *report, unsigned line, const char *format, ...) PRINTF_LIKE(3, 4);

/** Append the report as indented lines of text, notes in the order of the input's lines. Of what
 * was dropped it shows where it stood and how it begins. */
void report_put(const struct report *report, struct buf *out);

/** The notes in the order of the input's lines, those of no line last; as many as there are, in the
 * report's arena. */
const struct note *report_notes(const struct report *report);

#endif
