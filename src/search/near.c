/* near.c: words that are written nearly as one that was typed. */
#include "base/buf.h"
#include "base/utf8.h"
#include "search/finder.h"
#include "search/tokenizer.h"

#include <stdlib.h>
#include <string.h>

enum {
    /* Words that are tried for one that was typed; each is a query. */
    TRIED = 16,
    /* Letters of a word in which two mistakes are likely: Korean names are written in many ways. */
    LONG_WORD = 5,
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
    return text.len == 0 && out->count > 0;
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

/* How unlike two words are: few write another first letter than the one that is meant. */
static size_t unlikeness(const struct word *wanted, const struct word *known)
{
    return 2 * distance(wanted, known) + (wanted->points[0] != known->points[0]);
}

/* Keep `word` among the nearest, in the order of how far they are. */
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
        if (word.ptr != NULL && read_word(word, &known)) {
            const size_t far = unlikeness(&wanted, &known);
            if (far > 1 && far <= 2 * most + 1) {
                keep(nearest, word, far);
            }
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

/* Put the queries that find something with another word than `term` has: with those alone that are
 * nearest to it. Returns how many there are. */
static size_t try_words(struct finder *finder, const struct capsule *capsule,
                        const struct search_query *query, const struct search_term *term,
                        const struct nearest *nearest, const struct find_options *options,
                        struct find_near *out, size_t most)
{
    size_t count = 0;
    size_t far = SIZE_MAX;
    for (size_t i = 0; i < nearest->count && count < most && !finder_is_late(finder); i++) {
        const slice word = { nearest->words[i].bytes, nearest->words[i].length };
        struct search_query other;
        const char *problem = NULL;
        if (nearest->words[i].distance <= far && put_near(query, term, word, &out[count]) &&
            search_query_parse((slice){ out[count].text, out[count].length }, &other, &problem) &&
            finder_gather(finder, capsule, &other, 1, options) == FIND_DONE && finder->total > 0) {
            far = nearest->words[i].distance;
            out[count++].total = finder->total;
        }
    }
    return count;
}

size_t finder_near(struct finder *finder, const struct capsule *capsule,
                   const struct search_query *query, const struct find_options *options,
                   struct find_near *out, size_t most)
{
    size_t count = 0;
    finder_set_deadline(finder, options->limit_ms);
    for (size_t i = 0; i < query->count && count < most; i++) {
        struct folded folded;
        struct nearest nearest = { .count = 0 };
        if (fold_term(&query->terms[i], &folded)) {
            look_for(finder, (slice){ folded.bytes, folded.length }, &nearest);
        }
        count += try_words(finder, capsule, query, &query->terms[i], &nearest, options, out + count,
                           most - count);
    }
    return count;
}
