/* index_rows.h: what the index has of a review. Layer: search (includes base/, model/).
 *
 * A part of search_index_update (index.h); nobody else calls it. */
#ifndef MATINEE_SEARCH_INDEX_ROWS_H
#define MATINEE_SEARCH_INDEX_ROWS_H

#include "base/attributes.h"
#include "base/buf.h"
#include "model/review.h"

#include <sqlite3.h>

enum rows_statement {
    ROWS_REVIEW,
    ROWS_WORDS,
    ROWS_QUOTE,
    ROWS_QUOTE_WORDS,
    ROWS_KNOWN_WORD,
    ROWS_STATEMENTS,
};

struct rows {
    sqlite3_stmt *statements[ROWS_STATEMENTS];
    bool each_word; /* words are put among those that are known one by one */
    struct buf title, people, tags, text;
};

/** Prepare to write to `database`, whose tables exist. `rows` is to be released, also when this is
 * false. */
MUST_USE bool rows_init(struct rows *rows, sqlite3 *database, bool each_word);
void rows_release(struct rows *rows);

/** Two reviews with one signature have the same rows. */
sqlite3_int64 rows_signature(const struct review *review);
/** Write all rows of `review`. False when SQLite could not. */
MUST_USE bool rows_put(struct rows *rows, const struct review *review);

#endif
