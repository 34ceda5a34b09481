/* book.h: which pages and pictures are in a book, and in which order. Layer: gempub (includes
 * base/, text/, model/, pages/).
 *
 * A book is of one review (its page, its sections, its quotes), of the reviews that have a value
 * such as a tag, or of the whole capsule. In a book of many, each review is its page and its text
 * on one page, oldest first; that of the capsule has hand-written pages and the indexes besides, as
 * long as all of it stays below LIMIT_GEMPUB_FILES. Nothing that is closed is ever in one.
 *
 * Names are those of a tree of files (page_put_file_name); index.gmi is the table of contents,
 * which links to all there is to read in its order. Pictures are those that its pages link to. */
#ifndef MATINEE_GEMPUB_BOOK_H
#define MATINEE_GEMPUB_BOOK_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/buf.h"
#include "pages/sitemap.h"

#include <stdint.h>

/** What a book is of. Nothing set: of the whole capsule. */
struct book_subject {
    const struct review *review;
    const struct facet *facet; /* both or none */
    const struct facet_value *value;
};

struct book_picture {
    const struct static_file *file;
    uint64_t size;
    int64_t changed; /* nanoseconds of a clock: when its bytes were written */
};

struct book {
    struct arena arena;
    struct book_subject subject;
    struct page_book bound;
    struct page_context context; /* of its pages */
    int statics;                 /* the folder static/, or -1; the caller's */
    struct {
        struct page *items;
        size_t count, capacity;
    } pages; /* in order, without the contents */
    struct {
        struct book_picture *items;
        size_t count, capacity;
    } pictures;
    unsigned char *seen; /* a byte for each file of static/ */
    uint64_t picture_bytes;
    bool has_indexes;
    bool is_fixed; /* no more pictures are taken */
    const struct static_file *cover;
};

/** That of a page of the sitemap which is a book. */
struct book_subject book_subject_of(const struct page *page);
/** True when there can be such a book: it has something that everybody may read. */
bool book_is_possible(const struct capsule *capsule, const struct book_subject *subject);
/** The same of a book that is a page of the sitemap, whose own address is open to everybody. */
bool book_is_offered(const struct capsule *capsule, const struct page *page);
/**
 * Find out what is in the book. `context` is that of the capsule's pages: host and base are those
 * of links that lead out of the book. `book` must stay where it is. False when it has too many
 * pages. Call book_release in any case.
 */
MUST_USE bool book_init(struct book *book, const struct page_context *context,
                        const struct book_subject *subject, int statics);
void book_release(struct book *book);

/** Append metadata.txt. */
void book_put_metadata(const struct book *book, struct buf *out);
/** Append the table of contents. */
void book_put_contents(const struct book *book, struct buf *out);
/** Append one of its pages. Pictures that it links to are taken into the book, as long as there is
 * room and the book is not fixed. */
void book_put_page(const struct book *book, size_t number, struct buf *out);
/** From now on no pictures are taken. */
void book_fix(struct book *book);

#endif
