#include "model/facet.h"

#include "base/limits.h"

#include <stdint.h>
#include <stdlib.h>

/* --- the table --- */

static bool take(const struct name *names, size_t count, size_t index, const struct name **name,
                 const struct credit **credit)
{
    if (index >= count) {
        return false;
    }
    *name = &names[index];
    *credit = NULL;
    return true;
}

static bool tag_value(const struct review *review, size_t index, const struct name **name,
                      const struct credit **credit)
{
    return take(review->tags, review->tag_count, index, name, credit);
}

static bool person_value(const struct review *review, size_t index, const struct name **name,
                         const struct credit **credit)
{
    if (index >= review->credit_count) {
        return false;
    }
    *credit = &review->credits[index];
    *name = &review->credits[index].person;
    return true;
}

static bool year_value(const struct review *review, size_t index, const struct name **name,
                       const struct credit **credit)
{
    return take(review->years, review->year_count, index, name, credit);
}

static bool genre_value(const struct review *review, size_t index, const struct name **name,
                        const struct credit **credit)
{
    return take(review->genres, review->genre_count, index, name, credit);
}

static bool platform_value(const struct review *review, size_t index, const struct name **name,
                           const struct credit **credit)
{
    return take(review->platforms, review->platform_count, index, name, credit);
}

const struct facet_def facet_defs[FACET_COUNT] = {
    { FACET_TAGS, "tags", "Tags", "tag", FACET_BY_COUNT, true, tag_value },
    { FACET_PEOPLE, "people", "People", "person", FACET_BY_COUNT, false, person_value },
    { FACET_YEARS, "years", "Years", "year", FACET_BY_NAME_DESCENDING, false, year_value },
    { FACET_GENRES, "genres", "Genres", "genre", FACET_BY_COUNT, false, genre_value },
    { FACET_PLATFORMS, "platforms", "Platforms", "platform", FACET_BY_COUNT, false,
      platform_value },
};

/* --- building --- */

/* One value of one review, before values are put together by slug. */
struct entry {
    const struct name *name;
    const struct credit *credit;
    uint32_t review; /* its place in the table of reviews */
    uint32_t number; /* counts the values of the review, in the order of its header */
    uint32_t value;  /* its place in facet.values, once that is known */
};

struct build {
    struct arena scratch; /* what only building needs */
    const struct review *const *reviews;
    struct entry *by_slug;
    struct entry *by_review; /* sorted by review, each value once a review */
    size_t entry_count;
    size_t by_review_count;
};

static int compare_by_slug(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    int order = slice_compare(x->name->slug, y->name->slug);
    if (order != 0) {
        return order;
    }
    if (x->review != y->review) {
        return x->review < y->review ? -1 : 1;
    }
    return (x->number > y->number) - (x->number < y->number);
}

static int compare_by_review(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    if (x->review != y->review) {
        return x->review < y->review ? -1 : 1;
    }
    return (x->value > y->value) - (x->value < y->value);
}

static void collect(struct build *build, const struct facet_def *def, size_t review_count)
{
    const struct name *name = NULL;
    const struct credit *credit = NULL;
    size_t count = 0;
    for (size_t r = 0; r < review_count; r++) {
        for (size_t i = 0; def->value(build->reviews[r], i, &name, &credit); i++) {
            count++;
        }
    }
    build->by_slug = arena_array(&build->scratch, count, sizeof *build->by_slug);
    for (size_t r = 0; r < review_count; r++) {
        for (size_t i = 0; def->value(build->reviews[r], i, &name, &credit); i++) {
            build->by_slug[build->entry_count++] =
                (struct entry){ name, credit, (uint32_t)r, (uint32_t)i, 0 };
        }
    }
    if (count > 1) {
        qsort(build->by_slug, count, sizeof *build->by_slug, compare_by_slug);
    }
}

/* Entries [first, end) have one slug: they become one value. */
static void fill_value(struct arena *arena, const struct build *build, size_t first, size_t end,
                       struct facet_value *value)
{
    const struct entry *entries = build->by_slug;
    value->slug = entries[first].name->slug;
    value->mentions = arena_array(arena, end - first, sizeof *value->mentions);
    for (size_t i = first; i < end; i++) {
        value->mentions[value->mention_count++] =
            (struct mention){ build->reviews[entries[i].review], entries[i].credit };
        if (i == first || entries[i].review != entries[i - 1].review) {
            value->review_count++;
            /* Reviews stand newest first, so the last one to set this is the earliest. */
            value->text = entries[i].name->text;
        }
    }
}

static void group(struct arena *arena, struct build *build, struct facet *out)
{
    struct entry *entries = build->by_slug;
    for (size_t i = 0; i < build->entry_count; i++) {
        out->value_count +=
            i == 0 || !slice_equal(entries[i].name->slug, entries[i - 1].name->slug);
    }
    out->values = arena_array(arena, out->value_count, sizeof *out->values);
    size_t value = 0;
    for (size_t first = 0, end = 0; first < build->entry_count; first = end, value++) {
        while (end < build->entry_count &&
               slice_equal(entries[end].name->slug, entries[first].name->slug)) {
            entries[end++].value = (uint32_t)value;
        }
        fill_value(arena, build, first, end, &out->values[value]);
    }
}

/* --- neighbours --- */

/* For each review where its values start in by_review; one more than there are reviews. */
static size_t *index_by_review(struct build *build, size_t review_count)
{
    struct entry *entries =
        arena_array(&build->scratch, build->entry_count, sizeof *build->by_review);
    size_t *starts = arena_array(&build->scratch, review_count + 1, sizeof *starts);
    for (size_t i = 0; i < build->entry_count; i++) {
        entries[i] = build->by_slug[i];
    }
    if (build->entry_count > 1) {
        qsort(entries, build->entry_count, sizeof *entries, compare_by_review);
    }
    size_t kept = 0;
    for (size_t i = 0; i < build->entry_count; i++) {
        if (kept == 0 || entries[kept - 1].review != entries[i].review ||
            entries[kept - 1].value != entries[i].value) {
            entries[kept++] = entries[i];
        }
    }
    build->by_review = entries;
    build->by_review_count = kept;
    size_t at = 0;
    for (size_t r = 0; r <= review_count; r++) {
        while (at < kept && entries[at].review < r) {
            at++;
        }
        starts[r] = at;
    }
    return starts;
}

/* The shared counts of one value's neighbours: `shared` is zero everywhere between two values. */
struct tally {
    uint32_t *shared;
    uint32_t *touched; /* values with a count */
    size_t touched_count;
};

/* Keep the best LIMIT_NEIGHBOURS: more shared reviews first, then in the order of the slugs. */
static void keep_best(struct arena *arena, struct facet *facet, struct facet_value *value,
                      const struct tally *tally)
{
    uint32_t best[LIMIT_NEIGHBOURS];
    size_t count = 0;
    for (size_t i = 0; i < tally->touched_count; i++) {
        uint32_t candidate = tally->touched[i];
        size_t place = count;
        while (place > 0 && (tally->shared[candidate] > tally->shared[best[place - 1]] ||
                             (tally->shared[candidate] == tally->shared[best[place - 1]] &&
                              candidate < best[place - 1]))) {
            place--;
        }
        if (place == LIMIT_NEIGHBOURS) {
            continue;
        }
        count += count < LIMIT_NEIGHBOURS;
        for (size_t j = count - 1; j > place; j--) {
            best[j] = best[j - 1];
        }
        best[place] = candidate;
    }
    value->neighbours = arena_array(arena, count, sizeof(struct facet_value *));
    value->neighbour_reviews = arena_array(arena, count, sizeof *value->neighbour_reviews);
    value->neighbour_count = count;
    for (size_t i = 0; i < count; i++) {
        value->neighbours[i] = &facet->values[best[i]];
        value->neighbour_reviews[i] = tally->shared[best[i]];
    }
}

static void find_neighbours(struct arena *arena, struct build *build, size_t review_count,
                            struct facet *out)
{
    const size_t *starts = index_by_review(build, review_count);
    struct tally tally = {
        .shared = arena_array(&build->scratch, out->value_count, sizeof *tally.shared),
        .touched = arena_array(&build->scratch, out->value_count, sizeof *tally.touched),
    };
    size_t first = 0;
    for (uint32_t v = 0; v < out->value_count; v++) {
        struct facet_value *value = &out->values[v];
        uint32_t before = UINT32_MAX;
        for (size_t i = first; i < first + value->mention_count; i++) {
            uint32_t review = build->by_slug[i].review;
            if (review == before) {
                continue; /* a second mention by the same review */
            }
            before = review;
            for (size_t j = starts[review]; j < starts[review + 1]; j++) {
                uint32_t other = build->by_review[j].value;
                if (other != v && tally.shared[other]++ == 0) {
                    tally.touched[tally.touched_count++] = other;
                }
            }
        }
        first += value->mention_count;
        keep_best(arena, out, value, &tally);
        for (size_t i = 0; i < tally.touched_count; i++) {
            tally.shared[tally.touched[i]] = 0;
        }
        tally.touched_count = 0;
    }
}

/* --- order --- */

static int compare_by_count(const void *a, const void *b)
{
    const struct facet_value *x = *(const struct facet_value *const *)a;
    const struct facet_value *y = *(const struct facet_value *const *)b;
    if (x->review_count != y->review_count) {
        return x->review_count > y->review_count ? -1 : 1;
    }
    return slice_compare(x->slug, y->slug);
}

static int compare_descending(const void *a, const void *b)
{
    const struct facet_value *x = *(const struct facet_value *const *)a;
    const struct facet_value *y = *(const struct facet_value *const *)b;
    return slice_compare(y->slug, x->slug);
}

void facet_build(struct arena *arena, enum facet_kind kind, const struct review *const *reviews,
                 size_t review_count, struct facet *out)
{
    struct build build = { .reviews = reviews };
    arena_init(&build.scratch);
    *out = (struct facet){ .def = &facet_defs[kind] };
    collect(&build, out->def, review_count);
    group(arena, &build, out);
    find_neighbours(arena, &build, review_count, out);

    out->ordered = arena_array(arena, out->value_count, sizeof(struct facet_value *));
    for (size_t i = 0; i < out->value_count; i++) {
        out->ordered[i] = &out->values[i];
    }
    if (out->value_count > 1) {
        qsort(out->ordered, out->value_count, sizeof(struct facet_value *),
              out->def->order == FACET_BY_COUNT ? compare_by_count : compare_descending);
    }
    arena_release(&build.scratch);
}

static int compare_slug_with_value(const void *slug, const void *value)
{
    return slice_compare(*(const slice *)slug, ((const struct facet_value *)value)->slug);
}

const struct facet_value *facet_find(const struct facet *facet, slice slug)
{
    return facet->value_count == 0 ? NULL
                                   : bsearch(&slug, facet->values, facet->value_count,
                                             sizeof *facet->values, compare_slug_with_value);
}
