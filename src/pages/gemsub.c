/* gemsub.c: feeds as gemtext: each item is a dated link line (companion specification "Subscribing
 * to Gemini pages"). */

#include "pages/feed.h"
#include "pages/link.h"
#include "pages/render.h"
#include "text/gemtext.h"

static void link_item(const struct page_context *context, const struct feed_item *item,
                      struct buf *out)
{
    const struct page page = feed_item_page(item);
    link_begin(context, &page, out);
    link_put_day(item->review, out);
    feed_put_item_title(item, out);
    gemtext_end(out, GEMTEXT_LINK);
}

void render_feed(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct capsule_conf *conf = &context->capsule->conf;
    const struct page archive = { .kind = PAGE_REVIEWS };
    const struct page shown = feed_shown(page);
    slice subject = feed_subject(page);
    gemtext_begin(out, GEMTEXT_HEADING, 1);
    gemtext_put(out, conf->title);
    if (subject.len > 0) {
        buf_puts(out, ": ");
        gemtext_put(out, subject);
    }
    gemtext_end(out, GEMTEXT_HEADING);
    if (conf->tagline.len > 0) {
        gemtext_text(out, conf->tagline);
    }
    gemtext_blank(out);
    struct feed_run run = feed_begin(context, page);
    struct feed_item item;
    while (feed_next(&run, &item)) {
        link_item(context, &item, out);
    }
    gemtext_blank(out);
    if (page->kind == PAGE_FEED) {
        link_page(context, &archive, SLICE("Every review"), out);
    } else if (shown.kind == PAGE_QUOTES) {
        link_page(context, &shown, SLICE("Every quote"), out);
    } else {
        link_labelled(context, &shown, "Everything under ", subject, out);
    }
    link_home(context, out);
}
