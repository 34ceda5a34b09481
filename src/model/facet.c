#include "model/facet.h"

#include "base/limits.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* --- building --- */

/* One value of one review. */
struct entry {
    const struct name *name;
    const struct credit *credit;
    const struct quote *quote;
    uint32_t review; /* its place in the table of reviews */
    uint32_t value;  /* its place in facet.values; until those are sorted, in build.met */
};

struct met {
    slice slug;
    uint64_t head; /* its first eight bytes, as a number that sorts as they do */
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

static uint64_t head_of(slice slug)
{
    uint64_t head = 0;
    for (size_t i = 0; i < sizeof head; i++) {
        head = head << 8 | (i < slug.len ? (unsigned char)slug.ptr[i] : 0);
    }
    return head;
}

/* Eight bytes at a time: names are hashed at each reload, 300,000 of them in a large capsule. */
static size_t hash_slug(slice slug)
{
    uint64_t hash = slug.len;
    uint64_t word = 0;
    while (slug.len >= sizeof word) {
        memcpy(&word, slug.ptr, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
        slug = slice_from(slug, sizeof word);
    }
    word = 0;
    memcpy(&word, slug.ptr, slug.len);
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(hash ^ hash >> 32);
}

/* The place in build->met of the value with `slug`. Values come again and again, so they are looked
 * up, and only they are sorted, not all that have them. */
static uint32_t meet(struct build *build, slice slug)
{
    size_t at = hash_slug(slug) & (build->table_size - 1);
    while (build->table[at] != 0) {
        if (slice_equal(build->met[build->table[at] - 1].slug, slug)) {
            return build->table[at] - 1;
        }
        at = (at + 1) & (build->table_size - 1);
    }
    uint32_t number = (uint32_t)build->met_count++;
    build->met[number] = (struct met){ slug, head_of(slug), number };
    build->table[at] = number + 1;
    return number;
}

static void collect(struct build *build, const struct facet_def *def)
{
    size_t most = 0;
    for (size_t r = 0; r < build->review_count; r++) {
        most += def->count(build->reviews[r]);
    }
    build->table_size = 16;
    while (build->table_size < 2 * most) {
        build->table_size *= 2;
    }
    build->table = arena_array(&build->scratch, build->table_size, sizeof *build->table);
    build->met = arena_array(&build->scratch, most, sizeof *build->met);
    build->entries = arena_array(&build->scratch, most, sizeof *build->entries);
    for (size_t r = 0; r < build->review_count; r++) {
        const struct review *review = build->reviews[r];
        const size_t count = def->count(review);
        for (size_t i = 0; i < count; i++) {
            const struct credit *credit = NULL;
            const struct name *name = def->value(review, i, &credit);
            if (name != NULL) {
                const struct quote *quote = def->of_quotes ? &review->quotes[i] : NULL;
                build->entries[build->entry_count++] =
                    (struct entry){ name, credit, quote, (uint32_t)r, meet(build, name->slug) };
            }
        }
    }
}

static int compare_met(const void *a, const void *b)
{
    const struct met *x = a;
    const struct met *y = b;
    if (x->head != y->head) {
        return x->head < y->head ? -1 : 1;
    }
    return slice_compare(x->slug, y->slug);
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
        value->rated_count += review->rating_share != RATING_NONE;
        /* Reviews come newest first, so the last one to set this is the earliest. */
        value->text = entry->name->text;
    }
    value->mentions[value->mention_count++] =
        (struct mention){ review, entry->credit, entry->quote };
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

/* --- what pages show --- */

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

static unsigned long number_in_series(const struct review *review)
{
    unsigned long number = 0;
    return slice_to_number(review->series_number, UINT32_MAX - 1, &number) ? number : UINT32_MAX;
}

static int compare_in_series(const void *a, const void *b)
{
    const struct review *x = ((const struct mention *)a)->review;
    const struct review *y = ((const struct mention *)b)->review;
    const unsigned long number = number_in_series(x);
    const unsigned long other = number_in_series(y);
    if (number != other) {
        return number < other ? -1 : 1;
    }
    return x->place < y->place ? -1 : x->place > y->place;
}

static void show_series(struct arena *arena, struct facet *out)
{
    for (size_t i = 0; i < out->value_count; i++) {
        struct facet_value *value = &out->values[i];
        struct mention *shown =
            arena_copy_array(arena, value->mentions, value->mention_count, sizeof *shown);
        qsort(shown, value->mention_count, sizeof *shown, compare_in_series);
        value->shown = shown;
    }
}

/* The places of the reviews by the year of the work, latest first, then newest first. */
static uint32_t *sort_by_year(struct build *build)
{
    enum { YEAR_MOST = 9999, NO_YEAR }; /* four digits */
    uint32_t *order = arena_array(&build->scratch, build->review_count, sizeof *order);
    uint32_t *years = arena_array(&build->scratch, build->review_count, sizeof *years);
    uint32_t first = YEAR_MOST;
    uint32_t last = 0;
    for (size_t r = 0; r < build->review_count; r++) {
        unsigned long year = 0;
        const bool has_year = slice_to_number(build->reviews[r]->year_text, YEAR_MOST, &year);
        years[r] = has_year ? (uint32_t)year : NO_YEAR;
        first = has_year && years[r] < first ? years[r] : first;
        last = has_year && years[r] > last ? years[r] : last;
    }
    const uint32_t none =
        first <= last ? last - first + 1 : 0; /* after all the years that there are */
    size_t *starts = arena_array(&build->scratch, none + 2, sizeof *starts);
    for (size_t r = 0; r < build->review_count; r++) {
        years[r] = years[r] == NO_YEAR ? none : last - years[r];
        starts[years[r] + 1]++;
    }
    for (size_t i = 0; i <= none; i++) {
        starts[i + 1] += starts[i];
    }
    for (size_t r = 0; r < build->review_count; r++) {
        order[starts[years[r]]++] = (uint32_t)r;
    }
    return order;
}

/* Where the next mention of a value is put, part by part. */
struct shown_parts {
    uint32_t next[CREDIT_KINDS];
};

/* Filmographies of all at once, as each review is put where it belongs in the order of the years:
 * to sort them one by one takes five times as long. */
static void show_parts(struct arena *arena, struct build *build, struct facet *out)
{
    static const enum credit_kind parts[] = { CREDIT_DIRECTOR, CREDIT_WRITER, CREDIT_CAST };
    const uint32_t *order = sort_by_year(build);
    const size_t *starts = index_by_review(build);
    struct mention *shown = arena_array(arena, build->entry_count, sizeof *shown);
    struct shown_parts *ends = arena_array(&build->scratch, out->value_count, sizeof *ends);
    for (size_t i = 0; i < build->entry_count; i++) {
        ends[build->entries[i].value].next[build->entries[i].credit->kind]++;
    }
    uint32_t next = 0;
    for (size_t i = 0; i < out->value_count; i++) {
        out->values[i].shown = &shown[next];
        out->values[i].line_count = 0;
        for (size_t part = 0; part < ARRAY_LENGTH(parts); part++) {
            const uint32_t count = ends[i].next[parts[part]];
            ends[i].next[parts[part]] = next;
            next += count;
        }
    }
    for (size_t r = 0; r < build->review_count; r++) {
        for (size_t i = starts[order[r]]; i < starts[order[r] + 1]; i++) {
            const struct entry *entry = &build->entries[i];
            struct facet_value *value = &out->values[entry->value];
            struct mention *mention = &shown[ends[entry->value].next[entry->credit->kind]++];
            *mention = (struct mention){ build->reviews[entry->review], entry->credit, NULL };
            value->line_count +=
                mention == value->shown || !facet_is_one_part(&mention[-1], mention);
        }
    }
}

static void order_mentions(struct arena *arena, struct build *build, struct facet *out)
{
    for (size_t i = 0; i < out->value_count; i++) {
        struct facet_value *value = &out->values[i];
        value->shown = value->mentions;
        value->line_count = out->def->of_quotes ? value->mention_count : value->review_count;
    }
    if (out->def->mentions == MENTIONS_BY_PART) {
        show_parts(arena, build, out);
    } else if (out->def->mentions == MENTIONS_IN_SERIES) {
        show_series(arena, out);
    }
}

bool facet_is_one_part(const struct mention *a, const struct mention *b)
{
    return a->review == b->review && a->credit->kind == b->credit->kind;
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

/* How many pages show it as: quotes of one review are as many. */
static size_t shown_count(const struct facet *facet, const struct facet_value *value)
{
    return facet->def->of_quotes ? value->mention_count : value->review_count;
}

/* Most often first, then in the order of the slugs, in which the values are. */
static void order_by_count(struct build *build, struct facet *out)
{
    size_t most = 0;
    for (size_t i = 0; i < out->value_count; i++) {
        const size_t count = shown_count(out, &out->values[i]);
        most = count > most ? count : most;
    }
    size_t *starts = arena_array(&build->scratch, most + 2, sizeof *starts);
    for (size_t i = 0; i < out->value_count; i++) {
        starts[most - shown_count(out, &out->values[i]) + 1]++;
    }
    for (size_t i = 0; i < most; i++) {
        starts[i + 1] += starts[i];
    }
    for (size_t i = 0; i < out->value_count; i++) {
        out->ordered[starts[most - shown_count(out, &out->values[i])]++] = &out->values[i];
    }
}

static void order_values(struct arena *arena, struct build *build, struct facet *out)
{
    out->ordered = arena_array(arena, out->value_count, sizeof(struct facet_value *));
    if (out->def->order == FACET_BY_COUNT) {
        order_by_count(build, out);
        return;
    }
    for (size_t i = 0; i < out->value_count; i++) {
        out->ordered[i] = &out->values[out->value_count - 1 - i];
    }
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
    order_mentions(arena, &build, out);
    if (out->def->has_neighbours) {
        find_neighbours(arena, &build, out);
    }
    order_values(arena, &build, out);
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
