/* feed.h: what the feeds of a capsule hold, whatever form they are written in. Layer: pages.
 *
 * There are feeds of all reviews, of those that have a value (a tag, a person, …) and of all
 * quotes, each as gemsub (gemsub.c) and as Atom (atom.c). Both hold the same LIMIT_FEED newest
 * items in the same order, under the same titles. */
#ifndef MATINEE_PAGES_FEED_H
#define MATINEE_PAGES_FEED_H

#include "base/attributes.h"
#include "pages/list.h"
#include "pages/sitemap.h"

/** A review, or one of its quotes. */
struct feed_item {
    const struct review *review;
    const struct quote *quote; /* NULL: the review */
};

/** Goes through the items of a feed. */
struct feed_run {
    struct review_run reviews;
    const struct capsule *capsule;
    bool of_quotes;
    size_t count; /* of the items that were given */
};

struct feed_run feed_begin(const struct page_context *context, const struct page *feed);
/** The next item, newest first; false at the end. */
MUST_USE bool feed_next(struct feed_run *run, struct feed_item *item);

/** The page that lists what `feed` holds: home, or the page of a value or of all quotes. */
struct page feed_shown(const struct page *feed);
/** What a feed is about, to stand behind the capsule's title; empty for the feed of everything. */
slice feed_subject(const struct page *feed);
/** The page of an item. */
struct page feed_item_page(const struct feed_item *item);
/** Append the title of an item, as gemtext_put does: that of the review, or `Yong in Plum Summer: I
 * promise.` It is the same in all feeds: readers take an address with another title for news. */
void feed_put_item_title(const struct feed_item *item, struct buf *out);

/** The two feeds of what `shown` lists; false when it has none. */
bool feed_of(const struct page *shown, struct page *gemsub, struct page *atom);
/** Links to both under a heading; nothing when there are none. */
void feed_links(const struct page_context *context, const struct page *shown, struct buf *out);

#endif
