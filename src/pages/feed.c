/* feed.c: gemsub feeds, of the capsule or of a value. Each entry is a dated link line. */

#include "base/limits.h"
#include "pages/link.h"
#include "pages/render.h"
#include "text/gemtext.h"

void render_feed(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct capsule_conf *conf = &context->capsule->conf;
    gemtext_begin(out, GEMTEXT_HEADING, 1);
    gemtext_put(out, conf->title);
    if (page->value != NULL) {
        buf_puts(out, ": ");
        gemtext_put(out, page->value->text);
    }
    gemtext_end(out, GEMTEXT_HEADING);
    if (conf->tagline.len > 0) {
        gemtext_text(out, conf->tagline);
    }
    gemtext_blank(out);
    struct review_run run = { .capsule = context->capsule, .value = page->value };
    const struct mention *mentions;
    size_t mention_count;
    for (size_t i = 0; i < LIMIT_FEED; i++) {
        const struct review *review = review_run_next(&run, &mentions, &mention_count);
        if (review == NULL) {
            break;
        }
        link_dated(context, review, out);
    }
    gemtext_blank(out);
    if (page->value != NULL) {
        const struct page value = { .kind = PAGE_FACET_VALUE,
                                    .facet = page->facet,
                                    .value = page->value };
        link_labelled(context, &value, "Everything under ", page->value->text, out);
    } else {
        const struct page archive = { .kind = PAGE_REVIEWS };
        link_page(context, &archive, SLICE("Every review"), out);
    }
    link_home(context, out);
}
