#include "pages/feed.h"

#include "base/limits.h"
#include "pages/link.h"
#include "pages/quote.h"
#include "text/gemtext.h"

static bool is_of_quotes(const struct page *feed)
{
    return feed->kind == PAGE_QUOTES_FEED || feed->kind == PAGE_QUOTES_ATOM;
}

struct feed_run feed_begin(const struct page_context *context, const struct page *feed)
{
    return (struct feed_run){
        .reviews = { .capsule = context->capsule, .value = feed->value },
        .capsule = context->capsule,
        .of_quotes = is_of_quotes(feed),
    };
}

bool feed_next(struct feed_run *run, struct feed_item *item)
{
    *item = (struct feed_item){ 0 };
    if (run->count == LIMIT_FEED) {
        return false;
    }
    if (!run->of_quotes) {
        item->review = review_run_next(&run->reviews);
    } else if (run->count < run->capsule->quote_count) {
        const struct quote_ref *ref = &run->capsule->quotes[run->count];
        *item = (struct feed_item){ ref->review, ref->quote };
    }
    run->count++;
    return item->review != NULL;
}

struct page feed_shown(const struct page *feed)
{
    if (is_of_quotes(feed)) {
        return (struct page){ .kind = PAGE_QUOTES };
    }
    if (feed->value != NULL) {
        return (
            struct page){ .kind = PAGE_FACET_VALUE, .facet = feed->facet, .value = feed->value };
    }
    return (struct page){ .kind = PAGE_HOME };
}

slice feed_subject(const struct page *feed)
{
    if (is_of_quotes(feed)) {
        return SLICE("Quotes");
    }
    return feed->value != NULL ? feed->value->text : SLICE_EMPTY;
}

struct page feed_item_page(const struct feed_item *item)
{
    return (struct page){ .kind = item->quote != NULL ? PAGE_QUOTE : PAGE_REVIEW,
                          .review = item->review,
                          .quote = item->quote };
}

void feed_put_item_title(const struct feed_item *item, struct buf *out)
{
    if (item->quote == NULL) {
        gemtext_put(out, item->review->title);
        return;
    }
    if (item->quote->speaker.text.len > 0) {
        gemtext_put(out, item->quote->speaker.text);
        buf_puts(out, " in ");
    }
    gemtext_put(out, item->review->title);
    buf_puts(out, ": ");
    quote_put_short(item->review, item->quote, out);
}

bool feed_of(const struct page *shown, struct page *gemsub, struct page *atom)
{
    *gemsub = (struct page){ .facet = shown->facet, .value = shown->value };
    *atom = *gemsub;
    if (shown->kind == PAGE_HOME) {
        gemsub->kind = PAGE_FEED;
        atom->kind = PAGE_ATOM;
    } else if (shown->kind == PAGE_QUOTES) {
        gemsub->kind = PAGE_QUOTES_FEED;
        atom->kind = PAGE_QUOTES_ATOM;
    } else if (shown->kind == PAGE_FACET_VALUE && shown->facet->def->has_feeds) {
        gemsub->kind = PAGE_FACET_FEED;
        atom->kind = PAGE_FACET_ATOM;
    } else {
        return false;
    }
    return true;
}

void feed_links(const struct page_context *context, const struct page *shown, struct buf *out)
{
    struct page gemsub;
    struct page atom;
    if (!feed_of(shown, &gemsub, &atom) || !page_is_offered(context, &gemsub)) {
        return;
    }
    slice subject = feed_subject(&gemsub);
    gemtext_blank(out);
    gemtext_heading(out, 2, SLICE("Follow"));
    link_labelled(context, &gemsub, "Feed for Gemini clients: ", subject, out);
    link_labelled(context, &atom, "Atom feed: ", subject, out);
}
