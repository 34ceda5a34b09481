/* source_lines.h: blocks of a post as lines of a source file. Layer: import (includes base/,
 * text/).
 *
 * Everything is written through text/gemtext. A line of a source file has at most LIMIT_SOURCE_LINE
 * bytes: what is longer is divided, between words where there are any, and the report says so. */
#ifndef MATINEE_IMPORT_SOURCE_LINES_H
#define MATINEE_IMPORT_SOURCE_LINES_H

#include "base/buf.h"
#include "base/slice.h"
#include "import/report.h"

/**
 * Append `text` as a line that `put` writes: gemtext_text, gemtext_item or gemtext_quote. The rest
 * of one that is divided follows as paragraphs, that of a quote as further lines of it.
 */
void source_lines_put(struct buf *out, slice text, void (*put)(struct buf *out, slice text),
                      struct report *report);

/** Append a link to `url`, which is not empty. A label that is the address again is left out, but
 * for images; without a label the address is shown. An address that fits into no line becomes text.
 */
void source_lines_put_link(struct buf *out, slice url, slice label, struct report *report);

/** Append preformatted text with the head of its alternative text; nothing when there are only
 * blanks. */
void source_lines_put_preformatted(struct buf *out, slice alternative, slice body,
                                   struct report *report);

/** False when `written`, a whole source file, is larger or has more lines than one may. */
bool source_lines_fit(slice written);

#endif
