#include "survey/stats.h"

#include "base/utf8.h"

#include <stdlib.h>

enum { RATINGS = 10, SCALE_MOST = 1000 };

struct counting {
    struct arena *arena;
    const struct capsule *capsule;
    const struct review **reviews; /* those that count, newest first */
    size_t count;
};

/* --- ratings ---------------------------------------------------------------------------------- */

/* A number with at most one decimal that counts, in tenths; what stands behind it stays. */
static bool take_tenths(slice *text, unsigned long *tenths)
{
    size_t digits = 0;
    unsigned long whole = 0;
    *text = slice_trim(*text);
    while (digits < text->len && text->ptr[digits] >= '0' && text->ptr[digits] <= '9') {
        digits++;
    }
    if (!slice_to_number(slice_head(*text, digits), SCALE_MOST, &whole)) {
        return false;
    }
    *text = slice_from(*text, digits);
    *tenths = whole * 10;
    if (text->len > 1 && (text->ptr[0] == '.' || text->ptr[0] == ',') && text->ptr[1] >= '0' &&
        text->ptr[1] <= '9') {
        *tenths += (unsigned long)(text->ptr[1] - '0');
        *text = slice_from(*text, 1);
        while (text->len > 0 && text->ptr[0] >= '0' && text->ptr[0] <= '9') {
            *text = slice_from(*text, 1);
        }
    }
    *text = slice_trim(*text);
    return true;
}

bool stats_read_rating(slice text, unsigned *hundredths)
{
    unsigned long rating = 0;
    unsigned long best = 0;
    if (!take_tenths(&text, &rating)) {
        return false;
    }
    if (slice_equal(text, SLICE("%"))) {
        best = 1000;
    } else if (!slice_starts_with(text, SLICE("/")) ||
               (text = slice_from(text, 1), !take_tenths(&text, &best)) || text.len > 0) {
        return false;
    }
    if (best == 0 || rating > best) {
        return false;
    }
    *hundredths = (unsigned)((rating * 100 + best / 2) / best);
    return true;
}

/* The best first. A rating between two counts for the better one; the worst is 1. */
static void count_ratings(struct counting *counting, struct stats *out)
{
    size_t sum = 0;
    struct stats_row *rows = arena_array(counting->arena, RATINGS, sizeof *rows);
    for (size_t i = 0; i < RATINGS; i++) {
        rows[i].label = arena_printf(counting->arena, "%zu/10", RATINGS - i);
    }
    for (size_t i = 0; i < counting->count; i++) {
        unsigned hundredths = 0;
        slice text = counting->reviews[i]->rating;
        if (!stats_read_rating(text, &hundredths)) {
            out->ratings_unread += text.len > 0;
            continue;
        }
        unsigned rating = (hundredths + 5) / 10;
        rows[RATINGS - (rating > 0 ? rating : 1)].count++;
        sum += hundredths;
        out->rated++;
    }
    if (out->rated > 0) {
        out->ratings = (struct stats_rows){ rows, RATINGS };
        out->rating_mean = (unsigned)((sum + out->rated / 2) / out->rated);
    }
}

/* --- time ------------------------------------------------------------------------------------- */

/* Years from `first` to `last`, so many in a row that there are STATS_YEARS rows at most. */
struct years {
    int first, step;
    size_t rows;
};

static struct years divide_years(int first, int last)
{
    static const int steps[] = { 1, 2, 5, 10, 20, 50, 100, 200, 500 };
    struct years years = { .step = 1 };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        years.step = steps[i];
        years.first = first - first % steps[i];
        years.rows = (size_t)((last - years.first) / steps[i]) + 1;
        if (years.rows <= STATS_YEARS) {
            break;
        }
    }
    return years;
}

static struct stats_rows make_years(struct arena *arena, const struct years *years)
{
    struct stats_rows rows = { arena_array(arena, years->rows, sizeof *rows.items), years->rows };
    for (size_t i = 0; i < rows.count; i++) {
        const int year = years->first + (int)i * years->step;
        rows.items[i].label = years->step == 1
                                  ? arena_printf(arena, "%04d", year)
                                  : arena_printf(arena, "%04d-%04d", year, year + years->step - 1);
    }
    return rows;
}

static struct stats_rows make_months(struct arena *arena, int year)
{
    struct stats_rows rows = { arena_array(arena, 12, sizeof *rows.items), 12 };
    for (size_t i = 0; i < rows.count; i++) {
        rows.items[i].label = arena_printf(arena, "%04d-%02zu", year, i + 1);
    }
    return rows;
}

static void add_to_row(struct stats *out, size_t row, const struct review *review)
{
    out->reviews_by_time.items[row].count++;
    out->words_by_time.items[row].count += review->words;
}

static void count_months(struct counting *counting, struct stats *out)
{
    if (counting->count == 0) {
        return;
    }
    out->reviews_by_time = make_months(counting->arena, out->year);
    out->words_by_time = make_months(counting->arena, out->year);
    for (size_t i = 0; i < counting->count; i++) {
        const struct review *review = counting->reviews[i];
        add_to_row(out, review->published_day.month - 1, review);
    }
}

/* What counts is newest first. */
static void count_years(struct counting *counting, struct stats *out)
{
    if (counting->count == 0) {
        return;
    }
    const struct years years =
        divide_years(counting->reviews[counting->count - 1]->published_day.year,
                     counting->reviews[0]->published_day.year);
    out->reviews_by_time = make_years(counting->arena, &years);
    out->words_by_time = make_years(counting->arena, &years);
    for (size_t i = 0; i < counting->count; i++) {
        const struct review *review = counting->reviews[i];
        add_to_row(out, (size_t)((review->published_day.year - years.first) / years.step), review);
    }
}

static int work_year(const struct review *review)
{
    unsigned long year = 0;
    return slice_to_number(review->year_text, 9999, &year) ? (int)year : 0;
}

static void count_work_years(struct counting *counting, struct stats *out)
{
    int first = 0;
    int last = 0;
    for (size_t i = 0; i < counting->count; i++) {
        const int year = work_year(counting->reviews[i]);
        first = year > 0 && (first == 0 || year < first) ? year : first;
        last = year > last ? year : last;
    }
    if (last == 0) {
        return;
    }
    const struct years years = divide_years(first, last);
    out->work_years = make_years(counting->arena, &years);
    for (size_t i = 0; i < counting->count; i++) {
        const int year = work_year(counting->reviews[i]);
        if (year > 0) {
            out->work_years.items[(year - years.first) / years.step].count++;
        }
    }
}

/* --- values ----------------------------------------------------------------------------------- */

struct counted {
    const struct facet_value *value;
    size_t count;
    const struct review *latest; /* a review that names a value twice counts once */
};

static int compare_counted(const void *a, const void *b)
{
    const struct counted *x = a;
    const struct counted *y = b;
    if (x->count != y->count) {
        return x->count > y->count ? -1 : 1;
    }
    return slice_compare(x->value->slug, y->value->slug);
}

static struct stats_rows count_values(struct counting *counting, enum facet_kind kind)
{
    const struct facet *facet = &counting->capsule->facets[kind];
    struct stats_rows rows = { 0 };
    struct counted *counted = arena_array(counting->arena, facet->value_count, sizeof *counted);
    for (size_t v = 0; v < facet->value_count; v++) {
        counted[v].value = &facet->values[v];
    }
    for (size_t r = 0; r < counting->count; r++) {
        const struct review *review = counting->reviews[r];
        for (size_t i = 0; i < facet->def->count(review); i++) {
            const struct credit *credit = NULL;
            const struct name *name = facet->def->value(review, i, &credit);
            const struct facet_value *value = name == NULL ? NULL : facet_find(facet, name->slug);
            struct counted *found = value == NULL ? NULL : &counted[value - facet->values];
            if (found != NULL && found->latest != review) {
                found->latest = review;
                found->count++;
            }
        }
    }
    if (facet->value_count > 1) {
        qsort(counted, facet->value_count, sizeof *counted, compare_counted);
    }
    rows.items = arena_array(counting->arena, STATS_VALUES, sizeof *rows.items);
    for (size_t v = 0; v < facet->value_count && counted[v].count > 0; v++) {
        if (v < STATS_VALUES) {
            rows.items[rows.count++] =
                (struct stats_row){ counted[v].value->text, counted[v].count };
            continue;
        }
        if (v == STATS_VALUES) {
            rows.items[STATS_VALUES - 1].label = SLICE("others");
        }
        rows.items[STATS_VALUES - 1].count += counted[v].count;
    }
    return rows;
}

int stats_newest_year(const struct capsule *capsule)
{
    return capsule->review_count == 0 ? 0 : capsule->reviews[0]->published_day.year;
}

void stats_make(struct arena *arena, const struct capsule *capsule, int year, struct stats *out)
{
    struct counting counting = { .arena = arena, .capsule = capsule };
    *out = (struct stats){ .year = year };
    counting.reviews = arena_array(arena, capsule->review_count, sizeof(struct review *));
    for (size_t i = 0; i < capsule->review_count; i++) {
        const struct review *review = capsule->reviews[i];
        if (review->has_published && (year == 0 || review->published_day.year == year)) {
            counting.reviews[counting.count++] = review;
            out->words += review->words;
            out->quotes += review->quote_count;
        }
    }
    out->reviews = counting.count;
    if (year != 0) {
        count_months(&counting, out);
    } else {
        count_years(&counting, out);
    }
    count_ratings(&counting, out);
    out->genres = count_values(&counting, FACET_GENRES);
    out->platforms = count_values(&counting, FACET_PLATFORMS);
    count_work_years(&counting, out);
}
