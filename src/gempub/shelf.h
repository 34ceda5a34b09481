/* shelf.h: the books that there are of a capsule, as files in a folder. Layer: gempub (includes
 * base/, text/, model/, pages/).
 *
 * A catalogue beside them, which is written last, says what each is made from and how large it is.
 * Who makes the books (shelving.h) reads and writes it; who serves them reads it once and need not
 * look at the files: pages offer what the catalogue has. It also names the reviews that books of
 * many may have in them, so that such books can be put away as soon as one of them is withdrawn. */
#ifndef MATINEE_GEMPUB_SHELF_H
#define MATINEE_GEMPUB_SHELF_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/slice_map.h"
#include "pages/sitemap.h"

#include <stdint.h>
#include <sys/stat.h>

struct shelf_book {
    slice name;      /* of its file: `capsule.gpub`, `reviews/SLUG.gpub`, `tags/SLUG.gpub` */
    uint64_t digest; /* of what it is made from; two that have the same are the same book */
    uint64_t wanted; /* the digest that it should have now; not in the catalogue */
    uint64_t size;   /* in bytes; 0: there is none, as it would be too large, say */
    int64_t made_at; /* seconds since 1970 */
    uint64_t cost;   /* microseconds of processor time that it took */
};

struct shelf {
    struct arena arena;
    struct slice_map by_name; /* struct shelf_book */
    struct {
        struct shelf_book **items;
        size_t count, capacity;
    } books;
    uint64_t openness; /* hash of what says which parts of the capsule are closed */
    int64_t due_at;    /* when books that had to wait may be made, seconds since 1970; 0: none */
    bool lacks_many;   /* shelf_find finds no books of many reviews: they are put away */
};

void shelf_init(struct shelf *shelf);
void shelf_release(struct shelf *shelf);

/** Fill in the name of the file that `page`, a book, is in. */
void shelf_put_name(const struct page *page, struct buf *out);
/** The book whose file is `name`, or NULL. */
struct shelf_book *shelf_find(const struct shelf *shelf, slice name);
/** The same; one that is not known is added, without a size. */
struct shelf_book *shelf_claim(struct shelf *shelf, slice name);
/** For pages: the books that can be had. `shelf` must stay where it is. */
struct page_shelf shelf_for_pages(const struct shelf *shelf);

/** A hash of what pages say of the books: as long as it is the same, they say the same. */
uint64_t shelf_appearance(const struct shelf *shelf);

/** True when something that books of many reviews may have in them is not open to everybody any
 * more: a review that is gone, a draft again or closed, or other settings of what is closed. */
bool shelf_is_withdrawn(const struct shelf *shelf, const struct capsule *capsule);
/** What `openness` is for this capsule. */
uint64_t shelf_openness(const struct capsule *capsule);
/** The slug of the review that a book is of, or nothing. */
slice shelf_review_of(slice name);

/**
 * Read the text of a catalogue into an empty shelf, which keeps nothing of it. Its first line ends
 * with the number of books, each of which has a line. False when it is none that this program has
 * written: what is in the shelf then is not to be used.
 */
MUST_USE bool shelf_parse(struct shelf *shelf, slice text);
/** The text of a catalogue. */
void shelf_put(const struct shelf *shelf, struct buf *out);

/** Read the catalogue in the folder `at` into an empty shelf. False when there is none, or none
 * that this program has written: the shelf is empty then. */
MUST_USE bool shelf_read(struct shelf *shelf, int at);
/** What the catalogue in the folder is, as a file. False when there is none. */
MUST_USE bool shelf_stat(int at, struct stat *status);
/** Write it, after everything that it tells of. False with errno. */
MUST_USE bool shelf_write(const struct shelf *shelf, int at);

#endif
