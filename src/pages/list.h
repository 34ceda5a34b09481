/* list.h: how long lists are cut into pages. Layer: pages (includes model/).
 *
 * Lists by date are numbered from their oldest end: page-1 holds the oldest LIMIT_LIST_PAGE
 * entries, page-2 the next, and only full pages have a number. The first page, the folder itself,
 * holds what is newer than the last numbered page: LIMIT_LIST_PAGE entries and those that do not
 * fill a page yet. So a numbered page does not change when something is added, and the first one
 * is never nearly empty. Indexes of values are numbered forwards: the folder, page-2, page-3, … */
#ifndef MATINEE_PAGES_LIST_H
#define MATINEE_PAGES_LIST_H

#include "base/attributes.h"
#include "base/slice.h"
#include "model/capsule.h"
#include "pages/sitemap.h"

enum list_order { LIST_NEWEST_FIRST, LIST_FORWARD };

/** One page of a list: entries [first, end), and the numbers of the pages around it. */
struct list_page {
    size_t first, end;
    bool has_previous,
        has_next; /* in the order of reading: previous is newer, or nearer the start */
    size_t previous, next;
};

/** How many pages a list of `items` entries has: at least one. */
size_t list_page_count(enum list_order order, size_t items);
/** The number of the page that comes at `index` when the pages are walked; 0 comes first. */
size_t list_page_number(enum list_order order, size_t index);
/** What page `number` holds. False when there is no such page. */
MUST_USE bool list_page(enum list_order order, size_t items, size_t number, struct list_page *out);

/** The list that a page of kind reviews, quotes, best, facet or facet value shows. */
enum list_order list_order_of(const struct page *page);
size_t list_items_of(const struct capsule *capsule, const struct page *page);

/** Goes through reviews, newest first: all of the capsule, or those that have a value. */
struct review_run {
    const struct capsule *capsule;
    const struct facet_value *value; /* NULL: all reviews */
    size_t next;
};

/** The next review, or NULL; once, however often it has the value. */
const struct review *review_run_next(struct review_run *run);

#endif
