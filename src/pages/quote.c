/* quote.c: one quote. */

#include "pages/quote.h"

#include "pages/body.h"
#include "pages/link.h"
#include "pages/render.h"

enum { SHORT_POINTS = 60 };

/* The next line of a quote, from `*at` on, that has words; the empty slice when there is none. */
static slice next_words(const struct review *review, const struct quote *quote, uint32_t *at)
{
    while (*at < quote->lines.end && *at < review->lines.count) {
        slice words = gemtext_lines_at(&review->lines, (*at)++).text;
        if (words.len > 0) {
            return words;
        }
    }
    return SLICE_EMPTY;
}

void quote_put_short(const struct review *review, const struct quote *quote, struct buf *out)
{
    bool cut = false;
    uint32_t at = quote->lines.first;
    slice words = next_words(review, quote, &at);
    gemtext_put(out, words.len > 0 ? text_head(words, SHORT_POINTS, &cut) : SLICE("A quote"));
    cut = cut || next_words(review, quote, &at).len > 0;
    buf_puts(out, cut ? " …" : "");
}

void quote_link(const struct page_context *context, const struct review *review,
                const struct quote *quote, const char *before, struct buf *out)
{
    const struct page page = { .kind = PAGE_QUOTE, .review = review, .quote = quote };
    if (!page_is_offered(context, &page)) {
        return;
    }
    link_begin(context, &page, out);
    buf_puts(out, before);
    quote_put_short(review, quote, out);
    gemtext_end(out, GEMTEXT_LINK);
}

void quote_put_words(const struct review *review, const struct quote *quote, size_t points,
                     struct buf *out)
{
    bool cut = false;
    size_t start = out->len;
    uint32_t at = quote->lines.first;
    slice words = next_words(review, quote, &at);
    /* No code point has more than four bytes. */
    while (words.len > 0 && out->len - start <= points * 4) {
        buf_puts(out, out->len > start ? " " : "");
        gemtext_put(out, words);
        words = next_words(review, quote, &at);
    }
    slice head = text_head(slice_from(buf_slice(out), start), points, &cut);
    buf_truncate(out, start + head.len);
    buf_puts(out, cut ? " …" : "");
}

void quote_put_lines(const struct review *review, const struct quote *quote, struct buf *out)
{
    for (uint32_t i = quote->lines.first; i < quote->lines.end && i < review->lines.count; i++) {
        gemtext_quote(out, gemtext_lines_at(&review->lines, i).text);
    }
}

void quote_put(const struct review *review, const struct quote *quote, struct buf *out)
{
    quote_put_lines(review, quote, out);
    body_put_attribution(quote, out);
}

void quote_put_whole(const struct review *review, const struct quote *quote, struct buf *out)
{
    quote_put(review, quote, out);
    if (quote->commentary != NO_LINE && quote->commentary < review->lines.count) {
        const struct gemtext_line commentary = gemtext_lines_at(&review->lines, quote->commentary);
        gemtext_blank(out);
        gemtext_line(out, &commentary);
    }
}

static void link_actor(const struct page_context *context, const struct quote *quote,
                       struct buf *out)
{
    struct page page;
    if (!page_of_value(context, FACET_PEOPLE, quote->actor->person.slug, &page)) {
        return;
    }
    link_begin(context, &page, out);
    gemtext_put(out, quote->actor->person.text);
    /* Who has no role is quoted by their own name. */
    if (quote->actor->role.len > 0) {
        buf_puts(out, ", who plays ");
        gemtext_put(out, quote->actor->role);
    }
    gemtext_end(out, GEMTEXT_LINK);
}

/* Other quotes of the role, or of who plays it, when there are any. */
static void link_others(const struct page_context *context, const struct quote *quote,
                        struct buf *out)
{
    const bool is_played = quote->actor != NULL;
    const struct facet *facet =
        &context->capsule->facets[is_played ? FACET_ACTORS : FACET_SPEAKERS];
    const struct name *name = is_played ? &quote->actor->person : &quote->speaker;
    const struct page page = { .kind = PAGE_FACET_VALUE,
                               .facet = facet,
                               .value = facet_find(facet, name->slug) };
    if (page.value != NULL && page.value->mention_count > 1 && page_is_offered(context, &page)) {
        link_begin(context, &page, out);
        buf_puts(out, "Quotes of ");
        gemtext_put(out, name->text);
        buf_printf(out, " (%zu)", page.value->mention_count);
        gemtext_end(out, GEMTEXT_LINK);
    }
}

static void link_section(const struct page_context *context, const struct page *page,
                         struct buf *out)
{
    const struct page section = { .kind = PAGE_SECTION,
                                  .review = page->review,
                                  .section = &page->review->sections[page->quote->section] };
    link_labelled(context, &section, "In the section: ", section.section->heading, out);
}

static void link_neighbours(const struct page_context *context, const struct page *page,
                            struct buf *out)
{
    const struct review *review = page->review;
    const struct page all = { .kind = PAGE_REVIEW_QUOTES, .review = review };
    size_t index = (size_t)(page->quote - review->quotes);
    if (index + 1 < review->quote_count) {
        quote_link(context, review, &review->quotes[index + 1], "Next: ", out);
    }
    if (index > 0) {
        quote_link(context, review, &review->quotes[index - 1], "Previous: ", out);
    }
    if (review->quote_count > 1) {
        link_labelled(context, &all, "Every quote from ", review->title, out);
    }
    link_review(context, "The review: ", review, out);
}

void render_quote(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct review *review = page->review;
    const struct quote *quote = page->quote;
    gemtext_begin(out, GEMTEXT_HEADING, 1);
    quote_put_short(review, quote, out);
    gemtext_end(out, GEMTEXT_HEADING);
    gemtext_begin(out, GEMTEXT_TEXT, 0);
    buf_puts(out, "A quote from ");
    gemtext_put(out, review->title);
    gemtext_end(out, GEMTEXT_TEXT);
    gemtext_blank(out);
    quote_put_whole(review, quote, out);
    gemtext_blank(out);
    if (quote->actor != NULL) {
        link_actor(context, quote, out);
    }
    link_others(context, quote, out);
    if (quote->section != NO_SECTION) {
        link_section(context, page, out);
    }
    gemtext_blank(out);
    link_neighbours(context, page, out);
    link_home(context, out);
}
