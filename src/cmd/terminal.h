/* terminal.h: text on a terminal of some width. Layer: cmd (includes base/). */
#ifndef MATINEE_CMD_TERMINAL_H
#define MATINEE_CMD_TERMINAL_H

#include "base/buf.h"
#include "base/slice.h"

/** Columns of the terminal that `descriptor` is; 80 when it is none, or does not say. Asked each
 * time: windows change. */
unsigned terminal_columns(int descriptor);

/** Append as much of `text` as has room in `columns`, an ellipsis at the end of what is cut;
 * returns its width. What is no text shows as U+FFFD: a terminal shall not obey it. */
unsigned terminal_put_cut(struct buf *out, slice text, unsigned columns);
/** All of `text`, in the same way. */
void terminal_put(struct buf *out, slice text);
/** The columns that `text` takes then. */
unsigned terminal_width(slice text);

#endif
