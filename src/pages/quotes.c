/* quotes.c: quotes in lists, the day's and a random one. */

#include "pages/body.h"
#include "pages/feed.h"
#include "pages/link.h"
#include "pages/quote.h"
#include "pages/render.h"

void quote_put_entry(const struct page_context *context, const struct review *review,
                     const struct quote *quote, bool with_title, struct buf *out)
{
    const struct page page = { .kind = PAGE_QUOTE, .review = review, .quote = quote };
    gemtext_blank(out);
    quote_put_lines(review, quote, out);
    if (!page_is_offered(context, &page)) {
        body_put_attribution(quote, out);
        return;
    }
    link_begin(context, &page, out);
    if (quote->speaker.text.len == 0) {
        quote_put_short(review, quote, out);
    }
    gemtext_put(out, quote->speaker.text);
    if (quote->context.len > 0) {
        buf_puts(out, ", ");
        gemtext_put(out, quote->context);
    }
    if (with_title) {
        buf_puts(out, ", in ");
        gemtext_put(out, review->title);
    }
    gemtext_end(out, GEMTEXT_LINK);
}

void render_review_quotes(const struct page_context *context, const struct page *page,
                          struct buf *out)
{
    const struct review *review = page->review;
    gemtext_begin(out, GEMTEXT_HEADING, 1);
    buf_puts(out, "Quotes from ");
    gemtext_put(out, review->title);
    gemtext_end(out, GEMTEXT_HEADING);
    put_count(out, review->quote_count, "quote", "quotes");
    gemtext_end(out, GEMTEXT_TEXT);
    for (size_t i = 0; i < review->quote_count; i++) {
        quote_put_entry(context, review, &review->quotes[i], false, out);
    }
    const struct page all = { .kind = PAGE_QUOTES };
    gemtext_blank(out);
    link_review(context, "The review: ", review, out);
    link_page(context, &all, SLICE("Quotes from every review"), out);
    link_home(context, out);
}

static void link_picks(const struct page_context *context, struct buf *out)
{
    const struct page today = { .kind = PAGE_QUOTE_TODAY };
    const struct page random = { .kind = PAGE_QUOTE_RANDOM };
    link_page(context, &today, SLICE("Quote of the day"), out);
    link_page(context, &random, SLICE("A quote at random"), out);
}

/* `By speaker (45)` */
static void link_indexes(const struct page_context *context, struct buf *out)
{
    for (size_t i = 0; i < FACET_COUNT; i++) {
        const struct facet *facet = &context->capsule->facets[i];
        const struct page page = { .kind = PAGE_FACET, .facet = facet };
        if (facet->def->of_quotes && facet->value_count > 0) {
            link_begin(context, &page, out);
            buf_printf(out, "By %s (%zu)", facet->def->singular, facet->value_count);
            gemtext_end(out, GEMTEXT_LINK);
        }
    }
}

void render_quotes(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct capsule *capsule = context->capsule;
    struct list_page list;
    if (!list_page(LIST_NEWEST_FIRST, capsule->quote_count, page->number, &list)) {
        return;
    }
    gemtext_heading(out, 1, SLICE("Quotes"));
    put_list_range(out, page, &list, capsule->quote_count, "quote", "quotes");
    gemtext_end(out, GEMTEXT_TEXT);
    gemtext_blank(out);
    if (capsule->quote_count > 0) {
        link_indexes(context, out);
        link_picks(context, out);
    }
    for (size_t i = list.first; i < list.end; i++) {
        const struct quote_ref *ref = &capsule->quotes[i];
        if (i == list.first || ref->review != capsule->quotes[i - 1].review) {
            gemtext_blank(out);
            gemtext_heading(out, 2, ref->review->title);
        }
        quote_put_entry(context, ref->review, ref->quote, false, out);
    }
    gemtext_blank(out);
    link_list_neighbours(context, page, &list, out);
    if (page->number == 0) {
        feed_links(context, page, out);
        gemtext_blank(out);
    }
    link_home(context, out);
}

/* The quote with the smallest hash of the day and its name: everybody has the same one for a day,
 * and a quote that is added changes it only when it becomes the day's itself. */
static const struct quote_ref *pick_of_the_day(const struct capsule *capsule, slice day)
{
    const struct quote_ref *pick = NULL;
    unsigned long long smallest = 0;
    unsigned long long seed = slice_hash(day, SLICE_HASH_SEED);
    for (size_t i = 0; i < capsule->quote_count; i++) {
        const struct quote_ref *ref = &capsule->quotes[i];
        unsigned long long hash = slice_hash(ref->review->slug, seed);
        hash = slice_hash(ref->quote->id, slice_hash(SLICE("/"), hash));
        if (pick == NULL || hash < smallest) {
            smallest = hash;
            pick = ref;
        }
    }
    return pick;
}

/* 40,000 quotes are 3 ms, or ten requests: they are gone through once a day. `day` is how the day
 * is written. */
static const struct quote_ref *quote_of_the_day(const struct page_context *context, slice day)
{
    struct page_memo *memo = context->memo;
    if (memo == NULL) {
        return pick_of_the_day(context->capsule, day);
    }
    if (date_compare(memo->day, context->today) != 0) {
        memo->quote = pick_of_the_day(context->capsule, day);
        memo->day = context->today;
    }
    return memo->quote;
}

/* Stands for a random quote as well, in an export and when there are no quotes. */
void render_quote_today(const struct page_context *context, const struct page *page,
                        struct buf *out)
{
    const struct page all = { .kind = PAGE_QUOTES };
    const struct page random = { .kind = PAGE_QUOTE_RANDOM };
    gemtext_heading(out, 1, SLICE("Quote of the day"));
    size_t start = out->len;
    date_put(out, context->today);
    const struct quote_ref *pick = quote_of_the_day(context, slice_from(buf_slice(out), start));
    gemtext_end(out, GEMTEXT_TEXT);
    gemtext_blank(out);
    if (pick == NULL) {
        gemtext_text(out, SLICE("There are no quotes yet."));
    } else {
        const struct page quote = { .kind = PAGE_QUOTE,
                                    .review = pick->review,
                                    .quote = pick->quote };
        quote_put(pick->review, pick->quote, out);
        gemtext_blank(out);
        link_page(context, &quote, SLICE("More about this quote"), out);
        link_review(context, "From the review: ", pick->review, out);
        if (page->kind != PAGE_QUOTE_RANDOM) {
            link_page(context, &random, SLICE("A quote at random"), out);
        }
    }
    gemtext_blank(out);
    link_page(context, &all, SLICE("Every quote"), out);
    link_home(context, out);
}

bool redirect_random(const struct page_context *context, UNUSED const struct page *page,
                     struct page *target)
{
    const struct capsule *capsule = context->capsule;
    if (capsule->quote_count == 0) {
        return false;
    }
    const struct quote_ref *ref = &capsule->quotes[context->random % capsule->quote_count];
    *target = (struct page){ .kind = PAGE_QUOTE, .review = ref->review, .quote = ref->quote };
    return true;
}
