/* html_table.h: tables of data. Layer: import (includes base/).
 *
 * Blogs use tables for layout, too (a picture with its caption): those are read as their contents.
 * A table of data becomes lines of `Key: value` when its first column holds known keys of a
 * review's header, lines of `"What is said" – speaker` when one column is all in quotation marks,
 * else preformatted text with its columns under each other. */
#ifndef MATINEE_IMPORT_HTML_TABLE_H
#define MATINEE_IMPORT_HTML_TABLE_H

#include "base/arena.h"
#include "import/html_tree.h"
#include "import/post.h"
#include "import/report.h"

struct html_cell {
    slice text;
    size_t column;
};

/** A table of data in the making; empty is all zero. */
struct html_table {
    size_t rows;    /* begun */
    size_t columns; /* of the row with most */
    size_t column;  /* of the next cell of the row */
    slice caption;
    struct {
        struct html_cell *items;
        size_t count, capacity;
    } cells; /* row by row: one of column 0 begins a row */
};

/** True when the table `node` holds data: two rows or more, two columns or more, and nothing but
 * short text in its cells. Looks at the nodes of the table up to the first that decides. */
bool html_table_is_data(const struct html_tree *tree, size_t node);

void html_table_row(struct html_table *table);
void html_table_cell(struct arena *arena, struct html_table *table, slice text);
/** Add the finished table, which stood in line `line`, to the blocks of `post`. */
void html_table_add(struct arena *arena, const struct html_table *table, unsigned line,
                    struct post *post, struct report *report);

#endif
