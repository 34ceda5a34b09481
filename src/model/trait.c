#include "model/trait.h"

#include <string.h>

/* Who has a trait is listed there. */
static const struct {
    enum facet_kind facet;
    uint32_t as;
} lists[TRAIT_VALUES] = {
    { FACET_SERIES, AS_SERIES }, { FACET_PEOPLE, AS_CAST }, { FACET_TAGS, AS_TAG },
    { FACET_GENRES, AS_GENRE },  { FACET_YEARS, AS_YEAR },
};

static const uint32_t parts[CREDIT_KINDS] = {
    [CREDIT_CAST] = AS_CAST, [CREDIT_DIRECTOR] = AS_DIRECTOR, [CREDIT_WRITER] = AS_WRITER
};

/* A series or a year is nothing else, whatever it is called. */
enum { AS_ALONE = AS_SERIES | AS_YEAR };

/* --- names --- */

typedef void visit_name(void *context, const struct name *name, uint32_t as);

static void visit_list(const struct name *names, size_t count, uint32_t as, visit_name *visit,
                       void *context)
{
    for (size_t i = 0; i < count && i < LIMIT_RELATED_TRAITS; i++) {
        visit(context, &names[i], as);
    }
}

/* People come before tags: their names are written better than tags that are made of them. */
static void visit_names(const struct review *review, visit_name *visit, void *context)
{
    enum { LEADS = 3 };
    size_t cast = 0;
    visit_list(&review->series, review->series.text.len > 0, AS_SERIES, visit, context);
    for (size_t i = 0; i < review->credit_count && i < LIMIT_RELATED_TRAITS; i++) {
        const struct credit *credit = &review->credits[i];
        const bool is_lead = credit->kind == CREDIT_CAST && cast++ < LEADS;
        visit(context, &credit->person, parts[credit->kind] | (is_lead ? AS_LEAD : 0));
    }
    visit_list(review->tags, review->tag_count, AS_TAG, visit, context);
    visit_list(review->genres, review->genre_count, AS_GENRE, visit, context);
    visit_list(review->years, review->year_count, AS_YEAR, visit, context);
}

static unsigned hash_slug(slice slug)
{
    unsigned hash = 2166136261u;
    for (size_t i = 0; i < slug.len; i++) {
        if (slug.ptr[i] != '-') {
            hash = (hash ^ (unsigned char)slug.ptr[i]) * 16777619u;
        }
    }
    return hash ^ hash >> 15;
}

static bool is_same_slug(slice a, slice b)
{
    size_t i = 0;
    size_t j = 0;
    for (;;) {
        i += i < a.len && a.ptr[i] == '-';
        j += j < b.len && b.ptr[j] == '-';
        if (i == a.len || j == b.len) {
            return i == a.len && j == b.len;
        }
        if (a.ptr[i++] != b.ptr[j++]) {
            return false;
        }
    }
}

/* A year is no tag of four digits. */
static bool may_be_one(uint32_t a, uint32_t b)
{
    return (a & AS_ALONE) == (b & AS_ALONE);
}

/* Where the trait stands in the table, or where it would. */
static size_t find_slot(const struct traits *traits, slice slug, uint32_t as)
{
    size_t at = hash_slug(slug) & (ARRAY_LENGTH(traits->table) - 1);
    while (traits->table[at] != 0) {
        const struct trait *trait = &traits->items[traits->table[at] - 1];
        if (may_be_one(trait->as, as) && is_same_slug(trait->slug, slug)) {
            break;
        }
        at = (at + 1) & (ARRAY_LENGTH(traits->table) - 1);
    }
    return at;
}

/* --- rarity --- */

/* The binary logarithm of `number`, at least 1, in 256ths: the same on every machine. */
static uint32_t logarithm(uint64_t number)
{
    uint32_t result = 0;
    while (number >= (uint64_t)1 << 32) {
        number /= 2;
        result++;
    }
    uint64_t part = number << 31; /* goes down to 1 to 2, of which 2^31 is 1 */
    while (part >= (uint64_t)1 << 32) {
        part /= 2;
        result++;
    }
    for (int bit = 0; bit < 8; bit++) {
        part = part * part >> 31;
        result *= 2;
        if (part >= (uint64_t)1 << 32) {
            part /= 2;
            result++;
        }
    }
    return result;
}

/* What is both a tag and a genre is as frequent as the more frequent of them. What two have is
 * telling however few there are. */
static uint32_t rarity_of(const struct trait *trait, size_t review_count)
{
    size_t reviews = 1; /* that has it, when it is in a closed area, and on no list */
    for (size_t i = 0; i < TRAIT_VALUES; i++) {
        if (trait->values[i] != NULL && trait->values[i]->review_count > reviews) {
            reviews = trait->values[i]->review_count;
        }
    }
    const bool is_telling = reviews <= 2 || 2 * reviews <= review_count;
    return is_telling ? logarithm(review_count + 2) - logarithm(reviews) : 0;
}

/* --- traits --- */

struct collecting {
    const struct capsule *capsule;
    struct traits *out;
};

static void find_values(const struct capsule *capsule, slice slug, uint32_t as, struct trait *trait)
{
    for (size_t i = 0; i < TRAIT_VALUES; i++) {
        const struct facet *facet = &capsule->facets[lists[i].facet];
        if (trait->values[i] == NULL && may_be_one(lists[i].as, as)) {
            trait->values[i] = facet_find(facet, slug);
        }
    }
}

static void collect_name(void *context, const struct name *name, uint32_t as)
{
    struct collecting *collecting = context;
    struct traits *out = collecting->out;
    const size_t slot = find_slot(out, name->slug, as);
    if (out->table[slot] == 0) {
        if (out->count == LIMIT_RELATED_TRAITS) {
            return;
        }
        out->items[out->count] = (struct trait){ .slug = name->slug, .text = &name->text };
        out->table[slot] = (unsigned char)++out->count;
    }
    struct trait *trait = &out->items[out->table[slot] - 1];
    trait->as |= as;
    find_values(collecting->capsule, name->slug, as, trait);
}

void traits_collect(const struct capsule *capsule, const struct review *review, struct traits *out)
{
    struct collecting collecting = { capsule, out };
    _Static_assert(LIMIT_RELATED_TRAITS < 255, "a place in items and 1 is one byte");
    out->count = 0;
    memset(out->table, 0, sizeof out->table);
    visit_names(review, collect_name, &collecting);
    for (size_t i = 0; i < out->count; i++) {
        out->items[i].rarity = rarity_of(&out->items[i], capsule->review_count);
    }
}

struct sharing {
    const struct traits *traits;
    uint32_t *shared;
};

static void share_name(void *context, const struct name *name, uint32_t as)
{
    const struct sharing *sharing = context;
    const size_t slot = find_slot(sharing->traits, name->slug, as);
    if (sharing->traits->table[slot] != 0) {
        sharing->shared[sharing->traits->table[slot] - 1] |= as;
    }
}

void traits_shared(const struct traits *traits, const struct review *other,
                   uint32_t shared[LIMIT_RELATED_TRAITS])
{
    struct sharing sharing = { traits, shared };
    for (size_t i = 0; i < traits->count; i++) {
        shared[i] = 0;
    }
    visit_names(other, share_name, &sharing);
}

uint32_t trait_of_mention(size_t index, const struct mention *mention)
{
    return mention->credit == NULL ? lists[index].as : parts[mention->credit->kind];
}
