/* review.c: the page of a review: facts, the lede, and the ways to everything else about it. */

#include "base/limits.h"
#include "pages/body.h"
#include "pages/link.h"
#include "pages/quote.h"
#include "pages/related.h"
#include "pages/render.h"
#include "text/uri.h"

static void begin_fact(struct buf *out, const char *key)
{
    gemtext_begin(out, GEMTEXT_ITEM, 0);
    buf_puts(out, key);
    buf_puts(out, ": ");
}

static void put_fact(struct buf *out, const char *key, slice value)
{
    if (value.len > 0) {
        begin_fact(out, key);
        gemtext_put(out, value);
        gemtext_end(out, GEMTEXT_ITEM);
    }
}

static void put_names(struct buf *out, const char *key, const struct name *names, size_t count)
{
    if (count == 0) {
        return;
    }
    begin_fact(out, key);
    for (size_t i = 0; i < count; i++) {
        buf_puts(out, i > 0 ? ", " : "");
        gemtext_put(out, names[i].text);
    }
    gemtext_end(out, GEMTEXT_ITEM);
}

static void put_people(struct buf *out, const char *key, const struct review *review,
                       enum credit_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < review->credit_count; i++) {
        if (review->credits[i].kind != kind) {
            continue;
        }
        if (count++ == 0) {
            begin_fact(out, key);
        } else {
            buf_puts(out, ", ");
        }
        gemtext_put(out, review->credits[i].person.text);
    }
    if (count > 0) {
        gemtext_end(out, GEMTEXT_ITEM);
    }
}

/* `* Key: one (two)`, two being left out when it says nothing new. */
static void put_fact_with(struct buf *out, const char *key, slice one, slice between, slice two,
                          slice after)
{
    if (one.len == 0) {
        put_fact(out, key, two);
        return;
    }
    begin_fact(out, key);
    gemtext_put(out, one);
    if (two.len > 0) {
        buf_put(out, between);
        gemtext_put(out, two);
        buf_put(out, after);
    }
    gemtext_end(out, GEMTEXT_ITEM);
}

static void put_published(struct buf *out, const struct review *review)
{
    gemtext_begin(out, GEMTEXT_ITEM, 0);
    if (!review->has_published || review->draft) {
        buf_puts(out, "Draft, not published yet");
    } else {
        buf_puts(out, "Published: ");
        date_put(out, review->published_day);
        if (date_compare(review->updated_day, review->published_day) > 0) {
            buf_puts(out, ", updated ");
            date_put(out, review->updated_day);
        }
    }
    gemtext_end(out, GEMTEXT_ITEM);
}

static void put_facts(const struct page_context *context, const struct review *review,
                      struct buf *out)
{
    bool says_title = slice_equal(review->romanized, review->title);
    slice author = review->author.len > 0 ? review->author : context->capsule->conf.author;
    put_fact_with(out, "Original title", review->original_title, SLICE(" ("),
                  says_title ? SLICE_EMPTY : review->romanized, SLICE(")"));
    put_fact(out, "Rating", review->rating);
    put_fact(out, "Kind", review->kind);
    put_fact(out, "Year", review->year_text);
    put_names(out, "Genre", review->genres, review->genre_count);
    put_fact_with(out, "Series", review->series.text, SLICE(", "), review->series_number,
                  SLICE(""));
    put_people(out, "Director", review, CREDIT_DIRECTOR);
    put_people(out, "Writer", review, CREDIT_WRITER);
    put_fact(out, "Episodes", review->episodes);
    put_fact(out, "Runtime", review->runtime);
    put_fact(out, "Country", review->country);
    put_fact(out, "Language", review->language);
    put_names(out, "Platform", review->platforms, review->platform_count);
    for (size_t i = 0; i < review->fact_count; i++) {
        gemtext_begin(out, GEMTEXT_ITEM, 0);
        gemtext_put(out, review->facts[i].key);
        buf_puts(out, ": ");
        gemtext_put(out, review->facts[i].value);
        gemtext_end(out, GEMTEXT_ITEM);
    }
    put_fact(out, "Review by", author);
    put_published(out, review);
}

static void put_poster(const struct page_context *context, const struct review *review,
                       struct buf *out)
{
    if (review->poster.path.len == 0) {
        return;
    }
    slice label = review->poster.alternative.len > 0 ? review->poster.alternative : review->title;
    const struct page poster = { .kind = PAGE_STATIC,
                                 .file =
                                     capsule_find_static(context->capsule, review->poster.path) };
    if (poster.file != NULL) {
        link_labelled(context, &poster, "Poster: ", label, out);
    } else {
        gemtext_begin(out, GEMTEXT_TEXT, 0);
        buf_puts(out, "Poster: ");
        gemtext_put(out, label);
        gemtext_end(out, GEMTEXT_TEXT);
    }
}

static void put_minutes(struct buf *out, uint32_t words)
{
    buf_puts(out, " (");
    buf_put_number(out, reading_minutes(words));
    buf_puts(out, " min)");
}

static void put_sections(const struct page_context *context, const struct review *review,
                         struct buf *out)
{
    const struct page full = { .kind = PAGE_FULL, .review = review };
    if (review->section_count == 0) {
        return;
    }
    gemtext_blank(out);
    gemtext_heading(out, 2, SLICE("Sections"));
    for (size_t i = 0; i < review->section_count; i++) {
        const struct page page = { .kind = PAGE_SECTION,
                                   .review = review,
                                   .section = &review->sections[i] };
        if (!page_is_offered(context, &page)) {
            continue;
        }
        link_begin(context, &page, out);
        gemtext_put(out, page.section->heading);
        put_minutes(out, page.section->words);
        gemtext_end(out, GEMTEXT_LINK);
    }
    if (page_is_offered(context, &full)) {
        link_begin(context, &full, out);
        buf_puts(out, "The whole review on one page");
        put_minutes(out, review->words);
        gemtext_end(out, GEMTEXT_LINK);
    }
}

static void put_quotes(const struct page_context *context, const struct review *review,
                       struct buf *out)
{
    const struct page all = { .kind = PAGE_REVIEW_QUOTES, .review = review };
    if (review->quote_count == 0) {
        return;
    }
    const struct page_part part = part_begin(out, SLICE("Quotes"));
    if (review->best_quote != NULL) {
        quote_put(review, review->best_quote, out);
        gemtext_blank(out);
    }
    for (size_t i = 0; i < review->quote_count && i < LIMIT_QUOTES_SHOWN; i++) {
        quote_link(context, review, &review->quotes[i], "", out);
    }
    if (review->quote_count > 1 && page_is_offered(context, &all)) {
        link_begin(context, &all, out);
        buf_printf(out, "All %zu quotes on one page", review->quote_count);
        gemtext_end(out, GEMTEXT_LINK);
    }
    /* A book that has no page of quotes. */
    part_end(part, out);
}

/* How many reviews have a value, when this one is not alone. Not in a book that has none of the
 * others: it would change with each of them. */
static void end_value(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct facet_value *value = page->value;
    if (value->review_count > 1 && page_is_offered(context, page)) {
        buf_puts(out, " (");
        buf_put_number(out, value->review_count);
        buf_puts(out, " reviews)");
    }
    gemtext_end(out, GEMTEXT_LINK);
}

/* What a person did: ` as Yong, as the old Yong, director`. Nothing for a member of the cast
 * without a role. */
static void put_parts(const struct review *review, slice person, struct buf *out)
{
    static const char *const parts[CREDIT_KINDS] = {
        [CREDIT_CAST] = "as ", [CREDIT_DIRECTOR] = "director", [CREDIT_WRITER] = "writer"
    };
    bool first = true;
    for (enum credit_kind kind = 0; kind < CREDIT_KINDS; kind++) {
        for (size_t i = 0; i < review->credit_count; i++) {
            const struct credit *credit = &review->credits[i];
            bool says_something = kind != CREDIT_CAST || credit->role.len > 0;
            if (credit->kind == kind && says_something &&
                slice_equal(credit->person.slug, person)) {
                buf_puts(out, first && kind == CREDIT_CAST ? " " : ", ");
                buf_puts(out, parts[kind]);
                gemtext_put(out, credit->role);
                first = false;
            }
        }
    }
}

static bool is_credited_before(const struct review *review, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (slice_equal(review->credits[i].person.slug, review->credits[index].person.slug)) {
            return true;
        }
    }
    return false;
}

/* One link a person, whatever they did. */
static void put_credits(const struct page_context *context, const struct review *review,
                        struct buf *out)
{
    const struct page_part part = part_begin(out, SLICE("Cast and crew"));
    for (size_t i = 0; i < review->credit_count; i++) {
        const struct name *person = &review->credits[i].person;
        struct page page;
        if (is_credited_before(review, i) ||
            !page_of_value(context, FACET_PEOPLE, person->slug, &page)) {
            continue;
        }
        link_begin(context, &page, out);
        gemtext_put(out, person->text);
        put_parts(review, person->slug, out);
        end_value(context, &page, out);
    }
    /* Of a closed review, people whom no list has, have no page. */
    part_end(part, out);
}

static void put_values(const struct page_context *context, enum facet_kind kind, const char *before,
                       const struct name *names, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        struct page page;
        if (page_of_value(context, kind, names[i].slug, &page)) {
            link_begin(context, &page, out);
            buf_puts(out, before);
            gemtext_put(out, names[i].text);
            end_value(context, &page, out);
        }
    }
}

static void put_index(const struct page_context *context, const struct review *review,
                      struct buf *out)
{
    const struct page_part part = part_begin(out, SLICE("More like this"));
    put_values(context, FACET_SERIES, "Series: ", &review->series, review->series.text.len > 0,
               out);
    put_values(context, FACET_TAGS, "Tag: ", review->tags, review->tag_count, out);
    put_values(context, FACET_GENRES, "Genre: ", review->genres, review->genre_count, out);
    put_values(context, FACET_YEARS, "Year: ", review->years, review->year_count, out);
    put_values(context, FACET_PLATFORMS, "Platform: ", review->platforms, review->platform_count,
               out);
    part_end(part, out);
}

/* A link to another review, where there is such a thing as another one. */
static void link_other(const struct page_context *context, const char *before,
                       const struct review *review, struct buf *out)
{
    const struct page page = { .kind = PAGE_REVIEW, .review = review };
    if (page_is_offered(context, &page)) {
        link_review(context, before, review, out);
    }
}

static void put_comments(const struct page_context *context, const struct review *review,
                         struct buf *out)
{
    slice label = review->comments.label;
    const struct page page = { .kind = PAGE_STATIC,
                               .file =
                                   capsule_find_static(context->capsule, review->comments.path) };
    if (review->comments.path.len > 0 && page.file != NULL) {
        link_page(context, &page, label.len > 0 ? label : SLICE("Comments"), out);
    }
}

static void put_elsewhere(const struct page_context *context, const struct review *review,
                          struct buf *out)
{
    const struct page source = { .kind = PAGE_SOURCE, .review = review };
    const struct page archive = { .kind = PAGE_REVIEWS };
    const struct page book = { .kind = PAGE_REVIEW_BOOK, .review = review };
    const struct review *newer = capsule_newer(context->capsule, review);
    const struct review *older = capsule_older(context->capsule, review);
    gemtext_blank(out);
    gemtext_heading(out, 2, SLICE("Go on"));
    put_comments(context, review, out);
    if (newer != NULL) {
        link_other(context, "Newer review: ", newer, out);
    }
    if (older != NULL) {
        link_other(context, "Older review: ", older, out);
    }
    if (uri_scheme(review->source_url).len > 0) {
        gemtext_begin(out, GEMTEXT_LINK, 0);
        body_put_address(review->source_url, out);
        buf_puts(out, " The original post on the web");
        gemtext_end(out, GEMTEXT_LINK);
    }
    link_book(context, &book, review->title, out);
    if (page_is_offered(context, &source)) {
        link_page(context, &source, SLICE("The source of this review, as plain text"), out);
    }
    if (page_is_offered(context, &archive)) {
        link_page(context, &archive, SLICE("All reviews"), out);
    }
    link_home(context, out);
}

void render_review(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct review *review = page->review;
    gemtext_heading(out, 1, review->title);
    if (review->tagline.len > 0) {
        gemtext_text(out, review->tagline);
    }
    gemtext_blank(out);
    put_poster(context, review, out);
    put_facts(context, review, out);
    if (body_has_text(review, review->lede)) {
        gemtext_blank(out);
        body_put(context, review, review->lede, 2, out);
    }
    put_sections(context, review, out);
    put_quotes(context, review, out);
    put_credits(context, review, out);
    related_put(context, review, out);
    put_index(context, review, out);
    put_elsewhere(context, review, out);
}
