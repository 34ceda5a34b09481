/* check.c: `matinee check`, every problem of a capsule in one run. */

#include "base/limits.h"
#include "cmd/address_check.h"
#include "cmd/check_report.h"
#include "cmd/command.h"
#include "cmd/link_check.h"
#include "cmd/open_capsule.h"
#include "cmd/path_check.h"
#include "text/date.h"

#include <getopt.h>
#include <stdio.h>

static const char usage[] =
    "usage: matinee check [CAPSULE] [--report [--json]]\n"
    "\n"
    "Reads every source file of the capsule (default: capsule), drafts too, makes every page, and\n"
    "follows every link inside the capsule and every redirect of capsule.conf. Problems are\n"
    "printed on stderr as `path:line:column: error: message`. Nothing is written.\n"
    "\n"
    "  --report      say what else may want to be looked at: reviews without a poster, a quote, "
    "tags\n"
    "                or links to them, tags used once, people spelt in two ways, words by section\n"
    "  --json        the report as one JSON document, with the problems\n"
    "  --now MOMENT  look at it as at this time (RFC 3339), not now\n"
    "  --help        print this text\n"
    "\n"
    "Exit code: 0 no errors (there may be warnings), 1 errors, 2 called wrongly.\n";

static const struct option long_options[] = {
    { "help", no_argument, NULL, 'h' },
    { "json", no_argument, NULL, 'j' },
    { "now", required_argument, NULL, 'n' },
    { "report", no_argument, NULL, 'r' },
    { NULL, 0, NULL, 0 },
};

struct look {
    const struct page_context *context;
    struct link_check *links;
    struct buf bytes; /* scratch: a page */
};

static bool look_at_page(void *context, const struct page *page)
{
    struct look *look = context;
    struct page_answer answer;
    buf_clear(&look->bytes);
    page_render(look->context, page, &look->bytes, &answer);
    link_check_page(look->links, page, &answer, &look->bytes, look->context->base);
    return true;
}

static struct link_counts check_links(const struct open_capsule *open, struct diags *diags)
{
    struct look look = { .context = &open->context };
    buf_init(&look.bytes, LIMIT_PAGE);
    /* Without drafts, as a build is made, a link to one leads nowhere. */
    look.links = link_check_begin(open, DIAG_ERROR, DIAG_NOTE, diags);
    (void)sitemap_walk(open->capsule, look_at_page, &look);
    buf_release(&look.bytes);
    return link_check_end(look.links);
}

struct check_options {
    const char *folder;
    int64_t now;
    bool report;
    bool json;
};

/* False when it could not be made. */
static bool print_report(const struct check_options *options, const struct capsule *capsule,
                         const struct check_counts *counts, const struct diags *diags)
{
    struct arena arena;
    struct survey survey;
    struct buf out;
    arena_init(&arena);
    buf_init(&out, (size_t)-1);
    survey_make(&arena, capsule, &survey);
    if (options->json) {
        check_report_put_json(&survey, counts, diags, &out);
    } else {
        check_report_put_text(&survey, &out);
    }
    (void)fwrite(out.ptr, 1, out.len, stdout);
    bool made = !out.failed;
    buf_release(&out);
    arena_release(&arena);
    return made;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void print_counts(const struct check_counts *counts, const struct diags *diags)
{
    (void)printf("checked %zu review%s, %zu page%s, %zu link%s: %s\n", counts->reviews,
                 plural(counts->reviews), counts->pages, plural(counts->pages), counts->links,
                 plural(counts->links),
                 diags->counts[DIAG_ERROR] > 0     ? "errors"
                 : diags->counts[DIAG_WARNING] > 0 ? "warnings"
                                                   : "no problems");
}

static int check(const struct check_options *options)
{
    struct diags diags;
    struct open_capsule open;
    diags_init(&diags);
    if (!open_capsule_load(&open, options->folder, options->now, true, &diags)) {
        command_print_diags(&diags);
        diags_release(&diags);
        return command_fail("%s: there is no capsule to check", options->folder);
    }
    address_check(open.capsule, &diags);
    path_check(open.capsule, &diags);
    const struct link_counts links = check_links(&open, &diags);
    command_print_diags(&diags);
    const struct check_counts counts = { capsule_count_reviews(open.capsule), links.pages,
                                         links.links };
    bool printed = !options->report || print_report(options, open.capsule, &counts, &diags);
    if (!options->json) {
        print_counts(&counts, &diags);
    }
    size_t errors = diags.counts[DIAG_ERROR];
    open_capsule_close(&open);
    diags_release(&diags);
    return errors > 0 || !printed || fflush(stdout) != 0 ? EXIT_FAILED : EXIT_DONE;
}

static int run(int argc, char **argv)
{
    struct check_options options = { .folder = "capsule", .now = date_now() };
    opterr = 0;
    for (;;) {
        switch (getopt_long(argc, argv, ":", long_options, NULL)) {
        case -1:
            if (argc - optind > 1) {
                return command_usage_error(&command_check, "one capsule at a time");
            }
            if (options.json && !options.report) {
                return command_usage_error(&command_check, "--json is for --report");
            }
            options.folder = optind < argc ? argv[optind] : options.folder;
            return check(&options);
        case 'h':
            return command_help(&command_check);
        case 'j':
            options.json = true;
            break;
        case 'n':
            if (!date_parse_moment(slice_of(optarg), &options.now)) {
                return command_usage_error(&command_check, "%s is no moment", optarg);
            }
            break;
        case 'r':
            options.report = true;
            break;
        case ':':
            return command_usage_error(&command_check, "%s needs a value", argv[optind - 1]);
        default:
            return command_usage_error(&command_check, "unknown option %s", argv[optind - 1]);
        }
    }
}

const struct command command_check = {
    .name = "check",
    .purpose = "look for problems in a capsule, every link included",
    .usage = usage,
    .run = run,
};
