/* gempub.h: a book as a .gpub file. Layer: gempub (includes base/, text/, model/, pages/).
 *
 * Format: gempub 1.0.0 (codeberg.org/oppenlab/gempub): a zip archive with metadata.txt, index.gmi
 * and what index.gmi leads to. The same capsule gives the same bytes, whenever and wherever it is
 * made. */
#ifndef MATINEE_GEMPUB_GEMPUB_H
#define MATINEE_GEMPUB_GEMPUB_H

#include "gempub/book.h"

#include <signal.h>

#define GEMPUB_MEDIA_TYPE "application/gpub+zip"

struct gempub_order {
    const struct page_context *context; /* of the capsule's pages */
    struct book_subject subject;
    int statics;                              /* the folder static/, open; -1: there is none */
    const volatile sig_atomic_t *interrupted; /* ends it when it becomes other than 0; or NULL */
};

/** What came of it. */
struct gempub_made {
    size_t files;
    size_t pictures;
    uint64_t bytes;    /* of text and pictures, before they were packed */
    bool is_too_large; /* why it was not made: it will be as large the next time */
};

/**
 * Write a book into the empty regular file `fd`. One page is held in memory at a time, besides the
 * capsule and a list of what is in the book. False with a message in `error`.
 */
MUST_USE bool gempub_write(const struct gempub_order *order, int fd, struct gempub_made *made,
                           struct buf *error);

/**
 * A hash of what a book is made from: as long as it stays the same, so do the bytes of the book.
 * In that of a book of many reviews their texts are left out: who makes it has the digests of
 * those, and adds them. False with a message in `error`.
 */
MUST_USE bool gempub_digest(const struct gempub_order *order, uint64_t *digest, struct buf *error);
/** The digest of what `digest` is of and `bytes`. */
uint64_t gempub_digest_add(uint64_t digest, slice bytes);

#endif
