/* report: samples into a table and JSON.
 *
 *     report SAMPLES RATIOS JSON
 *
 * A line of SAMPLES is "name unit value", one a round, in the order they were taken; or "# key:
 * text", which is said of the whole run. A line of RATIOS is
 *
 *     name numerator denominator goal [wanted]
 *
 * with names of samples; the denominator - stands for 1. Every goal is the most that is good. The
 * table has the ratios first. Rounds are interleaved, so the ratio is made round by round, and its
 * median is printed with the least and the greatest. Nothing is asserted: the exit code is 1 only
 * when a file cannot be read or written.
 */
#include "base/arena.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE = 8 * 1024 * 1024, MAX_SERIES = 2000, MAX_ROUNDS = 200, MAX_RATIOS = 200 };

struct series {
    slice name;
    slice unit;
    double values[MAX_ROUNDS];
    size_t count;
};

struct spread {
    double median;
    double least;
    double greatest;
};

struct ratio {
    slice name;
    slice wanted; /* a number, or empty */
    slice unit;   /* where there is no denominator */
    struct spread spread;
    double goal;
    bool is_plain; /* no denominator */
    bool measured;
};

static struct series series[MAX_SERIES];
static size_t series_count;
static struct ratio ratios[MAX_RATIOS];
static size_t ratio_count;

static slice next_word(slice *line)
{
    slice word = SLICE_EMPTY;
    while (word.len == 0 && slice_next_piece(line, ' ', &word)) {
    }
    return word;
}

static bool to_double(slice text, double *out)
{
    char copy[64];
    char *end = copy;
    (void)snprintf(copy, sizeof copy, "%.*s", SLICE_ARG(text));
    *out = strtod(copy, &end);
    return end != copy && *end == '\0';
}

static struct series *find_series(slice name)
{
    for (size_t i = 0; i < series_count; i++) {
        if (slice_equal(series[i].name, name)) {
            return &series[i];
        }
    }
    return NULL;
}

static void add_sample(slice line)
{
    slice name = next_word(&line);
    slice unit = next_word(&line);
    double value = 0;
    if (!to_double(next_word(&line), &value)) {
        (void)fprintf(stderr, "bench report: not a sample: %.*s\n", SLICE_ARG(name));
        return;
    }
    struct series *of = find_series(name);
    if (of == NULL && series_count < MAX_SERIES) {
        of = &series[series_count++];
        of->name = name;
        of->unit = unit;
    }
    if (of == NULL || of->count == MAX_ROUNDS) {
        (void)fprintf(stderr, "bench report: too many samples: %.*s\n", SLICE_ARG(name));
        return;
    }
    of->values[of->count++] = value;
}

static int compare(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;
    return (*x > *y) - (*x < *y);
}

/* `count` is at least 1. */
static struct spread spread_of(const double *values, size_t count)
{
    double sorted[MAX_ROUNDS];
    memcpy(sorted, values, count * sizeof *values);
    qsort(sorted, count, sizeof *sorted, compare);
    return (struct spread){
        .median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2,
        .least = sorted[0],
        .greatest = sorted[count - 1],
    };
}

static void divide(struct ratio *ratio, const struct series *above, const struct series *below)
{
    double values[MAX_ROUNDS];
    size_t count = above->count;
    if (below != NULL && below->count < count) {
        count = below->count;
    }
    for (size_t i = 0; i < count; i++) {
        values[i] = above->values[i] / (below != NULL ? below->values[i] : 1);
    }
    ratio->unit = below == NULL ? above->unit : SLICE_EMPTY;
    ratio->spread = spread_of(values, count);
    ratio->measured = true;
}

static void add_ratio(slice line)
{
    slice name = next_word(&line);
    slice above = next_word(&line);
    slice below = next_word(&line);
    struct ratio *ratio = &ratios[ratio_count];
    if (ratio_count == MAX_RATIOS || !to_double(next_word(&line), &ratio->goal)) {
        (void)fprintf(stderr, "bench report: not a ratio: %.*s\n", SLICE_ARG(name));
        return;
    }
    ratio_count++;
    ratio->name = name;
    ratio->wanted = next_word(&line);
    ratio->is_plain = slice_equal(below, SLICE("-"));
    const struct series *a = find_series(above);
    const struct series *b = ratio->is_plain ? NULL : find_series(below);
    if (a != NULL && (b != NULL || ratio->is_plain)) {
        divide(ratio, a, b);
    }
}

/* --- the table -------------------------------------------------------------------------------- */

/* Large numbers have no use for fractions, small ones have. */
static int digits(double value)
{
    double size = value < 0 ? -value : value;
    return size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4;
}

static void print_spread(const struct spread *spread, bool is_ratio)
{
    const double values[] = { spread->median, spread->least, spread->greatest };
    for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
        printf(" %10.*f", is_ratio ? 3 : digits(values[i]), values[i]);
    }
}

static void print_ratios(void)
{
    printf("\n%-52s %10s %10s %10s  %s\n", "ratios", "median", "least", "greatest", "goal");
    for (size_t i = 0; i < ratio_count; i++) {
        const struct ratio *ratio = &ratios[i];
        if (!ratio->measured) {
            continue;
        }
        printf("%-52.*s", SLICE_ARG(ratio->name));
        print_spread(&ratio->spread, !ratio->is_plain);
        printf("  at most %g", ratio->goal);
        if (ratio->unit.len > 0) {
            printf(" %.*s", SLICE_ARG(ratio->unit));
        }
        if (ratio->wanted.len > 0) {
            printf(", wanted %.*s", SLICE_ARG(ratio->wanted));
        }
        printf("%s\n", ratio->spread.median <= ratio->goal ? "" : "  MISSED");
    }
}

static void print_series(void)
{
    printf("\n%-52s %10s %10s %10s  %s\n", "samples", "median", "least", "greatest", "rounds");
    for (size_t i = 0; i < series_count; i++) {
        struct spread spread = spread_of(series[i].values, series[i].count);
        printf("%-52.*s", SLICE_ARG(series[i].name));
        print_spread(&spread, false);
        printf("  %zu, %.*s\n", series[i].count, SLICE_ARG(series[i].unit));
    }
}

/* --- JSON ------------------------------------------------------------------------------------- */

static void put_string(FILE *out, slice text)
{
    (void)fputc('"', out);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\') {
            (void)fprintf(out, "\\%c", c);
        } else if (c < 0x20) {
            (void)fprintf(out, "\\u%04x", c);
        } else {
            (void)fputc(c, out);
        }
    }
    (void)fputc('"', out);
}

static void put_spread(FILE *out, const struct spread *spread)
{
    (void)fprintf(out, "\"median\": %.6g, \"least\": %.6g, \"greatest\": %.6g", spread->median,
                  spread->least, spread->greatest);
}

static void put_about(FILE *out, slice samples)
{
    slice line = SLICE_EMPTY;
    const char *comma = "";
    (void)fputs("  \"about\": {", out);
    while (slice_next_line(&samples, &line)) {
        if (!slice_starts_with(line, SLICE("# "))) {
            continue;
        }
        slice text = slice_from(line, 2);
        size_t colon = slice_find_byte(text, ':');
        (void)fprintf(out, "%s\n    ", comma);
        put_string(out, slice_head(text, colon));
        (void)fputs(": ", out);
        put_string(out, slice_trim(slice_from(text, colon + 1)));
        comma = ",";
    }
    (void)fputs("\n  },\n", out);
}

static void put_ratios(FILE *out)
{
    const char *comma = "";
    (void)fputs("  \"ratios\": {", out);
    for (size_t i = 0; i < ratio_count; i++) {
        if (!ratios[i].measured) {
            continue;
        }
        (void)fprintf(out, "%s\n    ", comma);
        put_string(out, ratios[i].name);
        (void)fprintf(out, ": { \"goal\": %.6g, ", ratios[i].goal);
        if (ratios[i].wanted.len > 0) {
            (void)fprintf(out, "\"wanted\": %.*s, ", SLICE_ARG(ratios[i].wanted));
        }
        put_spread(out, &ratios[i].spread);
        (void)fputs(" }", out);
        comma = ",";
    }
    (void)fputs("\n  },\n", out);
}

static void put_series(FILE *out)
{
    (void)fputs("  \"samples\": {", out);
    for (size_t i = 0; i < series_count; i++) {
        struct spread spread = spread_of(series[i].values, series[i].count);
        (void)fprintf(out, "%s\n    ", i > 0 ? "," : "");
        put_string(out, series[i].name);
        (void)fputs(": { \"unit\": ", out);
        put_string(out, series[i].unit);
        (void)fputs(", ", out);
        put_spread(out, &spread);
        (void)fputs(", \"rounds\": [", out);
        for (size_t j = 0; j < series[i].count; j++) {
            (void)fprintf(out, "%s%.6g", j > 0 ? ", " : "", series[i].values[j]);
        }
        (void)fputs("] }", out);
    }
    (void)fputs("\n  }\n", out);
}

static bool write_json(const char *path, slice samples)
{
    FILE *out = fopen(path, "we");
    if (out == NULL) {
        return false;
    }
    (void)fputs("{\n", out);
    put_about(out, samples);
    put_ratios(out);
    put_series(out);
    (void)fputs("}\n", out);
    bool ok = ferror(out) == 0;
    return fclose(out) == 0 && ok;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        (void)fprintf(stderr, "usage: report SAMPLES RATIOS JSON\n");
        return 2;
    }
    struct arena arena;
    slice samples = SLICE_EMPTY;
    slice goals = SLICE_EMPTY;
    slice line = SLICE_EMPTY;
    arena_init(&arena);
    for (int i = 1; i <= 2; i++) {
        if (!file_read(&arena, AT_FDCWD, argv[i], MAX_FILE, i == 1 ? &samples : &goals)) {
            (void)fprintf(stderr, "bench report: %s: %s\n", argv[i], strerror(errno));
            return 1;
        }
    }
    for (slice rest = samples; slice_next_line(&rest, &line);) {
        if (slice_starts_with(line, SLICE("#"))) {
            printf("%.*s\n", SLICE_ARG(line));
        } else if (line.len > 0) {
            add_sample(line);
        }
    }
    for (slice rest = goals; slice_next_line(&rest, &line);) {
        if (line.len > 0 && *line.ptr != '#') {
            add_ratio(line);
        }
    }
    print_ratios();
    print_series();
    bool ok = write_json(argv[3], samples);
    if (!ok) {
        (void)fprintf(stderr, "bench report: %s: %s\n", argv[3], strerror(errno));
    }
    arena_release(&arena);
    return ok ? 0 : 1;
}
