/* finder.h: what find.c and near.c share. Layer: search. */
#ifndef MATINEE_SEARCH_FINDER_H
#define MATINEE_SEARCH_FINDER_H

#include "search/find.h"

#include <sqlite3.h>
#include <sys/types.h>

enum finder_statement {
    FINDER_REVIEWS,
    FINDER_QUOTES,
    FINDER_NEAR_WORDS,
    FINDER_STATEMENTS,
};

struct finder {
    char *path;
    sqlite3 *database; /* NULL: not open */
    dev_t device;      /* of the file that is open */
    ino_t number;
    sqlite3_stmt *statements[FINDER_STATEMENTS];
    const struct search_query *asked; /* whose expression is run */
    /* In milliseconds: of work of this process, and of the clock that only goes forward. */
    int64_t work_deadline, deadline;
    struct find_hit best[LIMIT_SEARCH_RESULTS];
    size_t kept;
    size_t total;
};

/** Open the index when it is not open, or is another one by now. */
MUST_USE bool finder_ready(struct finder *finder);
void finder_set_deadline(struct finder *finder, unsigned limit_ms);
bool finder_is_late(const struct finder *finder);
/** What the last `result` of a statement means; it can be run again afterwards. */
enum find_outcome finder_end(struct finder *finder, enum finder_statement which, int result);
/** Put the best `most` of what is found into `best`, in no order, before the deadline. */
MUST_USE enum find_outcome finder_gather(struct finder *finder, const struct capsule *capsule,
                                         const struct search_query *query, size_t most,
                                         const struct find_options *options);

#endif
