/* survey.h: what the author of a capsule may want to look at. Layer: survey (includes base/, text/,
 * model/).
 *
 * Nothing here is wrong: `matinee check` says what is. All visible reviews are looked at, those in
 * closed areas too (but tags and people are those of the indexes); drafts when they are shown. */
#ifndef MATINEE_SURVEY_SURVEY_H
#define MATINEE_SURVEY_SURVEY_H

#include "model/capsule.h"
#include "survey/alike.h"

/** What a review may lack. */
enum lack {
    LACK_POSTER,
    LACK_QUOTE,
    LACK_TAGS,
    LACK_LINKS, /* no other review and no hand-written page has a link to it, or names it Related */
    LACKS,
};

struct surveyed_review {
    const struct review *review;
    size_t links;  /* to it, of others */
    uint32_t lede; /* words before the first section */
    bool lacks[LACKS];
};

/** A spelling of a value that pages do not show, because an earlier review has another one. */
struct surveyed_spelling {
    enum facet_kind kind;
    const struct facet_value *value;
    slice text;
    const struct review *review; /* the newest that has it */
};

/** A quote whose speaker is no role of the review, which has a cast. */
struct surveyed_speaker {
    const struct review *review;
    unsigned line; /* of the attribution, from 1 */
    slice speaker;
};

struct survey {
    struct surveyed_review *reviews; /* sorted by slug */
    size_t review_count;
    size_t words;
    size_t sections;
    const struct facet_value **single_tags; /* those of one review; sorted by slug */
    size_t single_tag_count;
    struct alikes people;
    struct {
        struct surveyed_spelling *items; /* by facet, then by slug, then by text */
        size_t count, capacity;
    } spellings;
    struct {
        struct surveyed_speaker *items; /* in the order of reviews and lines */
        size_t count, capacity;
    } speakers;
};

/** Look at `capsule`; `out` borrows from it, its tables are in `arena`. Linear in the text, n log n
 * in what the indexes hold. */
void survey_make(struct arena *arena, const struct capsule *capsule, struct survey *out);

#endif
