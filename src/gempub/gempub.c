#include "gempub/gempub.h"

#include "base/limits.h"
#include "base/siphash.h"
#include "gempub/packing.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* The files of the archive by number: these two, the pages, the pictures. */
enum { METADATA, CONTENTS, FIRST_PAGE };

struct writing {
    const struct gempub_order *order;
    struct book book;
    struct buf text;     /* of the file that is open */
    size_t given;        /* bytes of it */
    int picture;         /* the file that is open, or -1 */
    uint64_t text_bytes; /* of all of them */
    bool is_too_large;
};

/* --- what is in a file ------------------------------------------------------------------------ */

static size_t first_picture(const struct writing *writing)
{
    return FIRST_PAGE + writing->book.pages.count;
}

static bool open_picture(struct writing *writing, const struct static_file *file, struct buf *error)
{
    char name[LIMIT_GEMPUB_NAME + 1];
    memcpy(name, file->path.ptr, file->path.len);
    name[file->path.len] = '\0';
    writing->picture = openat(writing->order->statics, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (writing->picture < 0) {
        buf_printf(error, "static/%s: %s", name, strerror(errno));
    }
    return writing->picture >= 0;
}

static bool render(struct writing *writing, size_t number, struct buf *error)
{
    buf_clear(&writing->text);
    writing->given = 0;
    if (number == METADATA) {
        book_put_metadata(&writing->book, &writing->text);
    } else if (number == CONTENTS) {
        book_put_contents(&writing->book, &writing->text);
    } else {
        book_put_page(&writing->book, number - FIRST_PAGE, &writing->text);
    }
    if (writing->text.failed) {
        writing->is_too_large = true;
        buf_puts(error, "a page is too large");
    }
    return !writing->text.failed;
}

static bool is_interrupted(const struct writing *writing, struct buf *error)
{
    if (writing->order->interrupted == NULL || *writing->order->interrupted == 0) {
        return false;
    }
    buf_puts(error, "interrupted");
    return true;
}

static bool open_file(void *context, size_t number, struct buf *error)
{
    struct writing *writing = context;
    size_t pictures = first_picture(writing);
    writing->picture = -1;
    if (is_interrupted(writing, error)) {
        return false;
    }
    return number < pictures
               ? render(writing, number, error)
               : open_picture(writing, writing->book.pictures.items[number - pictures].file, error);
}

static ssize_t read_file(void *context, char *into, size_t room, struct buf *error)
{
    struct writing *writing = context;
    if (writing->picture < 0) {
        slice piece = slice_head(slice_from(buf_slice(&writing->text), writing->given), room);
        if (piece.len > 0) {
            memcpy(into, piece.ptr, piece.len);
        }
        writing->given += piece.len;
        return (ssize_t)piece.len;
    }
    ssize_t got;
    do {
        got = read(writing->picture, into, room);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        buf_printf(error, "a picture cannot be read: %s", strerror(errno));
    }
    return got;
}

static void close_file(void *context)
{
    struct writing *writing = context;
    if (writing->picture >= 0) {
        (void)close(writing->picture);
        writing->picture = -1;
    }
}

/* --- all of them ------------------------------------------------------------------------------ */

static bool add_text(struct writing *writing, struct packing *packing, size_t number, slice name,
                     struct buf *error)
{
    if (is_interrupted(writing, error) || !render(writing, number, error)) {
        return false;
    }
    writing->text_bytes += writing->text.len;
    if (writing->text_bytes > LIMIT_GEMPUB_TEXT) {
        writing->is_too_large = true;
        buf_puts(error, "there is more text than a gempub can have");
        return false;
    }
    return packing_add(packing, number, name, writing->text.len, true);
}

/* Each page is made twice: now, because the archive has to know of all pictures and of all sizes
 * before it writes the first file, and when its turn comes. */
static bool add_files(struct writing *writing, struct packing *packing, struct buf *error)
{
    struct book *book = &writing->book;
    struct buf name;
    buf_init(&name, LIMIT_REQUEST_URL);
    bool ok = add_text(writing, packing, METADATA, SLICE("metadata.txt"), error) &&
              add_text(writing, packing, CONTENTS, SLICE("index.gmi"), error);
    for (size_t i = 0; ok && i < book->pages.count; i++) {
        buf_clear(&name);
        page_put_file_name(&book->pages.items[i], &name);
        ok = add_text(writing, packing, FIRST_PAGE + i, buf_slice(&name), error);
    }
    book_fix(book);
    for (size_t i = 0; ok && i < book->pictures.count; i++) {
        const struct book_picture *picture = &book->pictures.items[i];
        ok = packing_add(packing, first_picture(writing) + i, picture->file->path, picture->size,
                         false);
    }
    buf_release(&name);
    return ok;
}

static bool write_book(struct writing *writing, int fd, struct buf *error)
{
    const struct packing_files files = { open_file, read_file, close_file, writing };
    struct packing packing;
    bool ok = packing_begin(&packing, fd, &files, error) && add_files(writing, &packing, error) &&
              packing_finish(&packing);
    packing_release(&packing);
    return ok;
}

static bool open_book(struct writing *writing, struct buf *error)
{
    const struct gempub_order *order = writing->order;
    if (book_init(&writing->book, order->context, &order->subject, order->statics)) {
        return true;
    }
    writing->is_too_large = true;
    buf_printf(error, "there are more than %u pages, which no gempub can have", LIMIT_GEMPUB_FILES);
    return false;
}

bool gempub_write(const struct gempub_order *order, int fd, struct gempub_made *made,
                  struct buf *error)
{
    struct writing writing = { .order = order, .picture = -1 };
    buf_init(&writing.text, LIMIT_PAGE);
    bool ok = open_book(&writing, error) && write_book(&writing, fd, error);
    *made = (struct gempub_made){ .files = first_picture(&writing) + writing.book.pictures.count,
                                  .pictures = writing.book.pictures.count,
                                  .bytes = writing.text_bytes + writing.book.picture_bytes,
                                  .is_too_large = writing.is_too_large };
    book_release(&writing.book);
    buf_release(&writing.text);
    return ok;
}

/* --- what it is made from --------------------------------------------------------------------- */

uint64_t gempub_digest_add(uint64_t digest, slice bytes)
{
    const struct siphash_key key = { digest, bytes.len };
    return siphash(&key, bytes);
}

static uint64_t add_picture(uint64_t digest, const struct book_picture *picture)
{
    const uint64_t facts[] = { picture->size, (uint64_t)picture->changed };
    digest = gempub_digest_add(digest, picture->file->path);
    return gempub_digest_add(digest, (slice){ (const char *)facts, sizeof facts });
}

static bool is_known_otherwise(const struct book *book, const struct page *page)
{
    return book->subject.review == NULL && page->review != NULL;
}

static bool digest_book(struct writing *writing, uint64_t *digest, struct buf *error)
{
    struct book *book = &writing->book;
    if (book->subject.review != NULL) {
        /* The header may say what only other books show; all of the body is on the pages. */
        const slice source = book->subject.review->source;
        *digest = gempub_digest_add(*digest, slice_head(source, slice_find(source, SLICE("\n\n"))));
    }
    for (size_t number = METADATA; number < first_picture(writing); number++) {
        if (number >= FIRST_PAGE &&
            is_known_otherwise(book, &book->pages.items[number - FIRST_PAGE])) {
            continue;
        }
        if (is_interrupted(writing, error) || !render(writing, number, error)) {
            return false;
        }
        *digest = gempub_digest_add(*digest, buf_slice(&writing->text));
    }
    for (size_t i = 0; i < book->pictures.count; i++) {
        *digest = add_picture(*digest, &book->pictures.items[i]);
    }
    return true;
}

bool gempub_digest(const struct gempub_order *order, uint64_t *digest, struct buf *error)
{
    struct writing writing = { .order = order, .picture = -1 };
    *digest = 0;
    buf_init(&writing.text, LIMIT_PAGE);
    bool ok = open_book(&writing, error) && digest_book(&writing, digest, error);
    book_release(&writing.book);
    buf_release(&writing.text);
    return ok;
}
