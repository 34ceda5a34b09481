/* link.h: links between pages, and other lines that many pages have. Layer: pages.
 *
 * All of them write whole lines through text/gemtext; the URL always comes from page_put_url. */
#ifndef MATINEE_PAGES_LINK_H
#define MATINEE_PAGES_LINK_H

#include "pages/list.h"
#include "pages/sitemap.h"

/** A link line to `page` that says `label`. */
void link_page(const struct page_context *context, const struct page *page, slice label,
               struct buf *out);
/** The same as far as the blank after the URL. The caller puts the label with gemtext_put, and
 * ends the line with gemtext_end(out, GEMTEXT_LINK). */
void link_begin(const struct page_context *context, const struct page *page, struct buf *out);
/** A link line `before` + `label`, such as "Next: " and a title. */
void link_labelled(const struct page_context *context, const struct page *page, const char *before,
                   slice label, struct buf *out);

/** The page of the value with `slug` in an index; false when there is none. */
bool page_of_value(const struct page_context *context, enum facet_kind kind, slice slug,
                   struct page *page);

/** A link to a review, its title as the label. */
void link_review(const struct page_context *context, const char *before,
                 const struct review *review, struct buf *out);
/** What the label of a dated link begins with, `YYYY-MM-DD `, as gemsub readers want it: the day of
 * publication. A draft has `Draft: ` instead. */
void link_put_day(const struct review *review, struct buf *out);
/** As link_begin, with the label `YYYY-MM-DD Title`. */
void link_begin_dated(const struct page_context *context, const struct review *review,
                      struct buf *out);
/** The same with the year of the work: `Parasite (2019)`. */
void link_begin_work(const struct page_context *context, const struct review *review,
                     struct buf *out);
/** Its label: `Parasite (2019)`. */
void link_put_work(const struct review *review, struct buf *out);
void link_dated(const struct page_context *context, const struct review *review, struct buf *out);

/** The pages before and after in a list, `page` being one of its pages. */
void link_list_neighbours(const struct page_context *context, const struct page *page,
                          const struct list_page *list, struct buf *out);
/** Append what a page of a list by date holds: `120 reviews, newest first`. A numbered page says
 * only what stays true of it: `Page 2, reviews 51 to 100 from the oldest`. */
void put_list_range(struct buf *out, const struct page *page, const struct list_page *list,
                    size_t items, const char *one, const char *many);
/** The same of a list that is numbered forwards, behind how much there is: `; on this page 51 to
 * 100`. Nothing when all of it is on one page. */
void put_place(struct buf *out, const struct list_page *list);
/** A heading of level 2 and what is written below it, until part_end: when nothing is, all of it is
 * taken back. */
struct page_part {
    size_t begin; /* in the buffer */
    size_t first;
};
struct page_part part_begin(struct buf *out, slice heading);
void part_end(struct page_part part, struct buf *out);

/** The last line of most pages: home, with the capsule's title; in a book its contents. */
void link_home(const struct page_context *context, struct buf *out);

/** A link to a book, `Read offline: The Title (gempub, 120 kB)`, when there is that book. */
void link_book(const struct page_context *context, const struct page *book, slice title,
               struct buf *out);

/** Append the size of a book: whole kB, so that it is not another one after each change. */
void put_book_size(struct buf *out, uint64_t size);
/** Append a size: `512 bytes`, `12 kB`, `3.4 MB`. */
void put_size(struct buf *out, uint64_t size);
/** Append `3 reviews`, `1 review`. */
void put_count(struct buf *out, size_t count, const char *one, const char *many);

/** Minutes to read so many words, at 220 a minute: at least one. */
unsigned reading_minutes(uint32_t words);

/**
 * The head of `text` that is at most `max` code points long, cut after a sentence, else after a
 * word, where one ends in its second half. `*cut` tells whether something was left off.
 */
slice text_head(slice text, size_t max, bool *cut);

#endif
