/* find.h: the index is asked. Layer: search (includes base/, model/).
 *
 * For a process that serves: nothing is written, no lock is held between two queries, the time of
 * one is bounded, and whatever is wrong with the file is an outcome. A finder belongs to the
 * process that made it (SQLite's connections cannot be taken across fork). */
#ifndef MATINEE_SEARCH_FIND_H
#define MATINEE_SEARCH_FIND_H

#include "base/attributes.h"
#include "base/limits.h"
#include "model/capsule.h"
#include "search/query.h"

struct finder;

enum find_outcome {
    FIND_DONE,
    FIND_TOO_SLOW, /* there was no time to look at all that has the words */
    FIND_NO_INDEX, /* there is none (yet), or none that can be read */
};

/** Who may see what: true when `review` may be told of. */
typedef bool find_admits(void *context, const struct review *review);

struct find_options {
    find_admits *admits; /* NULL: listed reviews alone, none of the closed areas */
    void *context;
    unsigned limit_ms; /* of work, of the whole call; four times as long in all */
};

struct find_hit {
    const struct review *review;
    const struct quote *quote; /* of in:quotes, else NULL */
    double rank;               /* lower is better */
};

struct find_result {
    struct find_hit hits[LIMIT_SEARCH_PAGE];
    size_t count;
    size_t total; /* of all pages; LIMIT_SEARCH_RESULTS of them can be asked for */
};

/** A query that finds something, and is like one that does not. */
struct find_near {
    char text[3 * LIMIT_SEARCH_QUERY + 2 * LIMIT_SEARCH_TOKEN + 2];
    size_t length;
    size_t total;
};

/** For the index at `path`, which need not be there. NULL when there is no memory. */
MUST_USE struct finder *finder_new(const char *path);
/** NULL is taken. */
void finder_free(struct finder *finder);

/**
 * Find what `query` says among the reviews of `capsule`, the best first: by bm25, words in titles,
 * names and tags weighing more than those in the text; what is alike, newest first. `page` counts
 * from 0. An index that another one has taken the place of is opened anew. What the capsule does
 * not have is not found, so that an index which is older or newer than it does no harm.
 */
MUST_USE enum find_outcome finder_find(struct finder *finder, const struct capsule *capsule,
                                       const struct search_query *query, size_t page,
                                       const struct find_options *options, struct find_result *out);

/**
 * Queries like `query`, which finds nothing: one word is another that is written nearly so. Each
 * finds something of what `options` admits. At most `most` of them; returns how many.
 */
size_t finder_near(struct finder *finder, const struct capsule *capsule,
                   const struct search_query *query, const struct find_options *options,
                   struct find_near *out, size_t most);

#endif
