/* header.h: the `Key: value` lines at the top of a source file, and of capsule.conf.
 * Layer: text (includes base/). Format: docs/source-format.md, "The header". */
#ifndef MATINEE_TEXT_HEADER_H
#define MATINEE_TEXT_HEADER_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/slice.h"

/** One field. Both slices point into the text, blanks around them taken off. */
struct header_field {
    slice key;   /* letters, digits and hyphens; never empty */
    slice value; /* may be empty */
};

struct header_reader {
    const struct source *source;
    slice rest;            /* on return of false: what follows the blank line */
    bool comments_allowed; /* capsule.conf: blank lines are passed over, so are lines with `#`
                              first; the header ends with the file */
    struct diags *diags;
};

/** Start at the first byte of `source->text`. */
void header_begin(struct header_reader *reader, const struct source *source, struct diags *diags);

/**
 * Take the next field. A line that is none is an error in `diags` and is passed over. Returns false
 * at the blank line that ends the header (which is dropped), or at the end of the file.
 */
bool header_next(struct header_reader *reader, struct header_field *field);

/**
 * Take the next value off a comma-separated list: blanks around it are taken off, empty values
 * passed over; `\,` stands for a comma and is left as written (see header_put_unescaped). Returns
 * false at the end.
 */
bool header_next_value(slice *rest, slice *value);
/** True when `value` holds `\,` or `\\`, so that it differs from what it stands for. */
bool header_is_escaped(slice value);
/** Append what `value` stands for: `\,` a comma, `\\` a backslash, any other backslash itself. */
void header_put_unescaped(struct buf *out, slice value);

/** Write a field, with line breaks of the value as blanks. */
void header_put(struct buf *out, slice key, slice value);
/** Append one value of a list, commas and backslashes that would be misread escaped. */
void header_put_list_value(struct buf *out, slice value);

/** `yes`, `true`, `on` or `no`, `false`, `off` in any case; false for anything else. */
bool header_to_bool(slice value, bool *out);

/** An error at `at` when `text` is too long for a heading or the label of a link; then false. */
MUST_USE bool header_value_fits(const struct source *source, const char *at, slice text,
                                struct diags *diags);
/** A problem of `level` for a key that nobody knows, with the nearest of `known`; `what_then` ends
 * it: a blank and a sentence, or nothing. */
void header_unknown_key(const struct source *source, slice key, const slice *known, size_t count,
                        enum diag_level level, const char *what_then, struct diags *diags);

/** Which line of a file something is on, for places asked for in the order of the file. */
struct line_counter {
    const char *at; /* counted up to here */
    unsigned line;
};
void line_counter_begin(struct line_counter *counter, slice text);
unsigned line_counter_at(struct line_counter *counter, const char *at);

#endif
