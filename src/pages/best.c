/* best.c: the reviews with the best ratings, of all and of a tag, genre, year or platform. */

#include "pages/best.h"

#include "base/limits.h"
#include "pages/link.h"
#include "pages/render.h"
#include "text/gemtext.h"

enum { GENRES_SHOWN = 20, LEAST_RATED = 3 };

bool best_exists(const struct facet *facet, const struct facet_value *value)
{
    return facet->def->has_best && value->rated_count >= LEAST_RATED;
}

/* `Parasite (2019), 10/10` */
static void link_rated(const struct page_context *context, const struct review *review,
                       struct buf *out)
{
    link_begin_work(context, review, out);
    buf_puts(out, ", ");
    gemtext_put(out, review->rating);
    gemtext_end(out, GEMTEXT_LINK);
}

/* The best of each genre that has enough of them. */
static void put_genres(const struct page_context *context, struct buf *out)
{
    const struct facet *genres = &context->capsule->facets[FACET_GENRES];
    const struct page_part part = part_begin(out, SLICE("The best by genre"));
    for (size_t i = 0; i < genres->value_count && i < GENRES_SHOWN; i++) {
        const struct page best = { .kind = PAGE_FACET_BEST,
                                   .facet = genres,
                                   .value = genres->ordered[i] };
        if (best_exists(genres, best.value)) {
            link_page(context, &best, best.value->text, out);
        }
    }
    part_end(part, out);
}

void render_best(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct capsule *capsule = context->capsule;
    const struct page archive = { .kind = PAGE_REVIEWS };
    struct list_page list;
    if (!list_page(LIST_FORWARD, capsule->rated_count, page->number, &list)) {
        return;
    }
    gemtext_heading(out, 1, SLICE("The best rated"));
    if (capsule->rated_count == 0) {
        buf_puts(out, "No review has a rating yet");
    } else {
        put_count(out, capsule->rated_count, "review", "reviews");
        buf_puts(out, " with a rating, the best first");
    }
    put_place(out, &list);
    gemtext_end(out, GEMTEXT_TEXT);
    gemtext_blank(out);
    for (size_t i = list.first; i < list.end; i++) {
        link_rated(context, capsule->by_rating[i], out);
    }
    if (list.has_previous || list.has_next) {
        gemtext_blank(out);
        link_list_neighbours(context, page, &list, out);
    }
    if (page->number == 0) {
        put_genres(context, out);
    }
    gemtext_blank(out);
    link_page(context, &archive, SLICE("All reviews"), out);
    link_home(context, out);
}

/* The best so far, of which the newer come first. Nearly all that comes later in a long list is
 * worse than the last of them, and that is all that is looked at. */
struct best {
    const struct review *items[LIMIT_BEST];
    size_t count;
};

static void add(struct best *best, const struct review *review)
{
    size_t at = best->count;
    while (at > 0 && best->items[at - 1]->rating_share < review->rating_share) {
        at--;
    }
    if (at == LIMIT_BEST) {
        return;
    }
    best->count += best->count < LIMIT_BEST;
    for (size_t i = best->count - 1; i > at; i--) {
        best->items[i] = best->items[i - 1];
    }
    best->items[at] = review;
}

void render_facet_best(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct facet_value *value = page->value;
    const struct page all = { .kind = PAGE_FACET_VALUE, .facet = page->facet, .value = value };
    const struct page best_of_all = { .kind = PAGE_BEST };
    struct best best = { .count = 0 };
    struct review_run run = { .capsule = context->capsule, .value = value };
    const struct review *review;
    while ((review = review_run_next(&run)) != NULL) {
        if (review->rating_share != RATING_NONE) {
            add(&best, review);
        }
    }
    gemtext_begin(out, GEMTEXT_HEADING, 1);
    buf_puts(out, "The best rated: ");
    gemtext_put(out, value->text);
    gemtext_end(out, GEMTEXT_HEADING);
    if (best.count < value->rated_count) {
        buf_printf(out, "The first %zu of ", best.count);
    }
    put_count(out, value->rated_count, "review", "reviews");
    buf_puts(out, " with a rating, the best first");
    gemtext_end(out, GEMTEXT_TEXT);
    gemtext_blank(out);
    for (size_t i = 0; i < best.count; i++) {
        link_rated(context, best.items[i], out);
    }
    gemtext_blank(out);
    link_labelled(context, &all, "By date: ", value->text, out);
    link_page(context, &best_of_all, SLICE("The best of all reviews"), out);
    link_home(context, out);
}
