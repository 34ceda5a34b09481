#include "export/gopher_item.h"

#include "base/attributes.h"
#include "base/utf8.h"
#include "export/target.h"
#include "gemini/url.h"
#include "text/uri.h"

/* Room for every path that a request can have, and for names in static/ that are longer. */
enum { GOPHER_PORT = 70, PATH_BYTES = 8192 };

/* Reading it in one go is what the long page is for, and what gopher readers take texts for. */
static bool is_text(const struct page *page)
{
    return page->kind == PAGE_FULL;
}

/* True when the file that has `page` as gemtext has a name with that ending. */
static bool has_ending(const struct page *page, const char *ending)
{
    char room[PATH_BYTES];
    struct buf name;
    buf_init_on(&name, room, sizeof room);
    page_put_file_name(page, &name);
    return slice_ends_with(buf_slice(&name), slice_of(ending));
}

bool gopher_is_menu(const struct page *page)
{
    switch (page->kind) {
    case PAGE_STATIC:
        return slice_equal(page->file->media_type, SLICE("text/gemini"));
    case PAGE_ALIAS: /* whatever they are called */
    case PAGE_RULE:
        return true;
    default:
        return !is_text(page) && has_ending(page, ".gmi");
    }
}

static char type_of_media(slice type)
{
    static const struct {
        const char *start;
        char type;
    } types[] = {
        { "image/gif", 'g' },        { "image/", 'I' },
        { "text/html", 'h' },        { "text/", '0' },
        { "audio/", 's' },           { "application/atom+xml", '0' },
        { "application/json", '0' }, { "application/xml", '0' },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        if (slice_starts_with(type, slice_of(types[i].start))) {
            return types[i].type;
        }
    }
    return '9';
}

static char type_of_name(const struct page *page)
{
    bool text = has_ending(page, ".txt") || has_ending(page, ".xml") || has_ending(page, ".gmi");
    return text ? '0' : '9';
}

char gopher_type(const struct page *page)
{
    if (gopher_is_menu(page)) {
        return '1';
    }
    return page->kind == PAGE_STATIC ? type_of_media(page->file->media_type) : type_of_name(page);
}

void gopher_put_place(const struct page *page, struct buf *out)
{
    static const slice index = SLICE_INIT("index.gmi");
    size_t start = out->len;
    page_put_file_name(page, out);
    slice name = slice_from(buf_slice(out), start);
    if (gopher_is_menu(page) &&
        (slice_equal(name, index) || slice_ends_with(name, SLICE("/index.gmi")))) {
        buf_truncate(out, out->len - index.len);
    }
}

/* True for what a menu, which is UTF-8, can say without that a field or a line ends in it. */
static bool is_sayable(slice text)
{
    int32_t c = 0;
    for (slice rest = text; utf8_next(&rest, &c);) {
        if (c == '\t' || utf8_is_control(c)) {
            return false;
        }
    }
    return text.len > 0 && utf8_find_invalid(text) == text.len;
}

/* True for files that servers never show. No tree has them. */
static bool is_hidden(slice selector)
{
    return slice_find(selector, SLICE("/.")) < selector.len;
}

static bool is_type(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z' && c != 'i') ||
           c == ';' || c == ':' || c == '+';
}

/* gopher://HOST:PORT/TSELECTOR (RFC 4266). What servers would add something to is left as an
 * address: a selector without its first slash, a search. */
static bool find_gopher(slice address, struct buf *room, struct gopher_item *item)
{
    struct url url;
    if (!url_parse(address, &url) || url.host.len == 0 || url.host_is_ipv6 || url.has_query ||
        !is_sayable(url.host)) {
        return false;
    }
    uri_put_decoded(room, slice_from(url.path, 2));
    slice selector = url.path.len > 2 ? buf_slice(room) : SLICE("/");
    *item = (struct gopher_item){ .type = url.path.len > 1 ? url.path.ptr[1] : '1',
                                  .selector = selector,
                                  .host = url.host,
                                  .port = url.port > 0 ? url.port : GOPHER_PORT };
    return is_type(item->type) && slice_starts_with(selector, SLICE("/")) && is_sayable(selector);
}

/* Other protocols: clients that know the convention take the address out of the selector, others
 * ask the server, which sends a page that leads there. */
static bool find_elsewhere(slice address, struct buf *room, struct gopher_item *item)
{
    if (slice_equal_nocase(uri_scheme(address), SLICE("gopher")) &&
        find_gopher(address, room, item)) {
        return true;
    }
    buf_clear(room);
    buf_puts(room, "URL:");
    buf_put(room, address);
    *item = (struct gopher_item){ .type = 'h', .selector = buf_slice(room) };
    return utf8_is_ascii(address) && is_sayable(address);
}

bool gopher_item_find(const struct export_page *page, slice url, struct buf rooms[2],
                      struct gopher_item *item)
{
    struct target target;
    struct buf *room = &rooms[1];
    buf_clear(room);
    target_find(page, url, &rooms[0], &target);
    switch (target.where) {
    case TARGET_MISSING:
        return false;
    case TARGET_ELSEWHERE:
        return find_elsewhere(target.url, room, item) && !room->failed;
    case TARGET_PAGE:
        break;
    }
    uri_put_decoded(room, page->site->base);
    buf_putc(room, '/');
    gopher_put_place(&target.page, room);
    *item = (struct gopher_item){ .type = gopher_type(&target.page), .selector = buf_slice(room) };
    return !room->failed && is_sayable(item->selector) && !is_hidden(item->selector);
}
