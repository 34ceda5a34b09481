#include "search/rank.h"

#include "search/tokenizer.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = 8 };

/* What is the same for all rows of one query. */
struct measures {
    double average; /* tokens of a row */
    double rarity[SEARCH_PHRASES];
};

static int count_row(UNUSED const Fts5ExtensionApi *api, UNUSED Fts5Context *fts, void *context)
{
    ++*(sqlite3_int64 *)context;
    return SQLITE_OK;
}

/* The inverse document frequency of bm25(). What is in most rows says next to nothing. */
static double rarity(sqlite3_int64 rows, sqlite3_int64 with_phrase)
{
    const double least = 1e-6;
    const double value = log(((double)(rows - with_phrase) + 0.5) / ((double)with_phrase + 0.5));
    return value > least ? value : least;
}

static int measure(const Fts5ExtensionApi *api, Fts5Context *fts, const struct search_query *query,
                   struct measures *out)
{
    /* Of the beginning of a word, which many words have: as if two rows in seven had it. */
    static const double of_prefix = 0.9;
    const int count = api->xPhraseCount(fts);
    sqlite3_int64 rows = 0;
    sqlite3_int64 tokens = 0;
    int result = api->xRowCount(fts, &rows);
    if (result == SQLITE_OK) {
        result = api->xColumnTotalSize(fts, -1, &tokens);
    }
    out->average = rows > 0 && tokens > 0 ? (double)tokens / (double)rows : 1;
    for (int i = 0; result == SQLITE_OK && i < count && i < SEARCH_PHRASES; i++) {
        const bool prefix = query != NULL && query->prefixes[i];
        sqlite3_int64 with_phrase = 0;
        if (count > 1 && !prefix) {
            result = api->xQueryPhrase(fts, i, &with_phrase, count_row);
        }
        out->rarity[i] = count == 1 ? 1 : prefix ? of_prefix : rarity(rows, with_phrase);
    }
    return result;
}

static int measures_of(const Fts5ExtensionApi *api, Fts5Context *fts, struct measures **out)
{
    const struct search_query *const *asked = api->xUserData(fts);
    *out = api->xGetAuxdata(fts, 0);
    if (*out != NULL) {
        return SQLITE_OK;
    }
    struct measures *made = sqlite3_malloc64(sizeof *made);
    if (made == NULL) {
        return SQLITE_NOMEM;
    }
    memset(made, 0, sizeof *made);
    const int result = measure(api, fts, *asked, made);
    if (result != SQLITE_OK) {
        sqlite3_free(made);
        return result;
    }
    *out = made;
    return api->xSetAuxdata(fts, made, sqlite3_free); /* frees it when it fails */
}

/* How often the row has a phrase, each time with the weight of the column it is in. */
static int weigh(const Fts5ExtensionApi *api, Fts5Context *fts, int phrase, const double *weights,
                 double *out)
{
    Fts5PhraseIter iterator;
    int column = 0;
    int offset = 0;
    *out = 0;
    const int result = api->xPhraseFirst(fts, phrase, &iterator, &column, &offset);
    while (result == SQLITE_OK && column >= 0) {
        *out += column < COLUMNS ? weights[column] : 0;
        api->xPhraseNext(fts, &iterator, &column, &offset);
    }
    return result;
}

static void rank_of(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *context,
                    int count, sqlite3_value **values)
{
    /* The constants of bm25. */
    static const double k1 = 1.2;
    static const double b = 0.75;
    struct measures *measures = NULL;
    double weights[COLUMNS] = { 0 };
    double sum = 0;
    int tokens = 0;
    for (int i = 0; i < count && i < COLUMNS; i++) {
        weights[i] = sqlite3_value_double(values[i]);
    }
    int result = measures_of(api, fts, &measures);
    if (result == SQLITE_OK) {
        result = api->xColumnSize(fts, -1, &tokens);
    }
    const int phrases = api->xPhraseCount(fts);
    for (int i = 0; result == SQLITE_OK && i < phrases && i < SEARCH_PHRASES; i++) {
        double often = 0;
        result = weigh(api, fts, i, weights, &often);
        sum += measures->rarity[i] * often * (k1 + 1) /
               (often + k1 * (1 - b + b * (double)tokens / measures->average));
    }
    if (result != SQLITE_OK) {
        sqlite3_result_error_code(context, result);
    } else {
        sqlite3_result_double(context, -sum);
    }
}

bool rank_register(sqlite3 *database, const struct search_query **asked)
{
    fts5_api *api = tokenizer_api(database);
    return api != NULL &&
           api->xCreateFunction(api, "rank_of", (void *)asked, rank_of, NULL) == SQLITE_OK;
}
