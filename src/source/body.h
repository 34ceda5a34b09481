/* body.h: the text of a review: its lines, sections and quotes. Layer: source.
 *
 * Format: docs/source-format.md, "The text" and "Quotes". */
#ifndef MATINEE_SOURCE_BODY_H
#define MATINEE_SOURCE_BODY_H

#include "base/arena.h"
#include "base/diag.h"
#include "model/review.h"

/** The lines of `text`, a part of `source`. An unclosed preformatted block is closed by one line
 * more, with a warning. */
void body_read_lines(struct arena *arena, const struct source *source, slice text,
                     struct gemtext_lines *out, struct diags *diags);

/** Read `text`, what follows the header of `source`, into `out`, whose header has been read. */
void body_read(struct arena *arena, const struct source *source, slice text, struct review *out,
               struct diags *diags);

/**
 * Take a pinned id, `{#id}`, off the end of `*text`; empty when there is none. One that is not its
 * own slug is an error, and is taken off all the same.
 */
slice body_take_pin(struct arena *scratch, const struct source *source, slice *text,
                    struct diags *diags);

/** Find the quotes in the lines of `out`, whose sections are known. A part of body_read; `scratch`
 * is for what only reading needs. */
void quotes_read(struct arena *arena, struct arena *scratch, const struct source *source,
                 struct review *out, struct diags *diags);

#endif
