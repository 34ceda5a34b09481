/* entry.h: what a feed or a blog's export holds: posts, pages, comments. Layer: import (includes
 * base/).
 *
 * A reader of feeds (feed.h) knows the ways in which they are written, and hands on one entry after
 * the other, as it stood there: nothing is looked for in its HTML. */
#ifndef MATINEE_IMPORT_ENTRY_H
#define MATINEE_IMPORT_ENTRY_H

#include "base/arena.h"
#include "base/slice.h"

enum entry_kind {
    ENTRY_POST,
    ENTRY_PAGE,
    ENTRY_COMMENT,
};
enum { ENTRY_KINDS = ENTRY_COMMENT + 1 };

enum entry_status {
    ENTRY_LIVE,      /* everybody can read it */
    ENTRY_DRAFT,     /* not published yet */
    ENTRY_SCHEDULED, /* to be published by itself at `published` */
    ENTRY_TRASHED,
    ENTRY_SPAM,
    ENTRY_HIDDEN, /* private, behind a password, a comment that was not approved; also any status
                     that is not known: what may not be meant for everybody is not shown to them */
};
enum { ENTRY_STATUSES = ENTRY_HIDDEN + 1 };

struct slices {
    slice *items;
    size_t count, capacity;
};

/** Texts are well-formed UTF-8, blanks at their ends taken off; anything may be empty. They may
 * hold line breaks, and need not be in NFC. */
struct entry {
    enum entry_kind kind;
    enum entry_status status;
    slice id; /* as the feed has it; unique in it, the same when it is fetched again */
    slice title;
    bool title_is_html;
    slice url;       /* where it stands on the web, absolute */
    slice path;      /* the path of that address, without a query: /2008/05/slug.html */
    slice name;      /* of its own, as the blog made it for the address: slug */
    slice published; /* moments as RFC 3339 has them: 2008-05-15T15:42:00.004Z */
    slice updated;
    slice author;
    slice summary;
    bool summary_is_html;
    struct slices labels; /* posts and pages; each stands here once */
    slice content;
    bool content_is_html; /* else plain text */
    bool content_is_page; /* the whole page of the post, in any charset, as it came from the web */
    slice parent;         /* a comment's post or page, by its id; see entry_number */
    slice in_reply_to;    /* the comment that it answers, by its id */
    unsigned line;        /* of the input, from 1; 0 when it has no lines */
};

/** Take an entry, which lives until the call returns. False ends the reading. */
typedef bool entry_visit(void *context, const struct entry *entry);

/**
 * The number at the end of an id: `tag:blogger.com,1999:blog-1.post-23` gives `23`. Empty when
 * there is none. Blogger's ids are compared by it: a comment names its page as `….post-23` where
 * the page itself is `….page-23`.
 */
slice entry_number(slice id);

/** The path of the web address `url`, when it is one of a single post: without host, query and
 * fragment. Empty when there is none, for the root, and when a query tells posts apart (`/?p=12`).
 */
slice entry_path(slice url);

/** What a status is called in a report: "live", "draft". */
const char *entry_status_name(enum entry_status status);

#endif
