/* Any bytes as a source file: a review, a hand-written page, and the capsule that is made of both
 * keep the promises of model/review.h and model/capsule.h. */
#include "base/arena.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "model/capsule.h"
#include "source/review.h"
#include "text/date.h"
#include "text/slug.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

static void check_range(struct line_range range, size_t count)
{
    require(range.first <= range.end && range.end <= count);
}

static void check_names(const struct name *names, size_t count)
{
    require(count <= LIMIT_LIST_VALUES);
    for (size_t i = 0; i < count; i++) {
        require(names[i].slug.len > 0 && names[i].slug.len <= LIMIT_SLUG);
        require(names[i].text.len > 0);
    }
}

static int compare_slices(const void *a, const void *b)
{
    return slice_compare(*(const slice *)a, *(const slice *)b);
}

static void check_unique(slice *ids, size_t count)
{
    if (count > 1) {
        qsort(ids, count, sizeof *ids, compare_slices);
    }
    for (size_t i = 0; i < count; i++) {
        require(ids[i].len > 0);
        require(i == 0 || !slice_equal(ids[i], ids[i - 1]));
        require(slice_find_byte(ids[i], '/') == ids[i].len);
    }
}

static void check_sections(struct arena *arena, const struct review *review)
{
    slice *ids = arena_array(arena, review->section_count, sizeof *ids);
    uint32_t sub = review->section_count > 0 ? review->sections[0].first_sub : 0;
    uint32_t line = review->lede.end;
    uint32_t words = 0;
    for (size_t i = 0; i < review->section_count; i++) {
        const struct section *section = &review->sections[i];
        check_range(section->lines, review->lines.count);
        require(section->lines.first > line || (i == 0 && section->lines.first > 0));
        line = section->lines.end;
        require(section->first_sub == sub && section->end_sub >= sub);
        sub = section->end_sub;
        words += section->words;
        require(section->heading.len > 0);
        require(!slice_starts_with(section->id, SLICE("quote-")));
        ids[i] = section->id;
    }
    require(review->section_count == 0 || sub == review->subsection_count);
    require(words <= review->words);
    for (size_t i = 0; i < review->subsection_count; i++) {
        require(review->subsections[i].line < review->lines.count);
        require(gemtext_lines_type(&review->lines, review->subsections[i].line) == GEMTEXT_HEADING);
    }
    check_unique(ids, review->section_count);
}

static void check_quotes(struct arena *arena, const struct review *review)
{
    slice *ids = arena_array(arena, review->quote_count, sizeof *ids);
    for (size_t i = 0; i < review->quote_count; i++) {
        const struct quote *quote = &review->quotes[i];
        check_range(quote->lines, review->lines.count);
        require(quote->lines.first < quote->lines.end);
        require(quote->attribution == quote->lines.end && quote->attribution < review->lines.count);
        require(quote->commentary == NO_LINE || quote->commentary == quote->attribution + 1);
        require(quote->commentary == NO_LINE || quote->commentary < review->lines.count);
        require(quote->section == NO_SECTION || quote->section < review->section_count);
        require(quote->speaker.text.len > 0);
        require(quote->actor == NULL || quote->actor->kind == CREDIT_CAST);
        require(quote->id.len > 6 && slice_starts_with(quote->id, SLICE("quote-")));
        ids[i] = quote->id;
    }
    require(review->quote_count == 0 ||
            (review->best_quote >= review->quotes &&
             review->best_quote < review->quotes + review->quote_count));
    check_unique(ids, review->quote_count);
}

static void check_lines(const struct gemtext_lines *lines, slice source)
{
    size_t fences = 0;
    for (size_t i = 0; i < lines->count; i++) {
        const struct gemtext_line line = gemtext_lines_at(lines, i);
        require(line.raw.ptr >= source.ptr &&
                line.raw.ptr + line.raw.len <= source.ptr + source.len);
        fences += line.type == GEMTEXT_FENCE;
    }
    require(fences % 2 == 0);
}

static void check_review(struct arena *arena, const struct review *review)
{
    require(review->title.len > 0 && review->title.len <= LIMIT_TITLE);
    require(review->slug.len > 0);
    require(review->draft || review->has_published);
    require(utf8_find_invalid(review->source) == review->source.len);
    check_range(review->lede, review->lines.count);
    check_names(review->tags, review->tag_count);
    check_names(review->genres, review->genre_count);
    check_names(review->platforms, review->platform_count);
    check_names(review->years, review->year_count);
    for (size_t i = 0; i < review->credit_count; i++) {
        check_names(&review->credits[i].person, 1);
    }
    for (size_t i = 0; i < review->alias_count; i++) {
        require(review->aliases[i].len > 0 && review->aliases[i].ptr[0] == '/');
    }
    check_lines(&review->lines, review->source);
    check_sections(arena, review);
    check_quotes(arena, review);
}

/* Each review's values are found in the indexes under their slugs. */
static void check_capsule(const struct capsule *capsule)
{
    for (int kind = 0; kind < FACET_COUNT; kind++) {
        const struct facet *facet = &capsule->facets[kind];
        for (size_t i = 0; i < facet->value_count; i++) {
            require(facet_find(facet, facet->values[i].slug) == &facet->values[i]);
            require(facet->values[i].review_count <= facet->values[i].mention_count);
            require(facet->values[i].neighbour_count <= LIMIT_NEIGHBOURS);
        }
    }
    for (size_t i = 0; i < capsule->review_count; i++) {
        require(capsule->reviews[i]->place == capsule->review_count - 1 - i);
        require(capsule_find_review(capsule, capsule->reviews[i]->slug) == capsule->reviews[i]);
    }
    for (size_t i = 0; i < capsule->alias_count; i++) {
        require(capsule_find_alias(capsule, capsule->aliases[i].path) == &capsule->aliases[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct diags diags;
    struct source source = { SLICE("reviews/fuzz.gmi"), { (const char *)data, size } };
    struct source page_source = { SLICE("pages/fuzz.gmi"), source.text };
    struct review review;
    struct review *reviews[1] = { &review };
    struct hand_page page;
    struct capsule capsule;
    struct capsule_parts parts = { .reviews = reviews, .pages = &page, .now = 1750000000 };
    arena_init(&arena);
    diags_init(&diags);
    if (size > 0 && source_normalise(&arena, &source, &diags)) {
        page_source.text = source.text;
        if (review_parse(&arena, &source, &review, &diags)) {
            check_review(&arena, &review);
            parts.review_count = 1;
        }
        if (hand_page_parse(&arena, &page_source, &page, &diags)) {
            require(page.title.len > 0);
            check_lines(&page.lines, page.source);
            parts.page_count = 1;
        }
        parts.show_drafts = size % 2 == 0;
        capsule_index(&arena, &parts, &capsule, &diags);
        check_capsule(&capsule);
    }
    struct buf printed;
    buf_init(&printed, (size_t)1 << 26);
    diags_format(&diags, &printed);
    require(utf8_find_invalid(buf_slice(&printed)) == printed.len);
    buf_release(&printed);
    diags_release(&diags);
    arena_release(&arena);
    return 0;
}
