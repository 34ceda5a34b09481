/* columns.h: text in lines of a width, for readers that do not wrap it themselves. Layer: export
 * (includes base/). */
#ifndef MATINEE_EXPORT_COLUMNS_H
#define MATINEE_EXPORT_COLUMNS_H

#include "base/buf.h"
#include "base/slice.h"

/** Append `text` on one line that is safe to show: control characters, tabs among them, become
 * blanks, what is no UTF-8 U+FFFD; without blanks at both ends. */
void columns_put_clean(struct buf *out, slice text);
/** The same with each tab as the blanks up to the next of the columns 8, 16, …, and with its
 * blanks: for preformatted text. */
void columns_put_verbatim(struct buf *out, slice text);

/** Columns that clean `text` takes on a terminal. */
size_t columns_of(slice text);

/**
 * Take the next line off `*rest`, which is clean: at most `columns` columns wide, without blanks at
 * its end. Words stay whole, but for Chinese and Japanese, which are written without blanks, and
 * for what is longer than a line. A URL is never broken, so that a line with one may be wider. No
 * line has more than `most` bytes. False when `*rest` is empty. Linear in the length of the text.
 */
bool columns_next(slice *rest, size_t columns, size_t most, slice *line);

#endif
