#include "cmd/build_gpub.h"

#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/interrupt.h"
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

/* What books are made from. */
struct books {
    const struct open_capsule *open;
    struct page_context context; /* with the base */
    const volatile sig_atomic_t *interrupted;
    int statics;
    struct buf error;
};

static void books_begin(struct books *books)
{
    struct arena arena;
    arena_init(&arena);
    buf_init(&books->error, TREE_ERROR_MAX);
    books->statics = open(arena_printf(&arena, "%s/static", books->open->folder).ptr,
                          O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    arena_release(&arena);
}

static void books_end(struct books *books)
{
    if (books->statics >= 0) {
        (void)close(books->statics);
    }
    buf_release(&books->error);
}

static bool write_book(struct books *books, const struct book_subject *subject, int fd,
                       struct gempub_made *made)
{
    const struct gempub_order order = { .context = &books->context,
                                        .subject = *subject,
                                        .statics = books->statics,
                                        .interrupted = books->interrupted };
    return gempub_write(&order, fd, made, &books->error);
}

static bool fail(struct books *books, const char *what)
{
    buf_printf(&books->error, "%s: %s", what, strerror(errno));
    return false;
}

/* --- all of them in a tree -------------------------------------------------------------------- */

struct shelving {
    struct books books;
    const struct build_books *order;
    struct buf name;
};

/* The book is made in a file without a name in the new folder, and goes from there to its place. */
static bool put_book(struct shelving *shelving, const struct page *page)
{
    static const char scratch[] = ".unfinished";
    const struct book_subject subject = book_subject_of(page);
    struct books *books = &shelving->books;
    struct tree *tree = shelving->order->tree;
    struct gempub_made made;
    int fd =
        openat(tree->new_tree, scratch, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return fail(books, tree->building);
    }
    (void)unlinkat(tree->new_tree, scratch, 0);
    bool ok = write_book(books, &subject, fd, &made);
    off_t size = ok ? lseek(fd, 0, SEEK_END) : 0;
    if (ok && !tree_put_file(tree, buf_slice(&shelving->name), fd)) {
        buf_put(&books->error, buf_slice(&tree->error));
        ok = false;
    }
    (void)close(fd);
    if (ok) {
        buf_clear(&shelving->name);
        shelf_put_name(page, &shelving->name);
        shelf_claim(shelving->order->shelf, buf_slice(&shelving->name))->size = (uint64_t)size;
    }
    return ok;
}

static bool take_book(void *context, const struct page *page)
{
    struct shelving *shelving = context;
    if (!book_is_offered(shelving->books.open->capsule, page)) {
        return true;
    }
    buf_clear(&shelving->name);
    page_put_file_name(page, &shelving->name);
    shelving->order->progress(shelving->order->context);
    return put_book(shelving, page);
}

bool build_books(const struct build_books *order)
{
    struct shelving shelving = { .books = { .open = order->open,
                                            .context = *order->pages,
                                            .interrupted = order->interrupted },
                                 .order = order };
    buf_init(&shelving.name, LIMIT_REQUEST_URL);
    books_begin(&shelving.books);
    bool ok = sitemap_walk_books(order->open->capsule, take_book, &shelving);
    if (!ok) {
        buf_clear(&order->tree->error);
        buf_put(&order->tree->error, buf_slice(&shelving.books.error));
    }
    books_end(&shelving.books);
    buf_release(&shelving.name);
    return ok;
}

/* --- one book in a file ----------------------------------------------------------------------- */

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
static bool find_subject(struct books *books, const struct build_options *options,
                         struct book_subject *subject)
{
    const struct capsule *capsule = books->open->capsule;
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

static int build_one(struct books *books, const struct build_options *options)
{
    struct book_subject subject;
    struct gempub_made made = { 0 };
    const char *path = options->output;
    books->interrupted = interrupt_catch();
    if (!find_subject(books, options, &subject) || !put_file(books, &subject, path, &made)) {
        return command_fail("%s", buf_string(&books->error));
    }
    (void)printf("%s: %zu files, %zu of them pictures\n", path, made.files, made.pictures);
    return fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
}

static int load_and_build(const struct build_options *options, slice base, struct diags *diags)
{
    struct open_capsule open;
    if (!open_capsule_load(&open, options->folder, options->now, options->drafts, diags)) {
        command_print_diags(diags);
        return command_fail("%s: there is no capsule to build", options->folder);
    }
    command_print_diags(diags);
    struct books books = { .open = &open, .context = open.context };
    int code;
    books.context.base = base;
    books_begin(&books);
    if (diags->counts[DIAG_ERROR] > 0 && !options->keep_going) {
        code = command_fail("nothing was built, because of errors (--keep-going builds without "
                            "the reviews that have them)");
    } else {
        code = build_one(&books, options);
    }
    books_end(&books);
    open_capsule_close(&open);
    return code;
}

int build_gpub(const struct build_options *options)
{
    struct diags diags;
    struct buf base;
    diags_init(&diags);
    buf_init(&base, LIMIT_REQUEST_URL);
    build_put_base(options->base, &base);
    int code = base.failed ? command_fail("--base is too long")
                           : load_and_build(options, buf_slice(&base), &diags);
    buf_release(&base);
    diags_release(&diags);
    return code;
}
