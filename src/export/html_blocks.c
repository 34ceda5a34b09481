#include "export/html_blocks.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "export/html_text.h"
#include "text/gemtext.h"
#include "text/slug.h"
#include "text/uri.h"

enum { ID_BYTES = 80 };

/* --- ids -------------------------------------------------------------------------------------- */

/* How often there was an id is kept with it, so that many of one name cost no more. */
static void claim(struct html_blocks *blocks, slice id)
{
    size_t *times = arena_alloc(&blocks->arena, sizeof *times);
    *times = 1;
    slice_map_set(&blocks->ids, id, times);
}

static slice new_id(struct html_blocks *blocks, slice text)
{
    struct buf *name = &blocks->name;
    buf_clear(name);
    if (utf8_find_invalid(text) == text.len) {
        slug_put(name, text, ID_BYTES);
    }
    if (name->len == 0) {
        buf_puts(name, "part");
    }
    slice id = arena_copy(&blocks->arena, buf_slice(name));
    size_t *times = slice_map_get(&blocks->ids, id);
    if (times == NULL) {
        claim(blocks, id);
        return id;
    }
    slice other;
    do {
        other = arena_printf(&blocks->arena, "%.*s-%zu", SLICE_ARG(id), ++*times);
    } while (slice_map_get(&blocks->ids, other) != NULL);
    claim(blocks, other);
    return other;
}

void html_blocks_begin(struct html_blocks *blocks, const struct export_page *page, slice lang,
                       struct buf *out)
{
    *blocks = (struct html_blocks){
        .page = page, .lang = lang, .right_to_left = html_is_right_to_left(lang), .out = out
    };
    arena_init(&blocks->arena);
    slice_map_init(&blocks->ids, &blocks->arena);
    claim(blocks, SLICE("main"));
    buf_init(&blocks->room, LIMIT_PAGE);
    buf_init(&blocks->name, LIMIT_PAGE);
    buf_init(&blocks->url, LIMIT_PAGE);
}

void html_blocks_end(struct html_blocks *blocks)
{
    slice_map_release(&blocks->ids);
    buf_release(&blocks->room);
    buf_release(&blocks->name);
    buf_release(&blocks->url);
    arena_release(&blocks->arena);
}

/* --- texts ------------------------------------------------------------------------------------ */

/* On a page that is written from left to right most texts are, and say nothing of it. */
static bool is_directed(const struct html_blocks *blocks, slice text)
{
    return blocks->right_to_left || html_has_right_to_left(text);
}

/* `<p>`, with the direction when one has to be found out. The items of a list stay on one side:
 * there it is that of the words alone. */
static void begin(struct html_blocks *blocks, const char *element, slice text)
{
    bool item = strcmp(element, "li") == 0;
    const char *direction = !is_directed(blocks, text) ? ">" : item ? "><bdi>" : " dir=\"auto\">";
    buf_putc(blocks->out, '<');
    buf_puts(blocks->out, element);
    buf_puts(blocks->out, direction);
    blocks->isolated = item && is_directed(blocks, text);
}

static void end(struct html_blocks *blocks, const char *element)
{
    buf_puts(blocks->out, blocks->isolated ? "</bdi></" : "</");
    buf_puts(blocks->out, element);
    buf_puts(blocks->out, ">\n");
    blocks->isolated = false;
}

static void put_text(struct html_blocks *blocks, const char *element, slice text)
{
    begin(blocks, element, text);
    html_put_text(blocks->out, text, blocks->lang);
    end(blocks, element);
}

/* --- headings --------------------------------------------------------------------------------- */

slice html_blocks_put_heading(struct html_blocks *blocks, unsigned level, slice text)
{
    slice id = SLICE_EMPTY;
    unsigned least = blocks->level == 0 ? 1 : 2;
    unsigned most = blocks->level + 1;
    level = level < least ? least : level > most ? most : level;
    blocks->level = level;
    buf_printf(blocks->out, "<h%u", level);
    if (level > 1 && !blocks->is_part) {
        id = new_id(blocks, text);
        buf_puts(blocks->out, " id=\"");
        html_put_escaped(blocks->out, id);
        buf_putc(blocks->out, '"');
    }
    buf_puts(blocks->out, is_directed(blocks, text) ? " dir=\"auto\">" : ">");
    html_put_text(blocks->out, text, blocks->lang);
    buf_printf(blocks->out, "</h%u>\n", level);
    return id;
}

/* --- links ------------------------------------------------------------------------------------ */

static void put_relative(struct html_blocks *blocks, const struct page *to, struct buf *out)
{
    struct buf *name = &blocks->name;
    if (blocks->is_part) {
        page_put_absolute_url(blocks->page->site->context, to, out);
        return;
    }
    buf_clear(name);
    blocks->page->site->format->put_name(to, name);
    uri_put_relative(out, blocks->page->name, buf_slice(name));
    out->failed = out->failed || name->failed;
}

void html_blocks_put_reference(struct html_blocks *blocks, const struct page *to)
{
    struct buf *url = &blocks->url;
    buf_clear(url);
    put_relative(blocks, to, url);
    html_put_escaped(blocks->out, buf_slice(url));
    blocks->out->failed = blocks->out->failed || url->failed;
}

/* Schemes that programs are called for, or a browser, and none that runs what is written in it. */
static bool can_be_opened(slice scheme)
{
    static const char *const known[] = { "https",   "http",    "gemini", "mailto", "gopher",
                                         "gophers", "spartan", "titan",  "nex",    "finger",
                                         "ftp",     "ftps",    "sftp",   "tel",    "sms",
                                         "xmpp",    "irc",     "ircs",   "matrix", "magnet",
                                         "ipfs",    "nntp",    "news",   "geo",    "misfin" };
    bool found = false;
    for (size_t i = 0; i < ARRAY_LENGTH(known) && !found; i++) {
        found = slice_equal_nocase(scheme, slice_of(known[i]));
    }
    return found;
}

/* What no browser shows is said: a reader may have no program for it. */
static bool is_for_browsers(slice scheme)
{
    static const char *const known[] = { "https", "http", "mailto", "tel", "sms" };
    bool found = false;
    for (size_t i = 0; i < ARRAY_LENGTH(known) && !found; i++) {
        found = slice_equal_nocase(scheme, slice_of(known[i]));
    }
    return found;
}

static void put_elsewhere(struct html_blocks *blocks, const struct target *target, slice label)
{
    struct buf *out = blocks->out;
    if (!can_be_opened(target->scheme)) {
        html_put_text(out, label, blocks->lang);
        if (!slice_equal(label, target->url)) {
            buf_puts(out, " (");
            html_put_escaped(out, target->url);
            buf_putc(out, ')');
        }
        return;
    }
    buf_puts(out, "<a href=\"");
    html_put_escaped(out, target->url);
    buf_puts(out, "\">");
    html_put_text(out, label, blocks->lang);
    if (!is_for_browsers(target->scheme)) {
        buf_puts(out, " (");
        html_put_escaped(out, target->scheme);
        buf_putc(out, ')');
    }
    buf_puts(out, "</a>");
}

static void put_target(struct html_blocks *blocks, const struct target *target, slice label)
{
    struct buf *out = blocks->out;
    if (target->where == TARGET_ELSEWHERE) {
        put_elsewhere(blocks, target, label);
    } else if (target->where == TARGET_PAGE) {
        buf_puts(out, "<a href=\"");
        html_blocks_put_reference(blocks, &target->page);
        buf_puts(out, "\">");
        html_put_text(out, label, blocks->lang);
        buf_puts(out, "</a>");
    } else {
        html_put_text(out, label, blocks->lang);
    }
}

static slice label_of(const struct gemtext_line *line)
{
    return line->text.len > 0 ? line->text : line->url;
}

/* The link `line` in an element of its own. */
static void put_link(struct html_blocks *blocks, const char *element,
                     const struct gemtext_line *line, const struct target *target)
{
    begin(blocks, element, label_of(line));
    put_target(blocks, target, label_of(line));
    end(blocks, element);
}

static void put_image(struct html_blocks *blocks, const struct gemtext_line *line,
                      const struct page *image)
{
    const struct export_site *site = blocks->page->site;
    struct buf *out = blocks->out;
    unsigned width;
    unsigned height;
    buf_puts(out, "<figure><a href=\"");
    html_blocks_put_reference(blocks, image);
    buf_puts(out, "\"><img src=\"");
    html_blocks_put_reference(blocks, image);
    buf_puts(out, "\" alt=\"");
    html_put_escaped(out, label_of(line));
    if (site->image_size != NULL &&
        site->image_size(site->image_from, image->file, &width, &height)) {
        buf_printf(out, "\" width=\"%u\" height=\"%u", width, height);
    }
    buf_puts(out, "\" loading=\"lazy\"></a></figure>\n");
}

bool html_blocks_put_refresh(struct html_blocks *blocks, slice reference, struct buf *out)
{
    struct target target;
    target_find(blocks->page, reference, &blocks->room, &target);
    if (target.where == TARGET_PAGE) {
        put_relative(blocks, &target.page, out);
        return true;
    }
    bool web =
        target.where == TARGET_ELSEWHERE && (slice_equal_nocase(target.scheme, SLICE("https")) ||
                                             slice_equal_nocase(target.scheme, SLICE("http")));
    buf_put(out, web ? target.url : SLICE_EMPTY);
    return web;
}

/* --- runs of lines ---------------------------------------------------------------------------- */

static enum gemtext_type next_type(struct gemtext_reader reader)
{
    enum gemtext_type type;
    slice raw;
    return gemtext_next_raw(&reader, &type, &raw) ? type : GEMTEXT_BLANK;
}

static void put_items(struct html_blocks *blocks, struct gemtext_reader *reader,
                      struct gemtext_line line)
{
    buf_puts(blocks->out, "<ul>\n");
    put_text(blocks, "li", line.text);
    while (next_type(*reader) == GEMTEXT_ITEM && gemtext_next(reader, &line)) {
        put_text(blocks, "li", line.text);
    }
    end(blocks, "ul");
}

/* A list of one is none. */
static void put_links(struct html_blocks *blocks, struct gemtext_reader *reader,
                      struct gemtext_line line)
{
    bool in_list = false;
    bool more;
    do {
        struct target target;
        target_find(blocks->page, line.url, &blocks->room, &target);
        more = next_type(*reader) == GEMTEXT_LINK;
        bool image = target.where == TARGET_PAGE && target_is_image(&target.page);
        if (image && in_list) {
            end(blocks, "ul");
            in_list = false;
        }
        if (!image && !in_list && more) {
            buf_puts(blocks->out, "<ul>\n");
            in_list = true;
        }
        if (image) {
            put_image(blocks, &line, &target.page);
        } else {
            put_link(blocks, in_list ? "li" : "p", &line, &target);
        }
    } while (more && gemtext_next(reader, &line));
    if (in_list) {
        end(blocks, "ul");
    }
}

/* --- quotes ----------------------------------------------------------------------------------- */

static bool is_attribution(slice text)
{
    return slice_starts_with(text, SLICE("—")) || slice_starts_with(text, SLICE("―")) ||
           slice_starts_with(text, SLICE("-- "));
}

/* Lines of one paragraph stay lines: a quote may be verse. */
static void put_quoted(struct html_blocks *blocks, struct gemtext_reader *reader,
                       struct gemtext_line line)
{
    struct buf *out = blocks->out;
    bool in_paragraph = false;
    bool more;
    begin(blocks, "blockquote", line.text);
    do {
        more = next_type(*reader) == GEMTEXT_QUOTE;
        if (line.text.len == 0) {
            buf_puts(out, in_paragraph ? "</p>" : "");
            in_paragraph = false;
        } else if (in_paragraph) {
            buf_puts(out, "<br>\n");
            html_put_text(out, line.text, blocks->lang);
        } else {
            buf_puts(out, "<p>"); /* whose direction is that of the quote, with the bar beside it */
            html_put_text(out, line.text, blocks->lang);
            in_paragraph = true;
        }
    } while (more && gemtext_next(reader, &line));
    buf_puts(out, in_paragraph ? "</p>" : "");
    end(blocks, "blockquote");
}

/* The line right below a quote says whose it is: as text, or as one link. */
static void put_quote(struct html_blocks *blocks, struct gemtext_reader *reader,
                      struct gemtext_line line)
{
    struct target target;
    buf_puts(blocks->out, "<figure>");
    put_quoted(blocks, reader, line);
    struct gemtext_reader ahead = *reader;
    struct gemtext_line after;
    bool any = gemtext_next(&ahead, &after);
    if (any && after.type == GEMTEXT_TEXT && is_attribution(after.text)) {
        put_text(blocks, "figcaption", after.text);
        *reader = ahead;
    } else if (any && after.type == GEMTEXT_LINK && next_type(ahead) != GEMTEXT_LINK) {
        target_find(blocks->page, after.url, &blocks->room, &target);
        if (target.where != TARGET_PAGE || !target_is_image(&target.page)) {
            put_link(blocks, "figcaption", &after, &target);
            *reader = ahead;
        }
    }
    end(blocks, "figure");
}

/* --- preformatted text ------------------------------------------------------------------------ */

/* The first line break after the tag would be dropped. Tabs hold columns, so they stay. */
static void put_verbatim(struct buf *out, slice text)
{
    size_t tab;
    while ((tab = slice_find_byte(text, '\t')) < text.len) {
        html_put_escaped(out, slice_head(text, tab));
        buf_putc(out, '\t');
        text = slice_from(text, tab + 1);
    }
    html_put_escaped(out, text);
    buf_putc(out, '\n');
}

/* It may be wider than the page, so it can be scrolled with the keyboard, and has a name for it. */
static void put_preformatted(struct html_blocks *blocks, struct gemtext_reader *reader,
                             const struct gemtext_line *fence)
{
    struct buf *out = blocks->out;
    struct gemtext_line line;
    buf_puts(out, "<pre tabindex=\"0\" role=\"group\" aria-label=\"");
    html_put_escaped(out, fence->text.len > 0 ? fence->text : SLICE("Preformatted text"));
    buf_puts(out, "\">\n");
    while (gemtext_next(reader, &line) && line.type == GEMTEXT_VERBATIM) {
        put_verbatim(out, line.text);
    }
    end(blocks, "pre");
}

/* ---------------------------------------------------------------------------------------------- */

void html_blocks_put(struct html_blocks *blocks, slice text)
{
    struct gemtext_reader reader = { .rest = text };
    struct gemtext_line line;
    while (gemtext_next(&reader, &line)) {
        switch (line.type) {
        case GEMTEXT_BLANK:
        case GEMTEXT_VERBATIM:
            break;
        case GEMTEXT_TEXT: /* without the blank that keeps it from looking like another type */
            put_text(blocks, "p", slice_trim(line.text));
            break;
        case GEMTEXT_LINK:
            put_links(blocks, &reader, line);
            break;
        case GEMTEXT_HEADING:
            (void)html_blocks_put_heading(blocks, line.level, line.text);
            break;
        case GEMTEXT_ITEM:
            put_items(blocks, &reader, line);
            break;
        case GEMTEXT_QUOTE:
            put_quote(blocks, &reader, line);
            break;
        case GEMTEXT_FENCE:
            put_preformatted(blocks, &reader, &line);
            break;
        }
    }
}
