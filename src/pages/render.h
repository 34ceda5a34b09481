/* render.h: the renderers, one a kind of page. Layer: pages (includes model/).
 *
 * A renderer appends the whole page to `out`. It knows nothing but its arguments, allocates nothing
 * but what `out` grows by, and its output depends on nothing else: `build` and `serve` get the same
 * bytes. Called through the table in sitemap.c only. */
#ifndef MATINEE_PAGES_RENDER_H
#define MATINEE_PAGES_RENDER_H

#include "pages/sitemap.h"

typedef void page_renderer(const struct page_context *context, const struct page *page,
                           struct buf *out);

page_renderer render_home;          /* home.c */
page_renderer render_reviews;       /* reviews.c: the archive */
page_renderer render_on_this_day;   /* picks.c */
page_renderer render_review_today;  /* picks.c: what an export has instead of a random one */
page_renderer render_best;          /* best.c */
page_renderer render_facet_best;    /* best.c */
page_renderer render_review;        /* review.c */
page_renderer render_section;       /* section.c */
page_renderer render_full;          /* section.c */
page_renderer render_source;        /* section.c */
page_renderer render_quote;         /* quote.c */
page_renderer render_review_quotes; /* quotes.c */
page_renderer render_quotes;        /* quotes.c */
page_renderer render_quote_today;   /* quotes.c */
page_renderer render_facet;         /* facet.c: the index of values */
page_renderer render_facet_value;   /* facet.c */
page_renderer render_search;        /* results.c, and what an export has instead */
page_renderer render_feed;          /* gemsub.c: of all, of a value, of quotes */
page_renderer render_atom;          /* atom.c: the same */
page_renderer render_sitemap;       /* site.c */
page_renderer render_robots;        /* site.c */
page_renderer render_favicon;       /* site.c */
page_renderer render_hand;          /* site.c */
page_renderer render_listing;       /* listing.c: a folder of static/ */
page_renderer render_alias;         /* site.c: what an export has instead of a redirect */

page_renderer render_moved; /* site.c: the same for a redirect of capsule.conf */

/** Append where a redirect of capsule.conf leads, as it stands in META or in a link. site.c */
void rule_put_target(const struct page_context *context, const struct page *page, struct buf *out);

/** Where a page that redirects leads. False when there is nowhere to go: then it is rendered. */
typedef bool page_redirect(const struct page_context *context, const struct page *page,
                           struct page *target);

page_redirect redirect_random; /* quotes.c */
page_redirect redirect_review; /* picks.c */
page_redirect redirect_alias;  /* site.c */

#endif
