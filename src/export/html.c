/* html.c: a page as an HTML document: what stands around the text. */

#include "base/limits.h"
#include "export/export.h"
#include "export/html_blocks.h"
#include "export/html_style.h"
#include "export/html_text.h"
#include "pages/feed.h"
#include "pages/link.h"
#include "text/gemtext.h"
#include "text/uri.h"

#define STYLE "style.css"
#define INDEX "index.html"

enum { DESCRIPTION_POINTS = 200 };

/* --- names ------------------------------------------------------------------------------------ */

static bool is_redirect(const struct page *page)
{
    return page->kind == PAGE_ALIAS || page->kind == PAGE_RULE;
}

static bool cut_ending(struct buf *out, size_t start, const char *ending)
{
    bool ends = slice_ends_with(slice_from(buf_slice(out), start), slice_of(ending));
    buf_truncate(out, ends ? out->len - slice_of(ending).len : out->len);
    return ends;
}

/* `x.gmi` is `x.html`. An old address that does not look like a page of HTML is a folder with one:
 * a server would not know what the file is. */
static void put_name(const struct page *page, struct buf *out)
{
    size_t start = out->len;
    page_put_file_name(page, out);
    slice name = slice_from(buf_slice(out), start);
    bool is_file = page->kind == PAGE_STATIC;
    bool is_gemtext = !is_file || slice_equal(page->file->media_type, SLICE("text/gemini"));
    bool cut = is_gemtext && (cut_ending(out, start, ".gmi") || cut_ending(out, start, ".gemini"));
    if (cut || (is_file && is_gemtext)) {
        buf_puts(out, ".html");
    } else if (is_redirect(page) && !slice_ends_with(name, SLICE(".html")) &&
               !slice_ends_with(name, SLICE(".htm"))) {
        buf_puts(out, "/" INDEX);
    }
}

static void put_path(const struct page *page, struct buf *out)
{
    static const slice index =
        SLICE_INIT(INDEX); /* what servers show where a folder is asked for */
    struct buf name;
    buf_init(&name, LIMIT_PAGE);
    put_name(page, &name);
    slice shown = buf_slice(&name);
    if (slice_ends_with(shown, index) &&
        (shown.len == index.len || shown.ptr[shown.len - index.len - 1] == '/')) {
        shown = slice_head(shown, shown.len - index.len);
    }
    buf_putc(out, '/');
    uri_put_path(out, shown);
    buf_release(&name);
}

/* --- what a text is made of ------------------------------------------------------------------- */

struct outline {
    slice title; /* of the first heading; empty: there is none */
    slice first; /* the first line of text */
    slice link;  /* the address of the first link */
    slice body;  /* the text without its end */
    slice end;   /* the ways on from here, with their heading: what stands in the footer */
    bool end_is_text;
};

static void look_at(const struct gemtext_line *line, struct outline *outline)
{
    if (line->type == GEMTEXT_HEADING && outline->title.len == 0) {
        outline->title = line->text;
    } else if (line->type == GEMTEXT_TEXT && outline->first.len == 0) {
        outline->first = slice_trim(line->text);
    } else if (line->type == GEMTEXT_LINK && outline->link.len == 0) {
        outline->link = line->url;
    }
}

/* The last run of links, with the heading right above it, unless a text leads up to it. */
static const char *find_end(slice text, struct outline *outline)
{
    struct gemtext_reader reader = { .rest = text };
    struct gemtext_line line;
    const char *run = NULL;     /* where the links began that the last line is one of */
    const char *heading = NULL; /* one that nothing but blank lines has followed */
    bool announced = false;     /* the same of a text that ends with a colon */
    enum gemtext_type before = GEMTEXT_BLANK;
    while (gemtext_next(&reader, &line)) {
        look_at(&line, outline);
        if (line.type == GEMTEXT_LINK && before != GEMTEXT_LINK) {
            run = announced ? NULL : heading != NULL ? heading : line.raw.ptr;
        }
        if (line.type != GEMTEXT_BLANK) {
            bool new_part = line.type == GEMTEXT_HEADING && line.text.ptr != outline->title.ptr;
            heading = new_part ? line.raw.ptr : NULL;
            run = line.type == GEMTEXT_LINK ? run : NULL;
            announced = line.type == GEMTEXT_TEXT && slice_ends_with(line.text, SLICE(":"));
        }
        before = line.type;
    }
    return run;
}

/* What the author of the capsule wants below its first page. */
static const char *find_footer(slice text, slice footer)
{
    slice end = slice_trim_end(text);
    const char *at = end.len > footer.len ? end.ptr + end.len - footer.len : NULL;
    return footer.len > 0 && at != NULL && slice_ends_with(end, footer) && at[-1] == '\n' ? at
                                                                                          : NULL;
}

static void find_outline(const struct export_page *page, slice text, struct outline *outline)
{
    *outline = (struct outline){ .body = text };
    const char *end = find_end(text, outline);
    if (page->page->kind == PAGE_HOME) {
        const char *footer = find_footer(text, page->site->context->capsule->conf.footer);
        outline->end_is_text = footer != NULL;
        end = footer != NULL ? footer : end;
    }
    if (end != NULL && page->page->kind != PAGE_STATIC && !is_redirect(page->page)) {
        outline->body = slice_between(text.ptr, end);
        outline->end = slice_from(text, outline->body.len);
    }
}

/* Lang may name several; the first is the one most is written in. What matinee says itself is in
 * English, which is all there is to know when nobody gives a language. */
static slice first_language(slice lang)
{
    lang = slice_trim(slice_head(lang, slice_find_byte(lang, ',')));
    return lang.len > 0 ? lang : SLICE("en");
}

/* --- the head --------------------------------------------------------------------------------- */

static void begin_attribute(struct buf *out, const char *before, slice value)
{
    buf_puts(out, before);
    html_put_escaped(out, value);
}

static slice title_of(const struct export_page *page, const struct outline *outline)
{
    slice title = outline->title;
    if (title.len == 0 && page->page->hand != NULL) {
        title = page->page->hand->title;
    }
    if (title.len == 0 && page->page->file != NULL) {
        title = page->page->file->path;
    }
    return title.len > 0 ? title : page->site->context->capsule->conf.title;
}

/* The page, what it is a part of, and the capsule: what tabs and lists of results show. */
static void put_title(const struct export_page *page, slice title, struct buf *out)
{
    slice capsule = page->site->context->capsule->conf.title;
    slice review = page->page->review != NULL ? page->page->review->title : title;
    begin_attribute(out, "<title>", title);
    if (slice_find(title, review) == title.len && review.len > 0) {
        begin_attribute(out, " – ", review);
    }
    if (!slice_starts_with(title, capsule)) {
        begin_attribute(out, " – ", capsule);
    }
    buf_puts(out, "</title>\n");
}

static void put_description(const struct export_page *page, slice first, struct buf *out)
{
    const struct review *review = page->page->review;
    bool cut = false;
    if (review != NULL && (page->page->kind == PAGE_REVIEW || page->page->kind == PAGE_FULL)) {
        first = review->summary.len > 0   ? review->summary
                : review->tagline.len > 0 ? review->tagline
                                          : first;
    }
    if (first.len == 0) {
        return;
    }
    begin_attribute(out, "<meta name=\"description\" content=\"",
                    text_head(first, DESCRIPTION_POINTS, &cut));
    buf_puts(out, cut ? " …\">\n" : "\">\n");
}

/* An address to keep, where it is known: a page has several. */
static void put_canonical(const struct export_page *page, struct buf *out)
{
    struct buf url;
    if (page->site->origin.len == 0) {
        return;
    }
    buf_init(&url, LIMIT_PAGE);
    page_put_absolute_url(page->site->context, page->page, &url);
    begin_attribute(out, "<link rel=\"canonical\" href=\"", buf_slice(&url));
    buf_puts(out, "\">\n");
    buf_release(&url);
}

static void put_feed(struct html_blocks *blocks, const struct page *feed)
{
    const struct page_context *context = blocks->page->site->context;
    struct buf *out = blocks->out;
    slice subject = feed_subject(feed);
    if (!page_is_for(context, feed)) {
        return;
    }
    begin_attribute(out, "<link rel=\"alternate\" type=\"application/atom+xml\" title=\"",
                    context->capsule->conf.title);
    if (subject.len > 0) {
        begin_attribute(out, ": ", subject);
    }
    buf_puts(out, "\" href=\"");
    html_blocks_put_reference(blocks, feed);
    buf_puts(out, "\">\n");
}

/* Of everything, and of what the page lists. */
static void put_feeds(struct html_blocks *blocks)
{
    const struct page all = { .kind = PAGE_ATOM };
    struct page gemsub;
    struct page atom;
    put_feed(blocks, &all);
    if (feed_of(blocks->page->page, &gemsub, &atom) && atom.kind != PAGE_ATOM) {
        put_feed(blocks, &atom);
    }
}

static void put_refresh(struct html_blocks *blocks, slice link)
{
    struct buf url;
    buf_init(&url, LIMIT_PAGE);
    if (is_redirect(blocks->page->page) && link.len > 0 &&
        html_blocks_put_refresh(blocks, link, &url)) {
        begin_attribute(blocks->out,
                        "<meta http-equiv=\"refresh\" content=\"0; url=", buf_slice(&url));
        buf_puts(blocks->out, "\">\n<meta name=\"robots\" content=\"noindex\">\n");
    }
    buf_release(&url);
}

static void put_head(struct html_blocks *blocks, const struct outline *outline)
{
    struct buf *out = blocks->out;
    begin_attribute(out, "<!DOCTYPE html>\n<html lang=\"", blocks->lang);
    buf_puts(out, blocks->right_to_left ? "\" dir=\"rtl\">\n" : "\">\n");
    buf_puts(out, "<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<meta name=\"color-scheme\" content=\"light dark\">\n");
    put_title(blocks->page, title_of(blocks->page, outline), out);
    put_description(blocks->page, outline->first, out);
    put_refresh(blocks, outline->link);
    buf_puts(out, "<link rel=\"stylesheet\" href=\"");
    uri_put_relative(out, blocks->page->name, SLICE(STYLE));
    buf_puts(out, "\">\n");
    if (!is_redirect(blocks->page->page)) {
        put_canonical(blocks->page, out);
        put_feeds(blocks);
    }
    buf_puts(out, "</head>\n");
}

/* --- around the text -------------------------------------------------------------------------- */

static void put_way(struct html_blocks *blocks, const struct page *to, slice label)
{
    const struct page *here = blocks->page->page;
    struct buf *out = blocks->out;
    bool is_here = here->kind == to->kind && here->facet == to->facet && here->number == 0;
    if (!page_is_for(blocks->page->site->context, to)) {
        return;
    }
    buf_puts(out, "<a href=\"");
    html_blocks_put_reference(blocks, to);
    buf_puts(out, is_here ? "\" aria-current=\"page\">" : "\">");
    html_put_text(out, label, blocks->lang);
    buf_puts(out, "</a>\n");
}

/* What stands around a text in another language is in that of the capsule. */
static void put_capsule_lang(struct html_blocks *blocks)
{
    slice lang = first_language(blocks->page->site->context->capsule->conf.lang);
    if (!slice_equal_nocase(lang, blocks->lang)) {
        begin_attribute(blocks->out, " lang=\"", lang);
        buf_putc(blocks->out, '"');
    }
}

/* The ways to everything that every page has. */
static void put_header(struct html_blocks *blocks)
{
    static const enum facet_kind shown[] = { FACET_TAGS, FACET_PEOPLE };
    const struct capsule *capsule = blocks->page->site->context->capsule;
    const struct page home = { .kind = PAGE_HOME };
    const struct page reviews = { .kind = PAGE_REVIEWS };
    const struct page quotes = { .kind = PAGE_QUOTES };
    buf_puts(blocks->out, "<a class=\"skip\" href=\"#main\"");
    put_capsule_lang(blocks);
    buf_puts(blocks->out, ">Skip to the text</a>\n<header");
    put_capsule_lang(blocks);
    buf_puts(blocks->out, "><nav aria-label=\"Site\">\n");
    put_way(blocks, &home, capsule->conf.title);
    put_way(blocks, &reviews, SLICE("Reviews"));
    if (capsule->quote_count > 0) {
        put_way(blocks, &quotes, SLICE("Quotes"));
    }
    for (size_t i = 0; i < ARRAY_LENGTH(shown); i++) {
        const struct facet *facet = &capsule->facets[shown[i]];
        const struct page page = { .kind = PAGE_FACET, .facet = facet };
        if (facet->value_count > 0) {
            put_way(blocks, &page, slice_of(facet->def->title));
        }
    }
    buf_puts(blocks->out, "</nav></header>\n");
}

static void put_footer(struct html_blocks *blocks, const struct outline *outline)
{
    struct buf *out = blocks->out;
    if (outline->end.len == 0) {
        return;
    }
    buf_puts(out, outline->end_is_text ? "<footer>\n" : "<footer><nav aria-label=\"From here\">\n");
    html_blocks_put(blocks, outline->end);
    buf_puts(out, outline->end_is_text ? "</footer>\n" : "</nav></footer>\n");
}

static slice language_of(const struct export_page *page)
{
    return first_language(page->lang.len > 0 ? page->lang
                                             : page->site->context->capsule->conf.lang);
}

static void write(const struct export_page *page, slice text, struct buf *out)
{
    struct html_blocks blocks;
    struct outline outline;
    html_blocks_begin(&blocks, page, language_of(page), out);
    find_outline(page, text, &outline);
    put_head(&blocks, &outline);
    buf_puts(out, "<body>\n");
    put_header(&blocks);
    buf_puts(out, "<main id=\"main\">\n");
    if (outline.title.len == 0) {
        (void)html_blocks_put_heading(&blocks, 1, title_of(page, &outline));
    }
    html_blocks_put(&blocks, outline.body);
    buf_puts(out, "</main>\n");
    put_footer(&blocks, &outline);
    buf_puts(out, "</body>\n</html>\n");
    out->failed = out->failed || blocks.room.failed;
    html_blocks_end(&blocks);
}

/* A reader of feeds shows it below a title of its own. */
static void put_html(const struct page_space *space, const struct page *page, slice text,
                     struct buf *out)
{
    const struct export_site *site = space->site;
    const struct export_page part = { .site = site,
                                      .page = page,
                                      .lang = page_lang(site->context->capsule, page) };
    struct html_blocks blocks;
    html_blocks_begin(&blocks, &part, language_of(&part), out);
    blocks.is_part = true;
    blocks.level = 1;
    html_blocks_put(&blocks, text);
    out->failed = out->failed || blocks.room.failed;
    html_blocks_end(&blocks);
}

static const char *const schemes[] = { "https", "http", NULL };
static const struct export_file files[] = { { STYLE, html_style } };

const struct export_format export_html = { .name = "html",
                                           .index = INDEX,
                                           .media_type = "text/html",
                                           .schemes = schemes,
                                           .put_name = put_name,
                                           .put_path = put_path,
                                           .write = write,
                                           .put_html = put_html,
                                           .files = files,
                                           .file_count = ARRAY_LENGTH(files) };
