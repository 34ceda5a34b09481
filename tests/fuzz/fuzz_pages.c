/* Any text as a review: no page that is made of it is taken over. Each has one title, links of one
 * shape that lead to pages there are, closed preformatted text, and is found again by its URL. */
#include "base/arena.h"
#include "base/limits.h"
#include "model/capsule.h"
#include "pages/sitemap.h"
#include "source/review.h"
#include "text/date.h"
#include "text/gemtext.h"
#include "text/uri.h"

#include <libxml/parser.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

struct run {
    struct page_context context;
    struct buf page;
    struct buf path;
};

/* Links that renderers make lead to pages; what the author wrote may lead anywhere, and is told
 * apart by standing where authors write: so only pages without a body of theirs are looked at. */
static bool has_own_links_only(enum page_kind kind)
{
    return kind != PAGE_REVIEW && kind != PAGE_SECTION && kind != PAGE_FULL && kind != PAGE_HAND;
}

static void check_link(struct run *run, const struct page *page, const struct gemtext_line *line)
{
    struct page found;
    for (size_t i = 0; i < line->url.len; i++) {
        require(line->url.ptr[i] > 0x20 || line->url.ptr[i] < 0);
    }
    if (has_own_links_only(page->kind)) {
        require(slice_starts_with(line->url, run->context.base));
        buf_clear(&run->path);
        uri_put_decoded(&run->path, slice_from(line->url, run->context.base.len));
        require(sitemap_find(run->context.capsule, buf_slice(&run->path), &found) == SITEMAP_FOUND);
    }
}

static void check_gemtext(struct run *run, const struct page *page, slice text)
{
    struct gemtext_reader reader = { .rest = text };
    struct gemtext_line line;
    size_t titles = 0;
    require(text.len > 0 && text.ptr[text.len - 1] == '\n');
    while (gemtext_next(&reader, &line)) {
        titles += line.type == GEMTEXT_HEADING && line.level == 1;
        if (line.type == GEMTEXT_LINK) {
            check_link(run, page, &line);
        }
    }
    require(!reader.preformatted);
    require(titles == 1 || page->kind == PAGE_HAND);
}

/* Feeds are well-formed, to a parser that is not ours. */
static void check_xml(slice text)
{
    const int quiet = XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET;
    xmlDocPtr document = xmlReadMemory(text.ptr, (int)text.len, NULL, "utf-8", quiet);
    require(document != NULL);
    xmlFreeDoc(document);
}

static void check_found(struct run *run, const struct page *page)
{
    struct page found;
    buf_clear(&run->page);
    buf_clear(&run->path);
    page_put_url(&run->context, page, &run->page);
    uri_put_decoded(&run->path, slice_from(buf_slice(&run->page), run->context.base.len));
    if (run->path.len <= LIMIT_REQUEST_URL) {
        require(sitemap_find(run->context.capsule, buf_slice(&run->path), &found) == SITEMAP_FOUND);
        require(found.kind == page->kind && found.review == page->review &&
                found.section == page->section && found.quote == page->quote &&
                found.value == page->value && found.alias == page->alias);
    }
}

static bool check_page(void *context, const struct page *page)
{
    struct run *run = context;
    struct page_answer answer;
    check_found(run, page);
    buf_clear(&run->page);
    page_render(&run->context, page, &run->page, &answer);
    require(!run->page.failed);
    if (slice_equal(answer.media_type, SLICE("text/gemini"))) {
        check_gemtext(run, page, buf_slice(&run->page));
    } else if (slice_equal(answer.media_type, SLICE("application/atom+xml"))) {
        check_xml(buf_slice(&run->page));
    }
    return true;
}

static void check_capsule(const struct capsule *capsule, bool export)
{
    struct run run = { .context = { .capsule = capsule,
                                    .host = SLICE("notes.example"),
                                    .base = export ? SLICE("/~kim") : SLICE_EMPTY,
                                    .today = { 2026, 1, 1 },
                                    .export = true } };
    buf_init(&run.page, LIMIT_PAGE);
    buf_init(&run.path, LIMIT_PAGE);
    require(sitemap_walk(capsule, check_page, &run));
    buf_release(&run.page);
    buf_release(&run.path);
}

static void render(struct arena *arena, slice text, struct diags *diags)
{
    struct review review;
    struct hand_page hand;
    struct review *reviews[] = { &review };
    slice host = SLICE("notes.example");
    struct source source = { SLICE("reviews/a-film.gmi"), text };
    struct source written = { SLICE("pages/about.gmi"), text };
    struct capsule_parts parts = {
        .conf = { .title = SLICE("Notes"), .hosts = &host, .host_count = 1 },
        .conf_source = { SLICE("capsule.conf"), SLICE_EMPTY },
        .reviews = reviews,
        .pages = &hand,
        .now = INT64_MAX,
        .show_drafts = true
    };
    struct capsule capsule;
    if (!source_normalise(arena, &source, diags)) {
        return;
    }
    written.text = source.text;
    parts.review_count = review_parse(arena, &source, &review, diags);
    parts.page_count = hand_page_parse(arena, &written, &hand, diags);
    capsule_index(arena, &parts, &capsule, diags);
    check_capsule(&capsule, false);
    check_capsule(&capsule, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct diags diags;
    if (!date_use_zone(SLICE("UTC"))) {
        return 0;
    }
    arena_init(&arena);
    diags_init(&diags);
    render(&arena, arena_copy(&arena, (slice){ (const char *)data, size }), &diags);
    arena_release(&arena);
    diags_release(&diags);
    return 0;
}
