#include "import/report.h"

#include "base/utf8.h"

#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* As much of a dropped text as tells which one it was. */
enum { SAMPLE_BYTES = 60 };

/* Line numbers named for one reason before the rest is only counted. */
enum { LINES_NAMED = 12 };

void report_init(struct report *report, struct arena *arena)
{
    *report = (struct report){ .arena = arena };
}

void report_drop(struct report *report, unsigned first, unsigned last, slice text, const char *why)
{
    struct dropped *before =
        report->dropped.count > 0 ? &report->dropped.items[report->dropped.count - 1] : NULL;
    size_t words = utf8_count_words(text);
    /* Blank lines lie between the lines of a page, so "follows" allows for a few of them. */
    if (before != NULL && strcmp(before->why, why) == 0 && first >= before->last_line &&
        first - before->last_line <= 3) {
        before->last_line = last;
        before->words += words;
    } else {
        before = ARRAY_ADD(report->arena, &report->dropped);
        *before =
            (struct dropped){ .why = why, .first_line = first, .last_line = last, .words = words };
    }
    *ARRAY_ADD(report->arena, &before->texts) = text;
}

void report_note(struct report *report, unsigned line, const char *format, ...)
{
    struct buf text;
    va_list args;
    buf_init(&text, (size_t)-1);
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    *ARRAY_ADD(report->arena, &report->notes) =
        (struct note){ line, arena_copy(report->arena, buf_slice(&text)) };
    buf_release(&text);
}

static void put_count(struct buf *out, size_t count, const char *noun, const char *nouns)
{
    buf_printf(out, "%zu %s", count, count == 1 ? noun : nouns);
}

static void put_kept(const struct report *report, struct buf *out)
{
    const struct {
        size_t count;
        const char *noun, *nouns;
    } rows[] = {
        { report->sections, "section", "sections" },     { report->scenes, "scene", "scenes" },
        { report->quotes, "quote", "quotes" },           { report->facts, "fact", "facts" },
        { report->cast, "cast member", "cast members" }, { report->tags, "tag", "tags" },
    };
    buf_puts(out, "  kept: ");
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        if (rows[i].count > 0) {
            put_count(out, rows[i].count, rows[i].noun, rows[i].nouns);
            buf_puts(out, ", ");
        }
    }
    put_count(out, report->words, "word", "words");
    buf_puts(out, " of text\n");
}

static void put_lines(const struct dropped *dropped, struct buf *out)
{
    buf_printf(out, "%u", dropped->first_line);
    if (dropped->last_line > dropped->first_line) {
        buf_printf(out, "-%u", dropped->last_line);
    }
}

/* All entries of one reason on one line: a caption is dropped ten times over. */
static void put_reason(const struct report *report, size_t first, struct buf *out)
{
    const struct dropped *items = report->dropped.items;
    const char *why = items[first].why;
    size_t entries = 0;
    size_t words = 0;
    bool several = items[first].last_line > items[first].first_line;
    for (size_t i = first; i < report->dropped.count; i++) {
        if (strcmp(items[i].why, why) == 0) {
            entries++;
            words += items[i].words;
        }
    }
    buf_printf(out, "  dropped: line%s ", several || entries > 1 ? "s" : "");
    size_t named = 0;
    for (size_t i = first; i < report->dropped.count && named < LINES_NAMED; i++) {
        if (strcmp(items[i].why, why) == 0) {
            buf_puts(out, named > 0 ? ", " : "");
            put_lines(&items[i], out);
            named++;
        }
    }
    if (entries > named) {
        buf_printf(out, " and %zu more", entries - named);
    }
    buf_printf(out, ": %s (", why);
    put_count(out, words, "word", "words");
    buf_puts(out, "): ");
    slice begin = items[first].texts.items[0];
    slice sample = utf8_head(begin, SAMPLE_BYTES);
    buf_put(out, sample);
    buf_puts(out, sample.len < begin.len || several ? "…\n" : "\n");
}

/* By line, those of no line last; two of one line in the order of their words. */
static int by_line(const void *a, const void *b)
{
    const struct note *x = a;
    const struct note *y = b;
    unsigned left = x->line > 0 ? x->line : UINT_MAX;
    unsigned right = y->line > 0 ? y->line : UINT_MAX;
    if (left != right) {
        return left < right ? -1 : 1;
    }
    return slice_compare(x->text, y->text);
}

const struct note *report_notes(const struct report *report)
{
    const size_t count = report->notes.count;
    struct note *sorted =
        arena_copy_array(report->arena, report->notes.items, count, sizeof *sorted);
    if (count > 1) {
        qsort(sorted, count, sizeof *sorted, by_line);
    }
    return sorted;
}

static void put_notes(const struct report *report, struct buf *out)
{
    const struct note *notes = report_notes(report);
    for (size_t i = 0; i < report->notes.count; i++) {
        buf_puts(out, "  ");
        if (notes[i].line > 0) {
            buf_printf(out, "line %u: ", notes[i].line);
        }
        buf_put(out, notes[i].text);
        buf_putc(out, '\n');
    }
}

void report_put(const struct report *report, struct buf *out)
{
    put_kept(report, out);
    put_notes(report, out);
    /* Reasons are constants of the readers, a handful; entries may be many, so each reason looks
     * over the list once, at its first entry. */
    for (size_t i = 0; i < report->dropped.count; i++) {
        bool told = false;
        for (size_t j = i; j > 0 && !told; j--) {
            told = strcmp(report->dropped.items[j - 1].why, report->dropped.items[i].why) == 0;
        }
        if (!told) {
            put_reason(report, i, out);
        }
    }
}
