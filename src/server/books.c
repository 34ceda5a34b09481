#include "server/books.h"

#include "gempub/gempub.h"
#include "gempub/shelving.h"
#include "server/log.h"
#include "server/served_file.h"
#include "text/date.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define FOLDER "books"

/* --- in the loader ------------------------------------------------------------------------------
 */

void books_init(struct books *books)
{
    *books = (struct books){ 0 };
    shelf_init(&books->shelf);
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void read_catalogue(struct books *books, const struct site *site)
{
    struct stat status = { 0 };
    int folder = openat(site->state_folder, FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || !shelf_stat(folder, &status)) {
        status = (struct stat){ 0 };
    }
    if (!is_same_file(&status, &books->read)) {
        shelf_release(&books->shelf);
        shelf_init(&books->shelf);
        (void)(folder >= 0 && shelf_read(&books->shelf, folder));
        books->read = status;
    }
    if (folder >= 0) {
        (void)close(folder);
    }
}

bool books_look(struct books *books, struct site *site)
{
    if (!site->keeps_books || site->state_folder < 0 || site->capsule == NULL) {
        return false;
    }
    read_catalogue(books, site);
    books->shelf.lacks_many = shelf_is_withdrawn(&books->shelf, site->capsule);
    books->offered = shelf_for_pages(&books->shelf);
    site->books = &books->offered;
    const uint64_t appearance = shelf_appearance(&books->shelf);
    const bool is_news = appearance != books->appearance;
    books->appearance = appearance;
    return is_news;
}

int64_t books_due(struct books *books)
{
    const int64_t due = books->shelf.due_at;
    if (due <= date_now()) {
        /* It may have passed while the process was at work; not again and again. */
        const bool is_tried = books->tried == due;
        books->tried = due;
        return is_tried ? 0 : due;
    }
    return due;
}

/* --- in a worker --------------------------------------------------------------------------------
 */

void books_reply(const struct site *site, const struct page *page, struct reply *reply)
{
    char room[LIMIT_REQUEST_URL + sizeof FOLDER];
    struct buf name;
    uint64_t size = 0;
    buf_init_on(&name, room, sizeof room);
    buf_puts(&name, FOLDER "/");
    shelf_put_name(page, &name);
    const bool is_offered =
        site->books != NULL && site->books->find(site->books->context, page, &size);
    int fd = is_offered && !name.failed
                 ? served_file_open(site->state_folder, buf_slice(&name), &size)
                 : -1;
    if (fd < 0 && (!is_offered || errno == ENOENT)) {
        reply_set(reply, STATUS_NOT_FOUND, "Not found");
        return;
    }
    if (fd < 0) {
        log_problem("%.*s: %s", SLICE_ARG(buf_slice(&name)), strerror(errno));
        reply_set(reply, STATUS_TEMPORARY_FAILURE, "The file cannot be read");
        return;
    }
    reply_set(reply, STATUS_SUCCESS, GEMPUB_MEDIA_TYPE);
    reply->file = fd;
    reply->file_size = size;
}

/* --- in the background process ------------------------------------------------------------------
 */

static int open_folder(const struct site *site)
{
    if (mkdirat(site->state_folder, FOLDER, 0700) != 0 && errno != EEXIST) {
        return -1;
    }
    return openat(site->state_folder, FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static enum background_outcome keep_books(const struct background_work *work,
                                          const struct site *site)
{
    const int64_t now = date_now();
    const struct page_context context = { .capsule = site->capsule,
                                          .host = site->authority,
                                          .base = site->base,
                                          .today = site->today,
                                          .now = now };
    const struct shelving_order order = { .context = &context,
                                          .statics = site->static_folder,
                                          .folder = open_folder(site),
                                          .now = now,
                                          .max = LIMIT_BOOKS_BYTES,
                                          .interrupted = work->hurry };
    struct shelving_done done = { 0 };
    struct buf error;
    buf_init(&error, 4096);
    bool ok = false;
    if (order.folder < 0) {
        buf_puts(&error, strerror(errno));
    } else {
        ok = shelving_run(&order, &done, &error);
        (void)close(order.folder);
    }
    if (!ok && !work->is_retry) {
        log_problem("books of %.*s: %.*s", SLICE_ARG(site->capsule->conf.title),
                    SLICE_ARG(buf_slice(&error)));
    }
    if (done.left_out > 0 && done.made > 0) {
        log_message("books of %.*s: there is no room for %zu", SLICE_ARG(site->capsule->conf.title),
                    done.left_out);
    }
    buf_release(&error);
    return ok ? BACKGROUND_DONE : BACKGROUND_FAILED;
}

enum background_outcome books_run(const struct background_work *work)
{
    enum background_outcome outcome = BACKGROUND_DONE;
    for (size_t i = 0; i < work->sites->count; i++) {
        const struct site *site = &work->sites->items[i];
        if (site->keeps_books && site->state_folder >= 0 && site->capsule != NULL &&
            keep_books(work, site) == BACKGROUND_FAILED) {
            outcome = BACKGROUND_FAILED;
        }
    }
    return outcome;
}
