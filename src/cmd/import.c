/* import.c: `matinee import`, saved blog pages into review files. */

#include "base/file.h"
#include "base/limits.h"
#include "cmd/capsule_folder.h"
#include "cmd/command.h"
#include "import/emit.h"
#include "import/format.h"
#include "import/html.h"
#include "import/memory.h"
#include "import/page_text.h"
#include "import/shape.h"
#include "text/date.h"
#include "text/header.h"
#include "text/slug.h"
#include "text/uuid.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const char usage[] =
    "usage: matinee import [--into CAPSULE] [--published DATE] [--overwrite] FILE...\n"
    "\n"
    "Makes a review file of each FILE, a blog page that was saved from a browser as HTML or as "
    "text,\n"
    "and prints what was kept, changed and dropped. What a file is, is seen from its content.\n"
    "A page that is imported again goes into the same review file. When a person has changed that\n"
    "file it is left alone, and the new version is put beside it, as NAME.gmi.new.\n"
    "\n"
    "  --into CAPSULE    the capsule's folder (default: capsule)\n"
    "  --published DATE  when the post appeared, for pages that do not say: 2025-09-12, or with a\n"
    "                    time, 2025-09-12T20:00+09:00 (default: the file's own date)\n"
    "  --overwrite       write the new version over a file that a person has changed, too\n"
    "  --help            print this text\n"
    "\n"
    "Exit code: 0 all imported, 1 some were not, 2 called wrongly.\n";

static const struct option long_options[] = {
    { "help", no_argument, NULL, 'h' },
    { "into", required_argument, NULL, 'i' },
    { "published", required_argument, NULL, 'p' },
    { "overwrite", no_argument, NULL, 'o' },
    { NULL, 0, NULL, 0 },
};

static const char memory_path[] = ".matinee/imports";

struct options {
    const char *into;
    slice published; /* empty when not given */
    bool overwrite;
};

/* One run. */
struct run {
    const struct options *options;
    struct arena arena;
    struct capsule_folder folder;
    struct memory memory;
    int lock;
};

/* One input on its way to a review file. */
struct input {
    struct arena arena;
    const char *path;
    slice bytes;
    enum import_format format;
    struct stat status;
    struct post post;
    struct shape shape;
    struct report report;
    struct import_entry *known; /* what is remembered of it, or NULL */
    slice id;
    slice published;
    slice hash; /* of bytes */
};

/* --- what is remembered ----------------------------------------------------------------------- */

/* Two imports into one capsule take turns. */
static bool open_memory(struct run *run)
{
    struct diags diags;
    struct source source = { SLICE_EMPTY, SLICE_EMPTY };
    const char *into = run->options->into;
    if (!file_make_folders(run->folder.fd, ".matinee")) {
        (void)command_fail("%s/.matinee: %s", into, strerror(errno));
        return false;
    }
    run->lock = openat(run->folder.fd, ".matinee", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (run->lock < 0 || flock(run->lock, LOCK_EX) != 0) {
        (void)command_fail("%s/.matinee: %s", into, strerror(errno));
        return false;
    }
    source.path = arena_printf(&run->arena, "%s/%s", into, memory_path);
    if (!file_read(&run->arena, run->folder.fd, memory_path, LIMIT_IMPORT_MEMORY, &source.text) &&
        errno != ENOENT) {
        (void)command_fail("%s: %s", source.path.ptr, strerror(errno));
        return false;
    }
    diags_init(&diags);
    memory_read(&run->arena, &source, &run->memory, &diags);
    command_print_diags(&diags);
    diags_release(&diags);
    return true;
}

static bool close_memory(struct run *run)
{
    struct buf text;
    buf_init(&text, LIMIT_IMPORT_MEMORY);
    memory_put(&run->memory, &text);
    bool ok = !text.failed && (run->memory.count == 0 ||
                               file_write(run->folder.fd, memory_path, buf_slice(&text), 0));
    if (!ok) {
        (void)command_fail("%s/%s: %s", run->options->into, memory_path,
                           text.failed ? "too large" : strerror(errno));
    }
    buf_release(&text);
    return ok;
}

/* --- reading one input ------------------------------------------------------------------------ */

static bool read_bytes(struct input *input)
{
    if (!file_read(&input->arena, AT_FDCWD, input->path, LIMIT_HTML_FILE, &input->bytes) ||
        stat(input->path, &input->status) != 0) {
        (void)command_fail("%s: %s", input->path,
                           errno == EFBIG    ? "too large for a page"
                           : errno == EINVAL ? "not a file"
                                             : strerror(errno));
        return false;
    }
    input->format = import_format_of(input->bytes);
    if (input->format != FORMAT_PAGE_TEXT && input->format != FORMAT_HTML) {
        (void)command_fail("%s: this is %s, which cannot be imported yet; open the page in a "
                           "browser and save it as HTML, or as text (UTF-8)",
                           input->path, import_format_name(input->format));
        return false;
    }
    if (input->format == FORMAT_PAGE_TEXT && input->bytes.len > LIMIT_SOURCE_FILE) {
        (void)command_fail("%s: too large for a page", input->path);
        return false;
    }
    return true;
}

static bool read_post(struct input *input)
{
    struct diags diags;
    const struct source source = { slice_of(input->path), input->bytes };
    diags_init(&diags);
    report_init(&input->report, &input->arena);
    bool ok = input->format == FORMAT_HTML
                  ? html_read_page(&input->arena, &source, &input->post, &input->report, &diags)
                  : page_text_read(&input->arena, &source, &input->post, &input->report, &diags);
    command_print_diags(&diags);
    diags_release(&diags);
    return ok;
}

/* The last part of the path, without what follows the last dot. */
static slice base_name(const char *path)
{
    slice name = slice_of(path);
    for (size_t i = name.len; i > 0; i--) {
        if (name.ptr[i - 1] == '/') {
            name = slice_from(name, i);
            break;
        }
    }
    size_t dot = name.len;
    while (dot > 0 && name.ptr[dot - 1] != '.') {
        dot--;
    }
    return dot > 1 ? slice_head(name, dot - 1) : name;
}

/* What the review is called when the page has no words: the name of the file, made a slug so that
 * any bytes are text. */
static slice fallback_title(struct input *input)
{
    return slug_make_never_empty(&input->arena, base_name(input->path));
}

/* A page without an address is the same one when its contents are, or its file's name and its
 * title. */
static bool identify(struct run *run, struct input *input)
{
    input->hash = memory_hash(&input->arena, input->bytes);
    input->known = memory_find_source(&run->memory, input->hash);
    if (input->known != NULL) {
        input->id = input->known->id;
        return true;
    }
    struct buf id;
    buf_init(&id, 128);
    slice name = base_name(input->path);
    slice title = facts_value(&input->shape.facts, FACT_TITLE);
    bool ok = input->hash.len > 0 &&
              uuid_put_named(&id, input->post.url.len > 0
                                      ? input->post.url
                                      : arena_printf(&input->arena, "page:%.*s\n%.*s",
                                                     SLICE_ARG(name), SLICE_ARG(title)));
    input->id = arena_copy(&input->arena, buf_slice(&id));
    input->known = memory_find(&run->memory, input->id);
    buf_release(&id);
    if (!ok) {
        (void)command_fail("%s: an Id cannot be made: the cryptographic library refuses",
                           input->path);
    }
    return ok;
}

/* --published, the page's own date, the one it got before, the file's own: the first there is. */
static void date_input(struct run *run, struct input *input)
{
    struct buf day;
    buf_init(&day, 32);
    if (run->options->published.len > 0) {
        input->published = run->options->published;
    } else if (input->post.published.len > 0) {
        input->published = input->post.published;
    } else if (input->known != NULL) {
        input->published = input->known->published;
        report_note(&input->report, 0, "Published: %.*s, as at the last import",
                    SLICE_ARG(input->published));
    } else {
        date_put(&day, date_of((int64_t)input->status.st_mtime));
        input->published = arena_copy(&input->arena, buf_slice(&day));
        report_note(&input->report, 0,
                    "Published: %.*s, the file's own date (the page holds none; --published DATE "
                    "sets it)",
                    SLICE_ARG(input->published));
    }
    buf_release(&day);
}

/* --- writing one review ----------------------------------------------------------------------- */

static slice read_current(const struct run *run, struct input *input, const char *path)
{
    slice current;
    if (!file_read(&input->arena, run->folder.fd, path, LIMIT_SOURCE_FILE, &current)) {
        return SLICE_EMPTY;
    }
    return current;
}

static slice id_of(slice text)
{
    struct diags ignored;
    struct header_reader reader;
    struct header_field field;
    const struct source source = { SLICE_EMPTY, text };
    slice id = SLICE_EMPTY;
    diags_init(&ignored);
    header_begin(&reader, &source, &ignored);
    while (id.len == 0 && header_next(&reader, &field)) {
        if (slice_equal_nocase(field.key, SLICE("Id"))) {
            id = field.value;
        }
    }
    diags_release(&ignored);
    return id;
}

struct naming {
    struct run *run;
    struct input *input;
};

/* A name belongs to the post whose Id the file has; one that another post had before stays that
 * one's, even while its file is gone. */
static bool is_taken(const void *context, slice name)
{
    const struct naming *naming = context;
    struct input *input = naming->input;
    const struct review_file *there = capsule_folder_find(&naming->run->folder, name);
    if (there != NULL) {
        slice text = read_current(naming->run, input, there->path.ptr);
        return !slice_equal(id_of(text), input->id);
    }
    slice path = arena_printf(&input->arena, "reviews/%.*s.gmi", SLICE_ARG(name));
    for (size_t i = 0; i < naming->run->memory.count; i++) {
        const struct import_entry *entry = &naming->run->memory.items[i];
        if (slice_equal(entry->file, path) && !slice_equal(entry->id, input->id)) {
            return true;
        }
    }
    return false;
}

/* The review's file below the capsule: the one it had, wherever a person has moved it, or a new
 * one. NUL-terminated. */
static slice choose_path(struct run *run, struct input *input)
{
    struct naming naming = { run, input };
    slice name = input->known != NULL
                     ? base_name(arena_copy(&input->arena, input->known->file).ptr)
                     : memory_name(&input->arena, facts_value(&input->shape.facts, FACT_TITLE),
                                   input->published, is_taken, &naming);
    const struct review_file *there = capsule_folder_find(&run->folder, name);
    if (there != NULL) {
        return there->path;
    }
    slice path = arena_printf(&run->arena, "reviews/%.*s.gmi", SLICE_ARG(name));
    *ARRAY_ADD(&run->arena, &run->folder) =
        (struct review_file){ arena_copy(&run->arena, name), path };
    return path;
}

/* Carry out `plan`; `path` is below the capsule. */
static bool write_review(const struct run *run, struct input *input, enum write_plan plan,
                         slice path, slice text)
{
    static const char *const said[] = {
        [WRITE_NEW] = "written",
        [WRITE_AGAIN] = "written again",
        [WRITE_NOT] = "is up to date",
        [WRITE_KEEP] = "was changed by hand, and stays as it is; the page holds nothing new",
        [WRITE_BESIDE] = "was changed by hand, and stays as it is; the new version is in ",
        [WRITE_OVER] = "was changed by hand, and is overwritten",
    };
    slice beside = arena_printf(&input->arena, "%.*s.new", SLICE_ARG(path));
    bool ok = true;
    switch (plan) {
    case WRITE_NEW:
        ok = file_create(run->folder.fd, path.ptr, text, 0);
        break;
    case WRITE_AGAIN:
    case WRITE_OVER:
        ok = file_write(run->folder.fd, path.ptr, text, 0);
        break;
    case WRITE_BESIDE:
        ok = file_write(run->folder.fd, beside.ptr, text, 0);
        break;
    case WRITE_NOT:
    case WRITE_KEEP:
        break;
    }
    if (!ok) {
        (void)command_fail("%s/%s: %s", run->folder.path, path.ptr, strerror(errno));
        return false;
    }
    (void)printf("%s: %s/%s %s", input->path, run->folder.path, path.ptr, said[plan]);
    if (plan == WRITE_BESIDE) {
        (void)printf("%s/%s", run->folder.path, beside.ptr);
    }
    (void)putchar('\n');
    return true;
}

static bool place_review(struct run *run, struct input *input, slice text)
{
    slice path = choose_path(run, input);
    slice current = read_current(run, input, path.ptr);
    slice made = memory_hash(&input->arena, text);
    enum write_plan plan = memory_plan(
        input->known, current.ptr != NULL ? memory_hash(&input->arena, current) : SLICE_EMPTY, made,
        run->options->overwrite);
    if (!write_review(run, input, plan, path, text)) {
        return false;
    }
    const struct import_entry entry = { input->id, path, made, input->published, input->hash };
    memory_set(&run->memory, &entry);
    return true;
}

/* --- the whole run ---------------------------------------------------------------------------- */

static bool make_review(struct run *run, struct input *input)
{
    struct buf text;
    struct buf told;
    if (!read_bytes(input) || !read_post(input)) {
        return false;
    }
    shape_recognise(&input->arena, &input->post, fallback_title(input), &input->shape,
                    &input->report);
    if (!identify(run, input)) {
        return false;
    }
    date_input(run, input);
    (void)facts_set(&input->shape.facts, FACT_ID, input->id);
    (void)facts_set(&input->shape.facts, FACT_PUBLISHED, input->published);
    buf_init(&text, (size_t)2 * LIMIT_SOURCE_FILE);
    buf_init(&told, (size_t)-1);
    bool ok = emit(&input->shape, &text, &input->report);
    if (!ok) {
        (void)command_fail("%s: too large for one review", input->path);
    } else {
        ok = place_review(run, input, buf_slice(&text));
    }
    if (ok) {
        report_put(&input->report, &told);
        (void)fwrite(told.ptr, 1, told.len, stdout);
    }
    buf_release(&text);
    buf_release(&told);
    return ok;
}

static int import_files(const struct options *options, int count, char **files)
{
    struct run run = { .options = options, .lock = -1 };
    bool ok = true;
    arena_init(&run.arena);
    if (!capsule_folder_open(&run.folder, options->into, &run.arena)) {
        arena_release(&run.arena);
        return EXIT_FAILED;
    }
    if (open_memory(&run)) {
        for (int i = 0; i < count; i++) {
            struct input input = { .path = files[i] };
            arena_init(&input.arena);
            ok = make_review(&run, &input) && ok;
            arena_release(&input.arena);
        }
        ok = close_memory(&run) && ok;
    } else {
        ok = false;
    }
    if (run.lock >= 0) {
        (void)close(run.lock);
    }
    capsule_folder_close(&run.folder);
    arena_release(&run.arena);
    return fflush(stdout) == 0 && ok ? EXIT_DONE : EXIT_FAILED;
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
            return import_files(&options, argc - optind, argv + optind);
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
        case ':':
            return command_usage_error(&command_import, "%s needs a value", argv[optind - 1]);
        default:
            return command_usage_error(&command_import, "unknown option %s", argv[optind - 1]);
        }
    }
}

const struct command command_import = {
    .name = "import",
    .purpose = "make reviews of saved blog pages",
    .usage = usage,
    .run = run,
};
