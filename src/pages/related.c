#include "pages/related.h"

/* Bounds for the search by tags, which is made at each request: enough to find good neighbours, and
 * the time does not grow with the capsule. */
enum { TAGS_MAX = 12, CANDIDATES_A_TAG = 16, SHOWN_BY_TAGS = 3 };

struct ranked {
    const struct review *review;
    size_t shared;
};

static bool is_among(const struct review *review, const struct review *const *found, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (found[i] == review) {
            return true;
        }
    }
    return false;
}

static size_t find_named(const struct capsule *capsule, const struct review *review,
                         const struct review *found[RELATED_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < review->related_count && count < RELATED_MAX; i++) {
        const struct review *other = capsule_find_review(capsule, review->related[i]);
        if (other != NULL && other != review &&
            capsule_may_tell(capsule, review->area, other->area) &&
            !is_among(other, found, count)) {
            found[count++] = other;
        }
    }
    return count;
}

/* A bit that equal slugs have in common, and most others have not. */
static uint64_t bit_of(slice slug)
{
    unsigned first = (unsigned char)slug.ptr[0];
    unsigned last = (unsigned char)slug.ptr[slug.len - 1];
    return (uint64_t)1 << ((first * 5 + last * 3 + slug.len) % 64);
}

static uint64_t bits_of_tags(const struct review *review)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < review->tag_count && i < TAGS_MAX; i++) {
        bits |= bit_of(review->tags[i].slug);
    }
    return bits;
}

/* `bits` are those of the tags of `a`: nearly all that is compared has nothing in common. */
static size_t count_shared(const struct review *a, uint64_t bits, const struct review *b)
{
    size_t shared = 0;
    for (size_t j = 0; j < b->tag_count && j < TAGS_MAX; j++) {
        if ((bits & bit_of(b->tags[j].slug)) == 0) {
            continue;
        }
        for (size_t i = 0; i < a->tag_count && i < TAGS_MAX; i++) {
            shared += slice_equal(a->tags[i].slug, b->tags[j].slug);
        }
    }
    return shared;
}

/* Put `candidate` among the best, which are sorted: most shared tags, then newer. */
static void rank(struct ranked *best, size_t *count, struct ranked candidate)
{
    size_t at = 0;
    for (size_t i = 0; i < *count; i++) {
        if (best[i].review == candidate.review) {
            return;
        }
    }
    while (at < *count && (best[at].shared > candidate.shared ||
                           (best[at].shared == candidate.shared &&
                            best[at].review->place > candidate.review->place))) {
        at++;
    }
    if (at == SHOWN_BY_TAGS) {
        return;
    }
    *count += *count < SHOWN_BY_TAGS;
    for (size_t i = *count - 1; i > at; i--) {
        best[i] = best[i - 1];
    }
    best[at] = candidate;
}

static size_t find_by_tags(const struct capsule *capsule, const struct review *review,
                           const struct review *found[RELATED_MAX])
{
    struct ranked best[SHOWN_BY_TAGS];
    size_t count = 0;
    const uint64_t bits = bits_of_tags(review);
    for (size_t i = 0; i < review->tag_count && i < TAGS_MAX; i++) {
        const struct facet_value *tag =
            facet_find(&capsule->facets[FACET_TAGS], review->tags[i].slug);
        for (size_t j = 0; tag != NULL && j < tag->mention_count && j < CANDIDATES_A_TAG; j++) {
            const struct review *other = tag->mentions[j].review;
            if (other != review) {
                rank(best, &count, (struct ranked){ other, count_shared(review, bits, other) });
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        found[i] = best[i].review;
    }
    return count;
}

size_t related_find(const struct capsule *capsule, const struct review *review,
                    const struct review *found[RELATED_MAX])
{
    size_t count = find_named(capsule, review, found);
    return count > 0 ? count : find_by_tags(capsule, review, found);
}
