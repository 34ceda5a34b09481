#include "cmd/build_gpub.h"

#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/open_capsule.h"
#include "cmd/tree.h"
#include "gempub/gempub.h"
#include "text/slug.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

struct books {
    const struct build_options *options;
    struct open_capsule open;
    struct page_context context; /* with the base */
    int statics;
    struct buf error;
};

static bool write_book(struct books *books, const struct book_subject *subject, int fd,
                       struct gempub_made *made)
{
    const struct gempub_order order = { .context = &books->context,
                                        .subject = *subject,
                                        .statics = books->statics,
                                        .interrupted = &interrupted };
    return gempub_write(&order, fd, made, &books->error);
}

/* --- one book in a file ----------------------------------------------------------------------- */

static bool fail(struct books *books, const char *what)
{
    buf_printf(&books->error, "%s: %s", what, strerror(errno));
    return false;
}

/* A reader of `path` sees the old file or the new one. */
static bool put_file(struct books *books, const struct book_subject *subject, const char *path,
                     struct gempub_made *made)
{
    struct arena arena;
    arena_init(&arena);
    slice unfinished = arena_printf(&arena, "%s.new-%ld", path, (long)getpid());
    int fd = open(unfinished.ptr, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    bool ok = fd >= 0 || fail(books, unfinished.ptr);
    ok = ok && write_book(books, subject, fd, made);
    ok = ok && (fsync(fd) == 0 || fail(books, unfinished.ptr));
    if (fd >= 0) {
        ok = (close(fd) == 0 || fail(books, unfinished.ptr)) && ok;
        ok = ok && (rename(unfinished.ptr, path) == 0 || fail(books, path));
        if (!ok) {
            (void)unlink(unfinished.ptr);
        }
    }
    arena_release(&arena);
    return ok;
}

/* What --review or --tag names; nothing for --whole. */
static bool find_subject(struct books *books, struct book_subject *subject)
{
    const struct capsule *capsule = books->open.capsule;
    const struct build_options *options = books->options;
    *subject = (struct book_subject){ 0 };
    if (options->review != NULL) {
        subject->review = capsule_find_review(capsule, slice_of(options->review));
        if (subject->review == NULL) {
            buf_printf(&books->error, "there is no review `%s`", options->review);
            return false;
        }
    }
    if (options->tag != NULL) {
        struct arena arena;
        arena_init(&arena);
        subject->facet = &capsule->facets[FACET_TAGS];
        subject->value =
            facet_find(subject->facet, slug_make_never_empty(&arena, slice_of(options->tag)));
        arena_release(&arena);
        if (subject->value == NULL) {
            buf_printf(&books->error, "no review has the tag `%s`", options->tag);
            return false;
        }
    }
    if (!book_is_possible(capsule, subject)) {
        buf_puts(&books->error, "it is closed, or there is nothing in it: files cannot be closed");
        return false;
    }
    return true;
}

static int build_one(struct books *books)
{
    struct book_subject subject;
    struct gempub_made made = { 0 };
    const char *path = books->options->output;
    if (!find_subject(books, &subject) || !put_file(books, &subject, path, &made)) {
        return command_fail("%s", buf_string(&books->error));
    }
    (void)printf("%s: %zu files, %zu of them pictures\n", path, made.files, made.pictures);
    return fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
}

/* --- all of them in a folder ------------------------------------------------------------------ */

struct shelf {
    struct books *books;
    struct tree tree;
    struct buf name;
};

/* The book is made in a file without a name in the new folder, and goes from there to its place. */
static bool put_book(struct shelf *shelf, const struct book_subject *subject)
{
    static const char scratch[] = ".unfinished";
    struct books *books = shelf->books;
    struct gempub_made made;
    if (!book_is_possible(books->open.capsule, subject)) {
        return true;
    }
    int fd = openat(shelf->tree.new_tree, scratch,
                    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return fail(books, books->options->output);
    }
    (void)unlinkat(shelf->tree.new_tree, scratch, 0);
    bool ok = write_book(books, subject, fd, &made);
    if (ok && !tree_put_file(&shelf->tree, buf_slice(&shelf->name), fd)) {
        buf_put(&books->error, buf_slice(&shelf->tree.error));
        ok = false;
    }
    (void)close(fd);
    return ok;
}

static bool put_named(struct shelf *shelf, const char *folder, slice slug,
                      const struct book_subject *subject)
{
    buf_clear(&shelf->name);
    buf_printf(&shelf->name, "%s/%.*s.gpub", folder, SLICE_ARG(slug));
    return put_book(shelf, subject);
}

static bool put_all(struct shelf *shelf)
{
    const struct capsule *capsule = shelf->books->open.capsule;
    const struct facet *tags = &capsule->facets[FACET_TAGS];
    buf_puts(&shelf->name, "capsule.gpub");
    bool ok = put_book(shelf, &(struct book_subject){ 0 });
    for (size_t i = 0; ok && i < capsule->review_count; i++) {
        const struct review *review = capsule->reviews[i];
        ok = put_named(shelf, "reviews", review->slug, &(struct book_subject){ .review = review });
    }
    for (size_t i = 0; ok && i < tags->value_count; i++) {
        const struct book_subject subject = { .facet = tags, .value = &tags->values[i] };
        ok = put_named(shelf, "tags", subject.value->slug, &subject);
    }
    return ok;
}

static int build_shelf(struct books *books)
{
    struct shelf shelf = { .books = books, .tree = TREE_NONE };
    if (!book_is_possible(books->open.capsule, &(struct book_subject){ 0 })) {
        return command_fail("the whole capsule is closed or empty: there is nothing to build");
    }
    buf_init(&shelf.name, LIMIT_REQUEST_URL);
    bool ok = tree_begin(&shelf.tree, books->options->output);
    if (!ok) {
        buf_put(&books->error, buf_slice(&shelf.tree.error));
    }
    ok = ok && put_all(&shelf);
    if (ok && !tree_finish(&shelf.tree)) {
        buf_put(&books->error, buf_slice(&shelf.tree.error));
        ok = false;
    }
    if (ok) {
        (void)printf("%s: %zu books, %zu written, %zu unchanged\n", books->options->output,
                     shelf.tree.written + shelf.tree.kept, shelf.tree.written, shelf.tree.kept);
    }
    tree_release(&shelf.tree);
    buf_release(&shelf.name);
    int code = ok ? EXIT_DONE : command_fail("%s", buf_string(&books->error));
    return fflush(stdout) == 0 ? code : EXIT_FAILED;
}

/* --- the command ------------------------------------------------------------------------------ */

static int build(struct books *books, const struct diags *diags)
{
    const struct build_options *options = books->options;
    if (diags->counts[DIAG_ERROR] > 0 && !options->keep_going) {
        return command_fail("nothing was built, because of errors (--keep-going builds without "
                            "the reviews that have them)");
    }
    catch_signals();
    bool one = options->whole || options->review != NULL || options->tag != NULL;
    return one ? build_one(books) : build_shelf(books);
}

int build_gpub(const struct build_options *options)
{
    struct diags diags;
    struct books books = { .options = options };
    struct buf base;
    diags_init(&diags);
    if (!open_capsule_load(&books.open, options->folder, options->now, options->drafts, &diags)) {
        command_print_diags(&diags);
        diags_release(&diags);
        return command_fail("%s: there is no capsule to build", options->folder);
    }
    command_print_diags(&diags);
    buf_init(&base, LIMIT_REQUEST_URL);
    buf_init(&books.error, TREE_ERROR_MAX);
    build_put_base(options->base, &base);
    books.context = books.open.context;
    books.context.base = buf_slice(&base);
    struct arena arena;
    arena_init(&arena);
    books.statics = open(arena_printf(&arena, "%s/static", options->folder).ptr,
                         O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    arena_release(&arena);
    int code = base.failed ? command_fail("--base is too long") : build(&books, &diags);
    if (books.statics >= 0) {
        (void)close(books.statics);
    }
    buf_release(&books.error);
    buf_release(&base);
    open_capsule_close(&books.open);
    diags_release(&diags);
    return code;
}
