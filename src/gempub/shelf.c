#include "gempub/shelf.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/siphash.h"
#include "pages/link.h"

#include <fcntl.h>
#include <inttypes.h>

/* The first line ends with its version: another program's catalogue is none, and all is made anew.
 * So it is raised when books change without their sources. */
static const char first_words[] = "matinee books 1 ";
static const char catalogue[] = "catalogue";

void shelf_init(struct shelf *shelf)
{
    *shelf = (struct shelf){ 0 };
    arena_init(&shelf->arena);
    slice_map_init(&shelf->by_name, &shelf->arena);
}

void shelf_release(struct shelf *shelf)
{
    slice_map_release(&shelf->by_name);
    arena_release(&shelf->arena);
}

/* --- books ------------------------------------------------------------------------------------ */

void shelf_put_name(const struct page *page, struct buf *out)
{
    if (page->kind == PAGE_BOOK) {
        buf_puts(out, "capsule");
    } else if (page->kind == PAGE_REVIEW_BOOK) {
        buf_puts(out, "reviews/");
        buf_put(out, page->review->slug);
    } else {
        buf_printf(out, "%s/", page->facet->def->name);
        buf_put(out, page->value->slug);
    }
    buf_puts(out, ".gpub");
}

struct shelf_book *shelf_find(const struct shelf *shelf, slice name)
{
    return slice_map_get(&shelf->by_name, name);
}

struct shelf_book *shelf_claim(struct shelf *shelf, slice name)
{
    struct shelf_book *book = shelf_find(shelf, name);
    if (book == NULL) {
        book = arena_alloc(&shelf->arena, sizeof *book);
        *book = (struct shelf_book){ .name = arena_copy(&shelf->arena, name) };
        slice_map_set(&shelf->by_name, book->name, book);
        *ARRAY_ADD(&shelf->arena, &shelf->books) = book;
    }
    return book;
}

static bool find_for_page(const void *context, const struct page *page, uint64_t *size)
{
    const struct shelf *shelf = context;
    char room[LIMIT_REQUEST_URL];
    struct buf name;
    buf_init_on(&name, room, sizeof room);
    shelf_put_name(page, &name);
    const struct shelf_book *book = name.failed ? NULL : shelf_find(shelf, buf_slice(&name));
    if (book == NULL || book->size == 0 || (shelf->lacks_many && page->kind != PAGE_REVIEW_BOOK)) {
        return false;
    }
    *size = book->size;
    return true;
}

struct page_shelf shelf_for_pages(const struct shelf *shelf)
{
    return (struct page_shelf){ find_for_page, shelf };
}

uint64_t shelf_appearance(const struct shelf *shelf)
{
    static const struct siphash_key key = { 0 };
    uint64_t sum = shelf->lacks_many;
    char room[LIMIT_REQUEST_URL + 64];
    for (size_t i = 0; i < shelf->books.count; i++) {
        const struct shelf_book *book = shelf->books.items[i];
        struct buf text;
        buf_init_on(&text, room, sizeof room);
        put_book_size(&text, book->size);
        buf_put(&text, book->name);
        sum += book->size > 0 ? siphash(&key, buf_slice(&text)) : 0;
    }
    return sum;
}

/* --- what is withdrawn ------------------------------------------------------------------------ */

uint64_t shelf_openness(const struct capsule *capsule)
{
    static const struct siphash_key key = { 0 };
    return siphash(&key, capsule->conf_source.text);
}

slice shelf_review_of(slice name)
{
    static const slice before = SLICE_INIT("reviews/");
    static const slice after = SLICE_INIT(".gpub");
    if (!slice_starts_with(name, before) || !slice_ends_with(name, after)) {
        return SLICE_EMPTY;
    }
    return slice_between(name.ptr + before.len, name.ptr + name.len - after.len);
}

bool shelf_is_withdrawn(const struct shelf *shelf, const struct capsule *capsule)
{
    if (shelf->books.count > 0 && shelf->openness != shelf_openness(capsule)) {
        return true;
    }
    for (size_t i = 0; i < shelf->books.count; i++) {
        slice slug = shelf_review_of(shelf->books.items[i]->name);
        const struct review *review = capsule_find_review(capsule, slug);
        if (slug.len > 0 && (review == NULL || review->place == REVIEW_UNLISTED)) {
            return true;
        }
    }
    return false;
}

/* --- the catalogue ---------------------------------------------------------------------------- */

/* The next word of a line, as a hexadecimal number. */
static bool take_number(slice *rest, uint64_t *out)
{
    slice word;
    *out = 0;
    if (!slice_next_piece(rest, ' ', &word) || word.len == 0 || word.len > 16) {
        return false;
    }
    for (size_t i = 0; i < word.len; i++) {
        int digit = ascii_hex_digit(word.ptr[i]);
        if (digit < 0) {
            return false;
        }
        *out = *out << 4 | (unsigned)digit;
    }
    return true;
}

/* Files are put away by these names: none leads out of the folder. */
static bool is_name(slice name)
{
    slice part;
    if (name.len == 0 || !slice_ends_with(name, SLICE(".gpub"))) {
        return false;
    }
    while (slice_next_piece(&name, '/', &part)) {
        if (part.len == 0 || part.ptr[0] == '.') {
            return false;
        }
    }
    return true;
}

static bool take_book(struct shelf *shelf, slice line)
{
    uint64_t digest;
    uint64_t size;
    uint64_t made_at;
    uint64_t cost;
    if (!take_number(&line, &digest) || !take_number(&line, &size) ||
        !take_number(&line, &made_at) || !take_number(&line, &cost) || !is_name(line)) {
        return false;
    }
    struct shelf_book *book = shelf_claim(shelf, line);
    book->digest = digest;
    book->size = size;
    book->made_at = (int64_t)made_at;
    book->cost = cost;
    return true;
}

bool shelf_parse(struct shelf *shelf, slice rest)
{
    const slice before = slice_of(first_words);
    slice line;
    uint64_t due_at;
    uint64_t count;
    if (!slice_next_line(&rest, &line) || !slice_starts_with(line, before)) {
        return false;
    }
    line = slice_from(line, before.len);
    if (!take_number(&line, &shelf->openness) || !take_number(&line, &due_at) ||
        !take_number(&line, &count)) {
        return false;
    }
    shelf->due_at = (int64_t)due_at;
    while (slice_next_line(&rest, &line)) {
        if (!take_book(shelf, line)) {
            return false;
        }
    }
    return shelf->books.count == count;
}

bool shelf_read(struct shelf *shelf, int at)
{
    struct arena arena;
    slice text;
    arena_init(&arena);
    bool ok =
        file_read(&arena, at, catalogue, LIMIT_BOOK_CATALOGUE, &text) && shelf_parse(shelf, text);
    arena_release(&arena);
    if (!ok) {
        shelf_release(shelf);
        shelf_init(shelf);
    }
    return ok;
}

bool shelf_stat(int at, struct stat *status)
{
    return fstatat(at, catalogue, status, AT_SYMLINK_NOFOLLOW) == 0;
}

void shelf_put(const struct shelf *shelf, struct buf *out)
{
    buf_printf(out, "%s%" PRIx64 " %" PRIx64 " %zx\n", first_words, shelf->openness,
               (uint64_t)shelf->due_at, shelf->books.count);
    for (size_t i = 0; i < shelf->books.count; i++) {
        const struct shelf_book *book = shelf->books.items[i];
        buf_printf(out, "%" PRIx64 " %" PRIx64 " %" PRIx64 " %" PRIx64 " ", book->digest,
                   book->size, (uint64_t)book->made_at, book->cost);
        buf_put(out, book->name);
        buf_putc(out, '\n');
    }
}

bool shelf_write(const struct shelf *shelf, int at)
{
    struct buf out;
    buf_init(&out, LIMIT_BOOK_CATALOGUE);
    shelf_put(shelf, &out);
    bool ok = !out.failed && file_write(at, catalogue, buf_slice(&out), 0600);
    buf_release(&out);
    return ok;
}
