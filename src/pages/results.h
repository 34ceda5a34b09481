/* results.h: what the pages of a search show. Layer: pages (includes model/).
 *
 * Whoever answers a search (server/search.h) has looked for it, and fills this in; the pages know
 * no index. All of it is borrowed. */
#ifndef MATINEE_PAGES_RESULTS_H
#define MATINEE_PAGES_RESULTS_H

#include "base/limits.h"
#include "model/review.h"

/** Something that was found. */
struct page_hit {
    const struct review *review;
    const struct section *section; /* that the passage is in; NULL: none, the review's own page */
    const struct quote *quote;     /* that was found; NULL: it is the review */
    slice passage;                 /* a line of text; may be empty */
};

/** A search that finds something, and is like one that does not. */
struct page_near {
    slice query;
    size_t total;
};

struct page_results {
    slice query;    /* what was asked, as text */
    slice problem;  /* a sentence that says why nothing was looked for; empty: it was */
    bool in_quotes; /* quotes were looked for */
    size_t total;   /* that was found, on all pages */
    size_t first;   /* the place of the first hit among them, from 0 */
    const struct page_hit *hits;
    size_t count;
    const struct page_near *near; /* when nothing was found */
    size_t near_count;
};

#endif
