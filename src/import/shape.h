/* shape.h: the parts of a review, recognised in a post. Layer: import (includes base/, text/).
 *
 * What is recognised, whatever the post came from:
 * - the title line, a heading `Title – tagline` under it, the summary;
 * - facts, `Key: value` lines under an overview heading, or wherever two known keys stand together;
 *   the rating;
 * - sections: headings, or a short line alone;
 * - scenes: `Name: text` in a section about scenes or moments;
 * - quotes with speaker, context and commentary (quotation.h);
 * - hashtags and labels;
 * - the poster.
 * A post in which nothing of it is found is its title and its text. Where headings are marked
 * (post.marked) more is asked of a line that only looks like one: posts about anything come from
 * blogs, and what is no review must not be made one. */
#ifndef MATINEE_IMPORT_SHAPE_H
#define MATINEE_IMPORT_SHAPE_H

#include "base/arena.h"
#include "import/facts.h"
#include "import/post.h"
#include "import/quotation.h"
#include "import/report.h"

enum part_kind {
    PART_SECTION,
    PART_SCENE,      /* a sub-section in a section of scenes */
    PART_SUBSECTION, /* any other */
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
    /* The number of the part that is the poster, or SHAPE_NO_POSTER. When it is in the capsule
     * (shape_is_stored), emit writes it into the header and not into the text. */
    size_t poster;
};
#define SHAPE_NO_POSTER ((size_t)-1)

/** True for the path of an image that the importer has put into the capsule: `images/x.jpg`. The
 * caller puts such paths into the blocks before it has the parts recognised. */
bool shape_is_stored(slice url);

/**
 * Recognise the parts of `post` into `*shape`, which lives in `arena` and borrows from `post`.
 * `fallback_title` is what the review is called when the post has no words for a title; not empty.
 * Everything of the post is in the shape, or `report` says where it went. Time O(n log n).
 */
void shape_recognise(struct arena *arena, const struct post *post, slice fallback_title,
                     struct shape *shape, struct report *report);

#endif
