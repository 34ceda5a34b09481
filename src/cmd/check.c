/* check.c: `matinee check`, every problem of a capsule in one run. */

#include "base/limits.h"
#include "cmd/address_check.h"
#include "cmd/command.h"
#include "cmd/link_check.h"
#include "cmd/open_capsule.h"
#include "cmd/path_check.h"
#include "text/date.h"

#include <getopt.h>
#include <stdio.h>

static const char usage[] =
    "usage: matinee check [CAPSULE]\n"
    "\n"
    "Reads every source file of the capsule (default: capsule), drafts too, makes every page, and\n"
    "follows every link inside the capsule and every redirect of capsule.conf. Problems are\n"
    "printed on stderr as `path:line:column: error: message`. Nothing is written.\n"
    "\n"
    "  --now MOMENT  look at it as at this time (RFC 3339), not now\n"
    "  --help        print this text\n"
    "\n"
    "Exit code: 0 no errors (there may be warnings), 1 errors, 2 called wrongly.\n";

static const struct option long_options[] = {
    { "help", no_argument, NULL, 'h' },
    { "now", required_argument, NULL, 'n' },
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

static int check(const char *folder, int64_t now)
{
    struct diags diags;
    struct open_capsule open;
    diags_init(&diags);
    if (!open_capsule_load(&open, folder, now, true, &diags)) {
        command_print_diags(&diags);
        diags_release(&diags);
        return command_fail("%s: there is no capsule to check", folder);
    }
    address_check(open.capsule, &diags);
    path_check(open.capsule, &diags);
    const struct link_counts counts = check_links(&open, &diags);
    command_print_diags(&diags);
    size_t errors = diags.counts[DIAG_ERROR];
    size_t reviews = capsule_count_reviews(open.capsule);
    (void)printf("checked %zu review%s, %zu page%s, %zu link%s: %s\n", reviews,
                 reviews == 1 ? "" : "s", counts.pages, counts.pages == 1 ? "" : "s", counts.links,
                 counts.links == 1 ? "" : "s",
                 errors > 0                       ? "errors"
                 : diags.counts[DIAG_WARNING] > 0 ? "warnings"
                                                  : "no problems");
    open_capsule_close(&open);
    diags_release(&diags);
    return errors > 0 || fflush(stdout) != 0 ? EXIT_FAILED : EXIT_DONE;
}

static int run(int argc, char **argv)
{
    int64_t now = date_now();
    opterr = 0;
    for (;;) {
        switch (getopt_long(argc, argv, ":", long_options, NULL)) {
        case -1:
            if (argc - optind > 1) {
                return command_usage_error(&command_check, "one capsule at a time");
            }
            return check(optind < argc ? argv[optind] : "capsule", now);
        case 'h':
            return command_help(&command_check);
        case 'n':
            if (!date_parse_moment(slice_of(optarg), &now)) {
                return command_usage_error(&command_check, "%s is no moment", optarg);
            }
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
