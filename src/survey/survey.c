#include "survey/survey.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "text/uri.h"

#include <stdlib.h>

struct surveyor {
    struct arena *arena;
    const struct capsule *capsule;
    struct survey *out;
    struct buf path; /* scratch */
};

/* --- links ------------------------------------------------------------------------------------ */

static int compare_slug(const void *slug, const void *review)
{
    return slice_compare(*(const slice *)slug,
                         ((const struct surveyed_review *)review)->review->slug);
}

static struct surveyed_review *find(const struct survey *survey, slice slug)
{
    return survey->review_count == 0 ? NULL
                                     : bsearch(&slug, survey->reviews, survey->review_count,
                                               sizeof *survey->reviews, compare_slug);
}

/* Up to what ends a path, or with `segment` a part of it. */
static slice path_head(slice path, bool segment)
{
    size_t end = 0;
    while (end < path.len && path.ptr[end] != '?' && path.ptr[end] != '#' &&
           !(segment && path.ptr[end] == '/')) {
        end++;
    }
    return slice_head(path, end);
}

/* The slug of the review that a link without a scheme leads to; empty when it is to something else.
 * The path is read from the root, whatever dots it begins with (docs/source-format.md). */
static slice slug_of_path(struct surveyor *surveyor, slice url)
{
    static const slice folder = SLICE_INIT("reviews/");
    while (slice_starts_with(url, SLICE("/")) || slice_starts_with(url, SLICE("./")) ||
           slice_starts_with(url, SLICE("../"))) {
        url = slice_from(url, slice_find_byte(url, '/') + 1);
    }
    buf_clear(&surveyor->path);
    if (slice_starts_with(url, folder)) {
        uri_put_decoded(&surveyor->path, path_head(slice_from(url, folder.len), true));
        return buf_slice(&surveyor->path);
    }
    buf_putc(&surveyor->path, '/');
    uri_put_decoded(&surveyor->path, path_head(url, false));
    const struct alias *alias = capsule_find_alias(surveyor->capsule, buf_slice(&surveyor->path));
    return alias == NULL ? SLICE_EMPTY : alias->review->slug;
}

static slice slug_of_link(struct surveyor *surveyor, slice url)
{
    enum facet_kind kind = FACET_COUNT;
    slice slug;
    if (capsule_split_name(url, &kind, &slug)) {
        return kind == FACET_COUNT ? slug : SLICE_EMPTY;
    }
    return uri_scheme(url).len > 0 ? SLICE_EMPTY : slug_of_path(surveyor, url);
}

/* A link to itself leads no reader there. */
static void count_link(struct survey *out, slice slug, const struct review *from)
{
    struct surveyed_review *to = slug.len > 0 ? find(out, slug) : NULL;
    if (to != NULL && to->review != from) {
        to->links++;
    }
}

static void count_links(struct surveyor *surveyor, const struct gemtext_lines *lines,
                        const struct review *from)
{
    for (size_t i = 0; i < lines->count; i++) {
        if (gemtext_lines_type(lines, i) == GEMTEXT_LINK) {
            slice url = gemtext_lines_at(lines, i).url;
            count_link(surveyor->out, slug_of_link(surveyor, url), from);
        }
    }
}

static void count_all_links(struct surveyor *surveyor)
{
    const struct capsule *capsule = surveyor->capsule;
    for (size_t i = 0; i < surveyor->out->review_count; i++) {
        const struct review *review = surveyor->out->reviews[i].review;
        count_links(surveyor, &review->lines, review);
        for (size_t j = 0; j < review->related_count; j++) {
            count_link(surveyor->out, review->related[j], review);
        }
    }
    for (size_t i = 0; i < capsule->page_count; i++) {
        count_links(surveyor, &capsule->pages[i].lines, NULL);
    }
}

/* --- one review ------------------------------------------------------------------------------- */

/* A review counts the words of its headings, too; they are in no section. */
static uint32_t lede_words(const struct review *review)
{
    size_t others = 0;
    for (size_t i = 0; i < review->section_count; i++) {
        others += review->sections[i].words + utf8_count_words(review->sections[i].heading);
    }
    return others < review->words ? review->words - (uint32_t)others : 0;
}

/* Lines of a source are counted once, however many quotes there are. */
static void find_speakers(struct surveyor *surveyor, const struct review *review)
{
    const char *at = review->source.ptr;
    unsigned line = 1;
    for (size_t i = 0; i < review->quote_count; i++) {
        const struct quote *quote = &review->quotes[i];
        if (quote->attribution == NO_LINE || quote->actor != NULL || quote->speaker.text.len == 0) {
            continue;
        }
        const char *place = gemtext_lines_at(&review->lines, quote->attribution).raw.ptr;
        slice between = slice_between(at, place);
        for (size_t end = 0; (end = slice_find_byte(between, '\n')) < between.len; line++) {
            between = slice_from(between, end + 1);
        }
        at = place;
        *ARRAY_ADD(surveyor->arena, &surveyor->out->speakers) =
            (struct surveyed_speaker){ review, line, quote->speaker.text };
    }
}

static bool has_cast(const struct review *review)
{
    for (size_t i = 0; i < review->credit_count; i++) {
        if (review->credits[i].kind == CREDIT_CAST) {
            return true;
        }
    }
    return false;
}

static void look_at_reviews(struct surveyor *surveyor)
{
    struct survey *out = surveyor->out;
    for (size_t i = 0; i < out->review_count; i++) {
        struct surveyed_review *surveyed = &out->reviews[i];
        const struct review *review = surveyed->review;
        surveyed->lede = lede_words(review);
        surveyed->lacks[LACK_POSTER] = review->poster.path.len == 0;
        surveyed->lacks[LACK_QUOTE] = review->quote_count == 0;
        surveyed->lacks[LACK_TAGS] = review->tag_count == 0;
        surveyed->lacks[LACK_LINKS] = surveyed->links == 0;
        out->words += review->words;
        out->sections += review->section_count;
        if (has_cast(review)) {
            find_speakers(surveyor, review);
        }
    }
}

/* --- values ----------------------------------------------------------------------------------- */

static void find_single_tags(struct surveyor *surveyor)
{
    const struct facet *tags = &surveyor->capsule->facets[FACET_TAGS];
    struct survey *out = surveyor->out;
    out->single_tags =
        arena_array(surveyor->arena, tags->value_count, sizeof(struct facet_value *));
    for (size_t i = 0; i < tags->value_count; i++) {
        if (tags->values[i].review_count == 1) {
            out->single_tags[out->single_tag_count++] = &tags->values[i];
        }
    }
}

static int compare_spellings(const void *a, const void *b)
{
    const struct surveyed_spelling *x = a;
    const struct surveyed_spelling *y = b;
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    int order = slice_compare(x->value->slug, y->value->slug);
    order = order != 0 ? order : slice_compare(x->text, y->text);
    if (order != 0 || x->review->place == y->review->place) {
        return order;
    }
    return x->review->place > y->review->place ? -1 : 1;
}

static void find_spellings(struct surveyor *surveyor, enum facet_kind kind)
{
    const struct facet *facet = &surveyor->capsule->facets[kind];
    for (size_t r = 0; r < surveyor->capsule->review_count; r++) {
        const struct review *review = surveyor->capsule->reviews[r];
        for (size_t i = 0; i < facet->def->count(review); i++) {
            const struct credit *credit = NULL;
            const struct name *name = facet->def->value(review, i, &credit);
            const struct facet_value *value = name == NULL ? NULL : facet_find(facet, name->slug);
            if (value != NULL && !slice_equal(value->text, name->text)) {
                *ARRAY_ADD(surveyor->arena, &surveyor->out->spellings) =
                    (struct surveyed_spelling){ kind, value, name->text, review };
            }
        }
    }
}

static void find_all_spellings(struct surveyor *surveyor)
{
    struct survey *out = surveyor->out;
    for (int kind = 0; kind < FACET_COUNT; kind++) {
        /* Who speaks is a role of one review, and who plays it is one of its people. */
        if (!facet_defs[kind].of_quotes) {
            find_spellings(surveyor, (enum facet_kind)kind);
        }
    }
    if (out->spellings.count > 1) {
        qsort(out->spellings.items, out->spellings.count, sizeof *out->spellings.items,
              compare_spellings);
    }
    size_t kept = 0;
    for (size_t i = 0; i < out->spellings.count; i++) {
        const struct surveyed_spelling *spelling = &out->spellings.items[i];
        if (kept == 0 || out->spellings.items[kept - 1].value != spelling->value ||
            !slice_equal(out->spellings.items[kept - 1].text, spelling->text)) {
            out->spellings.items[kept++] = *spelling;
        }
    }
    out->spellings.count = kept;
}

void survey_make(struct arena *arena, const struct capsule *capsule, struct survey *out)
{
    struct surveyor surveyor = { .arena = arena, .capsule = capsule, .out = out };
    *out = (struct survey){ .review_count = capsule_count_reviews(capsule) };
    buf_init(&surveyor.path, LIMIT_PAGE);
    out->reviews = arena_array(arena, out->review_count, sizeof *out->reviews);
    for (size_t i = 0; i < out->review_count; i++) {
        out->reviews[i].review = capsule->by_slug[i];
    }
    count_all_links(&surveyor);
    look_at_reviews(&surveyor);
    find_single_tags(&surveyor);
    alike_find(arena, &capsule->facets[FACET_PEOPLE], &out->people);
    find_all_spellings(&surveyor);
    buf_release(&surveyor.path);
}
