/* capsule.h: a snapshot of everything that is served. Layer: model (includes base/, text/).
 *
 * Built by the loader, then never changed: workers share it copy-on-write. Only visible reviews are
 * in it; drafts and those of the future are not (unless they were asked for). */
#ifndef MATINEE_MODEL_CAPSULE_H
#define MATINEE_MODEL_CAPSULE_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "model/facet.h"
#include "model/paths.h"
#include "model/review.h"

/** What capsule.conf says; every field has a value after it was read (empty where none is given).
 */
struct capsule_conf {
    slice title;
    slice tagline;
    slice author;
    slice id;       /* urn:uuid:… of the capsule in feeds; may be empty */
    slice lang;     /* BCP 47, of the pages */
    slice timezone; /* default UTC */
    slice featured; /* a slug; empty: the newest */
    slice footer;
    slice user;   /* whom the server becomes when it is started as root */
    slice *hosts; /* names, addresses and patterns such as *.example.org, as gemini/host.h keeps
                     them; at least one (default: localhost); the first one is no pattern */
    size_t host_count;
    unsigned long port; /* the one that readers use, when it is not the one that is listened on; 0:
                           not given */
    struct path_settings paths; /* closed areas, redirects, languages, listings */
};

/** A hand-written page, served at /NAME.gmi. */
struct hand_page {
    slice name;  /* without .gmi */
    slice path;  /* of the source file */
    slice title; /* of its first level-1 heading, else the name */
    slice source;
    struct gemtext_lines lines;
};

/** A file below static/. */
struct static_file {
    slice path;       /* below static/, no first slash */
    slice media_type; /* decided at load: extension table, then libmagic */
    uint64_t size;
    struct date modified; /* in the capsule's time zone */
};

/** A folder below static/ that capsule.conf wants to be listed. */
struct static_folder {
    slice path;        /* below static/, with its final slash */
    size_t first, end; /* what is in it and below it, among capsule.statics */
};

/** An old path that is answered with a redirect. */
struct alias {
    slice path; /* with its first slash, decoded */
    const struct review *review;
};

/** A quote among all the quotes of the capsule. */
struct quote_ref {
    const struct review *review;
    const struct quote *quote;
};

/** `reviews` are those that every list, index and feed is made of; the others lie in closed areas
 * and are known by their address alone. */
struct capsule {
    struct capsule_conf conf;
    struct source conf_source;     /* where it was read from, for diagnostics */
    slice slug;                    /* of its title; never empty */
    const struct path_area *area;  /* of the capsule as a whole: that `/` is in, or NULL */
    const struct review **reviews; /* newest first (published, then slug) */
    size_t review_count;
    const struct review **closed; /* in other areas than `/`; newest first */
    size_t closed_count;
    const struct review **by_slug; /* both, sorted by slug */
    const struct review *featured; /* NULL when there are no reviews */
    struct hand_page *pages;       /* sorted by name */
    size_t page_count;
    struct static_file *statics; /* sorted by path */
    size_t static_count;
    struct static_folder *folders; /* sorted by path; all below one that is listed are, too */
    size_t folder_count;
    struct alias *aliases; /* sorted by path */
    size_t alias_count;
    struct facet facets[FACET_COUNT];
    struct quote_ref *quotes; /* of all listed reviews, newest review first */
    size_t quote_count;
    const struct review **by_rating; /* listed ones that have one, the best first, then newer */
    size_t rated_count;
    const struct review **by_day; /* listed and dated ones, by the day of the year, then newer */
    size_t day_count;
    int64_t next_change; /* the moment the next hidden review becomes visible; 0: none */
};

/** What capsule_index is given; all of it is borrowed by the capsule that comes out. */
struct capsule_parts {
    struct capsule_conf conf;
    struct source conf_source; /* where it was read from, for diagnostics */
    struct review **reviews;   /* every good one, any order; drafts and future ones too */
    size_t review_count;
    const slice *left_out; /* slugs of files that exist but have errors */
    size_t left_out_count;
    struct hand_page *pages; /* sorted by name */
    size_t page_count;
    struct static_file *statics; /* sorted by path */
    size_t static_count;
    int64_t now;      /* a moment */
    bool show_drafts; /* drafts and future reviews are visible */
};

/**
 * Sort, index and cross-check the parts into `*out`, whose tables are put in `arena`.
 *
 * Checked here, because one file cannot know it: two files with one slug (both paths are named; the
 * first by path stays), two with one Id, two with one alias, a closed area that is a part of a
 * review, links by name, Related, Featured and Poster that name nothing, a file in static/ that
 * takes the place of a page. A name nobody has is an error that suggests the nearest (a warning in
 * a draft); a name of a file that was left out, or of a review that readers do not see yet who see
 * the one that names it, is a warning, whether or not drafts are shown. Such a review is served all
 * the same: pages show a link that leads nowhere as its label alone.
 */
void capsule_index(struct arena *arena, const struct capsule_parts *parts, struct capsule *out,
                   struct diags *diags);

/** All visible reviews, closed ones last. */
size_t capsule_count_reviews(const struct capsule *capsule);
const struct review *capsule_review_at(const struct capsule *capsule, size_t index);
/** The listed review that was published next after `review`, or before it. NULL at the ends, and
 * when it is not listed itself. */
const struct review *capsule_newer(const struct capsule *capsule, const struct review *review);
const struct review *capsule_older(const struct capsule *capsule, const struct review *review);
/** The visible review with `slug`, in a closed area or not, or NULL. */
const struct review *capsule_find_review(const struct capsule *capsule, slice slug);
const struct hand_page *capsule_find_page(const struct capsule *capsule, slice name);
const struct static_file *capsule_find_static(const struct capsule *capsule, slice path);
const struct static_folder *capsule_find_folder(const struct capsule *capsule, slice path);
const struct alias *capsule_find_alias(const struct capsule *capsule, slice path);

/**
 * True when a page in the area `page` may tell of what is in the area `what`: that is open to all
 * (NULL), or the same area, or that of `/`, which is told of everywhere (docs/source-format.md,
 * "Closed areas").
 */
bool capsule_may_tell(const struct capsule *capsule, const struct path_area *page,
                      const struct path_area *what);

/**
 * Split a link by name into what it names (FACET_COUNT: a review) and the slug. False when `target`
 * is not of that form.
 */
bool capsule_split_name(slice target, enum facet_kind *kind, slice *slug);
/**
 * What a link by name (`review:SLUG`, `tag:SLUG`, `person:SLUG`) leads to. Returns false when
 * `target` is not of that form. On true exactly one of the two is set, or none when nothing has
 * that name.
 */
bool capsule_resolve_name(const struct capsule *capsule, slice target, const struct review **review,
                          const struct facet **facet, const struct facet_value **value);

#endif
