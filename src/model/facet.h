/* facet.h: the indexes of a capsule. Layer: model.
 *
 * All indexes are of one kind: a facet has a name, which is its URL, and a way to take values from
 * a review. A new index is one row of the table in facet.c. */
#ifndef MATINEE_MODEL_FACET_H
#define MATINEE_MODEL_FACET_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/slice.h"
#include "model/review.h"

enum facet_kind {
    FACET_TAGS,
    FACET_PEOPLE,
    FACET_YEARS,
    FACET_GENRES,
    FACET_PLATFORMS,
    FACET_SERIES,
    FACET_SPEAKERS, /* of quotes */
    FACET_ACTORS,   /* who play them */
    FACET_COUNT,
};

/** How the values of a facet are ordered on its index page. */
enum facet_order { FACET_BY_COUNT, FACET_BY_NAME_DESCENDING };

/** How the page of a value shows its mentions. */
enum mention_order {
    MENTIONS_NEWEST_FIRST, /* reviews */
    MENTIONS_BY_PART,   /* what a person directed, wrote, played in: each by the year of the work,
                           the latest first; what has no year comes last */
    MENTIONS_IN_SERIES, /* by number; what has none comes last, as it was published */
};

/** A review that has a value; several mentions of one review stand together (cast and director). */
struct mention {
    const struct review *review;
    const struct credit *credit; /* of people and actors, else NULL */
    const struct quote *quote;   /* of a facet of quotes, else NULL */
};

struct facet_def {
    const char *name;     /* the folder of the URL: "tags" */
    const char *title;    /* "Tags" */
    const char *singular; /* "tag"; also the scheme of a link by name where that is allowed */
    enum facet_kind kind;
    enum facet_order order;
    enum mention_order mentions;
    bool has_feeds;      /* feed.gmi and atom.xml for each value */
    bool has_best;       /* best.gmi */
    bool has_neighbours; /* which values stand beside a value is counted */
    bool of_quotes;      /* its values are of quotes, which its pages show; else of reviews */
    /** How many values `review` may have. */
    size_t (*count)(const struct review *review);
    /** Value number `index` of `review`, or of its quote `index`, with the credit it comes from or
     * NULL. NULL when this one has none. */
    const struct name *(*value)(const struct review *review, size_t index,
                                const struct credit **credit);
};

struct facet_value {
    slice slug;
    slice text;               /* in the spelling of the earliest review */
    struct mention *mentions; /* newest review first; inside a review in the order of its header */
    size_t mention_count;
    size_t review_count;         /* distinct reviews */
    size_t rated_count;          /* those with a rating that is understood */
    const struct mention *shown; /* the mentions as its page shows them */
    size_t line_count; /* of its page, or pages; of parts, those in one work are one line */
    const struct facet_value **neighbours; /* values that stand beside it, most often first */
    size_t *neighbour_reviews;             /* how many reviews it shares with each of them */
    size_t neighbour_count;                /* at most LIMIT_NEIGHBOURS */
};

struct facet {
    const struct facet_def *def;
    struct facet_value *values; /* sorted by slug */
    size_t value_count;
    const struct facet_value **ordered; /* as the index page shows them */
};

extern const struct facet_def facet_defs[FACET_COUNT]; /* facet_defs.c */

/**
 * Build the index of one facet over `reviews`, newest first. Memory is `arena`'s; the facet borrows
 * names and credits from the reviews. Takes linear time in the mentions, O(n log n) in the values,
 * and k * k for the neighbours of the k values of a review.
 */
void facet_build(struct arena *arena, enum facet_kind kind, const struct review *const *reviews,
                 size_t review_count, struct facet *out);
/** True when two mentions of a person are one line of a filmography: two roles in one film are. */
bool facet_is_one_part(const struct mention *a, const struct mention *b);
/** The value with `slug`, or NULL. */
const struct facet_value *facet_find(const struct facet *facet, slice slug);

#endif
