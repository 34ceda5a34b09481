/* near.c: words that are written nearly as one that was typed. */
#include "base/buf.h"
#include "base/utf8.h"
#include "search/finder.h"
#include "search/tokenizer.h"

#include <stdlib.h>
#include <string.h>

enum {
    /* Words that are tried for one that was typed; each is a query. */
    TRIED = 8,
    /* Letters of a word in which one mistake is likely, and two. */
    LONG_WORD = 8,
};

struct word {
    int32_t points[LIMIT_SEARCH_NEAR_MOST];
    size_t count;
};

struct nearest {
    struct {
        char bytes[2 * LIMIT_SEARCH_TOKEN];
        size_t length;
        size_t distance;
    } words[TRIED];
    size_t count;
};

static bool read_word(slice text, struct word *out)
{
    out->count = 0;
    while (text.len > 0 && out->count < LIMIT_SEARCH_NEAR_MOST) {
        (void)utf8_next(&text, &out->points[out->count++]);
    }
    return text.len == 0;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters have to be put in, taken out, changed, or change places with the next one. */
static size_t distance(const struct word *a, const struct word *b)
{
    size_t rows[3][LIMIT_SEARCH_NEAR_MOST + 1];
    for (size_t j = 0; j <= b->count; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a->count; i++) {
        size_t *row = rows[i % 3];
        const size_t *before = rows[(i + 2) % 3];
        const size_t *two_before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b->count; j++) {
            const bool same = a->points[i - 1] == b->points[j - 1];
            row[j] = least(least(before[j] + 1, row[j - 1] + 1), before[j - 1] + !same);
            if (i > 1 && j > 1 && a->points[i - 1] == b->points[j - 2] &&
                a->points[i - 2] == b->points[j - 1]) {
                row[j] = least(row[j], two_before[j - 2] + 1);
            }
        }
    }
    return rows[a->count % 3][b->count];
}

/* Keep `word` among the nearest, in the order of their distance. */
static void keep(struct nearest *nearest, slice word, size_t far)
{
    size_t at = nearest->count;
    if (word.len > sizeof nearest->words[0].bytes) {
        return;
    }
    while (at > 0 && nearest->words[at - 1].distance > far) {
        at--;
    }
    if (at == TRIED) {
        return;
    }
    const size_t moved = nearest->count - at - (nearest->count == TRIED);
    memmove(&nearest->words[at + 1], &nearest->words[at], moved * sizeof nearest->words[0]);
    memcpy(nearest->words[at].bytes, word.ptr, word.len);
    nearest->words[at].length = word.len;
    nearest->words[at].distance = far;
    nearest->count += nearest->count < TRIED;
}

static void look_for(struct finder *finder, slice typed, struct nearest *nearest)
{
    struct word wanted;
    struct word known;
    if (!read_word(typed, &wanted) || wanted.count < LIMIT_SEARCH_NEAR_LEAST ||
        !finder_ready(finder)) {
        return;
    }
    const size_t most = wanted.count < LONG_WORD ? 1 : 2;
    sqlite3_stmt *statement = finder->statements[FINDER_NEAR_WORDS];
    (void)sqlite3_bind_int(statement, 1, (int)(wanted.count - most));
    (void)sqlite3_bind_int(statement, 2, (int)(wanted.count + most));
    int result;
    while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
        const slice word = { (const char *)sqlite3_column_text(statement, 0),
                             (size_t)sqlite3_column_bytes(statement, 0) };
        const size_t far =
            word.ptr != NULL && read_word(word, &known) ? distance(&wanted, &known) : most + 1;
        if (far > 0 && far <= most) {
            keep(nearest, word, far);
        }
    }
    (void)finder_end(finder, FINDER_NEAR_WORDS, result);
}

struct folded {
    char bytes[2 * LIMIT_SEARCH_TOKEN];
    size_t length;
    size_t count;
};

static bool take_folded(void *context, const struct token *token)
{
    struct folded *folded = context;
    folded->length = least(token->bytes.len, sizeof folded->bytes);
    memcpy(folded->bytes, token->bytes.ptr, folded->length);
    folded->count++;
    return true;
}

/* The only token of a term: what hyphens join is taken as one word. False when there are more. */
static bool fold_term(const struct search_term *term, struct folded *folded)
{
    folded->count = 0;
    return !term->without &&
           tokenizer_run(term->joined.len > 0 ? term->joined : term->text, TOKENIZER_QUERY,
                         take_folded, folded) &&
           folded->count == 1;
}

/* What was typed with `word` in the place of `term`. */
static bool put_near(const struct search_query *query, const struct search_term *term, slice word,
                     struct find_near *out)
{
    struct buf text;
    const char *end = query->text.ptr + query->text.len;
    buf_init_on(&text, out->text, sizeof out->text);
    buf_put(&text, slice_between(query->text.ptr, term->text.ptr));
    buf_put(&text, word);
    buf_put(&text, slice_between(term->text.ptr + term->text.len, end));
    out->length = text.len;
    return !text.failed;
}

size_t finder_near(struct finder *finder, const struct capsule *capsule,
                   const struct search_query *query, const struct find_options *options,
                   struct find_near *out, size_t most)
{
    size_t count = 0;
    finder_set_deadline(finder, options->limit_ms);
    for (size_t i = 0; i < query->count; i++) {
        struct folded folded;
        struct nearest nearest = { .count = 0 };
        if (fold_term(&query->terms[i], &folded)) {
            look_for(finder, (slice){ folded.bytes, folded.length }, &nearest);
        }
        for (size_t k = 0; k < nearest.count && count < most && !finder_is_late(finder); k++) {
            const slice word = { nearest.words[k].bytes, nearest.words[k].length };
            struct search_query other;
            const char *problem = NULL;
            if (put_near(query, &query->terms[i], word, &out[count]) &&
                search_query_parse((slice){ out[count].text, out[count].length }, &other,
                                   &problem) &&
                finder_gather(finder, capsule, &other, 1, options) == FIND_DONE &&
                finder->total > 0) {
                out[count++].total = finder->total;
            }
        }
    }
    return count;
}
