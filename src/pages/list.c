#include "pages/list.h"

#include "base/limits.h"

/* Pages with a number in a list by date: only full ones, and the first page keeps one page's worth
 * for itself. */
static size_t numbered(size_t items)
{
    size_t full = items / LIMIT_LIST_PAGE;
    return full > 1 ? full - 1 : 0;
}

size_t list_page_count(enum list_order order, size_t items)
{
    if (order == LIST_NEWEST_FIRST) {
        return numbered(items) + 1;
    }
    return items == 0 ? 1 : (items - 1) / LIMIT_LIST_PAGE + 1;
}

size_t list_page_number(enum list_order order, size_t index)
{
    return order == LIST_FORWARD && index > 0 ? index + 1 : index;
}

static bool newest_first(size_t items, size_t number, struct list_page *out)
{
    size_t last = numbered(items);
    if (number > last) {
        return false;
    }
    *out = (struct list_page){ .first = 0, .end = items - last * LIMIT_LIST_PAGE };
    if (number == 0) {
        out->has_next = last > 0;
        out->next = last;
        return true;
    }
    out->first = items - number * LIMIT_LIST_PAGE;
    out->end = out->first + LIMIT_LIST_PAGE;
    out->has_previous = true;
    out->previous = number == last ? 0 : number + 1;
    out->has_next = number > 1;
    out->next = number - 1;
    return true;
}

static bool forward(size_t items, size_t number, struct list_page *out)
{
    size_t index = number == 0 ? 0 : number - 1;
    size_t count = list_page_count(LIST_FORWARD, items);
    if (number == 1 || index >= count) {
        return false;
    }
    *out = (struct list_page){ .first = index * LIMIT_LIST_PAGE, .end = items };
    if (out->end - out->first > LIMIT_LIST_PAGE) {
        out->end = out->first + LIMIT_LIST_PAGE;
    }
    out->has_previous = index > 0;
    out->previous = index > 1 ? index : 0;
    out->has_next = index + 1 < count;
    out->next = index + 2;
    return true;
}

bool list_page(enum list_order order, size_t items, size_t number, struct list_page *out)
{
    return order == LIST_FORWARD ? forward(items, number, out) : newest_first(items, number, out);
}

enum list_order list_order_of(const struct page *page)
{
    const bool forward =
        page->kind == PAGE_FACET || page->kind == PAGE_BEST ||
        (page->kind == PAGE_FACET_VALUE && page->facet->def->mentions != MENTIONS_NEWEST_FIRST);
    return forward ? LIST_FORWARD : LIST_NEWEST_FIRST;
}

size_t list_items_of(const struct capsule *capsule, const struct page *page)
{
    switch (page->kind) {
    case PAGE_QUOTES:
        return capsule->quote_count;
    case PAGE_FACET:
        return page->facet->value_count;
    case PAGE_FACET_VALUE:
        return page->value->line_count;
    case PAGE_BEST:
        return capsule->rated_count;
    default:
        return capsule->review_count;
    }
}

const struct review *review_run_next(struct review_run *run)
{
    if (run->value == NULL) {
        return run->next < run->capsule->review_count ? run->capsule->reviews[run->next++] : NULL;
    }
    const struct mention *mentions = run->value->mentions;
    if (run->next >= run->value->mention_count) {
        return NULL;
    }
    const struct review *review = mentions[run->next++].review;
    while (run->next < run->value->mention_count && mentions[run->next].review == review) {
        run->next++;
    }
    return review;
}
