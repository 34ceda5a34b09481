#include "search/find.h"

#include "search/finder.h"
#include "search/index.h"
#include "search/rank.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#define TEXT_OF(number) TEXT_OF_(number)
#define TEXT_OF_(number) #number

/* --- the file -----------------------------------------------------------------------------------
 */

struct finder *finder_new(const char *path)
{
    struct finder *finder = calloc(1, sizeof *finder);
    if (finder != NULL && (finder->path = strdup(path)) == NULL) {
        free(finder);
        finder = NULL;
    }
    return finder;
}

static void close_index(struct finder *finder)
{
    for (size_t i = 0; i < FINDER_STATEMENTS; i++) {
        (void)sqlite3_finalize(finder->statements[i]);
        finder->statements[i] = NULL;
    }
    (void)sqlite3_close(finder->database);
    finder->database = NULL;
}

void finder_free(struct finder *finder)
{
    if (finder != NULL) {
        close_index(finder);
        free(finder->path);
        free(finder);
    }
}

static int64_t milliseconds(clockid_t clock)
{
    struct timespec now = { 0 };
    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void finder_set_deadline(struct finder *finder, unsigned limit_ms)
{
    /* A machine with much else to do, or a slow disk, is no reason to find less. */
    enum { PATIENCE = 4 };
    finder->work_deadline = milliseconds(CLOCK_PROCESS_CPUTIME_ID) + limit_ms;
    finder->deadline = milliseconds(CLOCK_MONOTONIC) + (int64_t)limit_ms * PATIENCE;
}

bool finder_is_late(const struct finder *finder)
{
    return milliseconds(CLOCK_PROCESS_CPUTIME_ID) >= finder->work_deadline ||
           milliseconds(CLOCK_MONOTONIC) >= finder->deadline;
}

/* SQLite asks whether it is to stop. */
static int is_late(void *context)
{
    return finder_is_late(context);
}

static bool prepare(struct finder *finder)
{
    /* Titles, names and tags are short, and say more of a review than its text does. */
    static const char *const sql[FINDER_STATEMENTS] = {
        [FINDER_REVIEWS] =
            "SELECT r.slug, NULL, rank_of(words, 1.0, 10.0, 6.0, 4.0) FROM words AS w"
            " JOIN review AS r ON r.id = w.rowid WHERE words MATCH ?1",
        [FINDER_QUOTES] = "SELECT r.slug, q.name, rank_of(quote_words, 1.0, 2.0, 2.0, 2.0)"
                          " FROM quote_words AS w JOIN quote AS q ON q.id = w.rowid"
                          " JOIN review AS r ON r.id = q.review WHERE quote_words MATCH ?1",
        [FINDER_NEAR_WORDS] = "SELECT word FROM known_word WHERE length BETWEEN ?1 AND ?2",
    };
    for (size_t i = 0; i < FINDER_STATEMENTS; i++) {
        if (sqlite3_prepare_v2(finder->database, sql[i], -1, &finder->statements[i], NULL) !=
            SQLITE_OK) {
            return false;
        }
    }
    return true;
}

bool finder_ready(struct finder *finder)
{
    enum { STEPS = 1000 };
    struct stat status;
    if (stat(finder->path, &status) != 0) {
        close_index(finder);
        return false;
    }
    if (finder->database != NULL && finder->device == status.st_dev &&
        finder->number == status.st_ino) {
        return true;
    }
    close_index(finder);
    if (!search_index_open(finder->path, SQLITE_OPEN_READONLY, &finder->database)) {
        finder->database = NULL;
        return false;
    }
    finder->device = status.st_dev;
    finder->number = status.st_ino;
    if (sqlite3_exec(finder->database, "PRAGMA cache_size = -" TEXT_OF(LIMIT_SEARCH_CACHE_KB), NULL,
                     NULL, NULL) != SQLITE_OK) {
        close_index(finder);
        return false;
    }
    sqlite3_progress_handler(finder->database, STEPS, is_late, finder);
    if (!rank_register(finder->database, &finder->asked) || !prepare(finder)) {
        close_index(finder);
        return false;
    }
    return true;
}

enum find_outcome finder_end(struct finder *finder, enum finder_statement which, int result)
{
    (void)sqlite3_reset(finder->statements[which]);
    if (result == SQLITE_DONE) {
        return FIND_DONE;
    }
    if (result == SQLITE_INTERRUPT) {
        return FIND_TOO_SLOW;
    }
    /* It is opened anew the next time: perhaps it was mended until then. */
    close_index(finder);
    return FIND_NO_INDEX;
}

/* --- the best -----------------------------------------------------------------------------------
 */

/* Negative: `a` comes before `b`. */
static int compare(const struct find_hit *a, const struct find_hit *b)
{
    if (a->rank < b->rank || a->rank > b->rank) {
        return a->rank < b->rank ? -1 : 1;
    }
    if (a->review->published != b->review->published) {
        return a->review->published > b->review->published ? -1 : 1;
    }
    if (a->review != b->review) {
        return slice_compare(a->review->slug, b->review->slug);
    }
    return (a->quote > b->quote) - (a->quote < b->quote);
}

static int compare_hits(const void *a, const void *b)
{
    return compare(a, b);
}

/* Let what lies at `at` sink in a heap whose worst is on top. */
static void sink(struct find_hit *heap, size_t count, size_t at)
{
    for (;;) {
        size_t worst = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++) {
            worst = compare(&heap[child], &heap[worst]) > 0 ? child : worst;
        }
        if (worst == at) {
            return;
        }
        const struct find_hit other = heap[at];
        heap[at] = heap[worst];
        heap[worst] = other;
        at = worst;
    }
}

/* Keep `hit` when it is among the best `most`. */
static void keep(struct finder *finder, size_t most, const struct find_hit *hit)
{
    finder->total++;
    if (finder->kept < most) {
        finder->best[finder->kept++] = *hit;
        for (size_t at = finder->kept / 2; finder->kept == most && at-- > 0;) {
            sink(finder->best, most, at);
        }
    } else if (compare(hit, &finder->best[0]) < 0) {
        finder->best[0] = *hit;
        sink(finder->best, most, 0);
    }
}

/* --- what is found ------------------------------------------------------------------------------
 */

static bool is_of_years(const struct review *review, const struct search_query *query)
{
    size_t digits = 0;
    unsigned long year = 0;
    if (!query->has_year) {
        return true; /* without a look at its text, which is not in the processor's cache */
    }
    while (digits < review->year_text.len && review->year_text.ptr[digits] >= '0' &&
           review->year_text.ptr[digits] <= '9') {
        digits++;
    }
    return slice_to_number(slice_head(review->year_text, digits), 9999, &year) &&
           year >= query->first_year && year <= query->last_year;
}

static bool is_wanted(const struct review *review, const struct search_query *query,
                      const struct find_options *options)
{
    return review != NULL && is_of_years(review, query) &&
           (options->admits == NULL ? review->place != REVIEW_UNLISTED
                                    : options->admits(options->context, review));
}

static const struct quote *find_quote(const struct review *review, slice id)
{
    for (size_t i = 0; i < review->quote_count; i++) {
        if (slice_equal(review->quotes[i].id, id)) {
            return &review->quotes[i];
        }
    }
    return NULL;
}

static slice column(sqlite3_stmt *statement, int index)
{
    const char *text = (const char *)sqlite3_column_text(statement, index);
    return (slice){ text, text == NULL ? 0 : (size_t)sqlite3_column_bytes(statement, index) };
}

static enum find_outcome ask(struct finder *finder, const struct capsule *capsule,
                             const struct search_query *query, size_t most,
                             const struct find_options *options)
{
    const enum finder_statement which = query->in_quotes ? FINDER_QUOTES : FINDER_REVIEWS;
    if (!finder_ready(finder)) {
        return FIND_NO_INDEX;
    }
    sqlite3_stmt *statement = finder->statements[which];
    int result = sqlite3_bind_text(statement, 1, query->expression.ptr, (int)query->expression.len,
                                   SQLITE_STATIC);
    finder->asked = query;
    if (result == SQLITE_OK) {
        result = sqlite3_step(statement);
    }
    for (; result == SQLITE_ROW; result = sqlite3_step(statement)) {
        struct find_hit hit = { .review = capsule_find_review(capsule, column(statement, 0)),
                                .rank = sqlite3_column_double(statement, 2) };
        if (is_wanted(hit.review, query, options) &&
            (!query->in_quotes ||
             (hit.quote = find_quote(hit.review, column(statement, 1))) != NULL)) {
            keep(finder, most, &hit);
        }
    }
    return finder_end(finder, which, result);
}

/* Years alone need no index. */
static void take_years(struct finder *finder, const struct capsule *capsule,
                       const struct search_query *query, size_t most,
                       const struct find_options *options)
{
    for (size_t i = 0; i < capsule_count_reviews(capsule); i++) {
        const struct find_hit hit = { .review = capsule_review_at(capsule, i) };
        if (is_wanted(hit.review, query, options)) {
            keep(finder, most, &hit);
        }
    }
}

enum find_outcome finder_gather(struct finder *finder, const struct capsule *capsule,
                                const struct search_query *query, size_t most,
                                const struct find_options *options)
{
    finder->kept = 0;
    finder->total = 0;
    if (query->expression.len > 0) {
        return ask(finder, capsule, query, most, options);
    }
    take_years(finder, capsule, query, most, options);
    return FIND_DONE;
}

enum find_outcome finder_find(struct finder *finder, const struct capsule *capsule,
                              const struct search_query *query, size_t page,
                              const struct find_options *options, struct find_result *out)
{
    enum { PAGES = LIMIT_SEARCH_RESULTS / LIMIT_SEARCH_PAGE };
    const size_t first = page < PAGES ? page * LIMIT_SEARCH_PAGE : LIMIT_SEARCH_RESULTS;
    size_t most = first + LIMIT_SEARCH_PAGE;
    most = most < LIMIT_SEARCH_RESULTS ? most : LIMIT_SEARCH_RESULTS;
    finder_set_deadline(finder, options->limit_ms);
    out->count = 0;
    out->total = 0;
    const enum find_outcome outcome = finder_gather(finder, capsule, query, most, options);
    if (outcome != FIND_DONE) {
        return outcome;
    }
    qsort(finder->best, finder->kept, sizeof finder->best[0], compare_hits);
    for (size_t i = first; i < finder->kept && out->count < LIMIT_SEARCH_PAGE; i++) {
        out->hits[out->count++] = finder->best[i];
    }
    out->total = finder->total;
    return FIND_DONE;
}
