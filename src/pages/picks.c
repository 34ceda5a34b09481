/* picks.c: reviews that one comes across: of this day of other years, and at random. */

#include "pages/link.h"
#include "pages/render.h"
#include "text/gemtext.h"

static unsigned day_of_year(struct date day)
{
    return 32 * day.month + day.day;
}

/* The first of the reviews in the order of the days of the year that is not before `day`. */
static size_t first_from(const struct capsule *capsule, unsigned day)
{
    size_t low = 0;
    size_t high = capsule->day_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (day_of_year(capsule->by_day[middle]->published_day) < day) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* How many reviews from `first` on are of the days of the year up to `last`. */
static size_t count_to(const struct capsule *capsule, size_t first, unsigned last)
{
    return first_from(capsule, last + 1) - first;
}

/* The last of the days that are looked at together: in years without a 29th of February the 28th
 * stands for it. */
static unsigned end_of_day(struct date today)
{
    const bool is_last = today.month == 2 && today.day == 28 && !date_is_leap_year(today.year);
    return day_of_year(today) + is_last;
}

static void put_days(const struct page_context *context, size_t first, size_t count,
                     struct buf *out)
{
    for (size_t i = first; i < first + count; i++) {
        link_dated(context, context->capsule->by_day[i], out);
    }
}

void render_on_this_day(const struct page_context *context, UNUSED const struct page *page,
                        struct buf *out)
{
    const struct capsule *capsule = context->capsule;
    const struct page random = { .kind = PAGE_REVIEW_RANDOM };
    const struct page archive = { .kind = PAGE_REVIEWS };
    const unsigned today = day_of_year(context->today);
    gemtext_heading(out, 1, SLICE("On this day"));
    date_put(out, context->today);
    gemtext_end(out, GEMTEXT_TEXT);
    gemtext_blank(out);
    size_t first = first_from(capsule, today);
    size_t count = count_to(capsule, first, end_of_day(context->today));
    if (capsule->day_count == 0) {
        gemtext_text(out, SLICE("There are no reviews yet."));
    } else if (count == 0) {
        /* After the last day of the year comes the first one. */
        first = first < capsule->day_count ? first : 0;
        count = count_to(capsule, first, day_of_year(capsule->by_day[first]->published_day));
        gemtext_text(out, SLICE("No review was published on this day of any year. Next comes:"));
    }
    put_days(context, first, count, out);
    gemtext_blank(out);
    link_page(context, &random, SLICE("A review at random"), out);
    link_page(context, &archive, SLICE("All reviews"), out);
    link_home(context, out);
}

bool redirect_review(const struct page_context *context, UNUSED const struct page *page,
                     struct page *target)
{
    const struct capsule *capsule = context->capsule;
    if (capsule->review_count == 0) {
        return false;
    }
    *target = (struct page){ .kind = PAGE_REVIEW,
                             .review = capsule->reviews[context->random % capsule->review_count] };
    return true;
}

/* The review with the smallest hash of the day and its name. */
static const struct review *review_of_the_day(const struct capsule *capsule, slice day)
{
    const struct review *pick = NULL;
    unsigned long long smallest = 0;
    const unsigned long long seed = slice_hash(day, SLICE_HASH_SEED);
    for (size_t i = 0; i < capsule->review_count; i++) {
        unsigned long long hash = slice_hash(capsule->reviews[i]->slug, seed);
        if (pick == NULL || hash < smallest) {
            smallest = hash;
            pick = capsule->reviews[i];
        }
    }
    return pick;
}

/* Rendered in an export, and when there are no reviews: else it redirects. */
void render_review_today(const struct page_context *context, UNUSED const struct page *page,
                         struct buf *out)
{
    const struct page archive = { .kind = PAGE_REVIEWS };
    gemtext_heading(out, 1, SLICE("Review of the day"));
    size_t start = out->len;
    date_put(out, context->today);
    const struct review *pick =
        review_of_the_day(context->capsule, slice_from(buf_slice(out), start));
    gemtext_end(out, GEMTEXT_TEXT);
    gemtext_blank(out);
    if (pick == NULL) {
        gemtext_text(out, SLICE("There are no reviews yet."));
    } else {
        link_review(context, "", pick, out);
        if (pick->summary.len > 0) {
            gemtext_text(out, pick->summary);
        }
    }
    gemtext_blank(out);
    link_page(context, &archive, SLICE("All reviews"), out);
    link_home(context, out);
}
