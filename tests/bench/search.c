/* search: what the index of a capsule's words costs, and what asking it does.
 *
 *     search NAME CAPSULE KOREAN INDEX QUERIES
 *
 * Makes the index at INDEX, which is not there, in a process of its own as a server does, and asks
 * it QUERIES queries of each kind, made of what stands in the capsule. Prints samples:
 *
 *     NAME/text MB, NAME/index MB     source files of reviews; the index
 *     NAME/build/cpu s, NAME/build/memory MB   making it; the most memory it took beside the
 *                                     capsule's, which is there before
 *     NAME/update/same|one|check ms   nothing has changed, one review has, the file is looked
 *                                     through for damage; CPU
 *     NAME/KIND/median|p99|most ms    queries of a kind, with what is shown of each result; CPU
 *     NAME/median|p99|most ms         of all kinds that a person types, one after the other
 *     NAME/near/… ms                  near matches of a query that finds nothing
 */
#include "words.h"

#include "base/diag.h"
#include "base/utf8.h"
#include "search/find.h"
#include "search/index.h"
#include "search/passage.h"
#include "source/load.h"
#include "text/gemtext_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_MS = 60000, QUERIES_MOST = 2000, QUERY_BYTES = 512 };

struct bench {
    const char *name;
    const char *path;
    const struct capsule *capsule;
    struct finder *finder;
};

static struct bench bench;

NO_RETURN static void fail(const char *what)
{
    (void)fprintf(stderr, "search: %s\n", what);
    exit(1);
}

static void print(const char *what, const char *unit, double value)
{
    (void)printf("%s/%s %s %.3f\n", bench.name, what, unit, value);
}

static double cpu_ms(void)
{
    struct timespec time = { 0 };
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* --- the index ----------------------------------------------------------------------------------
 */

/* A line of /proc/self/status, in MB. */
static double memory(const char *key)
{
    char line[256];
    double kilobytes = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0) {
            kilobytes = strtod(line + strlen(key), NULL);
        }
    }
    if (status != NULL) {
        (void)fclose(status);
    }
    return kilobytes * 1024 / 1e6;
}

/* The most that is resident is counted from now on. */
static void forget_peak(void)
{
    FILE *refs = fopen("/proc/self/clear_refs", "w");
    if (refs == NULL || fputs("5", refs) < 0 || fclose(refs) != 0) {
        fail("/proc/self/clear_refs cannot be written");
    }
}

/* Returns the CPU that it took. */
static double update(bool check, size_t written)
{
    struct search_update done;
    struct buf problem;
    buf_init(&problem, 4096);
    const double begun = cpu_ms();
    if (!search_index_update(bench.path, bench.capsule, check, &done, &problem)) {
        fail(buf_string(&problem));
    }
    const double taken = cpu_ms() - begun;
    if (done.written != written) {
        fail("another number of reviews was written");
    }
    buf_release(&problem);
    return taken;
}

static void build(void)
{
    (void)fflush(stdout);
    const pid_t child = fork();
    int status = 0;
    if (child == 0) {
        forget_peak();
        const double before = memory("VmRSS:");
        print("build/cpu", "s", update(false, capsule_count_reviews(bench.capsule)) / 1e3);
        print("build/memory", "MB", memory("VmHWM:") - before);
        (void)fflush(stdout);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        fail("the index cannot be made");
    }
}

static void measure_index(void)
{
    struct stat status;
    size_t text = 0;
    for (size_t i = 0; i < capsule_count_reviews(bench.capsule); i++) {
        text += capsule_review_at(bench.capsule, i)->source.len;
    }
    build();
    if (stat(bench.path, &status) != 0) {
        fail("there is no index");
    }
    print("text", "MB", (double)text / 1e6);
    print("index", "MB", (double)status.st_size / 1e6);
    print("update/check", "ms", update(true, 0));
    print("update/same", "ms", update(false, 0));
    for (size_t i = 1; i <= 5; i++) {
        /* Another text, as far as an index can tell. */
        struct review *review = (struct review *)capsule_review_at(bench.capsule, i);
        const slice source = review->source;
        review->source = slice_head(source, source.len - i);
        print("update/one", "ms", update(false, 1));
        review->source = source;
        (void)update(false, 1);
    }
}

/* --- queries ------------------------------------------------------------------------------------
 */

static const struct review *any_review(void)
{
    return capsule_review_at(bench.capsule, dice_below(capsule_count_reviews(bench.capsule)));
}

/* A line of text with some words in it. */
static slice any_line(void)
{
    for (;;) {
        const struct review *review = any_review();
        const size_t at = dice_below(review->lines.count);
        if (gemtext_lines_type(&review->lines, at) == GEMTEXT_TEXT) {
            const slice text = gemtext_lines_at(&review->lines, at).text;
            /* Attributions begin with a dash. */
            if (text.len > 40 && !slice_starts_with(text, SLICE("—"))) {
                return text;
            }
        }
    }
}

static bool is_hangul(slice word)
{
    return word.len > 0 && (unsigned char)word.ptr[0] >= 0xEA;
}

/* The word that stands after some blank of `line`, and `*rest` behind it. */
static slice word_of(slice line, slice *rest)
{
    size_t at = dice_below(line.len - 20);
    while (at > 0 && line.ptr[at - 1] != ' ') {
        at--;
    }
    slice word;
    *rest = slice_from(line, at);
    (void)slice_next_piece(rest, ' ', &word);
    return word.len > 0 && word.ptr[word.len - 1] == '.' ? slice_head(word, word.len - 1) : word;
}

/* As often as it is written: the most frequent ones are asked for the most. */
static slice any_word(bool hangul)
{
    for (;;) {
        slice rest;
        const slice word = word_of(any_line(), &rest);
        if (is_hangul(word) == hangul && word.len >= 3) {
            return word;
        }
    }
}

static void put_word(struct buf *out)
{
    buf_put(out, any_word(false));
}

/* Of all that there are, as often as any other: most of them are rare. */
static void put_rare(struct buf *out)
{
    slice rare = any_word(false);
    for (size_t i = 0; i < 10; i++) {
        const slice word = any_word(false);
        rare = word.len > rare.len ? word : rare;
    }
    buf_put(out, rare);
}

static void put_words(struct buf *out)
{
    slice rest;
    const slice line = any_line();
    for (size_t i = 0; i < 3; i++) {
        buf_put(out, word_of(line, &rest));
        buf_putc(out, ' ');
    }
}

static void put_phrase(struct buf *out)
{
    slice rest;
    slice second;
    buf_putc(out, '"');
    buf_put(out, word_of(any_line(), &rest));
    if (slice_next_piece(&rest, ' ', &second)) {
        buf_putc(out, ' ');
        buf_put(out, second);
    }
    buf_putc(out, '"');
}

static void put_prefix(struct buf *out, size_t letters)
{
    buf_put(out, utf8_head(any_word(false), letters));
    buf_putc(out, '*');
}

static void put_prefix_2(struct buf *out)
{
    put_prefix(out, 2);
}

static void put_prefix_3(struct buf *out)
{
    put_prefix(out, 3);
}

static void put_without(struct buf *out)
{
    put_word(out);
    buf_puts(out, " -");
    put_word(out);
}

static void put_name(struct buf *out)
{
    const struct review *review = any_review();
    buf_put(out, review->credits[dice_below(review->credit_count)].person.text);
}

static void put_person(struct buf *out)
{
    buf_puts(out, "person:\"");
    put_name(out);
    buf_putc(out, '"');
}

static void put_tag(struct buf *out)
{
    const struct review *review = any_review();
    buf_puts(out, "tag:");
    buf_put(out, review->tags[dice_below(review->tag_count)].text);
    buf_putc(out, ' ');
    put_word(out);
}

static void put_year(struct buf *out)
{
    buf_puts(out, "year:");
    buf_put(out, any_review()->year_text);
    buf_putc(out, ' ');
    put_word(out);
}

static void put_quotes(struct buf *out)
{
    buf_puts(out, "in:quotes ");
    put_word(out);
}

static void put_hangul(struct buf *out)
{
    buf_put(out, any_word(true));
}

/* Two syllables of a longer word, or what there is. */
static void put_hangul_part(struct buf *out)
{
    const slice word = any_word(true);
    buf_put(out, word.len >= 9 ? utf8_head(slice_from(word, 3), 6) : word);
}

static void put_syllable(struct buf *out)
{
    buf_put(out, utf8_head(any_word(true), 3));
}

/* A word that nobody has written, like one that somebody has. */
static void put_mistake(struct buf *out)
{
    slice word = any_word(false);
    while (word.len < 6) {
        word = any_word(false);
    }
    buf_put(out, slice_head(word, word.len - 2));
    buf_putc(out, 'q');
    buf_put(out, slice_from(word, word.len - 2));
}

struct kind {
    const char *name;
    void (*put)(struct buf *out);
    bool hangul; /* for capsules that have some */
    bool latin;  /* for those that are not all of Hangul */
};

static const struct kind kinds[] = {
    { "word", put_word, false, true },         { "rare", put_rare, false, true },
    { "words", put_words, false, false },      { "phrase", put_phrase, false, false },
    { "prefix2", put_prefix_2, false, true },  { "prefix3", put_prefix_3, false, true },
    { "without", put_without, false, true },   { "name", put_name, false, false },
    { "person", put_person, false, false },    { "tag", put_tag, false, true },
    { "year", put_year, false, true },         { "quotes", put_quotes, false, true },
    { "hangul", put_hangul, true, false },     { "part", put_hangul_part, true, false },
    { "syllable", put_syllable, true, false },
};

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_times(const char *name, double *times, size_t count)
{
    char what[64];
    qsort(times, count, sizeof *times, compare);
    (void)snprintf(what, sizeof what, "%s%smedian", name, *name != '\0' ? "/" : "");
    print(what, "ms", times[count / 2]);
    (void)snprintf(what, sizeof what, "%s%sp99", name, *name != '\0' ? "/" : "");
    print(what, "ms", times[count * 99 / 100]);
    (void)snprintf(what, sizeof what, "%s%smost", name, *name != '\0' ? "/" : "");
    print(what, "ms", times[count - 1]);
}

/* With what is shown of each result. Returns the CPU that it took. */
static double ask(slice typed, struct search_query *query)
{
    static const struct find_options options = { .limit_ms = LIMIT_MS };
    static struct find_result result;
    struct buf shown;
    const char *problem = NULL;
    buf_init(&shown, 1 << 20);
    const double begun = cpu_ms();
    if (!search_query_parse(typed, query, &problem) ||
        finder_find(bench.finder, bench.capsule, query, 0, &options, &result) != FIND_DONE) {
        (void)fprintf(stderr, "search: %.*s\n", SLICE_ARG(typed));
        fail(problem != NULL ? problem : "a query has no answer");
    }
    for (size_t i = 0; i < result.count; i++) {
        struct passage passage;
        passage_find(result.hits[i].review, query, &passage);
        passage_put(&passage, &shown);
    }
    const double taken = cpu_ms() - begun;
    buf_release(&shown);
    return taken;
}

static double ask_near(const struct search_query *query)
{
    enum { OFFERS = 3 };
    static const struct find_options options = { .limit_ms = LIMIT_MS };
    static struct find_near near[OFFERS];
    const double begun = cpu_ms();
    (void)finder_near(bench.finder, bench.capsule, query, &options, near, OFFERS);
    return cpu_ms() - begun;
}

static void ask_all(size_t count, size_t korean)
{
    static double all[ARRAY_LENGTH(kinds) * QUERIES_MOST];
    static double times[QUERIES_MOST];
    static struct search_query query;
    struct buf typed;
    size_t asked = 0;
    buf_init(&typed, QUERY_BYTES);
    for (size_t k = 0; k < ARRAY_LENGTH(kinds); k++) {
        if ((kinds[k].hangul && korean == 0) || (kinds[k].latin && korean == 100)) {
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            buf_clear(&typed);
            kinds[k].put(&typed);
            times[i] = ask(buf_slice(&typed), &query);
            all[asked++] = times[i];
        }
        print_times(kinds[k].name, times, count);
    }
    print_times("", all, asked);
    for (size_t i = 0; i < count && korean < 100; i++) {
        buf_clear(&typed);
        put_mistake(&typed);
        (void)ask(buf_slice(&typed), &query);
        times[i] = ask_near(&query);
    }
    if (korean < 100) {
        print_times("near", times, count);
    }
    buf_release(&typed);
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        (void)fputs("usage: search NAME CAPSULE KOREAN INDEX QUERIES\n", stderr);
        return 2;
    }
    struct load_options options = { .folder = argv[2], .now = 1767225600 /* 2026-01-01 */ };
    struct diags diags;
    diags_init(&diags);
    struct loaded *loaded = capsule_load(&options, NULL, &diags);
    const size_t korean = strtoul(argv[3], NULL, 10);
    const size_t queries = strtoul(argv[5], NULL, 10);
    if (loaded == NULL || diags.counts[DIAG_ERROR] > 0) {
        fail("the capsule has errors");
    }
    if (queries == 0 || queries > QUERIES_MOST) {
        fail("that many queries are not asked");
    }
    bench.name = argv[1];
    bench.capsule = loaded_capsule(loaded);
    bench.path = argv[4];
    measure_index();
    bench.finder = finder_new(bench.path);
    if (bench.finder == NULL) {
        fail("there is no memory");
    }
    ask_all(queries, korean);
    finder_free(bench.finder);
    loaded_free(loaded);
    diags_release(&diags);
    return 0;
}
