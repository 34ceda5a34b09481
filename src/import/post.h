/* post.h: a blog post as a reader of some source hands it on. Layer: import (includes base/).
 *
 * The way of an import: a reader for the source (page_text.h, html.h) gives posts made of blocks;
 * the one recogniser (shape.h) finds the parts of a review in the blocks; the one writer (emit.h)
 * makes a source file of them. A reader knows its source and nothing of reviews. */
#ifndef MATINEE_IMPORT_POST_H
#define MATINEE_IMPORT_POST_H

#include "base/slice.h"

enum block_kind {
    BLOCK_PARAGRAPH,
    BLOCK_HEADING, /* the source marks it as one; `level` from 1 */
    BLOCK_ITEM,
    BLOCK_QUOTE,
    BLOCK_LINK,
    BLOCK_IMAGE,
    BLOCK_CAPTION,
    BLOCK_PREFORMATTED, /* the only kind whose text has line breaks */
};

/** A piece of a post. The text is well-formed UTF-8 in NFC, without control characters; its blanks
 * are single ones, and none at the ends (PREFORMATTED: as they were). */
struct block {
    enum block_kind kind;
    unsigned level; /* HEADING */
    bool looks;     /* HEADING: by its looks alone, being bold, underlined or large */
    bool joined;    /* stood right under the block before, without a blank line */
    unsigned line;  /* where it begins in the input, from 1; 0 when the source has no lines */
    slice text;     /* LINK: its label, may be empty; IMAGE: the alternative text; QUOTE: empty
                       between the paragraphs of one quote */
    slice url;      /* LINK, IMAGE: as written; IMAGE: of the largest form, or a data: address */
    slice smaller;  /* IMAGE: the address of the form that the source shows, when it is another one
                       than `url`; empty when it is not */
    slice alt;      /* PREFORMATTED: what it is, for those who do not see it; may be empty */
};

struct post {
    slice url;       /* where the post stood; may be empty */
    slice title;     /* as the source gives it; may be empty */
    unsigned line;   /* of the title */
    slice published; /* as `Published:` takes it; empty when the source holds no date */
    bool with_data;  /* set before reading HTML: images that are part of it (data:) are blocks, too;
                        else they are only told of */
    slice summary;   /* what the source says the post is about; may be empty */
    bool marked;     /* the source marks headings, so that a short line alone seldom is one */
    size_t teaser;   /* blocks before the jump break, `Read more`; 0 when there is none */
    struct {
        slice *items;
        size_t count, capacity;
    } labels;
    struct {
        struct block *items;
        size_t count, capacity;
    } blocks;
};

#endif
