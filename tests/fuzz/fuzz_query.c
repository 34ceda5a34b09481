/* Any bytes as what was typed to search: FTS5 takes every expression that comes out, and its
 * answer holds what every term says. */
#include "search/query.h"

#include "search/tokenizer.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

/* A table as the index has it, with a text that many queries find. */
static sqlite3_stmt *prepare(void)
{
    static sqlite3 *database;
    static sqlite3_stmt *search;
    if (search == NULL) {
        require(sqlite3_open(":memory:", &database) == SQLITE_OK);
        require(tokenizer_register(database));
        require(sqlite3_exec(database,
                             "CREATE VIRTUAL TABLE words USING fts5(title, people, tags, text, "
                             "tokenize = '" TOKENIZER_NAME "');"
                             "INSERT INTO words VALUES ('a b', 'a c', 'a d', 'a e 한국 영화')",
                             NULL, NULL, NULL) == SQLITE_OK);
        require(sqlite3_prepare_v2(database, "SELECT bm25(words) FROM words WHERE words MATCH ?1",
                                   -1, &search, NULL) == SQLITE_OK);
    }
    return search;
}

static void run(slice expression)
{
    sqlite3_stmt *search = prepare();
    require(sqlite3_bind_text(search, 1, expression.ptr, -1, SQLITE_STATIC) == SQLITE_OK);
    const int result = sqlite3_step(search);
    require(result == SQLITE_ROW || result == SQLITE_DONE);
    require(sqlite3_reset(search) == SQLITE_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct search_query query;
    const char *problem = NULL;
    if (!search_query_parse((slice){ (const char *)data, size }, &query, &problem)) {
        require(problem != NULL && problem[0] != '\0');
        return 0;
    }
    require(problem == NULL && query.count <= LIMIT_SEARCH_TERMS);
    require(query.expression.len == 0 || query.expression.ptr[query.expression.len] == '\0');
    require(slice_find_byte(query.expression, '\0') == query.expression.len);
    if (query.expression.len > 0) {
        run(query.expression);
    } else {
        require(query.has_year && !query.in_quotes);
    }
    return 0;
}
