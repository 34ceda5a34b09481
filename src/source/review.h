/* review.h: one source file into a review. Layer: source (includes base/, text/, model/). */
#ifndef MATINEE_SOURCE_REVIEW_H
#define MATINEE_SOURCE_REVIEW_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "model/capsule.h"
#include "model/review.h"

/**
 * Make the text of a source file ready: a BOM dropped, CRLF made LF, NFC; NUL, control bytes,
 * invalid UTF-8 and lines over LIMIT_SOURCE_LINE are errors (each with its place). `source->text`
 * is replaced by the normalised text, which lies in `arena`; the text that was there is given back
 * to `arena` when it is another one. False when an error was added.
 */
MUST_USE bool source_normalise(struct arena *arena, struct source *source, struct diags *diags);

/**
 * Parse `source` (normalised, in `arena`) into `*out`. `source->path` is relative to the capsule
 * folder
 * (`reviews/…/SLUG.gmi`), and gives the slug.
 *
 * Every problem is added to `diags` with line and column; parsing goes on to the end. Times without
 * an offset are in the process's zone. Returns true when no error was added; on false `*out` is not
 * to be used. Format: docs/source-format.md.
 */
MUST_USE bool review_parse(struct arena *arena, const struct source *source, struct review *out,
                           struct diags *diags);

/** The same for a hand-written page (`pages/NAME.gmi`). */
MUST_USE bool hand_page_parse(struct arena *arena, const struct source *source,
                              struct hand_page *out, struct diags *diags);

/** The same for capsule.conf. */
MUST_USE bool conf_parse(struct arena *arena, const struct source *source, struct capsule_conf *out,
                         struct diags *diags);

#endif
