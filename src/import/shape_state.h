/* shape_state.h: a post while its parts are recognised, for shape.c and the files beside it.
 * Layer: import (includes base/).
 *
 * The order of the work: lines that hold several facts are divided (shape_lines.c), facts go into
 * the header (shape_facts.c), so do title and summary (shape_title.c), and then the text is read
 * block by block: headings and scenes (shape.c), tags (shape_tags.c), quotes (shape_quotes.c). */
#ifndef MATINEE_IMPORT_SHAPE_STATE_H
#define MATINEE_IMPORT_SHAPE_STATE_H

#include "import/heading.h"
#include "import/names.h"
#include "import/shape.h"

/** What has become of a block. */
enum shape_use {
    SHAPE_TEXT,
    SHAPE_TAKEN,  /* it is in the header */
    SHAPE_LISTED, /* a fact that the header has no place for: an item */
};

struct shape_state {
    struct arena *arena;
    const struct post *post; /* its blocks are the ones below */
    struct {
        struct block *items;
        size_t count, capacity;
    } blocks;
    struct shape *shape;
    struct report *report;
    struct names names;
    unsigned char *use;       /* enum shape_use of each block */
    unsigned char *heads;     /* of each block: 1 when it is a heading */
    bool is_review;           /* facts or headings say that the post is about a film or the like */
    bool has_usual_headings;  /* the source has marked one that reviews have */
    size_t poster;            /* block, or SHAPE_NO_POSTER */
    enum heading section;     /* the section we are in */
    bool has_named_scenes;    /* a scene of the section was `Name: text` */
    bool has_counted_heading; /* the section's heading begins with a number */
    bool has_marked_heading;  /* the section's heading is one in the source, not by its looks */
};

static inline const struct block *shape_block(const struct shape_state *state, size_t i)
{
    return &state->blocks.items[i];
}
/** A paragraph or an item. */
static inline bool shape_is_line(const struct block *block)
{
    return block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_ITEM;
}
static inline bool shape_is_heading(const struct shape_state *state, size_t i)
{
    return state->heads[i] != 0;
}

bool shape_has_letter(slice s);
/** An id could be read into it: `Heading {#id}`. */
bool shape_looks_pinned(slice text);
bool shape_begins_hashtags(const struct block *block);
void shape_add_part(struct shape_state *state, struct part part);

/** Copy the blocks of the post, lines of several facts divided, and see which are headings. */
void shape_read_lines(struct shape_state *state);
/** Put facts into the header. */
void shape_gather_facts(struct shape_state *state);
/** The title with its tagline, and the summary. */
void shape_find_title(struct shape_state *state, slice fallback);
void shape_find_summary(struct shape_state *state);
/** Take block `i` when it is a line of hashtags, or of tags. */
bool shape_take_tags(struct shape_state *state, size_t i);
/** Take the quote that begins with block `*i`; `*i` is then its last block. */
bool shape_take_quote(struct shape_state *state, size_t *i);

#endif
