#include "search/index_rows.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "search/tokenizer.h"
#include "text/gemtext_lines.h"

#include <string.h>

/* --- texts --------------------------------------------------------------------------------------
 */

static void put_line(struct buf *out, slice text)
{
    if (text.len > 0) {
        buf_put(out, text);
        buf_putc(out, '\n');
    }
}

static void put_names(struct buf *out, const struct name *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put_line(out, names[i].text);
    }
}

static void put_body_line(struct buf *out, const struct review *review, size_t index)
{
    const struct gemtext_line line = gemtext_lines_at(&review->lines, index);
    put_line(out, line.text);
}

/* What a review and its quotes have in common. */
static void put_common(struct rows *rows, const struct review *review)
{
    buf_clear(&rows->title);
    put_line(&rows->title, review->title);
    put_line(&rows->title, review->original_title);
    put_line(&rows->title, review->romanized);
    buf_clear(&rows->tags);
    put_names(&rows->tags, review->tags, review->tag_count);
    put_names(&rows->tags, review->genres, review->genre_count);
    put_names(&rows->tags, review->platforms, review->platform_count);
    put_line(&rows->tags, review->kind);
    put_line(&rows->tags, review->country);
    put_line(&rows->tags, review->language);
    put_line(&rows->tags, review->series.text);
    put_line(&rows->tags, review->year_text);
}

static void put_review_text(struct rows *rows, const struct review *review)
{
    buf_clear(&rows->people);
    for (size_t i = 0; i < review->credit_count; i++) {
        put_line(&rows->people, review->credits[i].person.text);
        put_line(&rows->people, review->credits[i].role);
    }
    buf_clear(&rows->text);
    put_line(&rows->text, review->tagline);
    put_line(&rows->text, review->summary);
    for (size_t i = 0; i < review->fact_count; i++) {
        put_line(&rows->text, review->facts[i].value);
    }
    for (size_t i = 0; i < review->lines.count; i++) {
        put_body_line(&rows->text, review, i);
    }
}

static void put_quote_text(struct rows *rows, const struct review *review,
                           const struct quote *quote)
{
    buf_clear(&rows->people);
    put_line(&rows->people, quote->speaker.text);
    if (quote->actor != NULL) {
        put_line(&rows->people, quote->actor->person.text);
        put_line(&rows->people, quote->actor->role);
    }
    buf_clear(&rows->text);
    for (size_t i = quote->lines.first; i < quote->lines.end && i < review->lines.count; i++) {
        put_body_line(&rows->text, review, i);
    }
    put_line(&rows->text, quote->context);
    if (quote->commentary < review->lines.count) {
        put_body_line(&rows->text, review, quote->commentary);
    }
}

/* --- rows ---------------------------------------------------------------------------------------
 */

bool rows_init(struct rows *rows, sqlite3 *database, bool each_word)
{
    static const char *const sql[ROWS_STATEMENTS] = {
        [ROWS_REVIEW] = "INSERT INTO review (slug, signature) VALUES (?1, ?2)",
        [ROWS_WORDS] = "INSERT INTO words (rowid, title, people, tags, text) "
                       "VALUES (?1, ?2, ?3, ?4, ?5)",
        [ROWS_QUOTE] = "INSERT INTO quote (review, name) VALUES (?1, ?2)",
        [ROWS_QUOTE_WORDS] = "INSERT INTO quote_words (rowid, title, people, tags, text) "
                             "VALUES (?1, ?2, ?3, ?4, ?5)",
        [ROWS_KNOWN_WORD] = "INSERT OR IGNORE INTO known_word (length, word) VALUES (?1, ?2)",
    };
    *rows = (struct rows){ .each_word = each_word };
    buf_init(&rows->title, LIMIT_SOURCE_FILE);
    buf_init(&rows->people, LIMIT_SOURCE_FILE);
    buf_init(&rows->tags, LIMIT_SOURCE_FILE);
    buf_init(&rows->text, (size_t)2 * LIMIT_SOURCE_FILE);
    for (size_t i = 0; i < ROWS_STATEMENTS; i++) {
        if (sqlite3_prepare_v2(database, sql[i], -1, &rows->statements[i], NULL) != SQLITE_OK) {
            return false;
        }
    }
    return true;
}

void rows_release(struct rows *rows)
{
    for (size_t i = 0; i < ROWS_STATEMENTS; i++) {
        (void)sqlite3_finalize(rows->statements[i]);
    }
    buf_release(&rows->title);
    buf_release(&rows->people);
    buf_release(&rows->tags);
    buf_release(&rows->text);
}

static uint64_t mix(uint64_t sum, uint64_t word)
{
    sum = (sum ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return sum ^ (sum >> 32);
}

/* The text of all reviews is gone through whenever one has changed, so eight bytes at a time. Only
 * authors choose them: nobody gains by two that are alike. */
sqlite3_int64 rows_signature(const struct review *review)
{
    const slice source = review->source;
    uint64_t sum = mix(0, source.len);
    uint64_t word = 0;
    size_t at = 0;
    for (; at + sizeof word <= source.len; at += sizeof word) {
        memcpy(&word, source.ptr + at, sizeof word);
        sum = mix(sum, word);
    }
    word = 0;
    memcpy(&word, source.ptr + at, source.len - at);
    return (sqlite3_int64)mix(sum, word);
}

static bool bind(sqlite3_stmt *statement, int index, slice text)
{
    return sqlite3_bind_text(statement, index, text.ptr == NULL ? "" : text.ptr, (int)text.len,
                             SQLITE_STATIC) == SQLITE_OK;
}

/* Run a statement whose values are bound. */
static bool run(sqlite3_stmt *statement)
{
    const bool done = sqlite3_step(statement) == SQLITE_DONE;
    return (sqlite3_reset(statement) == SQLITE_OK) && done;
}

static bool put_words(const struct rows *rows, enum rows_statement which, sqlite3_int64 row)
{
    sqlite3_stmt *statement = rows->statements[which];
    return !rows->title.failed && !rows->people.failed && !rows->tags.failed &&
           !rows->text.failed && sqlite3_bind_int64(statement, 1, row) == SQLITE_OK &&
           bind(statement, 2, buf_slice(&rows->title)) &&
           bind(statement, 3, buf_slice(&rows->people)) &&
           bind(statement, 4, buf_slice(&rows->tags)) &&
           bind(statement, 5, buf_slice(&rows->text)) && run(statement);
}

static bool put_known_word(void *context, const struct token *token)
{
    const struct rows *rows = context;
    sqlite3_stmt *statement = rows->statements[ROWS_KNOWN_WORD];
    const size_t length = utf8_length(token->bytes);
    return length < LIMIT_SEARCH_NEAR_LEAST || length > LIMIT_SEARCH_NEAR_MOST ||
           (sqlite3_bind_int64(statement, 1, (sqlite3_int64)length) == SQLITE_OK &&
            bind(statement, 2, token->bytes) && run(statement));
}

static bool put_known_words(struct rows *rows)
{
    const struct buf *const texts[] = { &rows->title, &rows->people, &rows->tags, &rows->text };
    for (size_t i = 0; rows->each_word && i < ARRAY_LENGTH(texts); i++) {
        if (!tokenizer_run(buf_slice(texts[i]), TOKENIZER_TEXT, put_known_word, rows)) {
            return false;
        }
    }
    return true;
}

static bool put_quote(struct rows *rows, const struct review *review, const struct quote *quote,
                      sqlite3_int64 review_row)
{
    sqlite3_stmt *statement = rows->statements[ROWS_QUOTE];
    put_quote_text(rows, review, quote);
    return sqlite3_bind_int64(statement, 1, review_row) == SQLITE_OK &&
           bind(statement, 2, quote->id) && run(statement) &&
           put_words(rows, ROWS_QUOTE_WORDS,
                     sqlite3_last_insert_rowid(sqlite3_db_handle(statement)));
}

bool rows_put(struct rows *rows, const struct review *review)
{
    sqlite3_stmt *statement = rows->statements[ROWS_REVIEW];
    if (!bind(statement, 1, review->slug) ||
        sqlite3_bind_int64(statement, 2, rows_signature(review)) != SQLITE_OK || !run(statement)) {
        return false;
    }
    const sqlite3_int64 row = sqlite3_last_insert_rowid(sqlite3_db_handle(statement));
    put_common(rows, review);
    put_review_text(rows, review);
    bool ok = put_words(rows, ROWS_WORDS, row) && put_known_words(rows);
    for (size_t i = 0; ok && i < review->quote_count; i++) {
        ok = put_quote(rows, review, &review->quotes[i], row);
    }
    return ok;
}
