#include "import/html_table.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "import/facts.h"
#include "import/phrase.h"

enum {
    /* A cell with more bytes is prose: the table is layout. */
    CELL_BYTES = 200,
    /* Columns of a terminal that a table's column is padded to, at most. */
    COLUMN_WIDTH = 40,
    /* Known keys in the first column that make the rest of it keys, too. */
    KNOWN_KEYS = 2,
};

bool html_table_is_data(const struct html_tree *tree, size_t node)
{
    size_t rows = 0;
    size_t cells = 0;
    size_t most = 0;
    size_t bytes = 0;
    for (size_t i = node + 1; i < tree->items[node].end; i++) {
        switch ((enum html_tag)tree->items[i].tag) {
        case HTML_TR:
            rows++;
            cells = 0;
            break;
        case HTML_TD:
        case HTML_TH:
            cells++;
            most = cells > most ? cells : most;
            bytes = 0;
            break;
        case HTML_TEXT:
            bytes += slice_trim(tree->items[i].text).len;
            if (bytes > CELL_BYTES) {
                return false;
            }
            break;
        case HTML_TABLE:
        case HTML_IMG:
        case HTML_IFRAME:
        case HTML_VIDEO:
        case HTML_AUDIO:
        case HTML_OBJECT:
        case HTML_EMBED:
        case HTML_UL:
        case HTML_OL:
        case HTML_DL:
        case HTML_BLOCKQUOTE:
        case HTML_PRE:
        case HTML_FORM:
        case HTML_FIGURE:
        case HTML_H1:
        case HTML_H2:
        case HTML_H3:
        case HTML_H4:
        case HTML_H5:
        case HTML_H6:
            return false;
        default:
            break;
        }
    }
    return rows > 1 && most > 1;
}

void html_table_row(struct html_table *table)
{
    if (table->rows == 0 || table->column > 0) {
        table->rows++;
        table->column = 0;
    }
}

void html_table_cell(struct arena *arena, struct html_table *table, slice text)
{
    *ARRAY_ADD(arena, &table->cells) = (struct html_cell){ text, table->column };
    table->column++;
    table->columns = table->column > table->columns ? table->column : table->columns;
}

static slice without_colon(slice text)
{
    text = slice_trim(text);
    return slice_ends_with(text, SLICE(":")) ? slice_trim(slice_head(text, text.len - 1)) : text;
}

static bool is_fact(struct arena *arena, const struct html_cell *key, const struct html_cell *value,
                    slice *line)
{
    struct fact_line fact;
    *line = arena_printf(arena, "%.*s: %.*s", SLICE_ARG(without_colon(key->text)),
                         SLICE_ARG(value->text));
    return value->text.len > 0 && fact_line_split(*line, &fact) && fact_line_is_known(&fact);
}

/* Two columns, of which the first holds keys. */
static bool add_facts(struct arena *arena, const struct html_table *table, unsigned line,
                      struct post *post)
{
    size_t known = 0;
    slice text;
    if (table->columns != 2 || table->cells.count % 2 != 0) {
        return false;
    }
    for (size_t i = 0; i < table->cells.count; i += 2) {
        if (table->cells.items[i].column != 0 || table->cells.items[i].text.len == 0 ||
            table->cells.items[i + 1].column != 1) {
            return false;
        }
        known += is_fact(arena, &table->cells.items[i], &table->cells.items[i + 1], &text);
    }
    for (size_t i = 0; known >= KNOWN_KEYS && i < table->cells.count; i += 2) {
        (void)is_fact(arena, &table->cells.items[i], &table->cells.items[i + 1], &text);
        *ARRAY_ADD(arena, &post->blocks) = (struct block){
            .kind = BLOCK_PARAGRAPH, .joined = i > 0, .line = line, .text = slice_trim(text)
        };
    }
    return known >= KNOWN_KEYS;
}

static bool is_quoted(slice text)
{
    struct quoted quoted;
    return phrase_quoted(text, &quoted) && quoted.rest.len == 0;
}

/* The column in which every cell, but for that of a first row of names, is in quotation marks;
 * `*first` is the first row that is. The number of columns when there is none. */
static size_t find_quotes(const struct html_table *table, size_t *first)
{
    size_t columns = table->columns;
    size_t rows = table->cells.count / columns;
    for (size_t column = 0; column < columns; column++) {
        size_t quoted = 0;
        *first = is_quoted(table->cells.items[column].text) ? 0 : 1;
        for (size_t row = *first; row < rows; row++) {
            quoted += is_quoted(table->cells.items[row * columns + column].text);
        }
        if (quoted > 0 && quoted == rows - *first) {
            return column;
        }
    }
    return columns;
}

/* What is said, who says it, and what was going on. */
static bool add_quotes(struct arena *arena, const struct html_table *table, unsigned line,
                       struct post *post, struct report *report)
{
    size_t columns = table->columns;
    size_t first = 0;
    if (columns < 2 || columns > 3 || table->cells.count % columns != 0) {
        return false;
    }
    for (size_t i = 0; i < table->cells.count; i++) {
        if (table->cells.items[i].column != i % columns || table->cells.items[i].text.len == 0) {
            return false;
        }
    }
    size_t column = find_quotes(table, &first);
    if (column == columns) {
        return false;
    }
    for (size_t i = 0; i < first * columns; i++) {
        report_note(report, line, "left out, being the head of a table of quotes: %.*s",
                    SLICE_ARG(table->cells.items[i].text));
    }
    for (size_t i = first * columns; i < table->cells.count; i += columns) {
        const struct html_cell *row = &table->cells.items[i];
        slice by = row[column == 0 ? 1 : 0].text;
        slice text = arena_printf(arena, "%.*s \xE2\x80\x93 %.*s", SLICE_ARG(row[column].text),
                                  SLICE_ARG(by));
        if (columns == 3) {
            text = arena_printf(arena, "%.*s, %.*s", SLICE_ARG(text),
                                SLICE_ARG(row[column == 2 ? 1 : 2].text));
        }
        *ARRAY_ADD(arena, &post->blocks) =
            (struct block){ .kind = BLOCK_PARAGRAPH, .line = line, .text = text };
    }
    return true;
}

static size_t width_of(slice text)
{
    size_t width = 0;
    int32_t c = 0;
    while (utf8_next(&text, &c)) {
        int columns = utf8_width(c);
        width += columns > 0 ? (size_t)columns : 0;
    }
    return width;
}

static void put_cells(struct arena *arena, const struct html_table *table, struct buf *out)
{
    size_t *widths = arena_array(arena, table->columns + 1, sizeof *widths);
    for (size_t i = 0; i < table->cells.count; i++) {
        const struct html_cell *cell = &table->cells.items[i];
        size_t width = width_of(cell->text);
        width = width < COLUMN_WIDTH ? width : COLUMN_WIDTH;
        widths[cell->column] = width > widths[cell->column] ? width : widths[cell->column];
    }
    size_t pending = 0;
    for (size_t i = 0; i < table->cells.count; i++) {
        const struct html_cell *cell = &table->cells.items[i];
        if (cell->column == 0) {
            if (i > 0) {
                buf_putc(out, '\n');
            }
            pending = 0;
        }
        size_t width = width_of(cell->text);
        if (cell->text.len > 0) {
            buf_fill(out, ' ', pending);
            buf_put(out, cell->text);
            pending = 0;
        }
        /* Blanks at the end of a row are not written. */
        pending += (widths[cell->column] > width ? widths[cell->column] - width : 0) + 2;
    }
}

void html_table_add(struct arena *arena, const struct html_table *table, unsigned line,
                    struct post *post, struct report *report)
{
    if (table->caption.len > 0) {
        *ARRAY_ADD(arena, &post->blocks) =
            (struct block){ .kind = BLOCK_CAPTION, .line = line, .text = table->caption };
    }
    if (table->cells.count == 0 || add_facts(arena, table, line, post) ||
        add_quotes(arena, table, line, post, report)) {
        return;
    }
    struct buf text;
    buf_init(&text, (size_t)-1);
    put_cells(arena, table, &text);
    *ARRAY_ADD(arena, &post->blocks) =
        (struct block){ .kind = BLOCK_PREFORMATTED,
                        .line = line,
                        .text = arena_copy(arena, buf_slice(&text)),
                        .alt = table->caption.len > 0 ? table->caption : SLICE("Table") };
    buf_release(&text);
}
