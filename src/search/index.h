/* index.h: the words of all reviews of a capsule in a file. Layer: search (includes base/, model/).
 *
 * An SQLite database with FTS5. A review is one row of words (title, people, tags, text), so words
 * are found together wherever in the review they stand; a quote is another row, for those who look
 * for quotes alone. The text itself is not kept: a reader of the index has the capsule. What was
 * changed gets new rows, and the old ones stay behind until there are so many that everything is
 * written anew (this FTS5 can take words out only when it is told what they were).
 *
 * One process writes, any number read. Changes go into the file in one transaction; a whole index
 * is written beside it and takes its place when it is complete. Readers hold no lock between two
 * queries, and need to read the file and its folder alone.
 *
 * Reviews in closed areas are in it as well: whoever reads it says what may be found
 * (search/find.h). */
#ifndef MATINEE_SEARCH_INDEX_H
#define MATINEE_SEARCH_INDEX_H

#include "base/attributes.h"
#include "base/buf.h"
#include "model/capsule.h"

#include <sqlite3.h>

/** What its file is called. */
#define SEARCH_INDEX_NAME "search.db"

/** What an update did, in reviews. */
struct search_update {
    size_t written;
    size_t removed; /* those that were written anew are not among them */
    size_t unchanged;
    bool
        rebuilt; /* all of it was written: there was no index, no good one, or too much of it old */
};

/**
 * Bring the index at `path` to what `capsule` has; only reviews whose source has changed are
 * written. A file that is missing, damaged, no index or one of another version is replaced. With
 * `check` the whole file is looked through for damage first: once, when a process begins.
 *
 * For a process of its own: takes a while, and memory for the longest review alone. It may be
 * killed at any moment; the next update mends what is left. False when it cannot be written, with a
 * sentence in `problem`.
 */
MUST_USE bool search_index_update(const char *path, const struct capsule *capsule, bool check,
                                  struct search_update *done, struct buf *problem);

/**
 * Open the index at `path` with SQLite's `flags`. False when there is none that can be used: it is
 * missing, damaged or of another version.
 */
MUST_USE bool search_index_open(const char *path, int flags, sqlite3 **out);

#endif
