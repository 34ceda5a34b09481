/* build.c: `matinee build`, a capsule as a tree of files that any server can host. */

#include "base/limits.h"
#include "cmd/address_check.h"
#include "cmd/build_folders.h"
#include "cmd/build_gpub.h"
#include "cmd/build_options.h"
#include "cmd/build_page.h"
#include "cmd/command.h"
#include "cmd/image_sizes.h"
#include "cmd/interrupt.h"
#include "cmd/link_check.h"
#include "cmd/open_capsule.h"
#include "cmd/path_check.h"
#include "cmd/progress.h"
#include "cmd/tree.h"
#include "gempub/book.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What takes no longer than that needs no line on the screen. */
enum { SILENT_MILLISECONDS = 1000 };

struct build {
    const struct open_capsule *open;
    struct export_site site;
    struct page_context context; /* of the pages, as the site wants it */
    struct image_sizes images;
    struct link_check *links;
    struct diags *diags;
    struct tree tree;
    struct build_page pages;
    struct shelf shelf;
    struct page_shelf offered; /* the books of `shelf` */
    struct progress progress;  /* of the files there will be */
    const volatile sig_atomic_t *interrupted;
    size_t closed; /* pages that are left out, because files cannot be closed */
    bool has_books;
    bool keep_going; /* in spite of errors */
    bool writes;     /* there is something to build, and no reason not to */
};

static bool count_page(void *context, const struct page *page)
{
    struct build *build = context;
    if (build_page_is_closed(&build->pages, page)) {
        build->closed++;
    } else {
        build->progress.state.total++;
    }
    return true;
}

static bool count_book(void *context, const struct page *page)
{
    struct build *build = context;
    if (book_is_offered(build->open->capsule, page)) {
        build->progress.state.total++;
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

static bool put_own_files(struct build *build)
{
    const struct export_format *format = build->site.format;
    const struct page none = { 0 };
    bool ok = true;
    for (size_t i = 0; i < format->file_count && ok && build->writes; i++) {
        slice name = slice_of(format->files[i].name);
        ok = build_page_is_in_static(&build->pages, &none, name) ||
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

static void count_file(void *context)
{
    struct build *build = context;
    build->progress.state.done++;
    progress_draw(&build->progress);
}

/* Each page is made once: to look at its links, and to be written. When nothing is to be written,
 * or not any more, all that is wrong is still said. */
static bool take_page(void *context, const struct page *page)
{
    struct build *build = context;
    struct buf *gemtext = &build->pages.gemtext;
    struct page_answer answer;
    if (*build->interrupted) {
        buf_puts(&build->tree.error, "interrupted");
        return false;
    }
    buf_clear(gemtext);
    page_render(&build->context, page, gemtext, &answer);
    link_check_page(build->links, page, &answer, gemtext, build->context.base);
    build->writes = build->writes && is_allowed(build);
    if (!build->writes || build_page_is_closed(&build->pages, page)) {
        return true;
    }
    count_file(build);
    return build_page_put(&build->pages, page, &answer);
}

/* Before the pages, which say how large they are. */
static bool make_books(struct build *build)
{
    const struct build_books order = { .open = build->open,
                                       .pages = &build->context,
                                       .tree = &build->tree,
                                       .shelf = &build->shelf,
                                       .interrupted = build->interrupted,
                                       .progress = count_file,
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
    progress_clear(&build->progress);
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
    if (build->progress.state.total == 0) {
        return command_fail("the whole capsule is closed: there is nothing to build");
    }
    if (!tree_finish(&build->tree)) {
        return command_fail("%s", buf_string(&build->tree.error));
    }
    (void)printf("%s: %zu files, %zu written, %zu unchanged\n", output,
                 build->tree.written + build->tree.kept, build->tree.written, build->tree.kept);
    return fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
}

static void count_files(struct build *build)
{
    (void)sitemap_walk(build->open->capsule, count_page, build);
    if (build->has_books) {
        (void)sitemap_walk_books(build->open->capsule, count_book, build);
    }
}

static int write_tree(const struct open_capsule *open, const struct build_options *options,
                      slice base, struct diags *diags)
{
    struct build build = { .open = open,
                           .diags = diags,
                           .keep_going = options->keep_going,
                           .has_books = options->gpub,
                           .tree = TREE_NONE,
                           .interrupted = interrupt_catch() };
    build.pages = (struct build_page){
        .open = open, .site = &build.site, .tree = &build.tree, .progress = &build.progress
    };
    export_begin(&build.site, options->format, &open->context, build_origin(options->base), base,
                 &build.context);
    image_sizes_begin(&build.images, open->capsule, open->folder);
    build.site.image_size = image_sizes_find;
    build.site.image_from = &build.images;
    build_page_begin(&build.pages);
    shelf_init(&build.shelf);
    progress_begin(&build.progress);
    progress_delay(&build.progress, SILENT_MILLISECONDS);
    build.progress.state.doing = "building";
    count_files(&build);
    build.links = link_check_begin(open, DIAG_WARNING, DIAG_WARNING, diags);
    build.writes = build.progress.state.total > 0 && is_allowed(&build);
    bool ok = make_pages(&build, options->output);
    (void)link_check_end(build.links);
    command_print_diags(diags);
    int code =
        ok ? finish(&build, options->output) : command_fail("%s", buf_string(&build.tree.error));
    tree_release(&build.tree);
    shelf_release(&build.shelf);
    image_sizes_end(&build.images);
    build_page_end(&build.pages);
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
    .purpose = "write a capsule as files for any server",
    .usage = build_usage,
    .run = run,
};
