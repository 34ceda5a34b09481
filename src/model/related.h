/* related.h: what to read after a review, and why. Layer: model (includes base/).
 *
 * Reviews are related by what they have in common (trait.h). What few reviews share counts more
 * than what many do, and what more than half of a capsule has in common relates nothing. Nothing is
 * kept: what is related to one review is found in the indexes when its page is made, so a save does
 * not pay for ten thousand of them. */
#ifndef MATINEE_MODEL_RELATED_H
#define MATINEE_MODEL_RELATED_H

#include "model/capsule.h"

/** What two reviews have in common. */
enum relation_kind {
    RELATION_NONE,
    RELATION_SERIES,
    RELATION_BY,   /* a director or writer of both */
    RELATION_WITH, /* somebody who had a part in both */
    RELATION_TAG,
    RELATION_GENRE,
    RELATION_SUBJECT, /* a tag of one, and a genre or a person of the other */
    RELATION_YEAR,
    RELATION_KINDS,
};

enum { RELATED_MAX = 6, RELATED_SIMILAR = 5, RELATION_REASONS = 2 };

/** A review to read next. */
struct relation {
    const struct review *review;
    const slice *what[RELATION_REASONS]; /* as the review that it is related to writes it */
    enum relation_kind
        kinds[RELATION_REASONS]; /* the best reason first; RELATION_NONE after them */
    bool named;                  /* the author says so, in `Related` */
};

/**
 * The reviews that are related to `review`, which is one of `capsule`; returns how many. Those that
 * it names come first, in its order, at most RELATED_MAX; then those that share most with it, of
 * equal ones the newer first, until there are RELATED_SIMILAR. None that readers of its page are
 * not told of. What it takes does not depend on how many reviews there are, but for logarithms.
 */
size_t related_find(const struct capsule *capsule, const struct review *review,
                    struct relation out[RELATED_MAX]);

#endif
