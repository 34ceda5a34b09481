/* passage.h: where a review has what was looked for. Layer: search (includes base/, text/, model/).
 *
 * The index says which reviews are found, the review itself says where: its lines are looked at
 * with the same words (search/tokenizer.h), and the one that has the most of what was asked is
 * shown. */
#ifndef MATINEE_SEARCH_PASSAGE_H
#define MATINEE_SEARCH_PASSAGE_H

#include "base/buf.h"
#include "model/review.h"
#include "search/query.h"

struct passage {
    const struct section *section; /* that it stands in; NULL: none, the review's own page has it */
    slice line;                    /* all of the line, or empty: there is no text at all */
    size_t begin, end;             /* what of it is to be shown */
    bool found;                    /* something that was looked for is in it, or in its heading */
};

/**
 * Find the passage of `review` that answers `query` best. When nothing of it is in the text (it may
 * be in the title, a name, a tag), that is its tagline, its summary, or its first lines.
 * Looks at LIMIT_SEARCH_PASSAGE bytes at most, from the beginning on. `out` borrows from `review`.
 */
void passage_find(const struct review *review, const struct search_query *query,
                  struct passage *out);

/** Append it as a part of a line, with `…` where something is left off. */
void passage_put(const struct passage *passage, struct buf *out);

#endif
