/* stats.c: `matinee stats`, a year of a capsule as plots of text. */

#include "survey/stats.h"
#include "cmd/command.h"
#include "cmd/open_capsule.h"
#include "cmd/plot.h"
#include "cmd/terminal.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: matinee stats [CAPSULE] [--year YEAR] [--columns N]\n"
    "\n"
    "Draws a year of the capsule (default: capsule) as bars: its reviews and their words by "
    "month,\n"
    "ratings, genres, platforms, and the years of the works. Drafts, reviews of the future and\n"
    "those in closed areas do not count. Nothing is written.\n"
    "\n"
    "  --year YEAR   a year, or `all` of them (default: that of the newest review)\n"
    "  --columns N   as wide as this, 40 to 200 (default: as the terminal, or 80)\n"
    "  --now MOMENT  look at it as at this time (RFC 3339), not now\n"
    "  --help        print this text\n"
    "\n"
    "Exit code: 0 done, 1 there is no such capsule, 2 called wrongly.\n";

static const struct option long_options[] = {
    { "columns", required_argument, NULL, 'c' },
    { "help", no_argument, NULL, 'h' },
    { "now", required_argument, NULL, 'n' },
    { "year", required_argument, NULL, 'y' },
    { NULL, 0, NULL, 0 },
};

struct stats_options {
    const char *folder;
    int64_t now;
    bool newest_year; /* and not `year`, which with 0 is all of them */
    int year;
    unsigned columns;
};

static void put_plot(struct buf *out, const char *title, const struct stats_rows *rows,
                     unsigned columns)
{
    struct plot_row plotted[STATS_YEARS];
    size_t count = rows->count < STATS_YEARS ? rows->count : STATS_YEARS;
    for (size_t i = 0; i < count; i++) {
        plotted[i] = (struct plot_row){ rows->items[i].label, rows->items[i].count };
    }
    if (count > 0) {
        buf_putc(out, '\n');
    }
    plot_put(out, title, plotted, count, columns);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void put_title(struct buf *out, slice capsule, const struct stats *stats, unsigned columns)
{
    char room[32] = "all years";
    if (stats->year != 0) {
        (void)snprintf(room, sizeof room, "%d", stats->year);
    }
    const unsigned behind = (unsigned)strlen(room) + 2;
    (void)terminal_put_cut(out, capsule, columns - behind);
    buf_printf(out, ", %s\n", room);
    buf_printf(out, "%zu review%s\n%zu word%s\n%zu quote%s\n", stats->reviews,
               plural(stats->reviews), stats->words, plural(stats->words), stats->quotes,
               plural(stats->quotes));
}

static void put_ratings(struct buf *out, const struct stats *stats, unsigned columns)
{
    char title[96];
    size_t length = (size_t)snprintf(title, sizeof title, "Ratings, mean %u.%u",
                                     stats->rating_mean / 10, stats->rating_mean % 10);
    if (stats->ratings_unread > 0) {
        (void)snprintf(title + length, sizeof title - length, "; %zu of no scale",
                       stats->ratings_unread);
    }
    put_plot(out, title, &stats->ratings, columns);
}

static void put_stats(struct buf *out, const struct capsule *capsule, const struct stats *stats,
                      unsigned columns)
{
    const bool all = stats->year == 0;
    put_title(out, capsule->conf.title, stats, columns);
    put_plot(out, all ? "Reviews by year" : "Reviews by month", &stats->reviews_by_time, columns);
    put_plot(out, all ? "Words by year" : "Words by month", &stats->words_by_time, columns);
    put_ratings(out, stats, columns);
    put_plot(out, "Genres", &stats->genres, columns);
    put_plot(out, "Platforms", &stats->platforms, columns);
    put_plot(out, "Years of the works", &stats->work_years, columns);
}

static int print(const struct stats_options *options)
{
    struct diags diags;
    struct open_capsule open;
    diags_init(&diags);
    bool loaded = open_capsule_load(&open, options->folder, options->now, false, &diags);
    if (!loaded) {
        command_print_diags(&diags);
    } else if (diags.counts[DIAG_ERROR] > 0) {
        (void)fprintf(stderr,
                      "matinee: some files have errors and do not count; `matinee check` says "
                      "which\n");
    }
    diags_release(&diags);
    if (!loaded) {
        return command_fail("%s: there is no capsule to count", options->folder);
    }
    struct arena arena;
    struct stats stats;
    struct buf out;
    arena_init(&arena);
    buf_init(&out, (size_t)-1);
    stats_make(&arena, open.capsule,
               options->newest_year ? stats_newest_year(open.capsule) : options->year, &stats);
    put_stats(&out, open.capsule, &stats, options->columns);
    (void)fwrite(out.ptr, 1, out.len, stdout);
    bool printed = !out.failed && fflush(stdout) == 0 && ferror(stdout) == 0;
    buf_release(&out);
    arena_release(&arena);
    open_capsule_close(&open);
    return printed ? EXIT_DONE : EXIT_FAILED;
}

static bool read_year(const char *text, struct stats_options *options)
{
    unsigned long year = 0;
    options->newest_year = false;
    if (strcmp(text, "all") != 0 && (!slice_to_number(slice_of(text), 9999, &year) || year == 0)) {
        return false;
    }
    options->year = (int)year;
    return true;
}

static bool read_columns(const char *text, struct stats_options *options)
{
    unsigned long columns = 0;
    if (!slice_to_number(slice_of(text), PLOT_COLUMNS_MOST, &columns) ||
        columns < PLOT_COLUMNS_LEAST) {
        return false;
    }
    options->columns = (unsigned)columns;
    return true;
}

static int run(int argc, char **argv)
{
    struct stats_options options = { .folder = "capsule", .now = date_now(), .newest_year = true };
    options.columns = terminal_columns(STDOUT_FILENO);
    options.columns = options.columns < PLOT_COLUMNS_LEAST ? PLOT_COLUMNS_LEAST : options.columns;
    opterr = 0;
    for (;;) {
        switch (getopt_long(argc, argv, ":", long_options, NULL)) {
        case -1:
            if (argc - optind > 1) {
                return command_usage_error(&command_stats, "one capsule at a time");
            }
            options.folder = optind < argc ? argv[optind] : options.folder;
            return print(&options);
        case 'c':
            if (!read_columns(optarg, &options)) {
                return command_usage_error(&command_stats, "%s is no width from %d to %d", optarg,
                                           PLOT_COLUMNS_LEAST, PLOT_COLUMNS_MOST);
            }
            break;
        case 'h':
            return command_help(&command_stats);
        case 'n':
            if (!date_parse_moment(slice_of(optarg), &options.now)) {
                return command_usage_error(&command_stats, "%s is no moment", optarg);
            }
            break;
        case 'y':
            if (!read_year(optarg, &options)) {
                return command_usage_error(&command_stats, "%s is no year", optarg);
            }
            break;
        case ':':
            return command_usage_error(&command_stats, "%s needs a value", argv[optind - 1]);
        default:
            return command_usage_error(&command_stats, "unknown option %s", argv[optind - 1]);
        }
    }
}

const struct command command_stats = {
    .name = "stats",
    .purpose = "draw a year of a capsule as plots",
    .usage = usage,
    .run = run,
};
