/* feed.h: feeds and exports of blogs, entry by entry. Layer: import (includes base/, text/).
 *
 * Which kind it is, is seen from its namespaces and elements, never from a name:
 * - Atom (RFC 4287), any feed;
 * - Blogger's live feed: Atom with openSearch's counts, at most 150 entries an answer;
 * - Blogger's old export: Atom with a kind category in each entry, settings and a template first;
 * - Blogger's Takeout: Atom with elements of its own (blogger:type, blogger:status, …);
 * - RSS 2.0 with content:encoded or full descriptions;
 * - WordPress's export (WXR): RSS 2.0 with wp: elements, comments inside of their posts. */
#ifndef MATINEE_IMPORT_FEED_H
#define MATINEE_IMPORT_FEED_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "import/byte_stream.h"
#include "import/entry.h"

enum feed_kind {
    FEED_ATOM,
    FEED_BLOGGER_LIVE,
    FEED_BLOGGER_EXPORT,
    FEED_BLOGGER_TAKEOUT,
    FEED_RSS,
    FEED_WORDPRESS,
};

/** What is said about the whole. It grows while the feed is read; what an entry needs (the time
 * zone, whether it is an export) stands before the entries in all kinds. */
struct feed {
    enum feed_kind kind;
    slice title;
    slice url;                            /* of the blog */
    slice author;                         /* of entries that do not say */
    slice time_zone;                      /* Asia/Seoul: of a Blogger export */
    slice next;                           /* the address of the next page of the feed */
    unsigned long total, start, per_page; /* openSearch; 0 when not said */

    size_t entries[ENTRY_KINDS][ENTRY_STATUSES]; /* that were handed on */
    size_t others;  /* settings, templates, attachments, menus: passed over */
    size_t refused; /* entries with an error in the diags: passed over */
};

/** What a kind is called in a report: "a Blogger export". */
const char *feed_kind_name(enum feed_kind kind);

/**
 * Read the feed `input`, and hand each of its posts, pages and comments to `visit`, of every
 * status, in the order of the feed. `feed`, whose texts live in `arena`, counts them.
 *
 * An entry that is larger than its limits is an error and is passed over. A date that is none is a
 * warning. False when an error was added; the entries before it were handed on. Memory: three times
 * the largest entry, at most some 50 MB, and 1 MB; time linear.
 */
MUST_USE bool feed_read(struct arena *arena, const struct byte_stream *input, struct feed *feed,
                        entry_visit *visit, void *context, struct diags *diags);

#endif
