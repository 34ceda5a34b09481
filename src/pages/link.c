#include "pages/link.h"

#include "base/utf8.h"
#include "text/gemtext.h"

enum { WORDS_A_MINUTE = 220 };

void link_begin(const struct page_context *context, const struct page *page, struct buf *out)
{
    gemtext_begin(out, GEMTEXT_LINK, 0);
    page_put_url(context, page, out);
    buf_putc(out, ' ');
}

void link_labelled(const struct page_context *context, const struct page *page, const char *before,
                   slice label, struct buf *out)
{
    link_begin(context, page, out);
    buf_puts(out, before);
    gemtext_put(out, label);
    gemtext_end(out, GEMTEXT_LINK);
}

void link_page(const struct page_context *context, const struct page *page, slice label,
               struct buf *out)
{
    link_labelled(context, page, "", label, out);
}

void link_review(const struct page_context *context, const char *before,
                 const struct review *review, struct buf *out)
{
    const struct page page = { .kind = PAGE_REVIEW, .review = review };
    link_labelled(context, &page, before, review->title, out);
}

void link_begin_dated(const struct page_context *context, const struct review *review,
                      struct buf *out)
{
    const struct page page = { .kind = PAGE_REVIEW, .review = review };
    link_begin(context, &page, out);
    if (review->has_published) {
        date_put(out, review->published_day);
        buf_putc(out, ' ');
    } else {
        buf_puts(out, "Draft: ");
    }
    gemtext_put(out, review->title);
}

void link_dated(const struct page_context *context, const struct review *review, struct buf *out)
{
    link_begin_dated(context, review, out);
    gemtext_end(out, GEMTEXT_LINK);
}

void link_list_neighbours(const struct page_context *context, const struct page *page,
                          const struct list_page *list, struct buf *out)
{
    bool forward = list_order_of(page->kind) == LIST_FORWARD;
    struct page neighbour = *page;
    if (list->has_next) {
        neighbour.number = list->next;
        link_page(context, &neighbour, forward ? SLICE("Next page") : SLICE("Older"), out);
    }
    if (list->has_previous) {
        neighbour.number = list->previous;
        link_page(context, &neighbour, forward ? SLICE("Previous page") : SLICE("Newer"), out);
    }
}

void put_list_range(struct buf *out, const struct page *page, const struct list_page *list,
                    size_t items, const char *one, const char *many)
{
    if (page->number > 0) {
        buf_printf(out, "Page %zu, %s %zu to %zu from the oldest", page->number, many,
                   items - list->end + 1, items - list->first);
    } else if (items == 0) {
        buf_printf(out, "No %s yet", many);
    } else {
        put_count(out, items, one, many);
        buf_puts(out, items > 1 ? ", newest first" : "");
    }
}

void link_home(const struct page_context *context, struct buf *out)
{
    const struct page home = { .kind = PAGE_HOME };
    link_labelled(context, &home, "Home: ", context->capsule->conf.title, out);
}

void put_count(struct buf *out, size_t count, const char *one, const char *many)
{
    buf_printf(out, "%zu %s", count, count == 1 ? one : many);
}

unsigned reading_minutes(uint32_t words)
{
    return words <= WORDS_A_MINUTE ? 1 : (words - 1) / WORDS_A_MINUTE + 1;
}

slice text_head(slice text, size_t max, bool *cut)
{
    slice rest = text;
    size_t blank = 0; /* bytes before the latest blank that may end the head */
    int32_t c = 0;
    for (size_t i = 0; i < max; i++) {
        size_t before = text.len - rest.len;
        if (!utf8_next(&rest, &c)) {
            break;
        }
        if (utf8_class(c) == UTF8_SPACE && i >= max / 2) {
            blank = before;
        }
    }
    *cut = rest.len > 0;
    if (!*cut) {
        return text;
    }
    return slice_trim_end(slice_head(text, blank > 0 ? blank : text.len - rest.len));
}
