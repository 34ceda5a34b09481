/* import.h: what the fuzz targets of import/ share: the way from a post to a source file, and its
 * promises. The file loads without an error, and every word of the post's blocks is in it or in the
 * report. */
#ifndef MATINEE_TESTS_FUZZ_IMPORT_H
#define MATINEE_TESTS_FUZZ_IMPORT_H

#include "base/limits.h"
#include "base/utf8.h"
#include "import/emit.h"
#include "import/shape.h"
#include "source/review.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static inline void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

struct word_list {
    struct arena *arena;
    slice *items;
    size_t count, capacity;
};

/* Add the words of `text`: runs of letters, digits and marks, ASCII in lower case. */
static inline void add_words(struct word_list *words, slice text)
{
    char *copy = (char *)arena_copy(words->arena, text).ptr;
    const char *begin = NULL;
    const char *at = copy;
    slice rest = { copy, text.len };
    int32_t c = 0;
    for (size_t i = 0; i < text.len; i++) {
        copy[i] = copy[i] >= 'A' && copy[i] <= 'Z' ? (char)(copy[i] - 'A' + 'a') : copy[i];
    }
    while (utf8_next(&rest, &c)) {
        enum utf8_class class = utf8_class(c);
        bool inside = class == UTF8_LETTER || class == UTF8_MARK;
        if (inside && begin == NULL) {
            begin = at;
        } else if (!inside && begin != NULL) {
            *ARRAY_ADD(words->arena, words) = slice_between(begin, at);
            begin = NULL;
        }
        at = rest.ptr;
    }
    if (begin != NULL) {
        *ARRAY_ADD(words->arena, words) = slice_between(begin, at);
    }
}

static inline int by_text(const void *a, const void *b)
{
    return slice_compare(*(const slice *)a, *(const slice *)b);
}

static inline void sort_words(struct word_list *words)
{
    if (words->count > 1) {
        qsort(words->items, words->count, sizeof *words->items, by_text);
    }
}

/* Every word of `some` is in `all`, as often. */
static inline void require_words(struct word_list *some, struct word_list *all)
{
    size_t at = 0;
    sort_words(some);
    sort_words(all);
    for (size_t i = 0; i < some->count; i++, at++) {
        while (at < all->count && slice_compare(all->items[at], some->items[i]) < 0) {
            at++;
        }
        if (at == all->count || !slice_equal(all->items[at], some->items[i])) {
            (void)fprintf(stderr, "lost: %.*s\n", SLICE_ARG(some->items[i]));
            abort();
        }
    }
}

static inline void check_words(struct arena *arena, const struct post *post, slice text,
                               const struct report *report)
{
    struct word_list given = { .arena = arena };
    struct word_list kept = { .arena = arena };
    add_words(&given, post->title);
    for (size_t i = 0; i < post->blocks.count; i++) {
        const struct block *block = &post->blocks.items[i];
        /* An address need not be its own label. */
        if (block->kind != BLOCK_LINK || block->text.len < 8 ||
            !slice_starts_with(block->url, slice_head(block->text, block->text.len - 1))) {
            add_words(&given, block->text);
        }
        add_words(&given, block->url);
    }
    for (size_t i = 0; i < post->labels.count; i++) {
        add_words(&given, post->labels.items[i]);
    }
    add_words(&kept, text);
    for (size_t i = 0; i < report->notes.count; i++) {
        add_words(&kept, report->notes.items[i].text);
    }
    require_words(&given, &kept);
}

static inline void check_review(struct arena *arena, slice text)
{
    struct diags diags;
    struct review review;
    struct source source = { SLICE("reviews/page.gmi"), text };
    diags_init(&diags);
    if (!source_normalise(arena, &source, &diags) ||
        !review_parse(arena, &source, &review, &diags)) {
        struct buf told;
        buf_init(&told, (size_t)1 << 26);
        diags_format(&diags, &told);
        (void)fwrite(told.ptr, 1, told.len, stderr);
        abort();
    }
    diags_release(&diags);
}

/* All of an import behind its reader; the source file has at most `most` bytes. */
static inline void check_import(struct arena *arena, const struct post *post, size_t most,
                                struct report *report)
{
    struct shape shape;
    struct buf out;
    struct buf told;
    buf_init(&out, (size_t)2 * LIMIT_SOURCE_FILE);
    buf_init(&told, (size_t)1 << 26);
    shape_recognise(arena, post, SLICE("page"), &shape, report);
    require(
        facts_set(&shape.facts, FACT_ID, SLICE("urn:uuid:00000000-0000-4000-8000-000000000000")));
    require(facts_set(&shape.facts, FACT_PUBLISHED, SLICE("2024-05-06")));
    require(emit(&shape, &out, report));
    require(out.len <= most);
    check_review(arena, buf_slice(&out));
    check_words(arena, post, buf_slice(&out), report);
    report_put(report, &told);
    require(!told.failed);
    buf_release(&out);
    buf_release(&told);
}

#endif
