/* shape.h: the parts of a review, recognised in a post. Layer: import (includes base/, text/).
 *
 * What is recognised, whatever the post came from:
 * - the title line (summary), a heading `Title – tagline` under it;
 * - facts, `Key: value` lines under an overview heading, or wherever two known keys stand together;
 * - sections: headings, or a short line alone;
 * - scenes: `Name: text` in a section about scenes or moments;
 * - quotes with speaker, context and commentary (quotation.h);
 * - hashtags and labels.
 * A post in which nothing of it is found is its title and its text. */
#ifndef MATINEE_IMPORT_SHAPE_H
#define MATINEE_IMPORT_SHAPE_H

#include "base/arena.h"
#include "import/facts.h"
#include "import/post.h"
#include "import/quotation.h"
#include "import/report.h"

enum part_kind {
    PART_SECTION,
    PART_SCENE,
    PART_PARAGRAPH,
    PART_ITEM,
    PART_QUOTE,      /* what somebody in the film says */
    PART_BLOCKQUOTE, /* any other quoted text */
    PART_LINK,
    PART_PREFORMATTED,
};

/** A piece of the text of the review. */
struct part {
    enum part_kind kind;
    bool joined; /* right under the part before, without a blank line */
    slice text;
    slice url;             /* LINK */
    slice alt;             /* PREFORMATTED */
    struct attribution by; /* QUOTE; the speaker is empty when nobody is named */
};

struct shape {
    struct facts facts;
    struct {
        struct part *items;
        size_t count, capacity;
    } parts;
};

/**
 * Recognise the parts of `post` into `*shape`, which lives in `arena` and borrows from `post`.
 * `fallback_title` is what the review is called when the post has no words for a title; not empty.
 * Everything of the post is in the shape, or `report` says where it went. Time O(n log n).
 */
void shape_recognise(struct arena *arena, const struct post *post, slice fallback_title,
                     struct shape *shape, struct report *report);

#endif
