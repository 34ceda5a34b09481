/* Any text as gemtext in HTML: what comes out is well-formed, its only elements are ours, and no
 * link in it runs anything. */
#include "base/arena.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "export/export.h"
#include "export/image_size.h"
#include "model/capsule.h"
#include "source/review.h"
#include "text/uri.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

static bool is_one_of(slice word, const char *const *words)
{
    while (*words != NULL && !slice_equal(word, slice_of(*words))) {
        words++;
    }
    return *words != NULL;
}

static void check_scheme(slice url)
{
    static const char *const bad[] = { "javascript", "vbscript", "data", "file", "blob", NULL };
    char room[32];
    slice scheme = uri_scheme(url);
    require(url.len == 0 || (unsigned char)url.ptr[0] > ' ');
    require(scheme.len < sizeof room);
    for (size_t i = 0; i < scheme.len; i++) {
        room[i] = ascii_lower(scheme.ptr[i]);
    }
    require(!is_one_of((slice){ room, scheme.len }, bad));
}

/* ` name="value"`, again and again. */
static void check_attributes(slice rest)
{
    static const char *const known[] = { "lang",       "dir",      "charset",    "name",
                                         "content",    "href",     "rel",        "type",
                                         "title",      "class",    "id",         "src",
                                         "alt",        "loading",  "width",      "height",
                                         "role",       "tabindex", "aria-label", "aria-current",
                                         "http-equiv", NULL };
    while (rest.len > 0) {
        require(rest.ptr[0] == ' ');
        size_t equals = slice_find_byte(rest, '=');
        slice name = slice_head(slice_from(rest, 1), equals - 1);
        require(is_one_of(name, known));
        rest = slice_from(rest, equals + 1);
        require(rest.len > 1 && rest.ptr[0] == '"');
        rest = slice_from(rest, 1);
        size_t end = slice_find_byte(rest, '"');
        require(end < rest.len);
        if (slice_equal(name, SLICE("href")) || slice_equal(name, SLICE("src"))) {
            check_scheme(slice_head(rest, end));
        }
        rest = slice_from(rest, end + 1);
    }
}

struct stack {
    slice open[32];
    size_t count;
};

/* What is between `<` and `>`. */
static void check_tag(struct stack *stack, slice tag)
{
    static const char *const known[] = { "html", "head", "title",  "body",       "header",
                                         "nav",  "main", "footer", "a",          "p",
                                         "ul",   "li",   "bdi",    "h1",         "h2",
                                         "h3",   "h4",   "figure", "figcaption", "blockquote",
                                         "pre",  "time", "span",   NULL };
    static const char *const empty[] = { "meta", "link", "br", "img", "!DOCTYPE", NULL };
    if (slice_starts_with(tag, SLICE("/"))) {
        require(stack->count > 0);
        require(slice_equal(slice_from(tag, 1), stack->open[--stack->count]));
        return;
    }
    slice name = slice_head(tag, slice_find_byte(tag, ' '));
    if (slice_equal(name, SLICE("!DOCTYPE"))) {
        return;
    }
    check_attributes(slice_from(tag, name.len));
    if (!is_one_of(name, empty)) {
        require(is_one_of(name, known) && stack->count < 32);
        stack->open[stack->count++] = name;
    }
}

static void check_html(slice html)
{
    struct stack stack = { .count = 0 };
    require(utf8_find_invalid(html) == html.len);
    for (size_t i = 0; i < html.len; i++) {
        unsigned char c = (unsigned char)html.ptr[i];
        require((c >= ' ' && c != 0x7F) || c == '\n' || c == '\t');
        require(c != '>');
        if (c == '<') {
            slice tag = slice_from(html, i + 1);
            tag = slice_head(tag, slice_find_byte(tag, '>'));
            check_tag(&stack, tag);
            i += tag.len + 1;
            require(i < html.len);
        }
    }
    require(stack.count == 0);
}

static void convert(const struct export_site *site, const char *path, slice text)
{
    struct page page;
    struct buf name;
    struct buf html;
    require(sitemap_find(site->context->capsule, slice_of(path), &page) == SITEMAP_FOUND);
    buf_init(&name, LIMIT_PAGE);
    buf_init(&html, LIMIT_EXPORTED_PAGE);
    site->format->put_name(&page, &name);
    const struct export_page exported = { site, &page, buf_slice(&name), SLICE_EMPTY };
    site->format->write(&exported, text, &html);
    require(!html.failed);
    check_html(buf_slice(&html));
    buf_release(&name);
    buf_release(&html);
}

/* The same inside of a feed. */
static void convert_part(const struct export_site *site, slice text)
{
    const struct page page = { .kind = PAGE_HOME };
    struct buf html;
    buf_init(&html, LIMIT_EXPORTED_PAGE);
    site->space.put_html(&site->space, &page, text, &html);
    require(!html.failed);
    check_html(buf_slice(&html));
    require(slice_find(buf_slice(&html), SLICE(" id=\"")) == html.len);
    buf_release(&html);
}

static void convert_all(const struct capsule *capsule, slice text)
{
    static const char *const paths[] = { "/", "/notes.gmi", "/pictures/", "/feed.gmi" };
    const struct page_context from = {
        .capsule = capsule, .host = SLICE("notes.example"), .today = { 2026, 1, 1 }, .export = true
    };
    struct page_context context;
    struct export_site site;
    export_begin(&site, &export_html, &from, SLICE("https://notes.example"), SLICE("/~kim"),
                 &context);
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        convert(&site, paths[i], text);
    }
    convert_part(&site, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slice host = SLICE("notes.example");
    slice text = { (const char *)data, size };
    struct static_file statics[] = {
        { .path = SLICE("a.png"), .media_type = SLICE("image/png") },
        { .path = SLICE("notes.gmi"), .media_type = SLICE("text/gemini") },
        { .path = SLICE("pictures/index.gmi"), .media_type = SLICE("text/gemini") },
    };
    const struct capsule_parts parts = {
        .conf = { .title = SLICE("Notes <&>"), .hosts = &host, .host_count = 1 },
        .conf_source = { SLICE("capsule.conf"), SLICE_EMPTY },
        .statics = statics,
        .static_count = ARRAY_LENGTH(statics),
        .now = INT64_MAX,
    };
    struct arena arena;
    struct diags diags;
    struct capsule capsule;
    unsigned width;
    unsigned height;
    arena_init(&arena);
    diags_init(&diags);
    capsule_index(&arena, &parts, &capsule, &diags);
    convert_all(&capsule, text);
    (void)!image_size(text, &width, &height);
    arena_release(&arena);
    diags_release(&diags);
    return 0;
}
