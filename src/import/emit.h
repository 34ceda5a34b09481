/* emit.h: a recognised review into the text of a source file. Layer: import (includes base/,
 * text/). Format: docs/source-format.md. Everything is written through text/header and
 * text/gemtext, so nothing of the post can turn into a field or a line type that it was not. */
#ifndef MATINEE_IMPORT_EMIT_H
#define MATINEE_IMPORT_EMIT_H

#include "base/attributes.h"
#include "base/buf.h"
#include "import/report.h"
#include "import/shape.h"

/**
 * Append the source file of `shape`, whose Title, Id and Published are set, and count its parts in
 * `report`. Paragraphs longer than a line of a source file may be are written as several, with a
 * note. False when the file would be larger, or have more lines, than a source file may.
 */
MUST_USE bool emit(const struct shape *shape, struct buf *out, struct report *report);

#endif
