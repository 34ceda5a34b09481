/* import.c: `matinee import`, a blog's export, its feed, or saved pages into source files. */

#include "base/file.h"
#include "base/limits.h"
#include "cmd/capsule_folder.h"
#include "cmd/command.h"
#include "cmd/telling.h"
#include "import/albums.h"
#include "import/archive.h"
#include "import/blog.h"
#include "import/feed.h"
#include "import/feed_json.h"
#include "import/format.h"
#include "import/saved_page.h"
#include "mirror/web_images.h"
#include "text/date.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: matinee import [--into CAPSULE] [--published DATE] [--blog ADDRESS] [--overwrite]\n"
    "                      [--fetch [--allow-private]] [--json] FILE...\n"
    "\n"
    "Makes a capsule of a blog: each FILE is Google's Takeout (a folder or a .zip, with its "
    "albums),\n"
    "Blogger's or WordPress's export, a saved feed (Atom, RSS or Blogger's JSON), or a single page "
    "that\n"
    "was saved as HTML or as text. What it is, is seen from its content.\n"
    "Posts become reviews, pages of the blog hand-written pages, comments a page for each review; "
    "what\n"
    "was kept, changed and dropped is printed.\n"
    "What is imported again goes into the same files. When a person has changed a file it is left "
    "alone,\n"
    "and the new version is put beside it, as NAME.gmi.new.\n"
    "\n"
    "  --into CAPSULE    the capsule's folder (default: capsule)\n"
    "  --published DATE  when the post appeared, for pages that do not say: 2025-09-12, or with a\n"
    "                    time, 2025-09-12T20:00+09:00 (default: the file's own date)\n"
    "  --blog ADDRESS    where the blog is on the web, for exports that do not say (Takeout)\n"
    "  --overwrite       write the new version over a file that a person has changed, too\n"
    "  --fetch           fetch pictures from the web, with a second between two requests\n"
    "  --allow-private   with --fetch: from hosts in private networks, and this machine, too\n"
    "  --json            print what was done as one JSON document, with every word that was "
    "dropped\n"
    "  --help            print this text\n"
    "\n"
    "Exit code: 0 all imported, 1 some were not, 2 called wrongly.\n";

static const struct option long_options[] = {
    { "allow-private", no_argument, NULL, 'a' },
    { "blog", required_argument, NULL, 'b' },
    { "fetch", no_argument, NULL, 'f' },
    { "help", no_argument, NULL, 'h' },
    { "into", required_argument, NULL, 'i' },
    { "published", required_argument, NULL, 'p' },
    { "overwrite", no_argument, NULL, 'o' },
    { "json", no_argument, NULL, 'j' },
    { NULL, 0, NULL, 0 },
};

struct options {
    const char *into;
    slice published; /* empty when not given */
    slice blog;
    bool overwrite;
    bool fetch;
    bool allow_private;
    bool json;
};

/* One run. */
struct run {
    const struct options *options;
    struct target target;
    struct images images;
    const struct image_source *web; /* NULL: pictures stay there */
    struct progress progress;
    struct telling telling;
};

/* An open file. */
struct input {
    const char *path;
    int fd;
    struct stat status;
};

/* --- one input -------------------------------------------------------------------------------- */

/* The day of the file, for what has no date of its own. */
static slice file_day(struct arena *arena, const struct input *input)
{
    struct buf day;
    buf_init(&day, 32);
    date_put(&day, date_of((int64_t)input->status.st_mtime));
    slice copy = arena_copy(arena, buf_slice(&day));
    buf_release(&day);
    return copy;
}

static ssize_t read_input(void *context, char *into, size_t room)
{
    const struct input *input = context;
    return read(input->fd, into, room);
}

static bool import_page(struct run *run, const struct input *input, bool is_html,
                        struct diags *diags)
{
    struct arena arena;
    size_t max = is_html ? LIMIT_HTML_FILE : LIMIT_SOURCE_FILE;
    struct saved_page page = {
        .path = input->path,
        .is_html = is_html,
        .published = run->options->published,
        .images = &run->images,
        .tell = telling_outcome,
        .context = &run->telling,
    };
    arena_init(&arena);
    page.file_day = file_day(&arena, input);
    bool ok = file_read(&arena, AT_FDCWD, input->path, max, &page.bytes);
    if (!ok) {
        telling_fail(&run->telling, "%s: %s", input->path,
                     errno == EFBIG ? "too large for a page" : strerror(errno));
    }
    ok = ok && saved_page_import(&run->target, &page, diags);
    arena_release(&arena);
    return ok;
}

/* A feed or an export that is to be read. */
struct feed_input {
    struct byte_stream bytes;
    bool is_json;
    uint64_t size;
    slice day;                      /* for posts without a date */
    struct archive_stream *archive; /* what it is read from, or NULL */
};

/* Bytes that are counted as they are read. */
struct counted {
    struct byte_stream bytes;
    struct progress *progress;
};

static ssize_t read_counted(void *context, char *into, size_t room)
{
    struct counted *counted = context;
    ssize_t got = counted->bytes.read(counted->bytes.context, into, room);
    if (got > 0) {
        counted->progress->state.done += (uint64_t)got;
        progress_draw(counted->progress);
    }
    return got;
}

/* Read all of it, before anything is written: from then on its archive may be asked for pictures.
 */
static bool read_feed(struct run *run, const struct feed_input *input, struct arena *arena,
                      struct blog *blog, struct feed *feed, struct diags *diags)
{
    run->progress.state = (struct progress_state){
        .doing = arena_printf(arena, "reading %.*s", SLICE_ARG(input->bytes.path)).ptr,
        .total = input->size,
    };
    struct counted counted = { input->bytes, &run->progress };
    const struct byte_stream bytes = { input->bytes.path, read_counted, &counted };
    bool ok = input->is_json ? feed_json_read(arena, &bytes, feed, blog_take, blog, diags)
                             : feed_read(arena, &bytes, feed, blog_take, blog, diags);
    if (input->archive != NULL) {
        archive_end(input->archive);
    }
    return ok;
}

static bool import_feed(struct run *run, const struct feed_input *input, struct diags *diags)
{
    struct arena arena;
    struct blog blog;
    struct feed feed;
    const struct options *given = run->options;
    const struct blog_options options = {
        .input = input->bytes.path,
        .address = given->blog,
        .published = given->published.len > 0 ? given->published : input->day,
        .images = &run->images,
        .tell = telling_outcome,
        .context = &run->telling,
    };
    arena_init(&arena);
    bool ok = blog_begin(&blog, &arena, &run->target, &options, diags);
    if (ok) {
        ok = read_feed(run, input, &arena, &blog, &feed, diags);
        if (ok || blog.items.count > 0) {
            telling_feed(&run->telling, &feed);
        }
        run->progress.state =
            (struct progress_state){ .doing = "writing", .total = blog.items.count };
        ok = blog_write(&blog, &feed) && ok;
        blog_end(&blog);
    } else if (input->archive != NULL) {
        archive_end(input->archive);
    }
    arena_release(&arena);
    return ok;
}

static bool import_blog(struct run *run, struct input *input, bool is_json, struct diags *diags)
{
    struct arena arena;
    arena_init(&arena);
    const struct feed_input feed = {
        .bytes = { slice_of(input->path), read_input, input },
        .is_json = is_json,
        .size = (uint64_t)input->status.st_size,
        .day = file_day(&arena, input),
    };
    bool ok = import_feed(run, &feed, diags);
    arena_release(&arena);
    return ok;
}

/* Pictures are looked for in the albums first, and then on the web. */
struct pictures {
    struct image_source albums;
    const struct image_source *web; /* or NULL */
};

static enum image_got get_picture(void *context, struct arena *arena,
                                  const struct image_request *request, struct image_answer *answer)
{
    const struct pictures *pictures = context;
    enum image_got got = pictures->albums.get(pictures->albums.context, arena, request, answer);
    if (got != IMAGE_GONE || pictures->web == NULL) {
        return got;
    }
    *answer = (struct image_answer){ .bytes = SLICE_EMPTY };
    return pictures->web->get(pictures->web->context, arena, request, answer);
}

/* A Takeout: each feed that is in it, with the pictures of its albums. */
static bool import_archive(struct run *run, struct input *input, struct diags *diags)
{
    struct archive archive;
    struct albums albums;
    struct arena arena;
    if (!archive_open(&archive, input->path, diags)) {
        return false;
    }
    arena_init(&arena);
    albums_open(&albums, &archive);
    struct pictures pictures = { albums_source(&albums), run->web };
    const struct image_source source = { get_picture, &pictures };
    slice day = file_day(&arena, input);
    bool ok = true;
    images_use(&run->images, archive.albums.count > 0 ? &source : run->web);
    for (size_t i = 0; i < archive.feeds.count; i++) {
        struct archive_stream stream;
        struct feed_input feed = {
            .size = archive.feeds.items[i].size,
            .day = day,
            .archive = &stream,
        };
        ok = archive_begin(&archive, &archive.feeds.items[i], &stream, &feed.bytes, diags) &&
             import_feed(run, &feed, diags) && ok;
    }
    images_use(&run->images, run->web);
    albums_close(&albums);
    archive_close(&archive);
    arena_release(&arena);
    return ok;
}

static bool import_input(struct run *run, struct input *input, struct diags *diags)
{
    char bytes[4096];
    if (S_ISDIR(input->status.st_mode)) {
        return import_archive(run, input, diags);
    }
    ssize_t got = pread(input->fd, bytes, sizeof bytes, 0);
    if (got < 0) {
        telling_fail(&run->telling, "%s: %s", input->path, strerror(errno));
        return false;
    }
    enum import_format format = import_format_of((slice){ bytes, (size_t)got });
    switch (format) {
    case FORMAT_PAGE_TEXT:
    case FORMAT_HTML:
        return import_page(run, input, format == FORMAT_HTML, diags);
    case FORMAT_FEED:
    case FORMAT_JSON:
        return import_blog(run, input, format == FORMAT_JSON, diags);
    case FORMAT_ZIP:
        return import_archive(run, input, diags);
    default:
        telling_fail(&run->telling,
                     "%s: this is %s, which cannot be imported; a blog's export, a feed, and "
                     "pages saved as HTML or as text (UTF-8) can",
                     input->path, import_format_name(format));
        return false;
    }
}

static bool import_file(struct run *run, const char *path)
{
    struct diags diags;
    struct input input = {
        .path = path,
        .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK),
    };
    if (input.fd < 0 || fstat(input.fd, &input.status) != 0 ||
        !(S_ISREG(input.status.st_mode) || S_ISDIR(input.status.st_mode))) {
        telling_fail(&run->telling, "%s: %s", path,
                     input.fd < 0 ? strerror(errno) : "neither a file nor a folder");
        if (input.fd >= 0) {
            (void)close(input.fd);
        }
        return false;
    }
    diags_init(&diags);
    bool ok = import_input(run, &input, &diags);
    telling_diags(&run->telling, &diags);
    diags_release(&diags);
    (void)close(input.fd);
    return ok;
}

/* --- the whole run ---------------------------------------------------------------------------- */

static bool import_files(struct run *run, int count, char **files)
{
    bool ok = true;
    for (int i = 0; i < count; i++) {
        run->progress.state = (struct progress_state){ .doing = count > 1 ? "importing" : NULL,
                                                       .done = (uint64_t)i,
                                                       .total = (uint64_t)count };
        progress_draw(&run->progress);
        ok = import_file(run, files[i]) && ok;
    }
    return ok;
}

/* All files, with pictures from the web when they are wanted. */
static bool import_all(struct run *run, int count, char **files, struct diags *diags)
{
    const struct fetch_options fetching = {
        .delay_ms = FETCH_DELAY_MS,
        .allow_private = run->options->allow_private,
        .tell = progress_say,
        .context = &run->progress,
    };
    struct web_images pictures = { .fetcher = NULL };
    const struct image_source source = web_images_source(&pictures);
    if (run->options->fetch) {
        (void)signal(SIGPIPE, SIG_IGN);
        pictures.fetcher = fetch_begin(&fetching);
        run->web = pictures.fetcher != NULL ? &source : NULL;
    }
    bool ok = images_open(&run->images, run->target.fd, run->web, false, diags);
    if (ok) {
        ok = import_files(run, count, files);
        telling_images(&run->telling, &run->images.counts);
        ok = images_close(&run->images, diags) && ok;
    }
    if (pictures.fetcher != NULL) {
        fetch_end(pictures.fetcher);
    }
    return ok;
}

static int import_into(const struct options *options, int count, char **files)
{
    struct arena arena;
    struct diags diags;
    struct capsule_folder folder;
    struct run run = { .options = options };
    const struct telling_options told = { options->json, options->into, &run.progress };
    arena_init(&arena);
    if (!capsule_folder_open(&folder, options->into, &arena)) {
        arena_release(&arena);
        return EXIT_FAILED;
    }
    progress_begin(&run.progress);
    telling_begin(&run.telling, &told);
    diags_init(&diags);
    run.target = (struct target){ .path = options->into,
                                  .fd = folder.fd,
                                  .author = folder.author,
                                  .timezone = folder.timezone,
                                  .overwrite = options->overwrite };
    bool ok = target_open(&run.target, &arena, folder.items, folder.count, &diags);
    if (ok) {
        ok = import_all(&run, count, files, &diags);
        ok = target_close(&run.target, &diags) && ok;
    }
    telling_diags(&run.telling, &diags);
    diags_release(&diags);
    capsule_folder_close(&folder);
    arena_release(&arena);
    int code = telling_end(&run.telling);
    return ok ? code : EXIT_FAILED;
}

static int run(int argc, char **argv)
{
    struct options options = { .into = "capsule" };
    int64_t ignored = 0;
    opterr = 0;
    for (;;) {
        switch (getopt_long(argc, argv, ":", long_options, NULL)) {
        case -1:
            if (optind == argc) {
                return command_usage_error(&command_import, "which file is to be imported?");
            }
            return import_into(&options, argc - optind, argv + optind);
        case 'a':
            options.allow_private = true;
            break;
        case 'b':
            options.blog = slice_of(optarg);
            break;
        case 'f':
            options.fetch = true;
            break;
        case 'h':
            return command_help(&command_import);
        case 'i':
            options.into = optarg;
            break;
        case 'p':
            options.published = slice_of(optarg);
            if (!date_parse_moment(options.published, &ignored)) {
                return command_usage_error(
                    &command_import, "%s is no date; one is written 2025-09-12, or with a time",
                    optarg);
            }
            break;
        case 'o':
            options.overwrite = true;
            break;
        case 'j':
            options.json = true;
            break;
        case ':':
            return command_usage_error(&command_import, "%s needs a value", argv[optind - 1]);
        default:
            return command_usage_error(&command_import, "unknown option %s", argv[optind - 1]);
        }
    }
}

const struct command command_import = {
    .name = "import",
    .purpose = COMMAND_IMPORT_PURPOSE,
    .usage = usage,
    .run = run,
};
