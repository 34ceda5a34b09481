/* html_builder.h: blocks in the making, for html_blocks.c, which walks over the elements.
 * Layer: import (includes base/, text/). */
#ifndef MATINEE_IMPORT_HTML_BUILDER_H
#define MATINEE_IMPORT_HTML_BUILDER_H

#include "import/html_blocks.h"
#include "import/html_table.h"
#include "import/html_text.h"

struct html_list {
    bool ordered;
    bool begun;           /* it has an item already */
    unsigned long number; /* of its last item */
};

/** What is only counted. */
struct html_left_out {
    size_t scripts;
    size_t styles;
    size_t fields;
    size_t pixels; /* images of one pixel, which count readers */
    size_t within; /* links to places of the page itself */
    size_t inside; /* images without words that are part of the page's file */
};

struct html_builder {
    struct arena *arena;
    const struct html_part *part;
    struct post *post;
    struct report *report;
    size_t first_block; /* of the part */

    struct html_line line;  /* of the block in the making */
    struct html_line label; /* of the link we are in */
    unsigned line_number;   /* where the line began */
    bool joined;            /* the next block stands right under the last one */
    unsigned breaks;        /* br elements since the last word */

    /* Elements we are in, by number; 0 for none. */
    size_t link;
    size_t table;
    size_t preformatted;
    slice link_url;  /* empty when it leads nowhere */
    bool link_shown; /* by an image */
    unsigned bold;   /* elements that make their text stand out: bold, underlined, large */
    unsigned quotes;
    unsigned heading; /* 1 to 6, or 0 */
    bool caption;
    size_t quote_end; /* blocks when the last one of this quote was added; 0 before */
    struct html_list *lists;
    size_t list_count;
    bool item; /* the next block is the first one of an item of the innermost list, */
    bool item_numbered;
    unsigned long item_number;

    struct html_table cells;
    bool newline_of_br;   /* preformatted: the last line break was a br, */
    bool newline_of_text; /* or one of the text, and only blanks since */

    /* Links and images that stand in the paragraph in the making, and the first of its line. */
    struct {
        struct block *items;
        size_t count, capacity;
    } queue;
    size_t queue_line;

    /* Letters of the lines that are no headings, and those of them that stand out. */
    size_t prose_letters;
    size_t prose_bold;

    struct html_left_out left_out;
};

/** The node with number `i`. */
static inline const struct html_node *html_builder_node(const struct html_builder *builder,
                                                        size_t i)
{
    return &builder->part->tree->items[i];
}

void html_builder_text(struct html_builder *builder, slice text, unsigned line);
/** End the line; false when there was nothing on it. */
bool html_builder_end_line(struct html_builder *builder);
/** End the paragraph: its links follow. */
void html_builder_end_paragraph(struct html_builder *builder);
void html_builder_break(struct html_builder *builder);
/** A link or an image: at once when nothing stands before it in its paragraph, else after that. */
void html_builder_link(struct html_builder *builder, struct block block);
void html_builder_end_preformatted(struct html_builder *builder, slice alternative);
/** Fit headings to two levels, tell bold headings from bold paragraphs, name images without words.
 */
void html_builder_finish(struct html_builder *builder);

#endif
