#include "pages/related.h"

#include "model/related.h"
#include "pages/link.h"
#include "text/gemtext.h"

static const char *const words[RELATION_KINDS] = {
    [RELATION_SERIES] = "also in the series ",
    [RELATION_BY] = "also by ",
    [RELATION_WITH] = "also with ",
    [RELATION_TAG] = "also tagged ",
    [RELATION_GENRE] = "also in the genre ",
    [RELATION_SUBJECT] = "also under ",
    [RELATION_YEAR] = "also from ",
};

/* ` (also by Lee Hwan-kyung; also tagged Prison)`, ` (also tagged Prison and Family)` */
static void put_reasons(const struct relation *relation, struct buf *out)
{
    enum relation_kind before = RELATION_NONE;
    for (size_t i = 0; i < RELATION_REASONS && relation->kinds[i] != RELATION_NONE; i++) {
        if (relation->kinds[i] == before) {
            buf_puts(out, " and ");
        } else {
            buf_puts(out, before == RELATION_NONE ? " (" : "; ");
            buf_puts(out, words[relation->kinds[i]]);
        }
        gemtext_put(out, *relation->what[i]);
        before = relation->kinds[i];
    }
    if (before != RELATION_NONE) {
        buf_putc(out, ')');
    } else if (relation->named) {
        buf_puts(out, " (the author's choice)");
    }
}

void related_put(const struct page_context *context, const struct review *review, struct buf *out)
{
    struct relation related[RELATED_MAX];
    if (context->book != NULL && !context->book->is_whole) {
        return; /* it offers no other reviews: they need not be looked for */
    }
    const size_t count = related_find(context->capsule, review, related);
    const struct page_part part = part_begin(out, SLICE("Related reviews"));
    for (size_t i = 0; i < count; i++) {
        const struct page page = { .kind = PAGE_REVIEW, .review = related[i].review };
        if (page_is_offered(context, &page)) {
            link_begin(context, &page, out);
            gemtext_put(out, related[i].review->title);
            put_reasons(&related[i], out);
            gemtext_end(out, GEMTEXT_LINK);
        }
    }
    part_end(part, out);
}
