#include "search/index.h"

#include "base/arena.h"
#include "base/limits.h"
#include "search/index_rows.h"
#include "search/tokenizer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* In the head of the file: whose it is ("mtnE"), and how it is made. Another number is another
 * index: raise it when tables or tokens change. */
#define APPLICATION "1836347973"
#define VERSION "2"

#define TEXT_OF(number) TEXT_OF_(number)
#define TEXT_OF_(number) #number

/* The column that has nearly all of the words is the first one: FTS5 keeps two bytes more for each
 * word that a row has in another.
 *
 * A number that was given to a row once is never given again: what is left in the words of a row
 * that is gone must not be taken for another's. */
static const char schema[] =
    "PRAGMA application_id = " APPLICATION ";"
    "PRAGMA user_version = " VERSION ";"
    "CREATE TABLE review (id INTEGER PRIMARY KEY AUTOINCREMENT, slug TEXT NOT NULL UNIQUE,"
    " signature INTEGER NOT NULL);"
    "CREATE TABLE quote (id INTEGER PRIMARY KEY AUTOINCREMENT, review INTEGER NOT NULL,"
    " name TEXT NOT NULL);"
    "CREATE INDEX quote_review ON quote (review);"
    "CREATE TABLE known_word (length INTEGER NOT NULL, word TEXT NOT NULL,"
    " PRIMARY KEY (length, word)) WITHOUT ROWID;"
    "CREATE VIRTUAL TABLE words USING fts5 (text, title, people, tags, content = '',"
    " tokenize = '" TOKENIZER_NAME "');"
    "CREATE VIRTUAL TABLE quote_words USING fts5 (text, title, people, tags, content = '',"
    " tokenize = '" TOKENIZER_NAME "');";

/* --- opening ------------------------------------------------------------------------------------
 */

static bool run_sql(sqlite3 *database, const char *sql)
{
    return sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* The first column of the first row, as text: true when it is `expected`. */
static bool says(sqlite3 *database, const char *sql, const char *expected)
{
    sqlite3_stmt *statement = NULL;
    bool equal = false;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        equal = text != NULL && strcmp(text, expected) == 0;
    }
    (void)sqlite3_finalize(statement);
    return equal;
}

/* The number that `sql` gives, or -1. */
static sqlite3_int64 number_of(sqlite3 *database, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    sqlite3_int64 number = -1;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        number = sqlite3_column_int64(statement, 0);
    }
    (void)sqlite3_finalize(statement);
    return number;
}

/* False, with a constant or what SQLite says in `*reason`. */
static bool open_file(const char *path, int flags, sqlite3 **out, const char **reason)
{
    enum { WAIT_MS = 200 };
    sqlite3 *database = NULL;
    *reason = "this SQLite has no FTS5, which the index is made with";
    const int result = sqlite3_open_v2(path, &database, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (result != SQLITE_OK) {
        *reason = sqlite3_errstr(result);
    }
    if (result != SQLITE_OK || !tokenizer_register(database)) {
        (void)sqlite3_close(database);
        return false;
    }
    /* A change is put into the file in a few milliseconds. */
    (void)sqlite3_busy_timeout(database, WAIT_MS);
    (void)sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    *out = database;
    return true;
}

bool search_index_open(const char *path, int flags, sqlite3 **out)
{
    sqlite3 *database = NULL;
    const char *ignored = NULL;
    if (!open_file(path, flags, &database, &ignored)) {
        return false;
    }
    if (!says(database, "PRAGMA application_id", APPLICATION) ||
        !says(database, "PRAGMA user_version", VERSION)) {
        (void)sqlite3_close(database);
        return false;
    }
    *out = database;
    return true;
}

/* --- the plan: what has changed -----------------------------------------------------------------
 */

struct plan {
    struct arena *arena;
    struct {
        sqlite3_int64 *items;
        size_t count, capacity;
    } old_rows;
    struct {
        const struct review **items;
        size_t count, capacity;
    } changed;
    size_t unchanged;
    size_t gone;
};

/* Walk through the index and the capsule, both in the order of slugs. */
static bool make_plan(sqlite3 *database, const struct capsule *capsule, struct plan *plan)
{
    const size_t count = capsule_count_reviews(capsule);
    sqlite3_stmt *statement = NULL;
    size_t at = 0;
    if (sqlite3_prepare_v2(database, "SELECT slug, signature, id FROM review ORDER BY slug", -1,
                           &statement, NULL) != SQLITE_OK) {
        return false;
    }
    int result;
    while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
        const slice slug = slice_of((const char *)sqlite3_column_text(statement, 0));
        while (at < count && slice_compare(capsule->by_slug[at]->slug, slug) < 0) {
            *ARRAY_ADD(plan->arena, &plan->changed) = capsule->by_slug[at++];
        }
        const bool there = at < count && slice_equal(capsule->by_slug[at]->slug, slug);
        if (there && rows_signature(capsule->by_slug[at]) == sqlite3_column_int64(statement, 1)) {
            plan->unchanged++;
            at++;
            continue;
        }
        *ARRAY_ADD(plan->arena, &plan->old_rows) = sqlite3_column_int64(statement, 2);
        plan->gone += !there;
    }
    while (at < count) {
        *ARRAY_ADD(plan->arena, &plan->changed) = capsule->by_slug[at++];
    }
    return sqlite3_finalize(statement) == SQLITE_OK && result == SQLITE_DONE;
}

/* True when so much is to be written, or is left of what is no more, that the whole is better
 * written anew. */
static bool is_too_much(sqlite3 *database, const struct plan *plan)
{
    enum { SHARE = 4, FREE = 100 };
    const sqlite3_int64 dead =
        number_of(database, "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = "
                            "'review'), 0) - (SELECT count(*) FROM review)");
    const size_t work = plan->changed.count + plan->old_rows.count;
    return dead < 0 || work + (size_t)dead > plan->unchanged / SHARE + FREE;
}

/* --- writing ------------------------------------------------------------------------------------
 */

static bool remove_row(sqlite3_stmt *const statements[2], sqlite3_int64 row)
{
    for (size_t i = 0; i < 2; i++) {
        if (sqlite3_bind_int64(statements[i], 1, row) != SQLITE_OK ||
            sqlite3_step(statements[i]) != SQLITE_DONE ||
            sqlite3_reset(statements[i]) != SQLITE_OK) {
            return false;
        }
    }
    return true;
}

static bool remove_rows(sqlite3 *database, const struct plan *plan)
{
    sqlite3_stmt *statements[2] = { NULL, NULL };
    bool ok = sqlite3_prepare_v2(database, "DELETE FROM review WHERE id = ?1", -1, &statements[0],
                                 NULL) == SQLITE_OK &&
              sqlite3_prepare_v2(database, "DELETE FROM quote WHERE review = ?1", -1,
                                 &statements[1], NULL) == SQLITE_OK;
    for (size_t i = 0; ok && i < plan->old_rows.count; i++) {
        ok = remove_row(statements, plan->old_rows.items[i]);
    }
    (void)sqlite3_finalize(statements[0]);
    (void)sqlite3_finalize(statements[1]);
    return ok;
}

static bool put_reviews(sqlite3 *database, const struct review *const *reviews, size_t count,
                        bool each_word)
{
    struct rows rows;
    bool ok = rows_init(&rows, database, each_word);
    for (size_t i = 0; ok && i < count; i++) {
        ok = rows_put(&rows, reviews[i]);
    }
    rows_release(&rows);
    return ok;
}

static bool apply_plan(sqlite3 *database, const struct plan *plan)
{
    enum { WAIT_MS = 5000 };
    (void)sqlite3_busy_timeout(database, WAIT_MS);
    /* Readers wait while the file is written to, so it does not wait for the disk. What a power
     * failure leaves is seen when the file is looked through (`check`). */
    return run_sql(database, "PRAGMA synchronous = OFF; BEGIN IMMEDIATE") &&
           remove_rows(database, plan) &&
           put_reviews(database, plan->changed.items, plan->changed.count, true) &&
           run_sql(database, "COMMIT");
}

/* Change what has changed, in place. False when that is not possible. */
static bool update_in_place(const char *path, const struct capsule *capsule, bool check,
                            struct search_update *done)
{
    sqlite3 *database = NULL;
    struct arena arena;
    if (!search_index_open(path, SQLITE_OPEN_READWRITE, &database)) {
        return false;
    }
    arena_init(&arena);
    struct plan plan = { .arena = &arena };
    bool ok = (!check || says(database, "PRAGMA quick_check(1)", "ok")) &&
              make_plan(database, capsule, &plan) && !is_too_much(database, &plan);
    if (ok && plan.changed.count + plan.old_rows.count > 0) {
        ok = apply_plan(database, &plan);
    }
    *done = (struct search_update){ .written = plan.changed.count,
                                    .removed = plan.gone,
                                    .unchanged = plan.unchanged };
    arena_release(&arena);
    return sqlite3_close(database) == SQLITE_OK && ok;
}

/* Nobody else reads or writes the file that is made; it counts when it is complete. */
static bool fill(sqlite3 *database, const struct capsule *capsule)
{
    return run_sql(database, "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA locking_mode = EXCLUSIVE;"
                             " PRAGMA journal_mode = OFF; BEGIN") &&
           run_sql(database, schema) &&
           put_reviews(database, (const struct review *const *)capsule->by_slug,
                       capsule_count_reviews(capsule), false) &&
           run_sql(database,
                   "INSERT INTO words (words) VALUES ('optimize');"
                   "INSERT INTO quote_words (quote_words) VALUES ('optimize');"
                   "CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, words, "
                   "row);"
                   "INSERT INTO known_word SELECT length(term), term FROM vocabulary"
                   " WHERE length(term) BETWEEN " TEXT_OF(LIMIT_SEARCH_NEAR_LEAST) " AND " TEXT_OF(
                       LIMIT_SEARCH_NEAR_MOST)) &&
           /* Putting the parts together leaves a quarter of the file empty. */
           run_sql(database, "COMMIT; DROP TABLE temp.vocabulary; PRAGMA incremental_vacuum");
}

/* `path` with `end`, in `room`. */
static const char *beside(struct buf *room, const char *path, const char *end)
{
    buf_clear(room);
    buf_puts(room, path);
    buf_puts(room, end);
    return buf_string(room);
}

/* Put the complete file in the place of the one that is there, and of what SQLite left of it. */
static bool take_place(const char *made, const char *path, struct buf *room)
{
    static const char *const ends[] = { "-journal", "-wal", "-shm" };
    for (size_t i = 0; i < ARRAY_LENGTH(ends); i++) {
        const char *name = beside(room, path, ends[i]);
        if (name == NULL || (unlink(name) != 0 && errno != ENOENT)) {
            return false;
        }
    }
    return rename(made, path) == 0;
}

static bool rebuild(const char *path, const struct capsule *capsule, struct buf *problem)
{
    enum { LONGEST_PATH = 65536 };
    struct buf made;
    struct buf room;
    sqlite3 *database = NULL;
    const char *reason = NULL;
    buf_init(&made, LONGEST_PATH);
    buf_init(&room, LONGEST_PATH);
    const char *name = beside(&made, path, ".new");
    bool ok = name != NULL && (unlink(name) == 0 || errno == ENOENT) &&
              open_file(name, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &database, &reason);
    if (!ok) {
        buf_printf(problem, "cannot make the index of words beside %s: %s", path,
                   reason != NULL ? reason : strerror(errno));
    } else if (!fill(database, capsule)) {
        ok = false;
        buf_printf(problem, "cannot write the index of words %s: %s", name,
                   sqlite3_errmsg(database));
    }
    ok = sqlite3_close(database) == SQLITE_OK && ok;
    if (ok && !take_place(name, path, &room)) {
        ok = false;
        buf_printf(problem, "cannot replace %s: %s", path, strerror(errno));
    }
    if (!ok && name != NULL) {
        (void)unlink(name);
    }
    buf_release(&made);
    buf_release(&room);
    return ok;
}

bool search_index_update(const char *path, const struct capsule *capsule, bool check,
                         struct search_update *done, struct buf *problem)
{
    if (update_in_place(path, capsule, check, done)) {
        return true;
    }
    *done = (struct search_update){ .written = capsule_count_reviews(capsule), .rebuilt = true };
    return rebuild(path, capsule, problem);
}
