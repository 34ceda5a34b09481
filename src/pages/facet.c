/* facet.c: the index of a facet's values, and the page of one value. */

#include "pages/link.h"
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
    buf_puts(out, " (");
    put_count(out, reviews, "review", "reviews");
    buf_puts(out, after);
    buf_putc(out, ')');
    gemtext_end(out, GEMTEXT_LINK);
}

void render_facet(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct facet *facet = page->facet;
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
    if (list.has_previous || list.has_next) {
        buf_printf(out, "; on this page %zu to %zu", list.first + 1, list.end);
    }
    gemtext_end(out, GEMTEXT_TEXT);
    gemtext_blank(out);
    for (size_t i = list.first; i < list.end; i++) {
        link_value(context, facet, facet->ordered[i], facet->ordered[i]->review_count, "", out);
    }
    gemtext_blank(out);
    link_list_neighbours(context, page, &list, out);
    link_home(context, out);
}

/* `, as Yong`, `, director`: how a person comes to be in a review. */
static void put_credit(const struct credit *credit, struct buf *out)
{
    static const char *const kinds[CREDIT_KINDS] = {
        [CREDIT_CAST] = "cast", [CREDIT_DIRECTOR] = "director", [CREDIT_WRITER] = "writer"
    };
    if (credit->role.len > 0) {
        buf_puts(out, ", as ");
        gemtext_put(out, credit->role);
    } else {
        buf_puts(out, ", ");
        buf_puts(out, kinds[credit->kind]);
    }
}

static void put_reviews(const struct page_context *context, const struct page *page,
                        const struct list_page *list, struct buf *out)
{
    struct review_run run = { .capsule = context->capsule, .value = page->value };
    for (size_t i = 0; i < list->end; i++) {
        const struct mention *mentions;
        size_t count;
        const struct review *review = review_run_next(&run, &mentions, &count);
        if (review == NULL) {
            return;
        }
        if (i < list->first) {
            continue;
        }
        link_begin_dated(context, review, out);
        for (size_t j = 0; j < count; j++) {
            if (mentions[j].credit != NULL) {
                put_credit(mentions[j].credit, out);
            }
        }
        gemtext_end(out, GEMTEXT_LINK);
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

static void put_feeds(const struct page_context *context, const struct page *page, struct buf *out)
{
    struct page feed = { .kind = PAGE_FACET_FEED, .facet = page->facet, .value = page->value };
    if (!page_is_offered(context, &feed)) {
        return;
    }
    gemtext_blank(out);
    gemtext_heading(out, 2, SLICE("Follow"));
    link_labelled(context, &feed, "Feed for Gemini clients: ", page->value->text, out);
    feed.kind = PAGE_FACET_ATOM;
    link_labelled(context, &feed, "Atom feed: ", page->value->text, out);
}

void render_facet_value(const struct page_context *context, const struct page *page,
                        struct buf *out)
{
    const struct facet_def *def = page->facet->def;
    const struct page index = { .kind = PAGE_FACET, .facet = page->facet };
    struct list_page list;
    if (!list_page(LIST_NEWEST_FIRST, page->value->review_count, page->number, &list)) {
        return;
    }
    gemtext_heading(out, 1, page->value->text);
    buf_putc(out, (char)toupper((unsigned char)def->singular[0]));
    buf_printf(out, "%s: ", def->singular + 1);
    put_list_range(out, page, &list, page->value->review_count, "review", "reviews");
    gemtext_end(out, GEMTEXT_TEXT);
    gemtext_blank(out);
    put_reviews(context, page, &list, out);
    gemtext_blank(out);
    link_list_neighbours(context, page, &list, out);
    if (page->number == 0) {
        put_neighbours(context, page, out);
        if (def->has_feeds) {
            put_feeds(context, page, out);
        }
    }
    gemtext_blank(out);
    link_labelled(context, &index, "All ", slice_of(def->name), out);
    link_home(context, out);
}
