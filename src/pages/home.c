/* home.c: the first page of a capsule. */

#include "pages/body.h"
#include "pages/link.h"
#include "pages/render.h"

enum { NEWEST_SHOWN = 10, TEASER_POINTS = 300 };

static void put_featured(const struct page_context *context, const struct review *review,
                         struct buf *out)
{
    gemtext_blank(out);
    gemtext_begin(out, GEMTEXT_HEADING, 2);
    buf_puts(out, "Featured: ");
    gemtext_put(out, review->title);
    gemtext_end(out, GEMTEXT_HEADING);
    size_t start = out->len;
    gemtext_begin(out, GEMTEXT_TEXT, 0);
    body_put_teaser(review, TEASER_POINTS, out);
    if (out->len > start) {
        gemtext_end(out, GEMTEXT_TEXT);
    }
    link_review(context, "Read ", review, out);
}

static void put_newest(const struct page_context *context, struct buf *out)
{
    const struct capsule *capsule = context->capsule;
    const struct page archive = { .kind = PAGE_REVIEWS };
    gemtext_blank(out);
    gemtext_heading(out, 2, SLICE("Newest reviews"));
    if (capsule->review_count == 0) {
        gemtext_text(out, SLICE("There are no reviews yet."));
        return;
    }
    for (size_t i = 0; i < capsule->review_count && i < NEWEST_SHOWN; i++) {
        link_dated(context, capsule->reviews[i], out);
    }
    if (capsule->review_count > NEWEST_SHOWN) {
        link_begin(context, &archive, out);
        buf_puts(out, "All ");
        put_count(out, capsule->review_count, "review", "reviews");
        gemtext_end(out, GEMTEXT_LINK);
    } else {
        link_page(context, &archive, SLICE("All reviews"), out);
    }
}

/* Indexes of quotes are a step further, on the page of all quotes. */
static void put_indexes(const struct page_context *context, struct buf *out)
{
    const struct capsule *capsule = context->capsule;
    const struct page search = { .kind = PAGE_SEARCH };
    const struct page best = { .kind = PAGE_BEST };
    const struct page_part part = part_begin(out, SLICE("Browse"));
    if (capsule->review_count > 0) {
        link_page(context, &search, SLICE("Search"), out);
    }
    if (capsule->rated_count > 0) {
        link_page(context, &best, SLICE("The best rated"), out);
    }
    for (size_t i = 0; i < FACET_COUNT; i++) {
        const struct facet *facet = &capsule->facets[i];
        const struct page page = { .kind = PAGE_FACET, .facet = facet };
        if (facet->value_count > 0 && !facet->def->of_quotes) {
            link_begin(context, &page, out);
            buf_printf(out, "%s (%zu)", facet->def->title, facet->value_count);
            gemtext_end(out, GEMTEXT_LINK);
        }
    }
    if (capsule->quote_count > 0) {
        const struct page quotes = { .kind = PAGE_QUOTES };
        link_begin(context, &quotes, out);
        buf_printf(out, "Quotes (%zu)", capsule->quote_count);
        gemtext_end(out, GEMTEXT_LINK);
    }
    part_end(part, out);
}

static void put_picks(const struct page_context *context, struct buf *out)
{
    const struct capsule *capsule = context->capsule;
    const struct page any_review = { .kind = PAGE_REVIEW_RANDOM };
    const struct page this_day = { .kind = PAGE_REVIEW_TODAY };
    const struct page any_quote = { .kind = PAGE_QUOTE_RANDOM };
    const struct page quote = { .kind = PAGE_QUOTE_TODAY };
    if (capsule->review_count < 2) {
        return;
    }
    gemtext_blank(out);
    gemtext_heading(out, 2, SLICE("Wander"));
    link_page(context, &any_review, SLICE("A review at random"), out);
    link_page(context, &this_day, SLICE("Reviews of this day in other years"), out);
    if (capsule->quote_count > 0) {
        link_page(context, &any_quote, SLICE("A quote at random"), out);
        link_page(context, &quote, SLICE("Quote of the day"), out);
    }
}

static void put_about(const struct page_context *context, struct buf *out)
{
    const struct capsule *capsule = context->capsule;
    const struct page feed = { .kind = PAGE_FEED };
    const struct page atom = { .kind = PAGE_ATOM };
    const struct page book = page_of_book(capsule);
    gemtext_blank(out);
    gemtext_heading(out, 2, SLICE("About and follow"));
    for (size_t i = 0; i < capsule->page_count; i++) {
        const struct page hand = { .kind = PAGE_HAND, .hand = &capsule->pages[i] };
        if (page_is_for(context, &hand)) {
            link_page(context, &hand, hand.hand->title, out);
        }
    }
    link_page(context, &feed, SLICE("Feed of new reviews, for Gemini clients"), out);
    link_page(context, &atom, SLICE("Atom feed"), out);
    link_book(context, &book, capsule->conf.title, out);
}

void render_home(const struct page_context *context, UNUSED const struct page *page,
                 struct buf *out)
{
    const struct capsule *capsule = context->capsule;
    gemtext_heading(out, 1, capsule->conf.title);
    if (capsule->conf.tagline.len > 0) {
        gemtext_text(out, capsule->conf.tagline);
    }
    if (capsule->featured != NULL) {
        put_featured(context, capsule->featured, out);
    }
    put_newest(context, out);
    put_indexes(context, out);
    put_picks(context, out);
    put_about(context, out);
    if (capsule->conf.footer.len > 0) {
        gemtext_blank(out);
        gemtext_text(out, capsule->conf.footer);
    }
}
