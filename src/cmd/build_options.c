#include "cmd/build_options.h"

#include "cmd/command.h"
#include "text/date.h"
#include "text/uri.h"

#include <getopt.h>
#include <stddef.h>

const char build_usage[] =
    "usage: matinee build [CAPSULE] --output DIR [--base PATH] [--gpub] [--drafts] "
    "[--keep-going]\n"
    "       matinee build [CAPSULE] --gpub --output FILE --whole | --review SLUG | --tag TAG\n"
    "\n"
    "Writes every page of the capsule (default: capsule) as a file below DIR, which any static\n"
    "Gemini server can host. The tree is made beside DIR and takes its place when it is complete;\n"
    "files that did not change keep their inode and time. DIR has to be new, empty or an earlier\n"
    "build. A capsule with errors is not built. What is in closed areas is left out, as files\n"
    "cannot be closed, and so are redirects with a `*`.\n"
    "\n"
    "With --gpub there are books (.gpub) among the files, for reading without a network: of the\n"
    "whole capsule, of each review and of each tag that several have; pages link to them. With\n"
    "--whole, --review or --tag that one book alone is written, to FILE.\n"
    "\n"
    "  --output DIR   where the tree goes\n"
    "  --base PATH    the pages will be served below this path, such as /~kim; with --format also\n"
    "                 an address, such as https://example.org/~kim\n"
    "  --format NAME  gemini, or html: pages for a web server, or gopher: a gopher hole\n"
    "  --drafts       with drafts and reviews of the future\n"
    "  --keep-going   build in spite of errors, without the reviews that have them\n"
    "  --now MOMENT   the capsule as at this time (RFC 3339), not now\n"
    "  --gpub         with books\n"
    "  --whole        the book of the whole capsule alone\n"
    "  --review SLUG  the book of a review alone\n"
    "  --tag TAG      the book of the reviews that have a tag alone\n"
    "  --help         print this text\n"
    "\n"
    "Exit code: 0 built, 1 not built, 2 called wrongly.\n";

enum { MESSAGE_BYTES = 256 };

static const struct option long_options[] = {
    { "base", required_argument, NULL, 'b' },   { "drafts", no_argument, NULL, 'd' },
    { "format", required_argument, NULL, 'f' }, { "gpub", no_argument, NULL, 'g' },
    { "help", no_argument, NULL, 'h' },         { "keep-going", no_argument, NULL, 'k' },
    { "now", required_argument, NULL, 'n' },    { "output", required_argument, NULL, 'o' },
    { "review", required_argument, NULL, 'r' }, { "tag", required_argument, NULL, 't' },
    { "whole", no_argument, NULL, 'w' },        { NULL, 0, NULL, 0 },
};

slice build_origin(const char *given)
{
    slice address = slice_of(given);
    size_t scheme = uri_scheme(address).len;
    slice rest = slice_from(address, scheme + sizeof ":" - 1);
    if (scheme == 0 || !slice_starts_with(rest, SLICE("//"))) {
        return SLICE_EMPTY;
    }
    size_t host = slice_find_byte(slice_from(rest, 2), '/');
    return slice_head(address, scheme + sizeof "://" - 1 + host);
}

void build_put_base(const char *given, struct buf *out)
{
    slice rest = slice_from(slice_of(given), build_origin(given).len);
    slice part;
    while (slice_next_piece(&rest, '/', &part)) {
        if (part.len > 0) {
            buf_putc(out, '/');
            uri_put_path(out, part);
        }
    }
}

static bool refuse(int *code, int with)
{
    *code = with;
    return false;
}

static bool refuse_format(int *code)
{
    struct buf names;
    buf_init(&names, MESSAGE_BYTES);
    export_put_names(&names);
    *code = command_usage_error(&command_build, "%s is no format; there are %s", optarg,
                                buf_string(&names));
    buf_release(&names);
    return false;
}

/* An address is one where the tree can be found: a path is for all formats. */
static bool is_base_for(const struct build_options *options)
{
    slice origin = build_origin(options->base);
    slice scheme = uri_scheme(origin);
    bool found = origin.len == 0;
    for (const char *const *one = options->format->schemes; *one != NULL && !found; one++) {
        found = slice_equal_nocase(scheme, slice_of(*one)) && origin.len > scheme.len + 3;
    }
    return found;
}

static bool is_consistent(const struct build_options *options, int *code)
{
    int chosen = options->whole + (options->review != NULL) + (options->tag != NULL);
    if (options->output == NULL) {
        return refuse(code, command_usage_error(&command_build, "--output is missing"));
    }
    if (chosen > 0 && !options->gpub) {
        return refuse(code, command_usage_error(&command_build, "%s is for --gpub",
                                                options->whole            ? "--whole"
                                                : options->review != NULL ? "--review"
                                                                          : "--tag"));
    }
    if (options->gpub && options->format != &export_gemini) {
        return refuse(code, command_usage_error(&command_build, "--gpub has no other format"));
    }
    if (!is_base_for(options)) {
        return refuse(code, command_usage_error(&command_build, "no address for --format %s: %s",
                                                options->format->name, options->base));
    }
    if (chosen > 1) {
        return refuse(code, command_usage_error(&command_build, "--whole, --review and --tag are "
                                                                "for one book at a time"));
    }
    return true;
}

static bool take(int option, const char *word, struct build_options *options, int *code)
{
    switch (option) {
    case 'b':
        options->base = optarg;
        return true;
    case 'd':
        options->drafts = true;
        return true;
    case 'f':
        options->format = export_find(slice_of(optarg));
        return options->format != NULL || refuse_format(code);
    case 'g':
        options->gpub = true;
        return true;
    case 'h':
        return refuse(code, command_help(&command_build));
    case 'k':
        options->keep_going = true;
        return true;
    case 'n':
        return date_parse_moment(slice_of(optarg), &options->now) ||
               refuse(code, command_usage_error(&command_build, "%s is no moment", optarg));
    case 'o':
        options->output = optarg;
        return true;
    case 'r':
        options->review = optarg;
        return true;
    case 't':
        options->tag = optarg;
        return true;
    case 'w':
        options->whole = true;
        return true;
    case ':':
        return refuse(code, command_usage_error(&command_build, "%s needs a value", word));
    default:
        return refuse(code, command_usage_error(&command_build, "unknown option %s", word));
    }
}

bool build_options_parse(int argc, char **argv, struct build_options *options, int *code)
{
    *options = (struct build_options){
        .folder = "capsule", .base = "", .format = &export_gemini, .now = date_now()
    };
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":o:", long_options, NULL)) != -1;) {
        if (!take(option, argv[optind - 1], options, code)) {
            return false;
        }
    }
    if (argc - optind > 1) {
        return refuse(code, command_usage_error(&command_build, "one capsule at a time"));
    }
    options->folder = optind < argc ? argv[optind] : options->folder;
    return is_consistent(options, code);
}
