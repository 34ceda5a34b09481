/* near.c: words that are written nearly as one that was typed. */
#include "base/buf.h"
#include "base/utf8.h"
#include "search/finder.h"
#include "search/tokenizer.h"
#include "text/sounds.h"

#include <stdlib.h>
#include <string.h>

enum {
    /* Words that are tried for one that was typed; each is a query. */
    TRIED = 16,
    /* The same when several words are replaced at once, and queries that are tried then. */
    TRIED_TOGETHER = 3,
    TOGETHER = 63,
    /* Letters of a word in which two mistakes are likely. */
    LONG_WORD = 5,
    /* How far words are that sound alike: as those with one mistake. */
    SAME_SOUND = 2,
    /* Letters that spellings of one name differ in: gyeongsu, kyungsoo. */
    SPELLING = 5,
};

struct word {
    slice text;
    int32_t points[LIMIT_SEARCH_NEAR_MOST];
    size_t count;
};

/* As what stands behind a family name, and as one. */
struct spoken {
    struct sounds given, family;
};

struct near_word {
    char bytes[2 * LIMIT_SEARCH_TOKEN];
    size_t length;
    size_t distance;
};

struct nearest {
    struct near_word words[TRIED];
    size_t count;
};

/* Queries that are like one. */
struct offering {
    struct finder *finder;
    const struct capsule *capsule;
    const struct search_query *query;
    const struct find_options *options;
    struct nearest nearest[LIMIT_SEARCH_TERMS];
    size_t choice[LIMIT_SEARCH_TERMS]; /* for each term: 0, what was typed; 1, the nearest; … */
};

static bool read_word(slice text, struct word *out)
{
    out->text = text;
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

static bool is_latin(const struct word *word)
{
    return word->points[0] >= 'a' && word->points[0] <= 'z';
}

static void speak(const struct word *word, struct spoken *out)
{
    out->given.count = out->family.count = 0;
    sounds_add(&out->given, word->text, false);
    sounds_add(&out->family, word->text, true);
}

static bool sound_alike(const struct spoken *wanted, const struct word *word)
{
    struct spoken known;
    speak(word, &known);
    return sounds_alike(&wanted->given, &known.given) ||
           sounds_alike(&wanted->family, &known.family);
}

/* How unlike two words are: few write another first letter than the one that is meant, unless it
 * sounds the same. Korean names are written in many ways. */
static size_t unlikeness(const struct word *wanted, const struct spoken *spoken,
                         const struct word *known)
{
    const size_t letters = distance(wanted, known);
    const size_t far = 2 * letters + (wanted->points[0] != known->points[0]);
    return far > SAME_SOUND && letters <= SPELLING && is_latin(wanted) && is_latin(known) &&
                   sound_alike(spoken, known)
               ? SAME_SOUND
               : far;
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
    struct spoken spoken;
    if (!read_word(typed, &wanted) || wanted.count < LIMIT_SEARCH_NEAR_LEAST ||
        !finder_ready(finder)) {
        return;
    }
    const size_t most = wanted.count < LONG_WORD ? 1 : 2;
    speak(&wanted, &spoken);
    sqlite3_stmt *statement = finder->statements[FINDER_NEAR_WORDS];
    (void)sqlite3_bind_int(statement, 1, (int)wanted.count - 2);
    (void)sqlite3_bind_int(statement, 2, (int)wanted.count + 2);
    int result;
    while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
        const slice word = { (const char *)sqlite3_column_text(statement, 0),
                             (size_t)sqlite3_column_bytes(statement, 0) };
        if (word.ptr != NULL && read_word(word, &known)) {
            const size_t far = unlikeness(&wanted, &spoken, &known);
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

/* What was typed, with the words that are chosen in the places of its own. */
static bool put_choice(const struct offering *offering, struct find_near *out)
{
    struct buf text;
    const struct search_query *query = offering->query;
    const char *at = query->text.ptr;
    buf_init_on(&text, out->text, sizeof out->text);
    for (size_t i = 0; i < query->count; i++) {
        const slice typed = query->terms[i].text;
        if (offering->choice[i] > 0) {
            const size_t chosen = offering->choice[i] - 1;
            buf_put(&text, slice_between(at, typed.ptr));
            buf_put(&text, (slice){ offering->nearest[i].words[chosen].bytes,
                                    offering->nearest[i].words[chosen].length });
            at = typed.ptr + typed.len;
        }
    }
    buf_put(&text, slice_between(at, query->text.ptr + query->text.len));
    out->length = text.len;
    return !text.failed;
}

static bool find_choice(struct offering *offering, struct find_near *out)
{
    struct search_query other;
    const char *problem = NULL;
    if (!put_choice(offering, out) ||
        !search_query_parse((slice){ out->text, out->length }, &other, &problem) ||
        finder_gather(offering->finder, offering->capsule, &other, 1, offering->options) !=
            FIND_DONE) {
        return false;
    }
    out->total = offering->finder->total;
    return out->total > 0;
}

struct written {
    slice word;
    slice name;
    slice found;
};

static bool look_in_name(void *context, const struct token *token)
{
    struct written *written = context;
    if (slice_equal(token->bytes, written->word)) {
        written->found =
            slice_between(written->name.ptr + token->begin, written->name.ptr + token->end);
    }
    return written->found.len == 0;
}

/* The word as the names of `review` write it: Joon-ho, which is joonho in the index. Else empty. */
static slice as_written(const struct review *review, slice word)
{
    struct written written = { .word = word };
    for (size_t i = 0; i < review->credit_count && written.found.len == 0; i++) {
        written.name = review->credits[i].person.text;
        (void)tokenizer_run(written.name, TOKENIZER_TEXT, look_in_name, &written);
    }
    return written.found;
}

/* True when something is found with what is chosen; names are then as the best of it has them. */
static bool try_choice(struct offering *offering, struct find_near *out)
{
    if (!find_choice(offering, out)) {
        return false;
    }
    bool has_names = false;
    const struct review *best = offering->finder->best[0].review;
    for (size_t i = 0; i < offering->query->count; i++) {
        if (offering->choice[i] > 0) {
            struct near_word *word = &offering->nearest[i].words[offering->choice[i] - 1];
            const slice name = as_written(best, (slice){ word->bytes, word->length });
            if (name.len > 0 && name.len <= sizeof word->bytes) {
                memcpy(word->bytes, name.ptr, name.len);
                word->length = name.len;
                has_names = true;
            }
        }
    }
    return !has_names || find_choice(offering, out);
}

static int compare_totals(const void *a, const void *b)
{
    const struct find_near *left = a;
    const struct find_near *right = b;
    const int by_total = (left->total < right->total) - (left->total > right->total);
    return by_total != 0 ? by_total
                         : slice_compare((slice){ left->text, left->length },
                                         (slice){ right->text, right->length });
}

/* Put the queries that find something with another word than the term has: with those alone that
 * are nearest to it, what finds most first. Returns how many there are. */
static size_t try_words(struct offering *offering, size_t term, struct find_near *out, size_t most)
{
    const struct nearest *nearest = &offering->nearest[term];
    size_t count = 0;
    size_t far = SIZE_MAX;
    for (size_t i = 0; i < nearest->count && count < most && !finder_is_late(offering->finder);
         i++) {
        offering->choice[term] = i + 1;
        if (nearest->words[i].distance <= far && try_choice(offering, &out[count])) {
            far = nearest->words[i].distance;
            count++;
        }
    }
    offering->choice[term] = 0;
    qsort(out, count, sizeof out[0], compare_totals);
    return count;
}

/* Go on to the next choice, the first term's word changing first; false after the last one. */
static bool choose_next(struct offering *offering)
{
    for (size_t i = 0; i < offering->query->count; i++) {
        const size_t words = offering->nearest[i].count;
        if (offering->choice[i] < (words < TRIED_TOGETHER ? words : TRIED_TOGETHER)) {
            offering->choice[i]++;
            return true;
        }
        offering->choice[i] = 0;
    }
    return false;
}

/* How far what is chosen is from what was typed; 0 when only one word is another. */
static size_t choice_distance(const struct offering *offering)
{
    size_t far = 0;
    size_t others = 0;
    for (size_t i = 0; i < offering->query->count; i++) {
        if (offering->choice[i] > 0) {
            far += offering->nearest[i].words[offering->choice[i] - 1].distance;
            others++;
        }
    }
    return others > 1 ? far : 0;
}

/* Put the nearest query that finds something with several words in the places of others: Jeong
 * Jin-yeong is Jung Jin-young. Returns how many there are, one or none. */
static size_t try_together(struct offering *offering, struct find_near *out)
{
    size_t best = SIZE_MAX;
    for (size_t tried = 0;
         tried < TOGETHER && choose_next(offering) && !finder_is_late(offering->finder); tried++) {
        struct find_near near;
        const size_t far = choice_distance(offering);
        if (far > 0 && far < best && try_choice(offering, &near)) {
            best = far;
            *out = near;
        }
    }
    return best < SIZE_MAX;
}

size_t finder_near(struct finder *finder, const struct capsule *capsule,
                   const struct search_query *query, const struct find_options *options,
                   struct find_near *out, size_t most)
{
    struct offering offering = {
        .finder = finder, .capsule = capsule, .query = query, .options = options
    };
    size_t count = 0;
    finder_set_deadline(finder, options->limit_ms);
    for (size_t i = 0; i < query->count; i++) {
        struct folded folded;
        if (fold_term(&query->terms[i], &folded)) {
            look_for(finder, (slice){ folded.bytes, folded.length }, &offering.nearest[i]);
        }
    }
    for (size_t i = 0; i < query->count && count < most; i++) {
        count += try_words(&offering, i, out + count, most - count);
    }
    return count > 0 || most == 0 ? count : try_together(&offering, out);
}
