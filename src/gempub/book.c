#include "gempub/book.h"

#include "base/limits.h"
#include "base/utf8.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PICTURE_UNKNOWN, PICTURE_TAKEN, PICTURE_LEFT };

static bool is_of_review(const struct book *book)
{
    return book->subject.review != NULL;
}

static bool is_of_capsule(const struct book *book)
{
    return book->subject.review == NULL && book->subject.value == NULL;
}

/* --- its reviews ------------------------------------------------------------------------------ */

static bool has_value(const struct review *review, const struct book_subject *subject)
{
    const struct facet_def *def = subject->facet->def;
    for (size_t i = 0; i < def->count(review); i++) {
        const struct credit *credit = NULL;
        const struct name *name = def->value(review, i, &credit);
        if (name != NULL && slice_equal(name->slug, subject->value->slug)) {
            return true;
        }
    }
    return false;
}

static bool has_review(const struct book *book, const struct review *review)
{
    if (is_of_review(book)) {
        return review == book->subject.review;
    }
    return review->place != REVIEW_UNLISTED &&
           (is_of_capsule(book) || has_value(review, &book->subject));
}

static size_t review_count(const struct book *book)
{
    if (is_of_review(book)) {
        return 1;
    }
    return is_of_capsule(book) ? book->context.capsule->review_count
                               : book->subject.value->mention_count;
}

/* Several mentions of a review stand together: all but the last of them are passed over. */
static const struct review *review_at(const struct book *book, size_t index)
{
    const struct capsule *capsule = book->context.capsule;
    const struct facet_value *value = book->subject.value;
    if (is_of_review(book)) {
        return book->subject.review;
    }
    if (is_of_capsule(book)) {
        return capsule->reviews[capsule->review_count - 1 - index];
    }
    const struct mention *mention = &value->mentions[value->mention_count - 1 - index];
    bool again = index > 0 && mention[1].review == mention->review;
    return again ? NULL : mention->review;
}

struct book_subject book_subject_of(const struct page *page)
{
    return (struct book_subject){ page->review, page->facet, page->value };
}

bool book_is_possible(const struct capsule *capsule, const struct book_subject *subject)
{
    struct page page = { .kind = PAGE_REVIEW, .review = subject->review };
    if (capsule->area != NULL) {
        return false;
    }
    if (subject->review != NULL) {
        return subject->review->place != REVIEW_UNLISTED && page_is_open(capsule, &page);
    }
    if (subject->value == NULL) {
        return capsule->review_count + capsule->page_count > 0;
    }
    return subject->value->mention_count > 0;
}

bool book_is_offered(const struct capsule *capsule, const struct page *page)
{
    const struct book_subject subject = book_subject_of(page);
    return book_is_possible(capsule, &subject) && page_is_open(capsule, page);
}

/* --- its pictures ----------------------------------------------------------------------------- */

/* Names that every program that unpacks archives can make, and makes where they belong. */
static bool is_good_name(slice name)
{
    slice rest = name;
    slice part;
    int32_t c;
    if (name.len > LIMIT_GEMPUB_NAME) {
        return false;
    }
    while (slice_next_piece(&rest, '/', &part)) {
        if (part.len == 0 || part.ptr[0] == '.') {
            return false;
        }
    }
    for (rest = name; rest.len > 0;) {
        if (!utf8_next(&rest, &c) || c < 0x20 || c == 0x7f || c == '\\' || c == ':') {
            return false;
        }
    }
    return name.len > 0;
}

/* Size and time of a file that can be read now. */
static bool look_at(const struct book *book, const struct static_file *file,
                    struct book_picture *out)
{
    struct stat status;
    char name[LIMIT_GEMPUB_NAME + 1];
    memcpy(name, file->path.ptr, file->path.len);
    name[file->path.len] = '\0';
    int fd = book->statics < 0
                 ? -1
                 : openat(book->statics, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return false;
    }
    bool ok = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size >= 0;
    *out = (struct book_picture){ .file = file };
    if (ok) {
        out->size = (uint64_t)status.st_size;
        out->changed = (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
    }
    (void)close(fd);
    return ok;
}

static bool take_picture(struct book *book, const struct page *page)
{
    const struct static_file *file = page->file;
    struct book_picture picture;
    /* Two more are the metadata and the contents. */
    if (!slice_starts_with(file->media_type, SLICE("image/")) || !is_good_name(file->path) ||
        book->pages.count + book->pictures.count + 2 >= LIMIT_GEMPUB_FILES ||
        !page_is_open(book->context.capsule, page) || !look_at(book, file, &picture) ||
        picture.size > LIMIT_IMAGE_FILE ||
        book->picture_bytes + picture.size > LIMIT_GEMPUB_PICTURES) {
        return false;
    }
    book->picture_bytes += picture.size;
    *ARRAY_ADD(&book->arena, &book->pictures) = picture;
    return true;
}

static bool has_picture(struct book *book, const struct page *page)
{
    unsigned char *seen = &book->seen[page->file - book->context.capsule->statics];
    if (*seen == PICTURE_UNKNOWN && !book->is_fixed) {
        *seen = take_picture(book, page) ? PICTURE_TAKEN : PICTURE_LEFT;
    }
    return *seen == PICTURE_TAKEN;
}

/* --- its pages -------------------------------------------------------------------------------- */

static bool is_kept(const struct book *book, const struct page *page)
{
    switch (page->kind) {
    case PAGE_REVIEW:
        return has_review(book, page->review);
    case PAGE_SECTION:
        return is_of_review(book) && has_review(book, page->review);
    case PAGE_FULL:
        return !is_of_review(book) && page->review->section_count > 0 &&
               has_review(book, page->review);
    case PAGE_REVIEW_QUOTES:
        return is_of_review(book) && page->review->quote_count > 1 &&
               has_review(book, page->review);
    case PAGE_FACET:
    case PAGE_FACET_VALUE:
        /* Quotes stand in their reviews. */
        return book->has_indexes && !page->facet->def->of_quotes;
    case PAGE_HAND:
        return is_of_capsule(book);
    default:
        return false;
    }
}

static bool holds(void *context, const struct page *page)
{
    struct book *book = context;
    if (page->kind == PAGE_HOME) {
        return true;
    }
    if (page->kind == PAGE_STATIC) {
        return page->file != NULL && has_picture(book, page);
    }
    return is_kept(book, page) && page_is_open(book->context.capsule, page);
}

static void add_page(struct book *book, const struct page *page)
{
    if (holds(book, page)) {
        *ARRAY_ADD(&book->arena, &book->pages) = *page;
    }
}

static void add_review(struct book *book, const struct review *review)
{
    struct page page = { .kind = PAGE_REVIEW, .review = review };
    add_page(book, &page);
    page.kind = PAGE_FULL;
    add_page(book, &page);
    page.kind = PAGE_SECTION;
    for (size_t i = 0; i < review->section_count; i++) {
        page.section = &review->sections[i];
        add_page(book, &page);
    }
    page.section = NULL;
    page.kind = PAGE_REVIEW_QUOTES;
    add_page(book, &page);
}

static bool add_index(void *context, const struct page *page)
{
    struct book *book = context;
    if (page->kind == PAGE_FACET || page->kind == PAGE_FACET_VALUE) {
        add_page(book, page);
    }
    return page->kind <= PAGE_FACET_VALUE && book->pages.count + 2 < LIMIT_GEMPUB_FILES;
}

/* All of them or none: an index that leads to half of its pages is no use. */
static void add_indexes(struct book *book)
{
    size_t before = book->pages.count;
    book->has_indexes = true;
    (void)sitemap_walk(book->context.capsule, add_index, book);
    if (book->pages.count + 2 >= LIMIT_GEMPUB_FILES) {
        book->pages.count = before;
        book->has_indexes = false;
    }
}

/* The cover's name stands in the metadata as it is, and readers put it into a link as it is. */
static bool needs_no_encoding(slice path)
{
    for (size_t i = 0; i < path.len; i++) {
        if (slice_find_byte(SLICE(" %#?"), path.ptr[i]) < 4) {
            return false;
        }
    }
    return true;
}

static bool is_cover(struct book *book, slice path)
{
    const struct page page = { .kind = PAGE_STATIC,
                               .file = capsule_find_static(book->context.capsule, path) };
    bool fits = slice_ends_with(path, SLICE(".jpg")) || slice_ends_with(path, SLICE(".jpeg")) ||
                slice_ends_with(path, SLICE(".png"));
    if (fits && needs_no_encoding(path) && holds(book, &page)) {
        book->cover = page.file;
    }
    return book->cover != NULL;
}

/* That of the capsule may have a picture of its own; else it is the poster of what is newest. */
static void find_cover(struct book *book)
{
    const struct review *featured = book->context.capsule->featured;
    size_t count = review_count(book);
    if (is_of_capsule(book) &&
        (is_cover(book, SLICE("cover.jpg")) || is_cover(book, SLICE("cover.png")) ||
         (featured != NULL && is_cover(book, featured->poster.path)))) {
        return;
    }
    for (size_t i = count; i > 0; i--) {
        const struct review *review = review_at(book, i - 1);
        if (review != NULL && is_cover(book, review->poster.path)) {
            return;
        }
    }
}

static slice make_title(struct book *book)
{
    const struct capsule_conf *conf = &book->context.capsule->conf;
    slice name = conf->title.len > 0 ? conf->title : book->context.host;
    if (is_of_review(book)) {
        return book->subject.review->title;
    }
    if (is_of_capsule(book)) {
        return name;
    }
    return arena_printf(&book->arena, "%.*s: %.*s", SLICE_ARG(name),
                        SLICE_ARG(book->subject.value->text));
}

bool book_init(struct book *book, const struct page_context *context,
               const struct book_subject *subject, int statics)
{
    const struct capsule *capsule = context->capsule;
    *book = (struct book){ .subject = *subject, .context = *context, .statics = statics };
    arena_init(&book->arena);
    book->bound = (struct page_book){ holds, book, make_title(book), is_of_capsule(book) };
    book->context.book = &book->bound;
    book->context.shelf = NULL;
    book->context.export = true;
    book->seen = arena_alloc(&book->arena, capsule->static_count + 1);
    for (size_t i = 0; i < review_count(book); i++) {
        const struct review *review = review_at(book, i);
        if (review != NULL) {
            add_review(book, review);
        }
    }
    for (size_t i = 0; i < capsule->page_count; i++) {
        add_page(book, &(struct page){ .kind = PAGE_HAND, .hand = &capsule->pages[i] });
    }
    if (book->pages.count + 2 >= LIMIT_GEMPUB_FILES) {
        return false;
    }
    if (is_of_capsule(book)) {
        add_indexes(book);
    }
    find_cover(book);
    return true;
}

void book_release(struct book *book)
{
    arena_release(&book->arena);
}

void book_put_page(const struct book *book, size_t number, struct buf *out)
{
    struct page_answer answer;
    page_render(&book->context, &book->pages.items[number], out, &answer);
}

void book_fix(struct book *book)
{
    book->is_fixed = true;
}
