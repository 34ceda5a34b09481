/* parse.h: what the unit tests of source/ share: text in, a review and its problems out. */
#ifndef MATINEE_TESTS_UNIT_PARSE_H
#define MATINEE_TESTS_UNIT_PARSE_H

#include "check.h"

#include "base/buf.h"
#include "source/review.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct parsed {
    struct arena arena;
    struct diags diags;
    struct source source;
    struct review review;
    struct hand_page page;
    struct capsule_conf conf;
    bool ok;
};

static inline void parsed_begin(struct parsed *parsed, const char *path, slice text)
{
    memset(parsed, 0, sizeof *parsed);
    arena_init(&parsed->arena);
    diags_init(&parsed->diags);
    parsed->source = (struct source){ slice_of(path), text };
}

static inline void parsed_release(struct parsed *parsed)
{
    arena_release(&parsed->arena);
    diags_release(&parsed->diags);
}

static inline void parse_review_at(struct parsed *parsed, const char *path, slice text)
{
    parsed_begin(parsed, path, text);
    parsed->ok = source_normalise(&parsed->arena, &parsed->source, &parsed->diags) &&
                 review_parse(&parsed->arena, &parsed->source, &parsed->review, &parsed->diags);
}

static inline void parse_review(struct parsed *parsed, const char *text)
{
    parse_review_at(parsed, "reviews/example.gmi", slice_of(text));
}

/* A header that has what it must, before `body`. */
#define HEADER "Title: Example\nPublished: 2025-09-12\n"

/* All problems, in the form in which they are printed, are exactly `expected`. */
static inline void check_diags(const struct diags *diags, const char *expected, const char *file,
                               int line)
{
    struct buf out;
    buf_init(&out, 1 << 24);
    diags_format(diags, &out);
    check_slice_equal(buf_slice(&out), slice_of(expected), file, line);
    buf_release(&out);
}
#define assert_diags(diags, expected) check_diags((diags), (expected), __FILE__, __LINE__)

/* Seconds of processor time since the program began. */
static inline double seconds_used(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

#endif
