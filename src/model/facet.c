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

/* One value of one review. */
struct entry {
    const struct name *name;
    const struct credit *credit;
    uint32_t review; /* its place in the table of reviews */
    uint32_t value;  /* its place in facet.values; until those are sorted, in build.met */
};

struct met {
    slice slug;
    uint32_t number;
};

struct build {
    struct arena scratch; /* what only building needs */
    const struct review *const *reviews;
    size_t review_count;
    struct entry *entries; /* review by review, newest first, each in the order of its header */
    size_t entry_count;
    struct met *met; /* the values, in the order in which they were met */
    size_t met_count;
    uint32_t *table; /* hash table: 1 + a place in `met`, 0: free */
    size_t table_size;
    uint32_t *reviews_of; /* of each mention, value by value, the place of its review */
};

/* The place in build->met of the value with `slug`. Values come again and again, so they are looked
 * up, and only they are sorted, not all that have them. */
static uint32_t meet(struct build *build, slice slug)
{
    size_t at = (size_t)slice_hash(slug, SLICE_HASH_SEED) & (build->table_size - 1);
    while (build->table[at] != 0) {
        if (slice_equal(build->met[build->table[at] - 1].slug, slug)) {
            return build->table[at] - 1;
        }
        at = (at + 1) & (build->table_size - 1);
    }
    uint32_t number = (uint32_t)build->met_count++;
    build->met[number] = (struct met){ slug, number };
    build->table[at] = number + 1;
    return number;
}

static size_t count_entries(const struct build *build, const struct facet_def *def)
{
    const struct name *name = NULL;
    const struct credit *credit = NULL;
    size_t count = 0;
    for (size_t r = 0; r < build->review_count; r++) {
        for (size_t i = 0; def->value(build->reviews[r], i, &name, &credit); i++) {
            count++;
        }
    }
    return count;
}

static void collect(struct build *build, const struct facet_def *def)
{
    const struct name *name = NULL;
    const struct credit *credit = NULL;
    size_t count = count_entries(build, def);
    build->table_size = 16;
    while (build->table_size < 2 * count) {
        build->table_size *= 2;
    }
    build->table = arena_array(&build->scratch, build->table_size, sizeof *build->table);
    build->met = arena_array(&build->scratch, count, sizeof *build->met);
    build->entries = arena_array(&build->scratch, count, sizeof *build->entries);
    for (size_t r = 0; r < build->review_count; r++) {
        for (size_t i = 0; def->value(build->reviews[r], i, &name, &credit); i++) {
            build->entries[build->entry_count++] =
                (struct entry){ name, credit, (uint32_t)r, meet(build, name->slug) };
        }
    }
}

static int compare_met(const void *a, const void *b)
{
    return slice_compare(((const struct met *)a)->slug, ((const struct met *)b)->slug);
}

static void make_values(struct arena *arena, struct build *build, struct facet *out)
{
    uint32_t *places = arena_array(&build->scratch, build->met_count, sizeof *places);
    if (build->met_count > 1) {
        qsort(build->met, build->met_count, sizeof *build->met, compare_met);
    }
    out->value_count = build->met_count;
    out->values = arena_array(arena, out->value_count, sizeof *out->values);
    for (size_t i = 0; i < out->value_count; i++) {
        out->values[i].slug = build->met[i].slug;
        places[build->met[i].number] = (uint32_t)i;
    }
    for (size_t i = 0; i < build->entry_count; i++) {
        build->entries[i].value = places[build->entries[i].value];
    }
}

static void add_mention(struct facet_value *value, const struct entry *entry,
                        const struct review *review)
{
    if (value->mention_count == 0 || value->mentions[value->mention_count - 1].review != review) {
        value->review_count++;
        /* Reviews come newest first, so the last one to set this is the earliest. */
        value->text = entry->name->text;
    }
    value->mentions[value->mention_count++] = (struct mention){ review, entry->credit };
}

static void fill_values(struct arena *arena, struct build *build, struct facet *out)
{
    struct mention *mentions = arena_array(arena, build->entry_count, sizeof *mentions);
    struct mention *next = mentions;
    build->reviews_of = arena_array(&build->scratch, build->entry_count, sizeof *build->reviews_of);
    for (size_t i = 0; i < build->entry_count; i++) {
        out->values[build->entries[i].value].mention_count++;
    }
    for (size_t i = 0; i < out->value_count; i++) {
        out->values[i].mentions = next;
        next += out->values[i].mention_count;
        out->values[i].mention_count = 0;
    }
    for (size_t i = 0; i < build->entry_count; i++) {
        const struct entry *entry = &build->entries[i];
        struct facet_value *value = &out->values[entry->value];
        build->reviews_of[(size_t)(value->mentions - mentions) + value->mention_count] =
            entry->review;
        add_mention(value, entry, build->reviews[entry->review]);
    }
}

/* --- neighbours --- */

/* Of each review every value once: a second mention says nothing new about who is beside whom. */
static void drop_repeated(struct build *build, size_t value_count)
{
    uint32_t *latest = arena_array(&build->scratch, value_count, sizeof *latest);
    size_t kept = 0;
    for (size_t i = 0; i < build->entry_count; i++) {
        const struct entry entry = build->entries[i];
        if (latest[entry.value] != entry.review + 1) {
            latest[entry.value] = entry.review + 1;
            build->entries[kept++] = entry;
        }
    }
    build->entry_count = kept;
}

/* For each review where its entries start; one more than there are reviews. */
static size_t *index_by_review(struct build *build)
{
    size_t *starts = arena_array(&build->scratch, build->review_count + 1, sizeof *starts);
    size_t at = 0;
    for (size_t r = 0; r <= build->review_count; r++) {
        while (at < build->entry_count && build->entries[at].review < r) {
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

static void find_neighbours(struct arena *arena, struct build *build, struct facet *out)
{
    drop_repeated(build, out->value_count);
    const size_t *starts = index_by_review(build);
    struct tally tally = {
        .shared = arena_array(&build->scratch, out->value_count, sizeof *tally.shared),
        .touched = arena_array(&build->scratch, out->value_count, sizeof *tally.touched),
    };
    size_t first = 0;
    for (uint32_t v = 0; v < out->value_count; v++) {
        struct facet_value *value = &out->values[v];
        uint32_t before = UINT32_MAX;
        for (size_t i = first; i < first + value->mention_count; i++) {
            uint32_t review = build->reviews_of[i];
            if (review == before) {
                continue; /* a second mention by the same review */
            }
            before = review;
            for (size_t j = starts[review]; j < starts[review + 1]; j++) {
                uint32_t other = build->entries[j].value;
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
    struct build build = { .reviews = reviews, .review_count = review_count };
    arena_init(&build.scratch);
    *out = (struct facet){ .def = &facet_defs[kind] };
    collect(&build, out->def);
    make_values(arena, &build, out);
    fill_values(arena, &build, out);
    find_neighbours(arena, &build, out);

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
