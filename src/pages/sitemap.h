/* sitemap.h: the one place that knows the URL space. Layer: pages (includes base/, text/, model/).
 *
 * A page is a kind and what it is about. Serving looks one up by path, `build` walks all of them
 * and writes files, `check` walks all of them and follows every link. A new kind of page is a
 * renderer and one row of the table in sitemap.c. */
#ifndef MATINEE_PAGES_SITEMAP_H
#define MATINEE_PAGES_SITEMAP_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"
#include "model/capsule.h"
#include "text/date.h"

enum page_kind {
    PAGE_HOME,
    PAGE_REVIEWS,       /* the archive */
    PAGE_REVIEW_TODAY,  /* reviews of this day of other years */
    PAGE_REVIEW_RANDOM, /* dynamic: redirects */
    PAGE_BEST,          /* by rating */
    PAGE_REVIEW,
    PAGE_SECTION,
    PAGE_FULL,          /* the whole review */
    PAGE_REVIEW_QUOTES, /* the quotes of one review */
    PAGE_QUOTE,
    PAGE_SOURCE, /* source.txt */
    PAGE_QUOTES, /* all quotes */
    PAGE_QUOTE_TODAY,
    PAGE_QUOTE_RANDOM, /* dynamic: redirects */
    PAGE_QUOTES_FEED,  /* /quotes/feed.gmi */
    PAGE_QUOTES_ATOM,
    PAGE_FACET,       /* /tags/ */
    PAGE_FACET_VALUE, /* /tags/SLUG/ */
    PAGE_FACET_BEST,  /* /tags/SLUG/best.gmi */
    PAGE_FACET_FEED,  /* /tags/SLUG/feed.gmi */
    PAGE_FACET_ATOM,
    PAGE_SEARCH,      /* dynamic: asks, or shows what is found */
    PAGE_SEARCH_MORE, /* dynamic: `number` of its pages, from 2 on */
    PAGE_FEED,
    PAGE_ATOM,
    PAGE_SITEMAP,
    PAGE_ROBOTS,
    PAGE_FAVICON,
    PAGE_BOOK, /* of the capsule; books (gempubs) are files: their bytes are not rendered */
    PAGE_REVIEW_BOOK,
    PAGE_FACET_BOOK, /* of the reviews with a tag */
    PAGE_HAND,       /* a hand-written page */
    PAGE_STATIC,     /* a file: its bytes are not rendered */
    PAGE_LISTING,    /* a folder of static/ */
    PAGE_ALIAS,      /* redirects; whatever else has its name comes before it */
    PAGE_RULE,       /* what capsule.conf says has moved or is gone; comes before everything else */
    PAGE_KINDS,
};

/** One page. Only what its kind needs is set. */
struct page {
    enum page_kind kind;
    size_t number; /* of a list: 0 is the first page, N is page-N.gmi */
    const struct review *review;
    const struct section *section;
    const struct quote *quote;
    const struct facet *facet;
    const struct facet_value *value;
    const struct hand_page *hand;
    const struct static_file *file;
    const struct static_folder *folder;
    const struct alias *alias;
    const struct path_rule *rule;
    slice rest; /* what the `*` of the rule stands for; borrowed from the path looked up. Of the
                   book of the capsule its name */
};

/** What takes a look at the whole capsule, and is asked for again and again. All zero at first. */
struct page_memo {
    struct date day;               /* of the quote; zero: it is not known */
    const struct quote_ref *quote; /* of the day */
};

/** Pages that are bound together, as files that lie beside each other: a gempub. Links between them
 * are relative; any other leads to the capsule's host. */
struct page_book {
    /** True when `page` is among them. PAGE_HOME stands for the book's table of contents. */
    bool (*holds)(void *context, const struct page *page);
    void *context;
    slice title;
    bool is_whole; /* all of the capsule: what there is of it may change with any of its parts */
};

/** The books that there are of a capsule, beside its pages. */
struct page_shelf {
    /** True when there is the book `page`; then `*size` is how many bytes it has. */
    bool (*find)(const void *context, const struct page *page, uint64_t *size);
    const void *context;
};

/** Where pages are found that an export writes in another form: under other names, maybe at another
 * address. */
struct page_space {
    slice origin; /* `https://example.org`; empty: nobody knows, absolute addresses are Gemini's */
    slice base;   /* path before all others there: "" or "/sub" */
    const char *media_type; /* of what is gemtext here; NULL: of several */
    /** Append what stands between the two in the address of `page`; NULL: nothing does. */
    void (*put_type)(const struct page *page, struct buf *out);
    /** Append the path of `page` below the base, with its first slash, percent-encoded. */
    void (*put_path)(const struct page *page, struct buf *out);
    /** Append `text`, gemtext with the links of `page`, as a piece of HTML whose addresses are
     * absolute, for readers of feeds; NULL: nobody can. `site` is for it. */
    void (*put_html)(const struct page_space *space, const struct page *page, slice text,
                     struct buf *out);
    const void *site;
};

struct page_results; /* results.h */

/** All that a renderer may know besides the capsule. */
struct page_context {
    const struct capsule *capsule;
    slice host;        /* of absolute URLs (feeds, sitemap): first host, with :port if not 1965 */
    slice base;        /* path before every internal link: "" or "/sub" */
    struct date today; /* in the capsule's zone */
    int64_t now;
    unsigned long long random;    /* for a random quote or review */
    bool absolute;                /* links begin with scheme and host */
    bool export;                  /* true in a build: dynamic pages render their stand-in */
    const struct path_area *area; /* of the page that is rendered; set by page_render */
    struct page_memo *memo;       /* of this capsule, kept from one page to the next; may be NULL */
    const struct page_book *book; /* that the page is in; NULL: it is served, or one of a tree */
    const struct page_shelf *shelf;     /* of books that pages offer; NULL: none */
    const struct page *here;            /* the page that is rendered; set by page_render */
    const struct page_space *space;     /* of what is no gemtext; NULL: that of served pages */
    const struct page_results *results; /* of a search; NULL: there was none */
};

/** What a renderer says of its page besides the bytes. */
struct page_answer {
    unsigned status;  /* 20; 30 or 31: then the bytes are the target URL; 52: why it is gone */
    bool takes_query; /* of 30 and 31: the query of the request goes along */
    slice media_type; /* of 20, without lang */
    slice lang;       /* of a text/gemini body; may be empty */
};

enum sitemap_found {
    SITEMAP_NOT_FOUND,
    SITEMAP_FOUND,
    SITEMAP_NEEDS_SLASH, /* `*page` is the folder that was meant */
};

/**
 * The page at `path` (decoded, with its first slash, without the base). What capsule.conf says of
 * the path comes first, then a file in static/, a page that would be made, a listing, an alias.
 * Who may read it is not looked at.
 */
enum sitemap_found sitemap_find(const struct capsule *capsule, slice path, struct page *page);
/** The page that is made at `path` when static/ has no file of that name. */
bool sitemap_find_made(const struct capsule *capsule, slice path, struct page *page);

/** What sitemap_walk calls; false ends the walk. */
typedef bool sitemap_visit(void *context, const struct page *page);
/**
 * Visit every page once, in an order that does not change, those in closed areas too. Of what has
 * moved only what has a path without a `*`; nothing that is gone. False when `visit` ended it.
 */
bool sitemap_walk(const struct capsule *capsule, sitemap_visit *visit, void *context);
/** Visit every book that there may be, in the same way; sitemap_walk leaves them out. */
bool sitemap_walk_books(const struct capsule *capsule, sitemap_visit *visit, void *context);
/** Visit the pages that there would be if capsule.conf did not say something else of their path. */
bool sitemap_walk_overruled(const struct capsule *capsule, sitemap_visit *visit, void *context);

/** True for pages that answer differently from request to request. */
bool page_is_dynamic(const struct page *page);

/**
 * Append the bytes of `page`. `out->failed` tells the caller, once, that it grew too large.
 * PAGE_STATIC appends nothing: the file's bytes are sent from disk.
 */
void page_render(const struct page_context *context, const struct page *page, struct buf *out,
                 struct page_answer *answer);

/** The closed area that `page` is in, or NULL: an alias is in that of its review. */
const struct path_area *page_area(const struct capsule *capsule, const struct page *page);
/** True when readers of the page that is rendered get `page` when they ask for it: it is in no area
 * that is closed to them, and capsule.conf says nothing else of its path. */
bool page_is_for(const struct page_context *context, const struct page *page);
/** True when everybody who asks for the path of `page` gets that page: it is in no closed area,
 * capsule.conf says nothing else of its path, and no file of static/ has its name. */
bool page_is_open(const struct capsule *capsule, const struct page *page);
/** True when pages should point out `page`. A book has one form of each text: other forms of it,
 * what changes from day to day, and other reviews (but in that of the whole capsule) are not
 * offered in it, so that it stays the same as long as they do. Elsewhere everything is. */
bool page_is_offered(const struct page_context *context, const struct page *page);
/** The book of the capsule. */
struct page page_of_book(const struct capsule *capsule);
/** True for books, of which there may be one or not. */
bool page_is_book(const struct page *page);
/** The language of a text/gemini page: its review's, else that of its path, else the capsule's. */
slice page_lang(const struct capsule *capsule, const struct page *page);

/** Append the path of `page`, decoded, with its first slash. */
void page_put_path(const struct page *page, struct buf *out);
/** Append the file name of `page` in an exported tree (decoded, no first slash; folders end in
 * index.gmi). */
void page_put_file_name(const struct page *page, struct buf *out);
/** Append what stands before the first slash of a link to what is served: the base, and before it
 * scheme and host where they are needed. */
void page_put_root(const struct page_context *context, struct buf *out);
/** Append the link to `page`: base and percent-encoded path; in a book see there. The one function
 * that makes links. */
void page_put_url(const struct page_context *context, const struct page *page, struct buf *out);
/** The same with scheme and host before it, for feeds and the sitemap. */
void page_put_absolute_url(const struct page_context *context, const struct page *page,
                           struct buf *out);
/** The path of that, for robots. */
void page_put_absolute_path(const struct page_context *context, const struct page *page,
                            struct buf *out);

#endif
