/* rank.h: how well a row answers a query. Layer: search.
 *
 * FTS5's own bm25() looks through the index once more for each phrase of a query, to count the rows
 * that have it, and sorts all places of all phrases in each row. For the beginning of a word both
 * take as long as finding it. This one counts rows of whole words alone, and only when there are
 * several to be weighed against each other. */
#ifndef MATINEE_SEARCH_RANK_H
#define MATINEE_SEARCH_RANK_H

#include "base/attributes.h"
#include "search/query.h"

#include <sqlite3.h>

/**
 * Make the SQL function rank_of(TABLE, WEIGHT...) known to the FTS5 of a connection: bm25 with a
 * weight for each column, lower is better. `*asked` is the query whose expression is run, each time
 * that one is. False when this SQLite has no FTS5.
 */
MUST_USE bool rank_register(sqlite3 *database, const struct search_query **asked);

#endif
