#include "pages/body.h"

#include "base/limits.h"
#include "pages/link.h"
#include "text/uri.h"

void body_put_address(slice address, struct buf *out)
{
    size_t rest = uri_scheme(address).len + 1;
    if (slice_starts_with(slice_from(address, rest), SLICE("//"))) {
        rest += 2;
        while (rest < address.len && address.ptr[rest] != '/' && address.ptr[rest] != '?' &&
               address.ptr[rest] != '#') {
            rest++;
        }
    }
    uri_put_host(out, slice_head(address, rest));
    uri_put_written(out, slice_from(address, rest));
}

/* `path` without what says that it starts at the root, which all do. A second slash would make the
 * first name a host, which nobody means here, and dots would lead out of the base. */
static slice below_root(slice path)
{
    size_t dots = 0;
    do {
        path = slice_from(path, dots);
        while (path.len > 0 && path.ptr[0] == '/') {
            path = slice_from(path, 1);
        }
        dots = slice_starts_with(path, SLICE("..")) ? 2 : slice_starts_with(path, SLICE("."));
    } while (dots > 0 && (dots == path.len || path.ptr[dots] == '/'));
    return path;
}

/* What a book has of the page that an author means: itself, or another form of the same text. */
static bool take_stand_in(const struct page_book *book, struct page *page)
{
    static const enum page_kind forms[PAGE_KINDS] = {
        [PAGE_SECTION] = PAGE_FULL, [PAGE_QUOTE] = PAGE_REVIEW_QUOTES, [PAGE_ALIAS] = PAGE_REVIEW
    };
    struct page other = { .kind = forms[page->kind], .review = page->review };
    if (page->kind == PAGE_ALIAS) {
        other.review = page->alias->review;
    } else if (book->holds(book->context, page)) {
        return true;
    }
    if (other.review == NULL || page->kind == PAGE_SOURCE) {
        return false;
    }
    if (other.kind == PAGE_HOME || !book->holds(book->context, &other)) {
        other.kind = PAGE_REVIEW;
    }
    *page = other;
    return book->holds(book->context, page);
}

/* A path from the root, as an author wrote it, on a page of a book. False, and nothing, when the
 * book does not have it. */
static bool put_path_in_book(const struct page_context *context, slice written, struct buf *out)
{
    char room[LIMIT_REQUEST_URL + 1];
    struct buf path;
    struct page page;
    size_t end = 0;
    while (end < written.len && written.ptr[end] != '?' && written.ptr[end] != '#') {
        end++;
    }
    bool asks = end < written.len && written.ptr[end] == '?';
    buf_init_on(&path, room, sizeof room);
    buf_putc(&path, '/');
    uri_put_decoded(&path, slice_head(written, end));
    if (path.failed || asks ||
        sitemap_find(context->capsule, buf_slice(&path), &page) == SITEMAP_NOT_FOUND ||
        !take_stand_in(context->book, &page)) {
        return false;
    }
    page_put_url(context, &page, out);
    uri_put_written(out, slice_from(written, end));
    return true;
}

enum target_kind body_resolve(const struct page_context *context, const struct gemtext_line *line,
                              slice *label, struct buf *out)
{
    const struct review *review = NULL;
    const struct facet *facet = NULL;
    const struct facet_value *value = NULL;
    *label = line->text;
    if (capsule_resolve_name(context->capsule, line->url, &review, &facet, &value)) {
        struct page page = { .kind = PAGE_REVIEW, .review = review };
        bool told =
            review == NULL || capsule_may_tell(context->capsule, context->area, review->area);
        /* A tree of files has nothing at the address of what is closed. */
        if ((review == NULL && value == NULL) || (!told && context->export)) {
            *label = label->len > 0 ? *label : line->url;
            return TARGET_NOTHING;
        }
        if (label->len == 0 && !told) {
            *label = line->url;
        }
        if (review == NULL) {
            page = (struct page){ .kind = PAGE_FACET_VALUE, .facet = facet, .value = value };
        }
        if (label->len == 0) {
            *label = review != NULL ? review->title : value->text;
        }
        page_put_url(context, &page, out);
        return TARGET_URL;
    }
    if (uri_scheme(line->url).len > 0) {
        body_put_address(line->url, out);
        return TARGET_URL;
    }
    slice path = below_root(line->url);
    if (context->book == NULL || !put_path_in_book(context, path, out)) {
        page_put_root(context, out);
        buf_putc(out, '/');
        uri_put_written(out, path);
    }
    if (label->len == 0) {
        *label = line->url;
    }
    return TARGET_URL;
}

static void put_link(const struct page_context *context, const struct gemtext_line *line,
                     struct buf *out)
{
    size_t start = out->len;
    slice label;
    gemtext_begin(out, GEMTEXT_LINK, 0);
    if (body_resolve(context, line, &label, out) == TARGET_NOTHING) {
        buf_truncate(out, start);
        gemtext_text(out, label);
        return;
    }
    if (label.len > 0) {
        buf_putc(out, ' ');
        gemtext_put(out, label);
    }
    gemtext_end(out, GEMTEXT_LINK);
}

static void put_line(const struct page_context *context, const struct gemtext_line *line,
                     bool *preformatted, struct buf *out)
{
    if (line->type == GEMTEXT_FENCE) {
        *preformatted = !*preformatted;
    }
    if (line->type == GEMTEXT_LINK) {
        put_link(context, line, out);
    } else {
        gemtext_line(out, line);
    }
}

static void close_preformatted(bool preformatted, struct buf *out)
{
    if (preformatted) {
        const struct gemtext_line fence = { .type = GEMTEXT_FENCE };
        gemtext_line(out, &fence);
    }
}

void body_put_lines(const struct page_context *context, const struct gemtext_lines *lines,
                    struct buf *out)
{
    bool preformatted = false;
    for (size_t i = 0; i < lines->count; i++) {
        const struct gemtext_line line = gemtext_lines_at(lines, i);
        put_line(context, &line, &preformatted, out);
    }
    close_preformatted(preformatted, out);
}

void body_put_attribution(const struct quote *quote, struct buf *out)
{
    if (quote->speaker.text.len == 0) {
        return;
    }
    gemtext_begin(out, GEMTEXT_TEXT, 0);
    buf_puts(out, "— ");
    gemtext_put(out, quote->speaker.text);
    if (quote->context.len > 0) {
        buf_puts(out, ", ");
        gemtext_put(out, quote->context);
    }
    gemtext_end(out, GEMTEXT_TEXT);
}

/* The first quote that ends after line `index`. */
static size_t first_quote(const struct review *review, uint32_t index)
{
    size_t low = 0;
    size_t high = review->quote_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (review->quotes[middle].lines.end <= index) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The quote whose attribution is line `index`; `*next` moves along with the lines. */
static const struct quote *attributed(const struct review *review, uint32_t index, size_t *next)
{
    while (*next < review->quote_count && review->quotes[*next].lines.end <= index &&
           review->quotes[*next].attribution != index) {
        (*next)++;
    }
    bool here = *next < review->quote_count && review->quotes[*next].attribution == index;
    return here ? &review->quotes[*next] : NULL;
}

void body_put(const struct page_context *context, const struct review *review,
              struct line_range range, unsigned sub_level, struct buf *out)
{
    bool preformatted = false;
    size_t next_quote = first_quote(review, range.first);
    for (uint32_t i = range.first; i < range.end && i < review->lines.count; i++) {
        if (gemtext_lines_type(&review->lines, i) == GEMTEXT_BLANK) {
            gemtext_blank(out); /* every other line is one */
            continue;
        }
        struct gemtext_line line = gemtext_lines_at(&review->lines, i);
        const struct quote *quote = attributed(review, i, &next_quote);
        if (quote != NULL && line.type == GEMTEXT_TEXT && quote->speaker.text.len > 0) {
            body_put_attribution(quote, out);
            continue;
        }
        if (line.type == GEMTEXT_HEADING && line.level == 3) {
            line.level = sub_level;
        }
        put_line(context, &line, &preformatted, out);
    }
    close_preformatted(preformatted, out);
}

void body_put_review(const struct page_context *context, const struct review *review,
                     struct buf *out)
{
    body_put(context, review, review->lede, 3, out);
    for (size_t i = 0; i < review->section_count; i++) {
        if (i > 0 || body_has_text(review, review->lede)) {
            gemtext_blank(out);
        }
        gemtext_heading(out, 2, review->sections[i].heading);
        body_put(context, review, review->sections[i].lines, 3, out);
    }
}

bool body_has_text(const struct review *review, struct line_range range)
{
    for (uint32_t i = range.first; i < range.end && i < review->lines.count; i++) {
        if (gemtext_lines_type(&review->lines, i) != GEMTEXT_BLANK) {
            return true;
        }
    }
    return false;
}

static slice first_paragraph(const struct review *review, struct line_range range)
{
    for (uint32_t i = range.first; i < range.end && i < review->lines.count; i++) {
        if (gemtext_lines_type(&review->lines, i) == GEMTEXT_TEXT) {
            return gemtext_lines_at(&review->lines, i).text;
        }
    }
    return SLICE_EMPTY;
}

void body_put_teaser(const struct review *review, size_t points, struct buf *out)
{
    bool cut = false;
    if (review->summary.len > 0) {
        gemtext_put(out, review->summary);
        return;
    }
    gemtext_put(out, text_head(first_paragraph(review, review->lede), points, &cut));
    buf_puts(out, cut ? " …" : "");
}
