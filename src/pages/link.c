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

bool page_of_value(const struct page_context *context, enum facet_kind kind, slice slug,
                   struct page *page)
{
    const struct facet *facet = &context->capsule->facets[kind];
    *page =
        (struct page){ .kind = PAGE_FACET_VALUE, .facet = facet, .value = facet_find(facet, slug) };
    return page->value != NULL;
}

void link_review(const struct page_context *context, const char *before,
                 const struct review *review, struct buf *out)
{
    const struct page page = { .kind = PAGE_REVIEW, .review = review };
    link_labelled(context, &page, before, review->title, out);
}

void link_put_day(const struct review *review, struct buf *out)
{
    if (review->has_published && !review->draft) {
        date_put(out, review->published_day);
        buf_putc(out, ' ');
    } else {
        buf_puts(out, "Draft: ");
    }
}

void link_begin_dated(const struct page_context *context, const struct review *review,
                      struct buf *out)
{
    const struct page page = { .kind = PAGE_REVIEW, .review = review };
    link_begin(context, &page, out);
    link_put_day(review, out);
    gemtext_put(out, review->title);
}

void link_put_work(const struct review *review, struct buf *out)
{
    buf_puts(out, review->has_published && !review->draft ? "" : "Draft: ");
    gemtext_put(out, review->title);
    if (review->year_text.len > 0) {
        buf_puts(out, " (");
        gemtext_put(out, review->year_text);
        buf_putc(out, ')');
    }
}

void link_begin_work(const struct page_context *context, const struct review *review,
                     struct buf *out)
{
    const struct page page = { .kind = PAGE_REVIEW, .review = review };
    link_begin(context, &page, out);
    link_put_work(review, out);
}

void link_dated(const struct page_context *context, const struct review *review, struct buf *out)
{
    link_begin_dated(context, review, out);
    gemtext_end(out, GEMTEXT_LINK);
}

void link_list_neighbours(const struct page_context *context, const struct page *page,
                          const struct list_page *list, struct buf *out)
{
    static const char *const labels[][2] = { { "Next page", "Previous page" },
                                             { "Older quotes", "Newer quotes" },
                                             { "Older reviews", "Newer reviews" } };
    const bool quotes = page->kind == PAGE_QUOTES ||
                        (page->kind == PAGE_FACET_VALUE && page->facet->def->of_quotes);
    size_t row = list_order_of(page) == LIST_FORWARD ? 0 : quotes ? 1 : 2;
    struct page neighbour = *page;
    if (list->has_next) {
        neighbour.number = list->next;
        link_page(context, &neighbour, slice_of(labels[row][0]), out);
    }
    if (list->has_previous) {
        neighbour.number = list->previous;
        link_page(context, &neighbour, slice_of(labels[row][1]), out);
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

void put_place(struct buf *out, const struct list_page *list)
{
    if (list->has_previous || list->has_next) {
        buf_printf(out, "; on this page %zu to %zu", list->first + 1, list->end);
    }
}

struct page_part part_begin(struct buf *out, slice heading)
{
    struct page_part part = { .begin = out->len };
    gemtext_blank(out);
    gemtext_heading(out, 2, heading);
    part.first = out->len;
    return part;
}

void part_end(struct page_part part, struct buf *out)
{
    if (out->len == part.first) {
        buf_truncate(out, part.begin);
    }
}

void link_home(const struct page_context *context, struct buf *out)
{
    const struct page home = { .kind = PAGE_HOME };
    if (context->book != NULL) {
        link_labelled(context, &home, "Contents: ", context->book->title, out);
    } else {
        link_labelled(context, &home, "Home: ", context->capsule->conf.title, out);
    }
}

void link_book(const struct page_context *context, const struct page *book, slice title,
               struct buf *out)
{
    const struct page_shelf *shelf = context->shelf;
    uint64_t size = 0;
    if (shelf == NULL || !shelf->find(shelf->context, book, &size)) {
        return;
    }
    link_begin(context, book, out);
    buf_puts(out, "Read offline: ");
    gemtext_put(out, title);
    buf_puts(out, " (gempub, ");
    put_book_size(out, size);
    buf_putc(out, ')');
    gemtext_end(out, GEMTEXT_LINK);
}

void put_book_size(struct buf *out, uint64_t size)
{
    if (size < 999000) {
        buf_put_number(out, (size_t)(size + 999) / 1000);
        buf_puts(out, " kB");
    } else {
        put_size(out, size);
    }
}

void put_size(struct buf *out, uint64_t size)
{
    static const char *const units[] = { "kB", "MB", "GB", "TB" };
    if (size < 1000) {
        put_count(out, (size_t)size, "byte", "bytes");
        return;
    }
    double value = (double)size / 1000;
    size_t unit = 0;
    while (value >= 999.5 && unit + 1 < ARRAY_LENGTH(units)) {
        value /= 1000;
        unit++;
    }
    buf_printf(out, value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

void put_count(struct buf *out, size_t count, const char *one, const char *many)
{
    buf_put_number(out, count);
    buf_putc(out, ' ');
    buf_puts(out, count == 1 ? one : many);
}

unsigned reading_minutes(uint32_t words)
{
    return words <= WORDS_A_MINUTE ? 1 : (words - 1) / WORDS_A_MINUTE + 1;
}

/* After one of these a sentence may be over. */
static bool ends_sentence(int32_t c)
{
    return c == '.' || c == '!' || c == '?' || c == 0x3002;
}

slice text_head(slice text, size_t max, bool *cut)
{
    slice rest = text;
    size_t word_end = 0; /* where a word, or better a sentence, of the second half ends */
    size_t sentence_end = 0;
    int32_t before = 0;
    int32_t c = 0;
    *cut = false;
    if (text.len <= max) {
        return text;
    }
    for (size_t i = 0; i < max; i++) {
        size_t at = text.len - rest.len;
        if (!utf8_next(&rest, &c)) {
            break;
        }
        if (i >= max / 2 && utf8_class(c) == UTF8_SPACE) {
            word_end = at;
            sentence_end = ends_sentence(before) ? at : sentence_end;
        }
        before = c;
    }
    *cut = rest.len > 0;
    if (!*cut) {
        return text;
    }
    size_t hard_end = text.len - rest.len;
    size_t end = sentence_end > 0 ? sentence_end : word_end > 0 ? word_end : hard_end;
    return slice_trim_end(slice_head(text, end));
}
