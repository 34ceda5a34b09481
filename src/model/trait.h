/* trait.h: what a review may have in common with others. Layer: model (includes base/).
 *
 * A trait is a name that a review has: of its series, its people, a tag, a genre, its year. A name
 * may be several things to a review, which are one trait all the same: the tag `BongJoonHo` and the
 * director Bong Joon-ho are not counted twice, as slugs that differ in hyphens alone are one. */
#ifndef MATINEE_MODEL_TRAIT_H
#define MATINEE_MODEL_TRAIT_H

#include "base/limits.h"
#include "model/capsule.h"

/** What a trait is to a review: bits. */
enum {
    AS_SERIES = 1,
    AS_DIRECTOR = 2,
    AS_WRITER = 4,
    AS_CAST = 8,
    AS_TAG = 16,
    AS_GENRE = 32,
    AS_YEAR = 64,
    AS_LEAD = 128, /* with AS_CAST: among the first three of the cast */
    AS_MAKER = AS_DIRECTOR | AS_WRITER,
    AS_PERSON = AS_MAKER | AS_CAST,
};

enum { TRAIT_VALUES = 5 };

struct trait {
    slice slug;
    const slice *text; /* as the review writes it */
    uint32_t as;
    /* How seldom it is among the listed reviews: the binary logarithm of how many there are for
     * each that has it, in 256ths; 0 for what more than half of them have, which tells nothing. */
    uint32_t rarity;
    const struct facet_value
        *values[TRAIT_VALUES]; /* that list who has it; NULL where there is none */
};

/** The traits of one review, in the order in which reasons are told that are equally good. */
struct traits {
    struct trait items[LIMIT_RELATED_TRAITS];
    size_t count;
    unsigned char table[2 * LIMIT_RELATED_TRAITS]; /* hash table: 1 + a place in items, 0: free */
};

/** Collect those of `review`, which is one of `capsule`; what is over the limit is left out. */
void traits_collect(const struct capsule *capsule, const struct review *review, struct traits *out);

/** For each of `traits` what it is to `other`, or 0. */
void traits_shared(const struct traits *traits, const struct review *other,
                   uint32_t shared[LIMIT_RELATED_TRAITS]);

/** What `mention` of a value says that its name is to its review. `index`: its place in
 * trait.values. */
uint32_t trait_of_mention(size_t index, const struct mention *mention);

#endif
