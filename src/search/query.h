/* query.h: what a person types to search, as what FTS5 is asked. Layer: search (includes base/).
 *
 *     word word       all of the words, in any order
 *     "some words"    these words one after the other; “ ”, « » and 「 」 do as well
 *     begin*          words that begin so
 *     -word           without it
 *     tag:word person:word        among tags, genres and platforms; among names and roles
 *     year:2013 year:2010-2019    of the work
 *     in:quotes       quotes are looked for, not reviews
 *
 * Any bytes are a query: they give an expression that FTS5 takes, or a sentence that says what is
 * missing. No byte that was typed is seen by SQL, and FTS5 sees them inside of quotation marks
 * alone. */
#ifndef MATINEE_SEARCH_QUERY_H
#define MATINEE_SEARCH_QUERY_H

#include "base/attributes.h"
#include "base/limits.h"
#include "base/slice.h"

#include <stdint.h>

enum search_field {
    SEARCH_ANYWHERE,
    SEARCH_TAGS,
    SEARCH_PEOPLE,
};

/** Phrases that an expression has at most: each term, and the same as one word. */
enum { SEARCH_PHRASES = 2 * LIMIT_SEARCH_TERMS };

/** One word or phrase. The slices point into the query. */
struct search_term {
    slice text;   /* holds at least one token (tokenizer.h) */
    slice joined; /* the same as one word when hyphens or apostrophes join it; else empty */
    enum search_field field;
    bool phrase;  /* stood in quotation marks */
    bool prefix;  /* its last token may go on */
    bool without; /* what has it is not wanted */
};

struct search_query {
    struct search_term terms[LIMIT_SEARCH_TERMS];
    size_t count;
    bool has_year;
    unsigned long first_year, last_year;
    bool in_quotes;
    /* The expression of FTS5, with its NUL: empty when all that is said is a year. Its columns are
     * called tags and people. */
    slice expression;
    bool prefixes[SEARCH_PHRASES]; /* its phrases in order: those whose last word may go on */

    /* What was typed, as far as it is text: NFC, in one kind of blanks and quotation marks, and in
     * ASCII what has a width of its own. */
    slice text;
    char text_room[3 * LIMIT_SEARCH_QUERY + 1];
    char joined_room[LIMIT_SEARCH_TERMS * 2 * LIMIT_SEARCH_TOKEN];
    char expression_room[4 * LIMIT_SEARCH_QUERY +
                         LIMIT_SEARCH_TERMS * (2 * LIMIT_SEARCH_TOKEN + 64)];
};

/**
 * Read `typed` into `*out`, which borrows nothing and is not to be moved afterwards.
 * False when there is nothing that could be looked for: `*problem` is a sentence that says why, a
 * constant.
 */
MUST_USE bool search_query_parse(slice typed, struct search_query *out, const char **problem);

#endif
