/* Any bytes as what was typed to search: FTS5 takes every expression that comes out, and the
 * passage that is shown is a text. */
#include "search/passage.h"
#include "search/query.h"
#include "search/tokenizer.h"

#include "base/utf8.h"
#include "source/review.h"

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

static const char text[] = "Title: a\nPublished: 2025-09-12\nTagline: b\n\na b c.\n\n## d "
                           "e\nhwan-kyung 한국 영화, a 7번방.\n"
                           "> a b\n— c\n\n```\na\n```\n";

static void show(const struct search_query *query)
{
    static struct arena arena;
    static struct review review;
    static bool read;
    struct passage passage;
    struct buf out;
    if (!read) {
        struct diags diags;
        const struct source source = { SLICE("reviews/a.gmi"), slice_of(text) };
        arena_init(&arena);
        diags_init(&diags);
        read = review_parse(&arena, &source, &review, &diags);
        require(read);
        diags_release(&diags);
    }
    buf_init(&out, 10000);
    passage_find(&review, query, &passage);
    passage_put(&passage, &out);
    require(out.len > 0 && !out.failed && utf8_find_invalid(buf_slice(&out)) == out.len);
    buf_release(&out);
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
    show(&query);
    if (query.expression.len > 0) {
        run(query.expression);
    } else {
        require(query.has_year && !query.in_quotes);
    }
    return 0;
}
