#include "cmd/plot.h"

#include "cmd/terminal.h"

enum { MARGIN = 2 };

static unsigned count_digits(size_t number)
{
    unsigned digits = 1;
    while (number >= 10) {
        number /= 10;
        digits++;
    }
    return digits;
}

/* Marks for `count` when `most` has `width` of them. */
static size_t bar_length(size_t count, size_t most, size_t width)
{
    /* Not through a product, which might not fit. */
    const size_t length = (size_t)((double)count / (double)most * (double)width + 0.5);
    return length == 0 && count > 0 ? 1 : length < width ? length : width;
}

static void put_row(struct buf *out, const struct plot_row *row, unsigned label, unsigned digits)
{
    buf_fill(out, ' ', MARGIN);
    unsigned width = terminal_put_cut(out, row->label, label);
    buf_fill(out, ' ', label - width + 1 + digits - count_digits(row->count));
    buf_put_number(out, row->count);
}

void plot_put(struct buf *out, const char *title, const struct plot_row *rows, size_t count,
              unsigned columns)
{
    unsigned label = 0;
    size_t most = 0;
    if (count == 0) {
        return;
    }
    columns = columns < PLOT_COLUMNS_LEAST ? PLOT_COLUMNS_LEAST : columns;
    columns = columns > PLOT_COLUMNS_MOST ? PLOT_COLUMNS_MOST : columns;
    for (size_t i = 0; i < count; i++) {
        const unsigned width = terminal_width(rows[i].label);
        label = width > label ? width : label;
        most = rows[i].count > most ? rows[i].count : most;
    }
    label = label > columns / 3 ? columns / 3 : label;
    const unsigned digits = count_digits(most);
    const unsigned bar = columns - MARGIN - label - 1 - digits - 1;
    buf_printf(out, "%s\n", title);
    for (size_t i = 0; i < count; i++) {
        put_row(out, &rows[i], label, digits);
        if (rows[i].count > 0) {
            buf_putc(out, ' ');
            buf_fill(out, '#', bar_length(rows[i].count, most, bar));
        }
        buf_putc(out, '\n');
    }
}
