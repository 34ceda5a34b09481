/* plot.h: numbers as bars of text. Layer: cmd (includes base/). */
#ifndef MATINEE_CMD_PLOT_H
#define MATINEE_CMD_PLOT_H

#include "base/buf.h"
#include "base/slice.h"

enum { PLOT_COLUMNS_LEAST = 40, PLOT_COLUMNS_MOST = 200 };

struct plot_row {
    slice label;
    size_t count;
};

/**
 * Append a plot: its title, then a line for each row, with its label, its number and a bar, so that
 * who hears the lines read need not wait for the number. The largest bar takes what is left of
 * `columns`, which are brought into the bounds above; a bar of what is not 0 has one mark at least.
 * Labels take a third at most, and are cut. Nothing for no rows.
 */
void plot_put(struct buf *out, const char *title, const struct plot_row *rows, size_t count,
              unsigned columns);

#endif
