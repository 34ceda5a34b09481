/* series.h: a feed with all its pages, one after the other. Layer: mirror (includes base/, import/,
 * web/). */
#ifndef MATINEE_MIRROR_SERIES_H
#define MATINEE_MIRROR_SERIES_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/slice_map.h"
#include "import/feed.h"
#include "import/format.h"
#include "mirror/feed_address.h"
#include "mirror/mirror_state.h"
#include "mirror/spool.h"
#include "web/fetch.h"

struct series {
    struct arena *arena;
    enum mirror_feed which;
    slice url; /* empty: there is none */
    enum feed_paging paging;
    struct spool spool;      /* the page that was fetched last */
    bool fetched;            /* its first one; else it is as it was the last time */
    struct mirror_mark mark; /* of the first page */
    struct feed feed;        /* what the first page says of the whole */
    struct slice_map seen;   /* ids of entries */
    unsigned long read;      /* entries, of all pages */
    size_t fresh;            /* of the page that is read: not seen before */
};

/** A series without an address, with its spool on the disk of the folder `at`. All it keeps lives
 * in `arena`. False with errno; series_close is to be called all the same. */
MUST_USE bool series_open(struct series *series, struct arena *arena, enum mirror_feed which,
                          int at);
void series_close(struct series *series);

/** Set the address of the feed; the empty slice: there is none. */
void series_set(struct series *series, slice url);
/** The address of its first page. */
slice series_first_page(const struct series *series);
/** The address of the page after the one at `url`, which was page number `pages` and said `feed`;
 * empty when there is none, or when this page held nothing that was not seen before. */
slice series_next_page(const struct series *series, const struct feed *feed, slice url,
                       unsigned long pages);

/** Fetch the page at `url` into the spool; with `known` only when it is another one than that. Sets
 * the mark. */
MUST_USE enum fetch_result series_get(struct series *series, struct fetcher *fetcher, slice url,
                                      const struct mirror_mark *known, slice *problem);
/** What is in the spool, by its content. */
enum import_format series_format(const struct series *series);

/** An entry of the page that is read came: true when it was not seen before. */
bool series_count(struct series *series, slice id);
/** A page was read, and said `feed`. */
void series_add(struct series *series, const struct feed *feed);

#endif
