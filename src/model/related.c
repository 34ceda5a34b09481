#include "model/related.h"

#include "model/trait.h"

#include <string.h>

/* Of a trait that more reviews have, those nearest in time are looked at; of those that were met,
 * the ones that share most are compared in full. */
enum { MENTIONS_LOOKED_AT = 24, MET = 512, CANDIDATES = 10 };

/* How much it says that two reviews have this in common, before its rarity. An actor has some
 * thirty colleagues in each film, and is the face of few of them; whoever made both films is one of
 * two or three. */
static const uint32_t weights[RELATION_KINDS] = {
    [RELATION_SERIES] = 30, [RELATION_BY] = 20,     [RELATION_WITH] = 9, [RELATION_TAG] = 13,
    [RELATION_GENRE] = 6,   [RELATION_SUBJECT] = 8, [RELATION_YEAR] = 2,
};
enum { WEIGHT_OF_LEADS = 14 };

/* A review that shares something. */
struct candidate {
    const struct review *review; /* NULL: this place of the table is free */
    uint32_t score;
};

struct relating {
    const struct capsule *capsule;
    const struct review *review;   /* the one at hand */
    struct traits traits;          /* its */
    struct candidate met[2 * MET]; /* hash table */
    size_t met_count;
};

static enum relation_kind kind_of(uint32_t a, uint32_t b)
{
    const uint32_t both = a & b;
    if ((both & AS_SERIES) != 0) {
        return RELATION_SERIES;
    }
    if ((a & AS_MAKER) != 0 && (b & AS_MAKER) != 0) {
        return RELATION_BY;
    }
    if ((both & AS_TAG) != 0) {
        return RELATION_TAG;
    }
    if ((a & AS_PERSON) != 0 && (b & AS_PERSON) != 0) {
        return RELATION_WITH;
    }
    if ((both & AS_GENRE) != 0) {
        return RELATION_GENRE;
    }
    return (both & AS_YEAR) != 0 ? RELATION_YEAR : RELATION_SUBJECT;
}

static uint32_t gain(const struct trait *trait, uint32_t other_as)
{
    const enum relation_kind kind = kind_of(trait->as, other_as);
    const bool leads = kind == RELATION_WITH && (trait->as & (AS_LEAD | AS_MAKER)) != 0 &&
                       (other_as & (AS_LEAD | AS_MAKER)) != 0;
    return (leads ? WEIGHT_OF_LEADS : weights[kind]) * trait->rarity;
}

/* --- candidates --- */

/* Where a review stands in memory tells it from others without a look at it: there are hundreds. */
static void meet(struct relating *relating, const struct review *review, uint32_t score)
{
    const uint64_t hash = (uint64_t)(uintptr_t)review * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)(hash >> 40) & (ARRAY_LENGTH(relating->met) - 1);
    while (relating->met[at].review != NULL && relating->met[at].review != review) {
        at = (at + 1) & (ARRAY_LENGTH(relating->met) - 1);
    }
    if (relating->met[at].review == NULL) {
        if (relating->met_count == MET) {
            return;
        }
        relating->met_count++;
        relating->met[at].review = review;
    }
    relating->met[at].score += score;
}

/* Of the mentions of a value, `*first` to `*end`: all, or those published nearest to the review at
 * hand. Newest reviews come first. */
static void near_mentions(const struct facet_value *value, uint32_t place, size_t *first,
                          size_t *end)
{
    *first = 0;
    *end = value->mention_count;
    if (*end <= MENTIONS_LOOKED_AT) {
        return;
    }
    size_t low = 0;
    size_t high = *end;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (value->mentions[middle].review->place > place) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const size_t last = *end - MENTIONS_LOOKED_AT;
    *first = low > MENTIONS_LOOKED_AT / 2 ? low - MENTIONS_LOOKED_AT / 2 : 0;
    *first = *first < last ? *first : last;
    *end = *first + MENTIONS_LOOKED_AT;
}

/* Those whom value `index` of a trait lists. A review stands there as often as its header says it.
 */
static void meet_value(struct relating *relating, const struct trait *trait, size_t index)
{
    const struct facet_value *value = trait->values[index];
    size_t first;
    size_t end;
    near_mentions(value, relating->review->place, &first, &end);
    while (first < end) {
        const struct review *other = value->mentions[first].review;
        uint32_t as = 0;
        while (first < end && value->mentions[first].review == other) {
            as |= trait_of_mention(index, &value->mentions[first++]);
        }
        if (other != relating->review) {
            meet(relating, other, gain(trait, as));
        }
    }
}

/* The places of the traits that are looked for, the rarest first: it is they that find what nothing
 * else would, while there is room. Nothing is related by its year alone. */
static size_t sort_traits(const struct traits *traits, unsigned char order[LIMIT_RELATED_TRAITS])
{
    size_t count = 0;
    for (size_t i = 0; i < traits->count; i++) {
        const struct trait *trait = &traits->items[i];
        if (trait->as == AS_YEAR || trait->rarity == 0) {
            continue;
        }
        size_t at = count++;
        for (; at > 0 && traits->items[order[at - 1]].rarity < trait->rarity; at--) {
            order[at] = order[at - 1];
        }
        order[at] = (unsigned char)i;
    }
    return count;
}

/* Put a candidate among the best; of two equal ones the newer review comes first. */
static void rank(struct candidate *best, size_t *count, size_t most, struct candidate candidate)
{
    size_t at = *count;
    while (at > 0 && (best[at - 1].score < candidate.score ||
                      (best[at - 1].score == candidate.score &&
                       best[at - 1].review->place < candidate.review->place))) {
        at--;
    }
    if (at == most) {
        return;
    }
    *count += *count < most;
    for (size_t i = *count - 1; i > at; i--) {
        best[i] = best[i - 1];
    }
    best[at] = candidate;
}

/* The reviews that share most of what was looked at. */
static size_t find_candidates(struct relating *relating, struct candidate best[CANDIDATES])
{
    unsigned char order[LIMIT_RELATED_TRAITS];
    const size_t trait_count = sort_traits(&relating->traits, order);
    size_t count = 0;
    relating->met_count = 0;
    memset(relating->met, 0, sizeof relating->met);
    for (size_t i = 0; i < trait_count; i++) {
        const struct trait *trait = &relating->traits.items[order[i]];
        for (size_t v = 0; v < TRAIT_VALUES; v++) {
            if (trait->values[v] != NULL) {
                meet_value(relating, trait, v);
            }
        }
    }
    for (size_t i = 0; i < ARRAY_LENGTH(relating->met) && relating->met_count > 0; i++) {
        if (relating->met[i].review != NULL) {
            rank(best, &count, CANDIDATES, relating->met[i]);
        }
    }
    return count;
}

/* --- reasons --- */

/* All that the review at hand has in common with that of `out`: how much it is, and the best
 * reasons. */
static uint32_t compare(const struct traits *traits, struct relation *out)
{
    uint32_t shared[LIMIT_RELATED_TRAITS];
    uint32_t gains[RELATION_REASONS] = { 0 };
    uint32_t score = 0;
    traits_shared(traits, out->review, shared);
    for (size_t i = 0; i < traits->count; i++) {
        const struct trait *trait = &traits->items[i];
        const uint32_t more = shared[i] == 0 ? 0 : gain(trait, shared[i]);
        score += more;
        if (more <= gains[1]) {
            continue;
        }
        const size_t at = more > gains[0] ? 0 : 1;
        if (at == 0) {
            gains[1] = gains[0];
            out->what[1] = out->what[0];
            out->kinds[1] = out->kinds[0];
        }
        gains[at] = more;
        out->what[at] = trait->text;
        out->kinds[at] = kind_of(trait->as, shared[i]);
    }
    /* A second reason that says much less than the first is no reason. */
    if (2 * gains[1] < gains[0]) {
        out->what[1] = NULL;
        out->kinds[1] = RELATION_NONE;
    }
    return score;
}

static bool is_among(const struct review *review, const struct relation *found, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (found[i].review == review) {
            return true;
        }
    }
    return false;
}

static size_t add_named(const struct relating *relating, struct relation *found)
{
    const struct review *self = relating->review;
    size_t count = 0;
    for (size_t i = 0; i < self->related_count && count < RELATED_MAX; i++) {
        const struct review *other = capsule_find_review(relating->capsule, self->related[i]);
        if (other == NULL || other == self || is_among(other, found, count) ||
            !capsule_may_tell(relating->capsule, self->area, other->area)) {
            continue;
        }
        found[count] = (struct relation){ .review = other, .named = true };
        (void)compare(&relating->traits, &found[count++]);
    }
    return count;
}

static const struct relation *find_relation(const struct review *review,
                                            const struct relation *among)
{
    while (among->review != review) {
        among++;
    }
    return among;
}

/* Only what has a reason that says something, and not much less in common than the best. */
static size_t add_similar(struct relating *relating, struct relation *found, size_t count)
{
    struct candidate near[CANDIDATES];
    struct candidate best[RELATED_MAX];
    struct relation relations[CANDIDATES];
    size_t best_count = 0;
    const size_t near_count = find_candidates(relating, near);
    for (size_t i = 0; i < near_count; i++) {
        relations[i] = (struct relation){ .review = near[i].review };
        near[i].score = compare(&relating->traits, &relations[i]);
        if (relations[i].kinds[0] != RELATION_YEAR) {
            rank(best, &best_count, RELATED_MAX, near[i]);
        }
    }
    for (size_t i = 0; i < best_count && count < RELATED_SIMILAR; i++) {
        if (5 * best[i].score >= 2 * best[0].score && !is_among(best[i].review, found, count)) {
            found[count++] = *find_relation(best[i].review, relations);
        }
    }
    return count;
}

size_t related_find(const struct capsule *capsule, const struct review *review,
                    struct relation out[RELATED_MAX])
{
    struct relating relating;
    relating.capsule = capsule;
    relating.review = review;
    traits_collect(capsule, review, &relating.traits);
    const size_t named = add_named(&relating, out);
    return named >= RELATED_SIMILAR ? named : add_similar(&relating, out, named);
}
