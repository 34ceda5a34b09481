/* reviews.c: the archive, every review by date. The page is a gemsub feed as well. */

#include "pages/link.h"
#include "pages/render.h"
#include "text/gemtext.h"

void render_reviews(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct capsule *capsule = context->capsule;
    struct list_page list;
    if (!list_page(LIST_NEWEST_FIRST, capsule->review_count, page->number, &list)) {
        return;
    }
    gemtext_begin(out, GEMTEXT_HEADING, 1);
    gemtext_put(out, capsule->conf.title);
    buf_puts(out, ": every review");
    gemtext_end(out, GEMTEXT_HEADING);
    put_list_range(out, page, &list, capsule->review_count, "review", "reviews");
    gemtext_end(out, GEMTEXT_TEXT);
    gemtext_blank(out);
    for (size_t i = list.first; i < list.end; i++) {
        link_dated(context, capsule->reviews[i], out);
    }
    gemtext_blank(out);
    link_list_neighbours(context, page, &list, out);
    link_home(context, out);
}
