/* mirror.c: `matinee mirror`, a blog on the web into a capsule, once or again and again. */

#include "mirror/mirror.h"
#include "base/limits.h"
#include "cmd/capsule_folder.h"
#include "cmd/command.h"
#include "cmd/telling.h"
#include "text/date.h"
#include "text/uri.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MAX_DELAY_S 3600
#define MAX_EVERY_S (366L * 86400)
/* The wait between two rounds is slept in pieces: a signal that came just before one is not missed
 * for long. */
#define NAP_MS 500

static const char usage[] =
    "usage: matinee mirror [--into CAPSULE] [--once | --every TIME] [--delay SECONDS]\n"
    "                      [--allow-private] [--overwrite] [--json] [URL]\n"
    "\n"
    "Makes reviews of the posts of the blog at URL: its home page, one of its posts, or its feed.\n"
    "The feed is found and read to its end, pages are fetched where it does not hold whole posts,\n"
    "pictures are fetched and stored; Blogger's comments and pages are taken over, too. The "
    "address\n"
    "is remembered: without URL the blog of the last time is mirrored. When nothing is new, "
    "nothing\n"
    "is written. A file that a person has changed is left alone, and the new version is put "
    "beside\n"
    "it, as NAME.gmi.new.\n"
    "\n"
    "  --into CAPSULE   the capsule's folder (default: capsule)\n"
    "  --once           mirror, then end (this is the default)\n"
    "  --every TIME     mirror again and again, with this time between: 30m, 1h, 1d\n"
    "  --delay SECONDS  between two requests to one host (default 1); 0.5 is half a second\n"
    "  --allow-private  ask hosts in private networks, and this machine, too\n"
    "  --overwrite      write the new version over a file that a person has changed, too\n"
    "  --json           say what was done as JSON on stdout\n"
    "  --help           print this text\n"
    "\n"
    "Exit code: 0 all of the blog is there, 1 some or all of it could not be had, 2 called "
    "wrongly.\n";

static const struct option long_options[] = {
    { "allow-private", no_argument, NULL, 'a' },
    { "delay", required_argument, NULL, 'd' },
    { "every", required_argument, NULL, 'e' },
    { "help", no_argument, NULL, 'h' },
    { "into", required_argument, NULL, 'i' },
    { "json", no_argument, NULL, 'j' },
    { "once", no_argument, NULL, '1' },
    { "overwrite", no_argument, NULL, 'o' },
    { NULL, 0, NULL, 0 },
};

struct options {
    const char *into;
    slice address;         /* empty: that of the last time */
    unsigned long every_s; /* 0: once */
    struct fetch_options fetch;
    bool overwrite;
    bool json;
};

/* One round. */
struct round {
    char doing[64];
    unsigned asked; /* requests */
    struct progress progress;
    struct telling telling;
};

static volatile sig_atomic_t stop;

static void on_signal(UNUSED int number)
{
    stop = 1;
}

/* --- what is told ------------------------------------------------------------------------------
 */

static void on_wait(void *context, slice message)
{
    struct round *round = context;
    progress_say(&round->progress, message);
}

static void on_asks(void *context)
{
    struct round *round = context;
    (void)snprintf(round->doing, sizeof round->doing, "mirroring, request %u", ++round->asked);
    progress_draw(&round->progress);
}

static void on_feed(void *context, const struct feed *feed)
{
    struct round *round = context;
    telling_feed(&round->telling, feed);
    for (size_t kind = 0; kind < ENTRY_KINDS; kind++) {
        round->progress.state.posts += kind == ENTRY_COMMENT ? 0 : feed->entries[kind][ENTRY_LIVE];
    }
    progress_draw(&round->progress);
}

static void on_outcome(void *context, const struct outcome *outcome)
{
    struct round *round = context;
    telling_outcome(&round->telling, outcome);
}

static void on_images(void *context, const struct images_counts *counts)
{
    struct round *round = context;
    telling_images(&round->telling, counts);
}

/* --- one round ---------------------------------------------------------------------------------
 */

static slice today(struct arena *arena)
{
    struct buf day;
    buf_init(&day, 32);
    date_put(&day, date_of(date_now()));
    slice copy = arena_copy(arena, buf_slice(&day));
    buf_release(&day);
    return copy;
}

static enum mirror_result mirror(const struct options *options, struct fetcher *fetcher,
                                 struct round *round, struct target *target, struct diags *diags)
{
    const struct mirror_options mirror_options = {
        .address = options->address,
        .published = today(target->arena),
        .fetcher = fetcher,
        .tell = on_outcome,
        .on_feed = on_feed,
        .on_images = on_images,
        .context = round,
        .stop = &stop,
    };
    return mirror_blog(target, &mirror_options, diags);
}

static void say_how_it_ended(const struct options *options, struct round *round,
                             enum mirror_result result)
{
    if (result == MIRROR_STOPPED) {
        telling_fail(&round->telling, "stopped before the end; the next run goes on from there");
    } else if (result == MIRROR_NOTHING_NEW && !options->json) {
        (void)puts("nothing new since the last time");
    }
}

static int mirror_once(const struct options *options, struct fetcher *fetcher, struct round *round)
{
    struct arena arena;
    struct diags diags;
    struct capsule_folder folder;
    const struct telling_options told = { options->json, options->into, &round->progress };
    *round = (struct round){ 0 };
    arena_init(&arena);
    progress_begin(&round->progress);
    if (!capsule_folder_open(&folder, options->into, &arena)) {
        arena_release(&arena);
        return EXIT_FAILED;
    }
    round->progress.state.doing = round->doing;
    telling_begin(&round->telling, &told);
    diags_init(&diags);
    struct target target = { .path = options->into,
                             .fd = folder.fd,
                             .author = folder.author,
                             .timezone = folder.timezone,
                             .overwrite = options->overwrite };
    enum mirror_result result = MIRROR_FAILED;
    bool ok = target_open(&target, &arena, folder.items, folder.count, &diags);
    if (ok) {
        result = mirror(options, fetcher, round, &target, &diags);
        ok = target_close(&target, &diags);
    }
    telling_diags(&round->telling, &diags);
    say_how_it_ended(options, round, result);
    ok = ok && (result == MIRROR_DONE || result == MIRROR_NOTHING_NEW);
    diags_release(&diags);
    capsule_folder_close(&folder);
    arena_release(&arena);
    int code = telling_end(&round->telling);
    return ok ? code : EXIT_FAILED;
}

/* --- again and again ---------------------------------------------------------------------------
 */

/* Sleep; false when it is to end. */
static bool sleep_for(unsigned long seconds)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t end = ((int64_t)now.tv_sec + (int64_t)seconds) * 1000 + now.tv_nsec / 1000000;
    while (stop == 0) {
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        int64_t left = end - ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
        if (left <= 0) {
            return true;
        }
        left = left < NAP_MS ? left : NAP_MS;
        const struct timespec nap = { left / 1000, left % 1000 * 1000000 };
        (void)nanosleep(&nap, NULL);
    }
    return false;
}

static int mirror_all(struct options *options)
{
    struct round round = { 0 };
    int code = EXIT_FAILED;
    options->fetch.tell = on_wait;
    options->fetch.asks = on_asks;
    options->fetch.context = &round;
    options->fetch.stop = &stop;
    (void)signal(SIGPIPE, SIG_IGN);
    const struct sigaction action = { .sa_handler = on_signal };
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    struct fetcher *fetcher = fetch_begin(&options->fetch);
    if (fetcher == NULL) {
        return command_fail("out of memory");
    }
    do {
        code = mirror_once(options, fetcher, &round);
    } while (options->every_s > 0 && sleep_for(options->every_s));
    fetch_end(fetcher);
    /* Told to end is how it ends. */
    return options->every_s > 0 ? EXIT_DONE : code;
}

/* --- options -----------------------------------------------------------------------------------
 */

/* `30m`, `1h`, `1d`, `90s`. */
static bool read_time(slice text, unsigned long *seconds)
{
    static const struct {
        char letter;
        unsigned long seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
    unsigned long number = 0;
    for (size_t i = 0; text.len > 0 && i < ARRAY_LENGTH(units); i++) {
        if (text.ptr[text.len - 1] == units[i].letter &&
            slice_to_number(slice_head(text, text.len - 1), MAX_EVERY_S / units[i].seconds,
                            &number)) {
            *seconds = number * units[i].seconds;
            return number > 0;
        }
    }
    return false;
}

/* Seconds, perhaps with tenths, as milliseconds. */
static bool read_delay(slice text, unsigned *milliseconds)
{
    unsigned long whole = 0;
    unsigned long tenths = 0;
    size_t point = slice_find_byte(text, '.');
    if (!slice_to_number(slice_head(text, point), MAX_DELAY_S, &whole) ||
        (point < text.len &&
         (text.len != point + 2 || !slice_to_number(slice_from(text, point + 1), 9, &tenths)))) {
        return false;
    }
    *milliseconds = (unsigned)(whole * 1000 + tenths * 100);
    return true;
}

/* What a person types: `https://` may be left out, and other scripts need no encoding. */
static int run_at(struct options *options, const char *typed)
{
    struct buf url;
    slice text = slice_of(typed);
    buf_init(&url, (size_t)4 * LIMIT_WEB_URL);
    if (slice_find(text, SLICE("://")) == text.len && text.len > 0) {
        buf_puts(&url, "https://");
    }
    uri_put_written(&url, text);
    int code = EXIT_USAGE;
    if (url.failed) {
        code = command_usage_error(&command_mirror, "the URL is too long");
    } else {
        options->address = buf_slice(&url);
        code = mirror_all(options);
    }
    buf_release(&url);
    return code;
}

static int run(int argc, char **argv)
{
    struct options options = { .into = "capsule", .fetch = { .delay_ms = FETCH_DELAY_MS } };
    bool once = false;
    opterr = 0;
    for (;;) {
        switch (getopt_long(argc, argv, ":", long_options, NULL)) {
        case -1:
            if (argc - optind > 1) {
                return command_usage_error(&command_mirror, "one blog at a time");
            }
            if (once && options.every_s > 0) {
                return command_usage_error(&command_mirror, "once, or every so often, not both");
            }
            return run_at(&options, argc > optind ? argv[optind] : "");
        case '1':
            once = true;
            break;
        case 'a':
            options.fetch.allow_private = true;
            break;
        case 'd':
            if (!read_delay(slice_of(optarg), &options.fetch.delay_ms)) {
                return command_usage_error(
                    &command_mirror, "--delay takes seconds: 1, or 0.5; at most %d", MAX_DELAY_S);
            }
            break;
        case 'e':
            if (!read_time(slice_of(optarg), &options.every_s)) {
                return command_usage_error(&command_mirror,
                                           "--every takes a time: 30m, 1h, 1d; at most a year");
            }
            break;
        case 'h':
            return command_help(&command_mirror);
        case 'i':
            options.into = optarg;
            break;
        case 'j':
            options.json = true;
            break;
        case 'o':
            options.overwrite = true;
            break;
        case ':':
            return command_usage_error(&command_mirror, "%s needs a value", argv[optind - 1]);
        default:
            return command_usage_error(&command_mirror, "unknown option %s", argv[optind - 1]);
        }
    }
}

const struct command command_mirror = {
    .name = "mirror",
    .purpose = COMMAND_MIRROR_PURPOSE,
    .usage = usage,
    .run = run,
};
