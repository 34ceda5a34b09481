/* results.c: what was found, and what an export has instead. */

#include "pages/results.h"

#include "pages/link.h"
#include "pages/quote.h"
#include "pages/render.h"
#include "text/uri.h"

/* --- links --------------------------------------------------------------------------------------
 */

/* A link to a page of what `query` finds; page 0 is the first. What nobody could ask for is left
 * out. The caller puts the label and ends the line when this is true. */
static bool link_begin_results(const struct page_context *context, slice query, size_t number,
                               struct buf *out)
{
    const struct page page = { .kind = number == 0 ? PAGE_SEARCH : PAGE_SEARCH_MORE,
                               .number = number + 1 };
    const size_t start = out->len;
    gemtext_begin(out, GEMTEXT_LINK, 0);
    const size_t url = out->len;
    page_put_url(context, &page, out);
    buf_putc(out, '?');
    uri_put_path(out, query);
    if (out->len - url + context->host.len + SLICE("gemini://").len > LIMIT_REQUEST_URL) {
        buf_truncate(out, start);
        return false;
    }
    buf_putc(out, ' ');
    return true;
}

static void link_neighbours(const struct page_context *context, const struct page_results *results,
                            struct buf *out)
{
    const size_t number = results->first / LIMIT_SEARCH_PAGE;
    const size_t end = results->first + results->count;
    if (number > 0 && link_begin_results(context, results->query, number - 1, out)) {
        buf_puts(out, "Previous results");
        gemtext_end(out, GEMTEXT_LINK);
    }
    if (end < results->total && end < LIMIT_SEARCH_RESULTS &&
        link_begin_results(context, results->query, number + 1, out)) {
        buf_printf(out, "More results, from the %zust on", end + 1); /* 21st, 41st, … */
        gemtext_end(out, GEMTEXT_LINK);
    }
}

static void link_again(const struct page_context *context, struct buf *out)
{
    const struct page search = { .kind = PAGE_SEARCH };
    link_page(context, &search, SLICE("Search for something else"), out);
}

/* --- what was found -----------------------------------------------------------------------------
 */

static void put_review_hit(const struct page_context *context, const struct page_hit *hit,
                           struct buf *out)
{
    const struct page section = { .kind = PAGE_SECTION,
                                  .review = hit->review,
                                  .section = hit->section };
    gemtext_blank(out);
    if (hit->section == NULL) {
        link_begin_work(context, hit->review, out);
    } else {
        link_begin(context, &section, out);
        link_put_work(hit->review, out);
        buf_puts(out, ": ");
        gemtext_put(out, hit->section->heading);
    }
    gemtext_end(out, GEMTEXT_LINK);
    if (hit->passage.len > 0) {
        gemtext_text(out, hit->passage);
    }
}

static void put_hits(const struct page_context *context, const struct page_results *results,
                     struct buf *out)
{
    for (size_t i = 0; i < results->count; i++) {
        const struct page_hit *hit = &results->hits[i];
        if (hit->quote != NULL) {
            quote_put_entry(context, hit->review, hit->quote, true, out);
        } else {
            put_review_hit(context, hit, out);
        }
    }
}

static void put_total(const struct page_results *results, struct buf *out)
{
    put_count(out, results->total, results->in_quotes ? "quote" : "review",
              results->in_quotes ? "quotes" : "reviews");
    if (results->total > LIMIT_SEARCH_PAGE) {
        buf_printf(out, ", the best first; here are %zu to %zu", results->first + 1,
                   results->first + results->count);
    }
    if (results->total > LIMIT_SEARCH_RESULTS) {
        buf_printf(out, " (the best %d can be seen; another word makes them fewer)",
                   LIMIT_SEARCH_RESULTS);
    }
    gemtext_end(out, GEMTEXT_TEXT);
}

static void put_near(const struct page_context *context, const struct page_results *results,
                     struct buf *out)
{
    if (results->near_count == 0) {
        return;
    }
    gemtext_blank(out);
    gemtext_text(out, SLICE("Perhaps one of these was meant:"));
    for (size_t i = 0; i < results->near_count; i++) {
        const struct page_near *near = &results->near[i];
        if (link_begin_results(context, near->query, 0, out)) {
            gemtext_put(out, near->query);
            buf_puts(out, " (");
            put_count(out, near->total, results->in_quotes ? "quote" : "review",
                      results->in_quotes ? "quotes" : "reviews");
            buf_putc(out, ')');
            gemtext_end(out, GEMTEXT_LINK);
        }
    }
}

/* For those who found nothing, and on every page below what was found. */
static void put_ways_to_ask(struct buf *out)
{
    static const char *const ways[] = {
        ("love letter: both words, anywhere in a review, in any order and in any spelling of "
         "capitals and accents"),
        "\"love letter\": these words, one after the other",
        "letter*: words that begin so",
        "letter -love: without the second word",
        "tag:drama, person:bong: among tags, genres and platforms; among names and roles",
        "year:2013, year:2010-2019: the year of the work",
        "in:quotes promise: quotes that have the word",
        "방의: any part of a Korean, Japanese or Chinese word, two letters or more",
    };
    gemtext_blank(out);
    gemtext_heading(out, 2, SLICE("Ways to ask"));
    for (size_t i = 0; i < ARRAY_LENGTH(ways); i++) {
        gemtext_item(out, slice_of(ways[i]));
    }
}

static void put_indexes(const struct page_context *context, struct buf *out)
{
    const struct capsule *capsule = context->capsule;
    const struct page reviews = { .kind = PAGE_REVIEWS };
    const struct page quotes = { .kind = PAGE_QUOTES };
    link_page(context, &reviews, SLICE("All reviews"), out);
    if (capsule->quote_count > 0) {
        link_page(context, &quotes, SLICE("Quotes"), out);
    }
    for (size_t i = 0; i < FACET_COUNT; i++) {
        const struct facet *facet = &capsule->facets[i];
        const struct page page = { .kind = PAGE_FACET, .facet = facet };
        if (facet->value_count > 0 && !facet->def->of_quotes) {
            link_page(context, &page, slice_of(facet->def->title), out);
        }
    }
}

/* A file cannot ask anything. */
static void put_stand_in(const struct page_context *context, struct buf *out)
{
    gemtext_heading(out, 1, SLICE("Search"));
    gemtext_text(out, SLICE("This copy of the capsule is made of files, which cannot be searched. "
                            "These pages name all that there is:"));
    gemtext_blank(out);
    put_indexes(context, out);
    link_home(context, out);
}

void render_search(const struct page_context *context, UNUSED const struct page *page,
                   struct buf *out)
{
    const struct page_results *results = context->results;
    if (results == NULL) {
        put_stand_in(context, out);
        return;
    }
    gemtext_begin(out, GEMTEXT_HEADING, 1);
    buf_puts(out, results->query.len > 0 ? "Search: " : "Search");
    gemtext_put(out, results->query);
    gemtext_end(out, GEMTEXT_HEADING);
    if (results->problem.len > 0) {
        gemtext_text(out, results->problem);
    } else if (results->total == 0) {
        gemtext_text(out, SLICE("Nothing is found that has all of this."));
        put_near(context, results, out);
    } else if (results->count == 0) {
        gemtext_text(out, SLICE("There is no more that was found."));
        if (link_begin_results(context, results->query, 0, out)) {
            buf_puts(out, "The first results");
            gemtext_end(out, GEMTEXT_LINK);
        }
    } else {
        put_total(results, out);
        put_hits(context, results, out);
    }
    gemtext_blank(out);
    link_neighbours(context, results, out);
    link_again(context, out);
    put_ways_to_ask(out);
    gemtext_blank(out);
    link_home(context, out);
}
