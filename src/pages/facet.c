/* facet.c: the index of a facet's values, and the page of one value. */

#include "pages/best.h"
#include "pages/feed.h"
#include "pages/link.h"
#include "pages/quote.h"
#include "pages/render.h"
#include "text/gemtext.h"

#include <ctype.h>

static void link_value(const struct page_context *context, const struct facet *facet,
                       const struct facet_value *value, size_t reviews, const char *after,
                       struct buf *out)
{
    const struct page page = { .kind = PAGE_FACET_VALUE, .facet = facet, .value = value };
    link_begin(context, &page, out);
    gemtext_put(out, value->text);
    if (facet->def->kind == FACET_SPEAKERS && value->review_count == 1) {
        buf_puts(out, ", in ");
        gemtext_put(out, value->mentions[0].review->title);
    }
    buf_puts(out, " (");
    if (facet->def->of_quotes) {
        put_count(out, value->mention_count, "quote", "quotes");
    } else {
        put_count(out, reviews, "review", "reviews");
    }
    buf_puts(out, after);
    buf_putc(out, ')');
    gemtext_end(out, GEMTEXT_LINK);
}

void render_facet(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct facet *facet = page->facet;
    const struct page quotes = { .kind = PAGE_QUOTES };
    struct list_page list;
    if (!list_page(LIST_FORWARD, facet->value_count, page->number, &list)) {
        return;
    }
    gemtext_heading(out, 1, slice_of(facet->def->title));
    if (facet->value_count == 0) {
        buf_printf(out, "No %s yet", facet->def->name);
    } else {
        put_count(out, facet->value_count, facet->def->singular, facet->def->name);
    }
    put_place(out, &list);
    gemtext_end(out, GEMTEXT_TEXT);
    gemtext_blank(out);
    for (size_t i = list.first; i < list.end; i++) {
        link_value(context, facet, facet->ordered[i], facet->ordered[i]->review_count, "", out);
    }
    gemtext_blank(out);
    link_list_neighbours(context, page, &list, out);
    if (facet->def->of_quotes) {
        link_page(context, &quotes, SLICE("Every quote"), out);
    }
    link_home(context, out);
}

/* --- what a value is a value of --- */

static void put_reviews(const struct page_context *context, const struct page *page,
                        const struct list_page *list, struct buf *out)
{
    struct review_run run = { .capsule = context->capsule, .value = page->value };
    for (size_t i = 0; i < list->end; i++) {
        const struct review *review = review_run_next(&run);
        if (review != NULL && i >= list->first) {
            link_dated(context, review, out);
        }
    }
}

static void put_quotes(const struct page_context *context, const struct page *page,
                       const struct list_page *list, struct buf *out)
{
    for (size_t i = list->first; i < list->end; i++) {
        const struct mention *mention = &page->value->shown[i];
        quote_put_entry(context, mention->review, mention->quote, true, out);
    }
}

static void put_series(const struct page_context *context, const struct page *page,
                       const struct list_page *list, struct buf *out)
{
    for (size_t i = list->first; i < list->end; i++) {
        const struct review *review = page->value->shown[i].review;
        link_begin_work(context, review, out);
        if (review->series_number.len > 0) {
            buf_puts(out, ", number ");
            gemtext_put(out, review->series_number);
        }
        gemtext_end(out, GEMTEXT_LINK);
    }
}

/* A person's works, part by part; roles in one work are on one line. */
static void put_filmography(const struct page_context *context, const struct page *page,
                            const struct list_page *list, struct buf *out)
{
    static const slice headings[CREDIT_KINDS] = { [CREDIT_CAST] = SLICE_INIT("Roles"),
                                                  [CREDIT_DIRECTOR] = SLICE_INIT("Director"),
                                                  [CREDIT_WRITER] = SLICE_INIT("Writer") };
    const struct facet_value *value = page->value;
    const struct mention *before = NULL;
    size_t line = 0;
    for (size_t i = 0; i < value->mention_count && line < list->end; line++) {
        const struct mention *mention = &value->shown[i];
        const bool is_here = line >= list->first;
        if (is_here && (before == NULL || before->credit->kind != mention->credit->kind)) {
            gemtext_blank(out);
            gemtext_heading(out, 2, headings[mention->credit->kind]);
        }
        if (is_here) {
            link_begin_work(context, mention->review, out);
            before = mention;
        }
        do {
            if (is_here && value->shown[i].credit->role.len > 0) {
                buf_puts(out, ", as ");
                gemtext_put(out, value->shown[i].credit->role);
            }
            i++;
        } while (i < value->mention_count &&
                 facet_is_one_part(&value->shown[i], &value->shown[i - 1]));
        if (is_here) {
            gemtext_end(out, GEMTEXT_LINK);
        }
    }
}

static void put_list(const struct page_context *context, const struct page *page,
                     const struct list_page *list, struct buf *out)
{
    switch (page->facet->def->kind) {
    case FACET_PEOPLE:
        put_filmography(context, page, list, out);
        break;
    case FACET_SERIES:
        put_series(context, page, list, out);
        break;
    case FACET_SPEAKERS:
    case FACET_ACTORS:
        put_quotes(context, page, list, out);
        break;
    default:
        put_reviews(context, page, list, out);
        break;
    }
}

/* `Person: 3 reviews` */
static void put_summary(const struct page *page, const struct list_page *list, struct buf *out)
{
    const struct facet_def *def = page->facet->def;
    const struct facet_value *value = page->value;
    buf_putc(out, (char)toupper((unsigned char)def->singular[0]));
    buf_printf(out, "%s: ", def->singular + 1);
    if (def->of_quotes) {
        put_list_range(out, page, list, value->line_count, "quote", "quotes");
    } else if (def->mentions == MENTIONS_NEWEST_FIRST) {
        put_list_range(out, page, list, value->line_count, "review", "reviews");
    } else {
        put_count(out, value->review_count, "review", "reviews");
        if (page->number > 0) {
            buf_printf(out, ", page %zu", page->number);
        }
    }
    gemtext_end(out, GEMTEXT_TEXT);
}

/* The person whose roles are quoted, or the quotes of their roles. */
static void link_same(const struct page_context *context, const struct page *page,
                      enum facet_kind kind, const char *before, struct buf *out)
{
    struct page same;
    if (page_of_value(context, kind, page->value->slug, &same) && page_is_offered(context, &same)) {
        link_labelled(context, &same, before, same.value->text, out);
    }
}

static void link_more(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct facet_def *def = page->facet->def;
    const struct page best = { .kind = PAGE_FACET_BEST,
                               .facet = page->facet,
                               .value = page->value };
    if (best_exists(page->facet, page->value) && page_is_offered(context, &best)) {
        link_labelled(context, &best, "The best rated: ", page->value->text, out);
    }
    if (def->kind == FACET_PEOPLE) {
        link_same(context, page, FACET_ACTORS, "Quotes: ", out);
    } else if (def->kind == FACET_ACTORS) {
        link_same(context, page, FACET_PEOPLE, "All works: ", out);
    }
}

/* The whole cast of a review stands beside each of its people, which says nothing until two of them
 * meet again. Tags are chosen one by one: there even one review in common is a hint. */
static void put_neighbours(const struct page_context *context, const struct page *page,
                           struct buf *out)
{
    const struct facet_value *value = page->value;
    bool people = page->facet->def->kind == FACET_PEOPLE;
    size_t enough = people ? 2 : 1;
    if (value->neighbour_count == 0 || value->neighbour_reviews[0] < enough) {
        return;
    }
    gemtext_blank(out);
    gemtext_heading(out, 2, people ? SLICE("Often together with") : SLICE("Often beside it"));
    for (size_t i = 0; i < value->neighbour_count && value->neighbour_reviews[i] >= enough; i++) {
        link_value(context, page->facet, value->neighbours[i], value->neighbour_reviews[i],
                   " together", out);
    }
}

/* What a reader may take along: what is new from now on, and what there is. */
static void put_follow(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct page book = { .kind = PAGE_FACET_BOOK,
                               .facet = page->facet,
                               .value = page->value };
    feed_links(context, page, out);
    link_book(context, &book, page->value->text, out);
}

void render_facet_value(const struct page_context *context, const struct page *page,
                        struct buf *out)
{
    const struct facet_def *def = page->facet->def;
    const struct page index = { .kind = PAGE_FACET, .facet = page->facet };
    struct list_page list;
    if (!list_page(list_order_of(page), page->value->line_count, page->number, &list)) {
        return;
    }
    gemtext_heading(out, 1, page->value->text);
    put_summary(page, &list, out);
    /* These lists have headings or quotes, with a blank line before each. */
    if (def->kind != FACET_PEOPLE && !def->of_quotes) {
        gemtext_blank(out);
    }
    put_list(context, page, &list, out);
    gemtext_blank(out);
    link_list_neighbours(context, page, &list, out);
    link_more(context, page, out);
    if (page->number == 0) {
        put_neighbours(context, page, out);
        put_follow(context, page, out);
    }
    gemtext_blank(out);
    link_labelled(context, &index, "All ", slice_of(def->name), out);
    link_home(context, out);
}
