/* book_texts.c: what a book has besides the pages of the capsule: metadata.txt and the contents.
 *
 * Format: gempub 1.0.0, sections 2.3 and 2.4. Who reads a book goes through the links of the
 * contents that have no scheme, one after the other. */

#include "gempub/book.h"
#include "pages/link.h"
#include "text/gemtext.h"

/* `key: value`, on one line. */
static void put_value(const char *key, slice value, struct buf *out)
{
    if (value.len > 0) {
        buf_printf(out, "%s: ", key);
        gemtext_put(out, value);
        buf_putc(out, '\n');
    }
}

static void put_day(const char *key, struct date day, struct buf *out)
{
    if (day.year > 0) {
        buf_printf(out, "%s: ", key);
        date_put(out, day);
        buf_putc(out, '\n');
    }
}

/* When the newest of its reviews was published, and the last one changed. Zero: never. */
static void put_days(const struct book *book, struct buf *out)
{
    struct date published = { 0 };
    struct date updated = { 0 };
    for (size_t i = 0; i < book->pages.count; i++) {
        const struct page *page = &book->pages.items[i];
        const struct review *review = page->review;
        if (page->kind != PAGE_REVIEW || !review->has_published || review->draft) {
            continue;
        }
        published =
            date_compare(review->published_day, published) > 0 ? review->published_day : published;
        updated = date_compare(review->updated_day, updated) > 0 ? review->updated_day : updated;
    }
    put_day("publishDate", published, out);
    if (date_compare(updated, published) > 0) {
        put_day("revisionDate", updated, out);
    }
}

static size_t count_reviews(const struct book *book)
{
    size_t count = 0;
    for (size_t i = 0; i < book->pages.count; i++) {
        count += book->pages.items[i].kind == PAGE_REVIEW;
    }
    return count;
}

/* What it is, in a line without its end. */
static void put_description(const struct book *book, struct buf *out)
{
    const struct review *review = book->subject.review;
    slice tagline = book->context.capsule->conf.tagline;
    if (review != NULL) {
        gemtext_put(out, review->summary.len > 0 ? review->summary : review->tagline);
    } else if (book->subject.value == NULL && tagline.len > 0) {
        gemtext_put(out, tagline);
    } else {
        put_count(out, count_reviews(book), "review", "reviews");
    }
}

void book_put_metadata(const struct book *book, struct buf *out)
{
    const struct capsule_conf *conf = &book->context.capsule->conf;
    const struct review *review = book->subject.review;
    put_value("title", book->bound.title, out);
    buf_puts(out, "gpubVersion: 1.0.0\nindex: index.gmi\ncharset: UTF-8\n");
    put_value("author", review != NULL && review->author.len > 0 ? review->author : conf->author,
              out);
    put_value("language", review != NULL && review->lang.len > 0 ? review->lang : conf->lang, out);
    size_t begin = out->len;
    buf_puts(out, "description: ");
    size_t first = out->len;
    put_description(book, out);
    if (out->len == first) {
        buf_truncate(out, begin);
    } else {
        buf_putc(out, '\n');
    }
    put_days(book, out);
    if (book->cover != NULL) {
        put_value("cover", book->cover->path, out);
    }
}

/* What stands above the reviews of a year, when `review` is the first of them. */
static void put_year(const struct review *review, int *year, struct buf *out)
{
    bool is_dated = review->has_published && !review->draft;
    int own = is_dated ? review->published_day.year : 0;
    if (own == *year) {
        return;
    }
    *year = own;
    gemtext_blank(out);
    gemtext_begin(out, GEMTEXT_HEADING, 2);
    if (is_dated) {
        buf_put_number(out, (size_t)own);
    } else {
        buf_puts(out, "Drafts");
    }
    gemtext_end(out, GEMTEXT_HEADING);
}

static void put_index(const struct page_context *context, const struct page *page, struct buf *out)
{
    link_begin(context, page, out);
    buf_printf(out, "%s (%zu)", page->facet->def->title, page->facet->value_count);
    gemtext_end(out, GEMTEXT_LINK);
}

static void put_entry(const struct page_context *context, const struct page *page, struct buf *out)
{
    switch (page->kind) {
    case PAGE_REVIEW:
        link_page(context, page, page->review->title, out);
        break;
    case PAGE_FULL:
        link_labelled(context, page, "The whole text: ", page->review->title, out);
        break;
    case PAGE_SECTION:
        link_page(context, page, page->section->heading, out);
        break;
    case PAGE_REVIEW_QUOTES:
        link_page(context, page, SLICE("Quotes"), out);
        break;
    case PAGE_HAND:
        link_page(context, page, page->hand->title, out);
        break;
    case PAGE_FACET:
        put_index(context, page, out);
        break;
    default:
        break;
    }
}

/* Entries of one kind have a heading, in a book of many reviews those of a year. */
static void put_heading(const struct page *page, bool years, enum page_kind *group, int *year,
                        struct buf *out)
{
    const struct review *review = page->review;
    enum page_kind kind = review != NULL ? PAGE_REVIEW : page->kind;
    if (review != NULL && page->kind == PAGE_REVIEW && years) {
        put_year(review, year, out);
    } else if (page->kind == PAGE_REVIEW) {
        gemtext_blank(out);
        gemtext_heading(out, 2, SLICE("Chapters"));
    }
    if (kind != *group && (kind == PAGE_HAND || kind == PAGE_FACET)) {
        gemtext_blank(out);
        gemtext_heading(out, 2, kind == PAGE_HAND ? SLICE("Pages") : SLICE("Indexes"));
    }
    *group = kind;
}

void book_put_contents(const struct book *book, struct buf *out)
{
    const struct page home = { .kind = PAGE_HOME };
    struct page_context context = book->context;
    enum page_kind group = PAGE_KINDS;
    int year = -1;
    context.here = &home;
    gemtext_heading(out, 1, book->bound.title);
    gemtext_begin(out, GEMTEXT_TEXT, 0);
    size_t first = out->len;
    put_description(book, out);
    if (out->len > first) {
        gemtext_end(out, GEMTEXT_TEXT);
    }
    for (size_t i = 0; i < book->pages.count; i++) {
        const struct page *page = &book->pages.items[i];
        bool is_listed = page->kind != PAGE_FACET_VALUE && page->number == 0;
        if (is_listed) {
            put_heading(page, book->subject.review == NULL, &group, &year, out);
            put_entry(&context, page, out);
        }
    }
    gemtext_blank(out);
    gemtext_heading(out, 2, SLICE("Where it is from"));
    gemtext_begin(out, GEMTEXT_LINK, 0);
    page_put_absolute_url(&context, &home, out);
    buf_putc(out, ' ');
    gemtext_put(out, book->context.capsule->conf.title);
    gemtext_end(out, GEMTEXT_LINK);
}
