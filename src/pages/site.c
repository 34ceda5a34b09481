/* site.c: pages about the capsule itself, hand-written pages, and what stands for an alias. */

#include "pages/body.h"
#include "pages/link.h"
#include "pages/render.h"
#include "text/uri.h"

struct listing {
    const struct page_context *context;
    struct buf *out;
};

/* A sitemap names what has a text of its own: not the second forms of a review, no files. */
static bool is_listed(const struct page *page)
{
    switch (page->kind) {
    case PAGE_FULL:
    case PAGE_SOURCE:
    case PAGE_SITEMAP:
    case PAGE_ROBOTS:
    case PAGE_FAVICON:
    case PAGE_ALIAS:
    case PAGE_RULE:
    case PAGE_STATIC:
        return false;
    default:
        return !page_is_dynamic(page);
    }
}

static bool put_listed(void *context, const struct page *page)
{
    enum { LONGEST_URL = 8192 };
    struct listing *listing = context;
    const struct page_context *from = listing->context;
    if (is_listed(page) &&
        capsule_may_tell(from->capsule, from->area, page_area(from->capsule, page))) {
        page_put_absolute_url(listing->context, page, listing->out);
        buf_putc(listing->out, '\n');
    }
    /* A list that is cut short at the end of a line is better than none. */
    return listing->out->max - listing->out->len > LONGEST_URL;
}

void render_sitemap(const struct page_context *context, UNUSED const struct page *page,
                    struct buf *out)
{
    struct listing listing = { context, out };
    (void)sitemap_walk(context->capsule, put_listed, &listing);
}

/* An address that those who look for one understand (sitemaps.org), when it is on the web. */
static void put_sitemap(const struct page_context *context, struct buf *out)
{
    const struct page sitemap = { .kind = PAGE_SITEMAP };
    if (context->space != NULL && slice_starts_with(context->space->origin, SLICE("http"))) {
        buf_puts(out, "Sitemap: ");
        page_put_absolute_url(context, &sitemap, out);
        buf_putc(out, '\n');
    }
}

/* Companion convention "robots.txt for Gemini". Pages that differ each time are no use to robots;
 * they are single pages, so a kind is all there is to them. */
void render_robots(const struct page_context *context, UNUSED const struct page *page,
                   struct buf *out)
{
    buf_puts(out, "User-agent: *\n");
    for (enum page_kind kind = 0; kind < PAGE_KINDS; kind++) {
        const struct page single = { .kind = kind };
        if (page_is_dynamic(&single)) {
            buf_puts(out, "Disallow: ");
            page_put_absolute_path(context, &single, out);
            buf_putc(out, '\n');
        }
    }
    put_sitemap(context, out);
}

void render_favicon(UNUSED const struct page_context *context, UNUSED const struct page *page,
                    struct buf *out)
{
    buf_puts(out, "🎬");
}

void render_hand(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct hand_page *hand = page->hand;
    body_put_lines(context, &hand->lines, out);
    gemtext_blank(out);
    link_home(context, out);
}

bool redirect_alias(UNUSED const struct page_context *context, const struct page *page,
                    struct page *target)
{
    *target = (struct page){ .kind = PAGE_REVIEW, .review = page->alias->review };
    return true;
}

void render_alias(const struct page_context *context, const struct page *page, struct buf *out)
{
    gemtext_heading(out, 1, page->alias->review->title);
    gemtext_text(out, SLICE("This review has another address now."));
    gemtext_blank(out);
    link_review(context, "", page->alias->review, out);
    link_home(context, out);
}

void rule_put_target(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct path_rule *rule = page->rule;
    slice rest = page->rest;
    slice after = rule->target_after;
    if (!rule->target_is_url) {
        page_put_root(context, out);
    }
    buf_put(out, rule->target_before);
    if (!rule->target_has_star) {
        return;
    }
    /* Two slashes at the beginning would make what follows the name of a host (RFC 3986, 4.2). */
    if (slice_ends_with(rule->target_before, SLICE("/"))) {
        while (slice_starts_with(rest, SLICE("/"))) {
            rest = slice_from(rest, 1);
        }
        if (rest.len == 0 && slice_starts_with(after, SLICE("/"))) {
            after = slice_from(after, 1);
        }
    }
    uri_put_path(out, rest);
    buf_put(out, after);
}

void render_moved(const struct page_context *context, const struct page *page, struct buf *out)
{
    gemtext_heading(out, 1, SLICE("Moved"));
    gemtext_text(out, SLICE("This page has another address now."));
    gemtext_blank(out);
    gemtext_begin(out, GEMTEXT_LINK, 0);
    rule_put_target(context, page, out);
    buf_puts(out, " Go there");
    gemtext_end(out, GEMTEXT_LINK);
    link_home(context, out);
}
