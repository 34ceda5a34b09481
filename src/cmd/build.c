/* build.c: `matinee build`, a capsule as a tree of files that any server can host. */

#include "base/file.h"
#include "base/limits.h"
#include "cmd/address_check.h"
#include "cmd/build_folders.h"
#include "cmd/build_gpub.h"
#include "cmd/build_options.h"
#include "cmd/command.h"
#include "cmd/image_sizes.h"
#include "cmd/link_check.h"
#include "cmd/open_capsule.h"
#include "cmd/path_check.h"
#include "cmd/tree.h"
#include "gempub/book.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct build {
    const struct open_capsule *open;
    struct export_site site;
    struct page_context context; /* of the pages, as the site wants it */
    struct image_sizes images;
    struct link_check *links;
    struct diags *diags;
    struct tree tree;
    struct buf name; /* scratch */
    struct buf page; /* scratch */
    struct buf file; /* scratch: the page in another form */
    struct shelf shelf;
    struct page_shelf offered; /* the books of `shelf` */
    bool has_books;
    size_t total;  /* files there will be */
    size_t closed; /* pages that are left out, because files cannot be closed */
    size_t done;
    bool keep_going; /* in spite of errors */
    bool writes;     /* there is something to build, and no reason not to */
    bool show_progress;
    int64_t started;    /* milliseconds */
    int64_t last_shown; /* milliseconds; 0: nothing was shown yet */
};

static volatile sig_atomic_t interrupted;

static void on_signal(UNUSED int number)
{
    interrupted = 1;
}

static void catch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal };
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
}

static int64_t milliseconds(void)
{
    struct timespec time = { 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void show_progress(struct build *build)
{
    enum { SILENT_FOR = 1000, EVERY = 100 };
    int64_t now = build->show_progress ? milliseconds() : 0;
    if (now - build->started < SILENT_FOR || now - build->last_shown < EVERY) {
        return;
    }
    build->last_shown = now;
    (void)fprintf(stderr, "\rbuilding: %zu of %zu files", build->done, build->total);
}

static void end_progress(const struct build *build)
{
    if (build->last_shown != 0) {
        (void)fputs("\r\033[K", stderr);
    }
}

static bool is_closed(const struct build *build, const struct page *page)
{
    return page_area(build->open->capsule, page) != NULL;
}

static bool count_page(void *context, const struct page *page)
{
    struct build *build = context;
    if (is_closed(build, page)) {
        build->closed++;
    } else {
        build->total++;
    }
    return true;
}

static bool count_book(void *context, const struct page *page)
{
    struct build *build = context;
    if (book_is_offered(build->open->capsule, page)) {
        build->total++;
    }
    return true;
}

/* What a tree of files cannot do, in words. */
static void say_what_is_missing(const struct build *build)
{
    const struct path_settings *paths = &build->open->capsule->conf.paths;
    size_t patterns = 0;
    for (size_t i = paths->exact_count; i < paths->rule_count; i++) {
        patterns += paths->rules[i].kind != PATH_GONE;
    }
    if (build->closed > 0) {
        (void)fprintf(
            stderr, "matinee: %zu page%s in closed areas %s left out: files cannot be closed\n",
            build->closed, build->closed == 1 ? "" : "s", build->closed == 1 ? "is" : "are");
    }
    if (patterns > 0) {
        (void)fprintf(stderr,
                      "matinee: %zu redirect%s with a `*` %s left out: files cannot do that\n",
                      patterns, patterns == 1 ? "" : "s", patterns == 1 ? "is" : "are");
    }
}

static bool copy_static(struct build *build, slice name)
{
    struct arena arena;
    arena_init(&arena);
    slice path = arena_printf(&arena, "%s/static/%.*s", build->open->folder, SLICE_ARG(name));
    bool ok = tree_copy(&build->tree, name, path.ptr);
    arena_release(&arena);
    return ok;
}

/* Gemtext that is no page of ours: build->page gets what is in the file. */
static bool read_static(struct build *build, const struct static_file *file)
{
    struct arena arena;
    slice text;
    arena_init(&arena);
    slice path = arena_printf(&arena, "%s/static/%.*s", build->open->folder, SLICE_ARG(file->path));
    bool ok = file_read(&arena, AT_FDCWD, path.ptr, LIMIT_SOURCE_FILE, &text);
    if (ok) {
        buf_put(&build->page, text);
    } else {
        buf_printf(&build->tree.error, "%s: %s", path.ptr, strerror(errno));
    }
    arena_release(&arena);
    return ok;
}

/* The page that stands for an old address. Where that is a folder by now, static servers show its
 * index. One that cannot be had is no reason to build nothing. */
static bool put_alias(struct build *build, slice contents)
{
    size_t length = build->name.len;
    bool ok = tree_put(&build->tree, buf_slice(&build->name), contents);
    if (!ok && build->tree.name_taken) {
        buf_printf(&build->name, "/%s", build->site.format->index);
        ok = tree_put(&build->tree, buf_slice(&build->name), contents);
    }
    if (!ok && build->tree.name_taken) {
        (void)fprintf(stderr, "matinee: /%.*s is left out: its name is taken in a tree of files\n",
                      SLICE_ARG(slice_head(buf_slice(&build->name), length)));
        buf_clear(&build->tree.error);
        return true;
    }
    return ok;
}

/* In another form a page may have the name of a file in static/, which its author wants there. */
static bool is_shadowed(const struct build *build, const struct page *page, slice name)
{
    const struct capsule *capsule = build->open->capsule;
    const struct page other = { .kind = PAGE_STATIC, .file = capsule_find_static(capsule, name) };
    return other.file != NULL && other.file != page->file && page_is_for(&build->context, &other);
}

/* build->page has its bytes; `made` is what it is. */
static bool write_page(struct build *build, const struct page *page, const struct page_answer *made)
{
    if (is_closed(build, page)) {
        return true;
    }
    build->done++;
    show_progress(build);
    buf_clear(&build->name);
    build->site.format->put_name(page, &build->name);
    slice name = buf_slice(&build->name);
    if (!tree_takes_name(name)) {
        (void)fprintf(stderr, "matinee: /%.*s is left out: no file can have this name\n",
                      SLICE_ARG(name));
        return true;
    }
    if (is_shadowed(build, page, name)) {
        (void)fprintf(stderr,
                      "matinee: the page %.*s is left out: static/ has a file of that name\n",
                      SLICE_ARG(name));
        return true;
    }
    bool converts = export_converts(&build->site, made->media_type);
    if (page->kind == PAGE_STATIC && !converts) {
        return copy_static(build, name);
    }
    if (page->kind == PAGE_STATIC && !read_static(build, page->file)) {
        return false;
    }
    struct buf *bytes = &build->page;
    if (converts && !build->page.failed) {
        const struct export_page exported = { &build->site, page, name, made->lang };
        bytes = &build->file;
        buf_clear(bytes);
        build->site.format->write(&exported, buf_slice(&build->page), bytes);
    }
    if (bytes->failed) {
        buf_printf(&build->tree.error, "%.*s: the page is too large", SLICE_ARG(name));
        return false;
    }
    return page->kind == PAGE_ALIAS || page->kind == PAGE_RULE
               ? put_alias(build, buf_slice(bytes))
               : tree_put(&build->tree, name, buf_slice(bytes));
}

static bool put_own_files(struct build *build)
{
    const struct export_format *format = build->site.format;
    bool ok = true;
    for (size_t i = 0; i < format->file_count && ok && build->writes; i++) {
        slice name = slice_of(format->files[i].name);
        ok = capsule_find_static(build->open->capsule, name) != NULL ||
             tree_put(&build->tree, name, slice_of(format->files[i].contents));
    }
    return ok;
}

static bool is_below(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* A tree in static/ would become a part of itself the next time. */
static bool is_output_apart(struct build *build)
{
    static const char *const sources[] = { "reviews", "pages", "static" };
    for (size_t i = 0; i < ARRAY_LENGTH(sources); i++) {
        char real[PATH_MAX];
        slice path = arena_printf(&build->tree.arena, "%s/%s", build->open->folder, sources[i]);
        if (realpath(path.ptr, real) != NULL &&
            (is_below(build->tree.target, real) || is_below(real, build->tree.target))) {
            buf_printf(&build->tree.error, "%s: the output cannot be among the source files",
                       build->tree.target);
            return false;
        }
    }
    return true;
}

/* Errors of the sources are known before anything is written, those of pages are not. */
static bool is_allowed(const struct build *build)
{
    return build->diags->counts[DIAG_ERROR] == 0 || build->keep_going;
}

/* Each page is made once: to look at its links, and to be written. When nothing is to be written,
 * or not any more, all that is wrong is still said. */
static bool take_page(void *context, const struct page *page)
{
    struct build *build = context;
    struct page_answer answer;
    if (interrupted) {
        buf_puts(&build->tree.error, "interrupted");
        return false;
    }
    buf_clear(&build->page);
    page_render(&build->context, page, &build->page, &answer);
    link_check_page(build->links, page, &answer, &build->page, build->context.base);
    build->writes = build->writes && is_allowed(build);
    return !build->writes || write_page(build, page, &answer);
}

static void begin_book(void *context)
{
    struct build *build = context;
    build->done++;
    show_progress(build);
}

/* Before the pages, which say how large they are. */
static bool make_books(struct build *build)
{
    const struct build_books order = { .open = build->open,
                                       .pages = &build->context,
                                       .tree = &build->tree,
                                       .shelf = &build->shelf,
                                       .interrupted = &interrupted,
                                       .progress = begin_book,
                                       .context = build };
    if (!build->writes || !build->has_books) {
        return true;
    }
    bool ok = build_books(&order);
    build->offered = shelf_for_pages(&build->shelf);
    build->context.shelf = &build->offered;
    return ok;
}

static bool make_pages(struct build *build, const char *output)
{
    bool ok = !build->writes || (tree_begin(&build->tree, output) && is_output_apart(build));
    ok = ok && make_books(build) && sitemap_walk(build->open->capsule, take_page, build) &&
         put_own_files(build) && (!build->writes || build_folders(&build->site, &build->tree));
    end_progress(build);
    return ok;
}

/* What there is to say besides the problems that were found; the exit code. */
static int finish(struct build *build, const char *output)
{
    if (!is_allowed(build)) {
        return command_fail("nothing was built, because of errors (--keep-going builds without "
                            "the reviews that have them)");
    }
    say_what_is_missing(build);
    if (build->total == 0) {
        return command_fail("the whole capsule is closed: there is nothing to build");
    }
    if (!tree_finish(&build->tree)) {
        return command_fail("%s", buf_string(&build->tree.error));
    }
    (void)printf("%s: %zu files, %zu written, %zu unchanged\n", output,
                 build->tree.written + build->tree.kept, build->tree.written, build->tree.kept);
    return fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
}

static int write_tree(const struct open_capsule *open, const struct build_options *options,
                      slice base, struct diags *diags)
{
    struct build build = { .open = open,
                           .diags = diags,
                           .keep_going = options->keep_going,
                           .has_books = options->gpub,
                           .tree = TREE_NONE,
                           .show_progress = isatty(STDERR_FILENO) != 0,
                           .started = milliseconds() };
    export_begin(&build.site, options->format, &open->context, build_origin(options->base), base,
                 &build.context);
    image_sizes_begin(&build.images, open->capsule, open->folder);
    build.site.image_size = image_sizes_find;
    build.site.image_from = &build.images;
    buf_init(&build.name, LIMIT_PAGE);
    buf_init(&build.page, LIMIT_PAGE);
    buf_init(&build.file, LIMIT_EXPORTED_PAGE);
    shelf_init(&build.shelf);
    catch_signals();
    (void)sitemap_walk(open->capsule, count_page, &build);
    if (build.has_books) {
        (void)sitemap_walk_books(open->capsule, count_book, &build);
    }
    build.links = link_check_begin(open, DIAG_WARNING, DIAG_WARNING, diags);
    build.writes = build.total > 0 && is_allowed(&build);
    bool ok = make_pages(&build, options->output);
    (void)link_check_end(build.links);
    command_print_diags(diags);
    int code =
        ok ? finish(&build, options->output) : command_fail("%s", buf_string(&build.tree.error));
    tree_release(&build.tree);
    shelf_release(&build.shelf);
    image_sizes_end(&build.images);
    buf_release(&build.name);
    buf_release(&build.page);
    buf_release(&build.file);
    return code;
}

static int build(const struct build_options *options)
{
    struct diags diags;
    struct open_capsule open;
    struct buf base;
    diags_init(&diags);
    if (!open_capsule_load(&open, options->folder, options->now, options->drafts, &diags)) {
        command_print_diags(&diags);
        diags_release(&diags);
        return command_fail("%s: there is no capsule to build", options->folder);
    }
    address_check(open.capsule, &diags);
    path_check(open.capsule, &diags);
    buf_init(&base, LIMIT_REQUEST_URL);
    build_put_base(options->base, &base);
    int code = base.failed ? command_fail("--base is too long")
                           : write_tree(&open, options, buf_slice(&base), &diags);
    buf_release(&base);
    open_capsule_close(&open);
    diags_release(&diags);
    return code;
}

static int run(int argc, char **argv)
{
    struct build_options options;
    int code;
    if (!build_options_parse(argc, argv, &options, &code)) {
        return code;
    }
    bool is_one = options.whole || options.review != NULL || options.tag != NULL;
    return is_one ? build_gpub(&options) : build(&options);
}

const struct command command_build = {
    .name = "build",
    .purpose = "write a capsule as files for any Gemini server",
    .usage = build_usage,
    .run = run,
};
