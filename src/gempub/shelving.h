/* shelving.h: the books of a capsule kept up to date in a folder. Layer: gempub (includes base/,
 * text/, model/, pages/).
 *
 * What changed is found by digests: each review is rendered once, which is cheap, and only books
 * whose digest is another one are packed, which is not. Nobody sees half a book: each is renamed to
 * its place, and the catalogue (shelf.h) is written last. It may be ended at any moment.
 *
 * A book rests after it was made for as long as BOOK_REST times what it took, so that a capsule of
 * which something is saved every minute does not keep the machine busy: that of 10,000 reviews is
 * made once in twenty minutes at most, that of twenty at once. What is withdrawn does not wait:
 * books of many reviews are put away first of all then, and made anew. */
#ifndef MATINEE_GEMPUB_SHELVING_H
#define MATINEE_GEMPUB_SHELVING_H

#include "base/attributes.h"
#include "base/buf.h"
#include "gempub/shelf.h"

#include <signal.h>

/** At most one hundredth of a processor for a book. */
#define BOOK_REST 100

struct shelving_order {
    const struct page_context *context; /* of the capsule's pages */
    int statics;                        /* the folder static/, open; -1: there is none */
    int folder;   /* where the books are kept, open; nobody else writes there meanwhile */
    int64_t now;  /* seconds since 1970 */
    uint64_t max; /* bytes of all books, LIMIT_BOOKS_BYTES */
    const volatile sig_atomic_t *interrupted; /* ends it when it becomes other than 0; or NULL */
};

/** What came of it. */
struct shelving_done {
    size_t made;     /* books that were written */
    size_t removed;  /* … and taken away */
    size_t left_out; /* that there is no room for, or that are too large for the format */
    bool is_ended;   /* it was interrupted: there is more to do */
};

/**
 * Bring the folder up to date. A capsule that shows drafts, or reviews of the future, is left as
 * it is: no book ever has them. False with a message in `error` when something could not be
 * written; what was done until then stays, and is known.
 */
MUST_USE bool shelving_run(const struct shelving_order *order, struct shelving_done *done,
                           struct buf *error);

#endif
