/* gopher.c: pages as the menus and texts of a gopher hole (RFC 1436). Layer: export.
 *
 * A menu is a file called gophermap in the folder that its selector names, with a line an item and
 * LF at its end: what Gophernicus, PyGopherd, Bucktooth and others read, who add CRLF, the last
 * line, and host and port where none are given. Text stands in items of the type `i`, with all of
 * their fields: of lines without them servers interpret the first character, or drop blanks. */

#include "base/limits.h"
#include "base/utf8.h"
#include "export/columns.h"
#include "export/export.h"
#include "export/gopher_item.h"
#include "pages/link.h"
#include "text/gemtext.h"
#include "text/uri.h"

static const char *const schemes[] = { "gopher", NULL };

struct writer {
    const struct export_page *page;
    struct buf *out;
    bool is_menu;
    bool at_top;         /* nothing was written yet */
    bool blank;          /* the last line was empty */
    bool wrapped;        /* it was the end of a paragraph of several lines */
    size_t lines;        /* of the last text */
    struct buf clean;    /* scratch: the text of a line */
    struct buf rooms[2]; /* scratch: of an item */
};

/* What follows the text of a line of the type `i`: a selector, a host and a port that nobody asks
 * for. Servers put the text or their own host into fields that are empty. */
#define NOWHERE "\tfake\tnull.host\t1\n"
#define TITLE "\tTITLE\tnull.host\t1\n"

static void put_line(struct writer *writer, const char *before, slice text, const char *fields)
{
    if (writer->is_menu) {
        buf_putc(writer->out, 'i');
    } else if (*before == '\0' && slice_equal(text, SLICE("."))) {
        before = " "; /* alone it would be the end of the text (RFC 1436, 3.8) */
    }
    buf_puts(writer->out, before);
    buf_put(writer->out, text);
    buf_puts(writer->out, writer->is_menu ? fields : "\n");
    writer->at_top = false;
    writer->blank = false;
}

static void put_blank(struct writer *writer)
{
    if (!writer->at_top && !writer->blank) {
        put_line(writer, "", SLICE_EMPTY, NOWHERE);
    }
    writer->blank = true;
}

/* `text` in lines that begin with `first`, and then with `then`, which is as wide. The widest
 * line's columns. */
static size_t put_text(struct writer *writer, const char *first, const char *then, slice text,
                       const char *fields)
{
    size_t widest = 0;
    size_t columns = LIMIT_GOPHER_COLUMNS - slice_of(first).len;
    const char *before = first;
    buf_clear(&writer->clean);
    columns_put_clean(&writer->clean, text);
    slice rest = buf_slice(&writer->clean);
    writer->lines = 0;
    for (slice line; columns_next(&rest, columns, LIMIT_GOPHER_TEXT, &line); writer->lines++) {
        size_t width = columns_of(line);
        widest = width > widest ? width : widest;
        put_line(writer, before, line, fields);
        before = then;
    }
    if (writer->lines == 0) {
        put_line(writer, "", slice_trim_end(slice_of(first)), NOWHERE);
    }
    return widest;
}

/* A link that is no item: in a text, with an address that is too long for a menu, or without one,
 * when it leads nowhere. */
static void put_plain_link(struct writer *writer, const struct gemtext_line *line, bool with_url)
{
    struct buf *text = &writer->rooms[1];
    buf_clear(text);
    buf_put(text, line->text.len > 0 ? line->text : line->url);
    if (with_url && line->text.len > 0) {
        buf_printf(text, " <%.*s>", SLICE_ARG(line->url));
    }
    (void)put_text(writer, "", "", buf_slice(text), NOWHERE);
}

/* Bytes of the item's line without its label. */
static size_t item_length(const struct gopher_item *item)
{
    enum { TYPE_AND_LINE_END = 2, TAB = 1, PORT = 5 };
    size_t address = item->host.len > 0 ? TAB + item->host.len + TAB + PORT : 0;
    return TYPE_AND_LINE_END + TAB + item->selector.len + address;
}

/* The first line of the label is the item, others follow it as text. A label of nothing that could
 * be seen is none. */
static void put_item(struct writer *writer, const struct gopher_item *item,
                     const struct gemtext_line *link)
{
    slice line = SLICE_EMPTY;
    size_t most = LIMIT_GOPHER_LINE - item_length(item);
    buf_clear(&writer->clean);
    columns_put_clean(&writer->clean, link->text);
    if (writer->clean.len == 0) {
        columns_put_clean(&writer->clean, link->url);
    }
    slice rest = buf_slice(&writer->clean);
    (void)columns_next(&rest, LIMIT_GOPHER_COLUMNS, most, &line);
    buf_putc(writer->out, item->type);
    buf_put(writer->out, line);
    buf_putc(writer->out, '\t');
    buf_put(writer->out, item->selector);
    if (item->host.len > 0) {
        buf_putc(writer->out, '\t');
        buf_put(writer->out, item->host);
        buf_printf(writer->out, "\t%d", item->port);
    }
    buf_putc(writer->out, '\n');
    while (columns_next(&rest, LIMIT_GOPHER_COLUMNS, LIMIT_GOPHER_TEXT, &line)) {
        put_line(writer, "", line, NOWHERE);
    }
    writer->at_top = false;
    writer->blank = false;
}

static void put_link(struct writer *writer, const struct gemtext_line *line)
{
    enum { SHORTEST_LABEL = 300 };
    struct gopher_item item;
    bool found = writer->is_menu && gopher_item_find(writer->page, line->url, writer->rooms, &item);
    if (found && item_length(&item) + SHORTEST_LABEL <= LIMIT_GOPHER_LINE) {
        put_item(writer, &item, line);
    } else {
        put_plain_link(writer, line, found || !writer->is_menu);
    }
}

static void put_heading(struct writer *writer, const struct gemtext_line *line)
{
    static const char underlines[] = { '=', '-', '~' };
    put_blank(writer);
    size_t width = put_text(writer, "", "", line->text, line->level == 1 ? TITLE : NOWHERE);
    buf_clear(&writer->clean);
    buf_fill(&writer->clean, underlines[line->level - 1],
             width < LIMIT_GOPHER_COLUMNS ? width : LIMIT_GOPHER_COLUMNS);
    put_line(writer, "", buf_slice(&writer->clean), NOWHERE);
}

/* As wide as it is, but for what no server would read as one line. */
static void put_verbatim(struct writer *writer, slice text)
{
    buf_clear(&writer->clean);
    columns_put_verbatim(&writer->clean, text);
    slice rest = buf_slice(&writer->clean);
    do {
        slice line = utf8_head(rest, LIMIT_GOPHER_TEXT);
        put_line(writer, "", line, NOWHERE);
        rest = slice_from(rest, line.len);
    } while (rest.len > 0);
}

/* Lines of text that follow each other without an empty one between them are paragraphs, which
 * clients of Gemini tell apart. Here long ones would run into each other. */
static void put_paragraph(struct writer *writer, slice text, bool after_wrapped)
{
    if (after_wrapped) {
        put_blank(writer);
    }
    (void)put_text(writer, "", "", text, NOWHERE);
    writer->wrapped = writer->lines > 1;
}

static void put_gemtext_line(struct writer *writer, const struct gemtext_line *line)
{
    bool after_wrapped = writer->wrapped;
    writer->wrapped = false;
    switch (line->type) {
    case GEMTEXT_TEXT:
        put_paragraph(writer, line->text, after_wrapped);
        break;
    case GEMTEXT_BLANK:
        put_blank(writer);
        break;
    case GEMTEXT_LINK:
        put_link(writer, line);
        break;
    case GEMTEXT_HEADING:
        put_heading(writer, line);
        break;
    case GEMTEXT_ITEM:
        (void)put_text(writer, "* ", "  ", line->text, NOWHERE);
        break;
    case GEMTEXT_QUOTE:
        (void)put_text(writer, "> ", "> ", line->text, NOWHERE);
        break;
    case GEMTEXT_FENCE:
        break;
    case GEMTEXT_VERBATIM:
        put_verbatim(writer, line->text);
        break;
    }
}

static void write(const struct export_page *page, slice text, struct buf *out)
{
    struct writer writer = {
        .page = page, .out = out, .is_menu = gopher_is_menu(page->page), .at_top = true
    };
    struct gemtext_reader reader = { .rest = text };
    struct gemtext_line line;
    buf_init(&writer.clean, LIMIT_PAGE);
    buf_init(&writer.rooms[0], LIMIT_PAGE);
    buf_init(&writer.rooms[1], LIMIT_PAGE);
    while (gemtext_next(&reader, &line)) {
        put_gemtext_line(&writer, &line);
    }
    out->failed = out->failed || writer.clean.failed;
    buf_release(&writer.clean);
    buf_release(&writer.rooms[0]);
    buf_release(&writer.rooms[1]);
}

/* --- what the tree is told -------------------------------------------------------------------- */

/* The folder of a menu is what its page is called in a capsule, so that a selector is the path that
 * the same page has there, and no two pages can meet. */
static void put_name(const struct page *page, struct buf *out)
{
    size_t start = out->len;
    gopher_put_place(page, out);
    if (gopher_is_menu(page)) {
        bool in_folder = out->len == start || out->ptr[out->len - 1] == '/';
        buf_puts(out, in_folder ? "" : "/");
        buf_puts(out, export_gopher.index);
    }
}

static void put_type(const struct page *page, struct buf *out)
{
    buf_putc(out, '/');
    buf_putc(out, gopher_type(page));
}

static void put_path(const struct page *page, struct buf *out)
{
    struct buf place;
    buf_init(&place, LIMIT_PAGE);
    gopher_put_place(page, &place);
    buf_putc(out, '/');
    uri_put_path(out, buf_slice(&place));
    buf_release(&place);
}

/* Servers list what is in a folder without a menu: also what the author has linked nowhere. */
static void write_folder(const struct export_site *site, struct buf *out)
{
    const struct page home = { .kind = PAGE_HOME };
    const struct export_page page = { .site = site, .page = &home };
    struct buf text;
    buf_init(&text, LIMIT_PAGE);
    gemtext_heading(&text, 1, site->context->capsule->conf.title);
    gemtext_text(&text, SLICE("There is no page here."));
    gemtext_blank(&text);
    link_home(site->context, &text);
    write(&page, buf_slice(&text), out);
    buf_release(&text);
}

const struct export_format export_gopher = { .name = "gopher",
                                             .index = "gophermap",
                                             .schemes = schemes,
                                             .put_name = put_name,
                                             .put_type = put_type,
                                             .put_path = put_path,
                                             .write = write,
                                             .write_folder = write_folder };
