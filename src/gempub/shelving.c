#include "gempub/shelving.h"

#include "base/folder.h"
#include "base/limits.h"
#include "gempub/gempub.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

/* Beside the finished ones, so that nothing need be moved from folder to folder. */
#define UNFINISHED "unfinished"

static const char *const folders[] = { "reviews", "tags" };

/* One book that there should be. */
struct wish {
    struct page page;
    struct shelf_book *book; /* of the new shelf */
};

struct shelving {
    const struct shelving_order *order;
    struct shelving_done *done;
    struct shelf old; /* what the catalogue says */
    struct shelf new; /* what it will say */
    struct arena arena;
    struct {
        struct wish *items;
        size_t count, capacity;
    } wishes;        /* of reviews, newest first; of many; of the capsule */
    uint64_t total;  /* bytes of all books that there are */
    struct buf name; /* scratch */
    struct buf *error;
    bool is_full; /* nothing is added: there is no room */
    bool has_written;
};

static bool is_of_review(const struct page *page)
{
    return page->kind == PAGE_REVIEW_BOOK;
}

static bool is_interrupted(struct shelving *shelving)
{
    const volatile sig_atomic_t *interrupted = shelving->order->interrupted;
    shelving->done->is_ended |= interrupted != NULL && *interrupted != 0;
    return shelving->done->is_ended;
}

static bool fail(struct shelving *shelving, const char *what)
{
    buf_printf(shelving->error, "%s: %s", what, strerror(errno));
    return false;
}

static const char *path_of(struct shelving *shelving, slice name)
{
    buf_clear(&shelving->name);
    buf_put(&shelving->name, name);
    return buf_string(&shelving->name);
}

static bool is_there(struct shelving *shelving, const struct shelf_book *book)
{
    struct stat status;
    return fstatat(shelving->order->folder, path_of(shelving, book->name), &status,
                   AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(status.st_mode) && (uint64_t)status.st_size == book->size;
}

/* That it is gone already is as good. */
static bool take_away(struct shelving *shelving, slice name)
{
    const char *path = path_of(shelving, name);
    if (unlinkat(shelving->order->folder, path, 0) != 0) {
        return errno == ENOENT || fail(shelving, path);
    }
    shelving->done->removed++;
    return true;
}

/* --- what there should be --------------------------------------------------------------------- */

/* Drafts and reviews of the future are in a capsule only when somebody wants to see them. */
static bool shows_hidden(const struct capsule *capsule, int64_t now)
{
    for (size_t i = 0; i < capsule_count_reviews(capsule); i++) {
        const struct review *review = capsule_review_at(capsule, i);
        if (review->draft || !review->has_published || review->published > now) {
            return true;
        }
    }
    return false;
}

static bool add_wish(struct shelving *shelving, const struct page *page)
{
    buf_clear(&shelving->name);
    shelf_put_name(page, &shelving->name);
    if (shelving->name.failed || shelf_find(&shelving->new, buf_slice(&shelving->name)) != NULL) {
        return true;
    }
    struct shelf_book *book = shelf_claim(&shelving->new, buf_slice(&shelving->name));
    const struct shelf_book *known = shelf_find(&shelving->old, book->name);
    if (known != NULL) {
        const slice name = book->name;
        *book = *known;
        book->name = name;
        if (book->size > 0 && !is_there(shelving, book)) {
            *book = (struct shelf_book){ .name = name };
        }
    }
    shelving->total += book->size;
    *ARRAY_ADD(&shelving->arena, &shelving->wishes) = (struct wish){ *page, book };
    return true;
}

struct selection {
    struct shelving *shelving;
    enum page_kind kind;
};

static bool select_book(void *context, const struct page *page)
{
    const struct selection *selection = context;
    const struct capsule *capsule = selection->shelving->order->context->capsule;
    return page->kind != selection->kind || !book_is_offered(capsule, page) ||
           add_wish(selection->shelving, page);
}

/* What the catalogue has of a review: each that is listed is in it, whether it has a book of its
 * own or not, as it may be in others. */
static struct shelf_book *book_of_review(struct shelving *shelving, const struct review *review)
{
    const struct page page = { .kind = PAGE_REVIEW_BOOK, .review = review };
    buf_clear(&shelving->name);
    shelf_put_name(&page, &shelving->name);
    return shelf_claim(&shelving->new, buf_slice(&shelving->name));
}

/* Small ones first: somebody who has just written a review looks for its book. */
static void collect_wishes(struct shelving *shelving)
{
    static const enum page_kind order[] = { PAGE_REVIEW_BOOK, PAGE_FACET_BOOK, PAGE_BOOK };
    const struct capsule *capsule = shelving->order->context->capsule;
    for (size_t i = 0; i < ARRAY_LENGTH(order); i++) {
        struct selection selection = { shelving, order[i] };
        (void)sitemap_walk_books(capsule, select_book, &selection);
    }
    for (size_t i = 0; i < capsule->review_count; i++) {
        (void)book_of_review(shelving, capsule->reviews[i]);
    }
}

/* --- what they are made from ------------------------------------------------------------------ */

static bool find_digest(struct shelving *shelving, const struct page *page, uint64_t *digest)
{
    const struct shelving_order *order = shelving->order;
    const struct gempub_order book = { .context = order->context,
                                       .subject = book_subject_of(page),
                                       .statics = order->statics,
                                       .interrupted = order->interrupted };
    struct buf ignored;
    buf_init(&ignored, 256);
    *digest = 0;
    /* A book that is too large has the digest of what there is of it. */
    bool ok = gempub_digest(&book, digest, &ignored) || !is_interrupted(shelving);
    buf_release(&ignored);
    return ok;
}

static bool digest_reviews(struct shelving *shelving)
{
    const struct capsule *capsule = shelving->order->context->capsule;
    for (size_t i = 0; i < capsule->review_count; i++) {
        const struct page page = { .kind = PAGE_REVIEW_BOOK, .review = capsule->reviews[i] };
        struct shelf_book *book = book_of_review(shelving, page.review);
        if (!find_digest(shelving, &page, &book->wanted)) {
            return false;
        }
    }
    return true;
}

static void add_review(struct shelving *shelving, const struct review *review, uint64_t *digest)
{
    const uint64_t *wanted = &book_of_review(shelving, review)->wanted;
    *digest = gempub_digest_add(*digest, (slice){ (const char *)wanted, sizeof *wanted });
}

/* A book of many: its own pages, and the digests of its reviews. */
static bool digest_many(struct shelving *shelving, const struct wish *wish)
{
    const struct capsule *capsule = shelving->order->context->capsule;
    const struct facet_value *value = wish->page.value;
    uint64_t digest;
    if (!find_digest(shelving, &wish->page, &digest)) {
        return false;
    }
    for (size_t i = 0; value == NULL && i < capsule->review_count; i++) {
        add_review(shelving, capsule->reviews[i], &digest);
    }
    for (size_t i = 0; value != NULL && i < value->mention_count; i++) {
        add_review(shelving, value->mentions[i].review, &digest);
    }
    wish->book->wanted = digest;
    return true;
}

/* --- making them ------------------------------------------------------------------------------ */

static uint64_t processor_time(void)
{
    struct timespec time = { 0 };
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

/* Others keep their data on the same disk. */
static bool has_room(const struct shelving *shelving)
{
    struct statvfs status;
    return fstatvfs(shelving->order->folder, &status) != 0 ||
           (uint64_t)status.f_bavail * status.f_frsize > LIMIT_BOOKS_SPARE;
}

/* A book that was made long ago, or at a time that the clock has not reached, may be made anew. */
static bool may_be_made(struct shelving *shelving, const struct shelf_book *book)
{
    const int64_t now = shelving->order->now;
    const int64_t due = book->made_at + (int64_t)(book->cost * BOOK_REST / 1000000);
    if (now >= due || now < book->made_at) {
        return true;
    }
    struct shelf *new = &shelving->new;
    new->due_at = new->due_at == 0 || due < new->due_at ? due : new->due_at;
    return false;
}

static bool is_too_much(struct shelving *shelving, const struct shelf_book *book, uint64_t size)
{
    return shelving->total - book->size + size > shelving->order->max;
}

static const char *unfinished_for(const struct wish *wish)
{
    return is_of_review(&wish->page)            ? "reviews/" UNFINISHED
           : wish->page.kind == PAGE_FACET_BOOK ? "tags/" UNFINISHED
                                                : UNFINISHED;
}

/* It is in an unfinished file when it was made. False when all of it has to end. */
static bool write_book(struct shelving *shelving, const struct wish *wish, uint64_t *size)
{
    const struct shelving_order *order = shelving->order;
    const struct gempub_order book = { .context = order->context,
                                       .subject = book_subject_of(&wish->page),
                                       .statics = order->statics,
                                       .interrupted = order->interrupted };
    struct gempub_made made = { 0 };
    struct stat status = { 0 };
    struct buf problem;
    const char *unfinished = unfinished_for(wish);
    *size = 0;
    int fd = openat(order->folder, unfinished, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                    0600);
    if (fd < 0) {
        return fail(shelving, unfinished);
    }
    buf_init(&problem, 4096);
    bool ok = gempub_write(&book, fd, &made, &problem) && fstat(fd, &status) == 0;
    (void)close(fd);
    if (ok) {
        *size = (uint64_t)status.st_size;
    } else if (!made.is_too_large && !is_interrupted(shelving)) {
        buf_printf(shelving->error, "%.*s: %.*s", SLICE_ARG(wish->book->name),
                   SLICE_ARG(buf_slice(&problem)));
    }
    buf_release(&problem);
    return ok || made.is_too_large;
}

/* The book of `wish` is another one now, or none. */
static bool put_book(struct shelving *shelving, const struct wish *wish, uint64_t size)
{
    const int folder = shelving->order->folder;
    struct shelf_book *book = wish->book;
    if (size > 0) {
        const char *path = path_of(shelving, book->name);
        if (renameat(folder, unfinished_for(wish), folder, path) != 0) {
            return fail(shelving, path);
        }
        shelving->done->made++;
        shelving->has_written = true;
    } else {
        shelving->done->left_out++;
        if (book->size > 0 && !take_away(shelving, book->name)) {
            return false;
        }
    }
    shelving->total += size;
    shelving->total -= book->size;
    book->size = size;
    book->digest = book->wanted;
    book->made_at = shelving->order->now;
    return true;
}

static bool make_book(struct shelving *shelving, const struct wish *wish)
{
    struct shelf_book *book = wish->book;
    uint64_t size = 0;
    if (!is_of_review(&wish->page) && !digest_many(shelving, wish)) {
        return false;
    }
    if (book->digest == book->wanted) {
        /* One that was left out has its digest too. */
        shelving->done->left_out += book->size == 0;
        return true;
    }
    if (!may_be_made(shelving, book)) {
        return true;
    }
    if ((shelving->is_full && book->size == 0) || !has_room(shelving)) {
        shelving->done->left_out += book->size == 0;
        return true;
    }
    const uint64_t before = processor_time();
    if (!write_book(shelving, wish, &size)) {
        return false;
    }
    book->cost = processor_time() - before;
    if (is_too_much(shelving, book, size)) {
        shelving->is_full = true;
        size = 0;
    }
    return put_book(shelving, wish, size);
}

static bool make_folders(struct shelving *shelving)
{
    const int folder = shelving->order->folder;
    for (size_t i = 0; i < ARRAY_LENGTH(folders); i++) {
        if (mkdirat(folder, folders[i], 0700) != 0 && errno != EEXIST) {
            return fail(shelving, folders[i]);
        }
    }
    return true;
}

static bool make_all(struct shelving *shelving)
{
    if (!make_folders(shelving) || !digest_reviews(shelving)) {
        return false;
    }
    for (size_t i = 0; i < shelving->wishes.count; i++) {
        if (is_interrupted(shelving) || !make_book(shelving, &shelving->wishes.items[i])) {
            return false;
        }
    }
    return true;
}

/* --- what there should not be ----------------------------------------------------------------- */

struct sweep {
    struct shelving *shelving;
    const char *folder; /* `reviews`, say */
};

static bool sweep_file(void *context, const char *name)
{
    const struct sweep *sweep = context;
    struct shelving *shelving = sweep->shelving;
    struct arena arena;
    arena_init(&arena);
    const slice path = arena_printf(&arena, "%s/%s", sweep->folder, name);
    const struct shelf_book *book = shelf_find(&shelving->new, path);
    bool ok = (book != NULL && book->size > 0) || take_away(shelving, path);
    arena_release(&arena);
    return ok;
}

/* Whatever has been left there, by a process that was killed before it could write it down. */
static bool sweep(struct shelving *shelving)
{
    const struct shelf_book *whole = shelf_find(&shelving->new, SLICE("capsule.gpub"));
    bool ok = (whole != NULL && whole->size > 0) || take_away(shelving, SLICE("capsule.gpub"));
    for (size_t i = 0; ok && i < ARRAY_LENGTH(folders); i++) {
        struct sweep sweep = { shelving, folders[i] };
        ok = folder_list(shelving->order->folder, folders[i], sweep_file, &sweep) &&
             shelving->error->len == 0;
    }
    (void)unlinkat(shelving->order->folder, UNFINISHED, 0);
    return ok;
}

/* Before anything else, and written down at once. */
static bool put_away_many(struct shelving *shelving)
{
    struct shelf *old = &shelving->old;
    struct shelf left;
    bool ok = true;
    shelf_init(&left);
    for (size_t i = 0; ok && i < old->books.count; i++) {
        const struct shelf_book *book = old->books.items[i];
        const slice slug = shelf_review_of(book->name);
        const struct review *review =
            slug.len > 0 ? capsule_find_review(shelving->order->context->capsule, slug) : NULL;
        if (review != NULL && review->place != REVIEW_UNLISTED) {
            struct shelf_book *same = shelf_claim(&left, book->name);
            const slice name = same->name;
            *same = *book;
            same->name = name;
        } else if (book->size > 0) {
            ok = take_away(shelving, book->name);
        }
    }
    left.openness = shelf_openness(shelving->order->context->capsule);
    if (ok && !shelf_write(&left, shelving->order->folder)) {
        ok = fail(shelving, "the catalogue");
    }
    shelf_release(&left);
    shelf_release(old);
    shelf_init(old);
    return ok && shelf_read(old, shelving->order->folder);
}

/* --- both ------------------------------------------------------------------------------------- */

static bool has_changed(const struct shelving *shelving)
{
    const struct shelf *old = &shelving->old;
    const struct shelf *new = &shelving->new;
    bool changed = old->due_at != new->due_at || old->openness != new->openness ||
                   old->books.count != new->books.count;
    for (size_t i = 0; i < new->books.count; i++) {
        const struct shelf_book *book = new->books.items[i];
        const struct shelf_book *known = shelf_find(old, book->name);
        changed |= known == NULL || known->size != book->size || known->digest != book->digest;
    }
    return changed;
}

/* After a power cut the catalogue must not tell of books that are not on the disk. */
static bool write_down(struct shelving *shelving)
{
    const int folder = shelving->order->folder;
    if (!has_changed(shelving)) {
        return true;
    }
    if (shelving->has_written && syncfs(folder) != 0 && errno != ENOSYS) {
        return fail(shelving, "the books");
    }
    return shelf_write(&shelving->new, folder) || fail(shelving, "the catalogue");
}

bool shelving_run(const struct shelving_order *order, struct shelving_done *done, struct buf *error)
{
    struct shelving shelving = { .order = order, .done = done, .error = error };
    const struct capsule *capsule = order->context->capsule;
    *done = (struct shelving_done){ 0 };
    if (shows_hidden(capsule, order->now)) {
        return true;
    }
    shelf_init(&shelving.old);
    shelf_init(&shelving.new);
    arena_init(&shelving.arena);
    buf_init(&shelving.name, LIMIT_REQUEST_URL);
    bool ok = true;
    (void)!shelf_read(&shelving.old, order->folder);
    if (shelf_is_withdrawn(&shelving.old, capsule)) {
        ok = put_away_many(&shelving);
    }
    if (ok) {
        shelving.new.openness = shelf_openness(capsule);
        collect_wishes(&shelving);
        ok = make_all(&shelving) && sweep(&shelving);
        ok = write_down(&shelving) && ok;
    }
    shelf_release(&shelving.old);
    shelf_release(&shelving.new);
    arena_release(&shelving.arena);
    buf_release(&shelving.name);
    return ok || (done->is_ended && error->len == 0);
}
