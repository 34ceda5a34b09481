#include "import/format.h"

#include "base/attributes.h"
#include "import/phrase.h"

/* Bytes in which an XML file names its root element. */
enum { HEAD_BYTES = 2048 };

static const char *const names[] = {
    [FORMAT_PAGE_TEXT] = "a page saved as text",
    [FORMAT_HTML] = "a saved HTML page",
    [FORMAT_FEED] = "a feed or a blog's export",
    [FORMAT_XML] = "an XML file",
    [FORMAT_JSON] = "a JSON file",
    [FORMAT_ZIP] = "a zip archive",
    [FORMAT_GZIP] = "a gzip file",
    [FORMAT_PDF] = "a PDF file",
    [FORMAT_RTF] = "a rich text (RTF) file",
    [FORMAT_UTF16] = "UTF-16 text",
    [FORMAT_IMAGE] = "an image",
};

static const struct {
    slice begin;
    enum import_format format;
} magic[] = {
    { SLICE_INIT("PK\x03\x04"), FORMAT_ZIP }, { SLICE_INIT("\x1F\x8B"), FORMAT_GZIP },
    { SLICE_INIT("%PDF-"), FORMAT_PDF },      { SLICE_INIT("{\\rtf"), FORMAT_RTF },
    { SLICE_INIT("\xFF\xFE"), FORMAT_UTF16 }, { SLICE_INIT("\xFE\xFF"), FORMAT_UTF16 },
    { SLICE_INIT("\x89PNG"), FORMAT_IMAGE },  { SLICE_INIT("\xFF\xD8\xFF"), FORMAT_IMAGE },
    { SLICE_INIT("GIF8"), FORMAT_IMAGE },
};

static bool holds(slice head, const char *tag)
{
    return slice_find(head, slice_of(tag)) < head.len;
}

/* Comments may stand before anything in HTML and XML. */
static slice after_comments(slice head)
{
    while (slice_starts_with(head, SLICE("<!--"))) {
        head = slice_from(head, slice_find(head, SLICE("-->")));
        head = slice_trim(slice_from(head, 3));
    }
    return head;
}

/* An element that pages, or parts of them, begin with. */
static bool is_html(slice head)
{
    static const char *const tags[] = { "html",  "head",  "body", "article", "div",
                                        "p",     "h1",    "h2",   "h3",      "meta",
                                        "title", "table", "main", "section", "center" };
    if (phrase_starts_with(head, SLICE("<!doctype html"))) {
        return true;
    }
    slice name = slice_from(head, 1);
    for (size_t i = 0; slice_starts_with(head, SLICE("<")) && i < ARRAY_LENGTH(tags); i++) {
        slice tag = slice_of(tags[i]);
        if (phrase_starts_with(name, tag) && name.len > tag.len &&
            (name.ptr[tag.len] == '>' || name.ptr[tag.len] == ' ' || name.ptr[tag.len] == '\n' ||
             name.ptr[tag.len] == '\r' || name.ptr[tag.len] == '\t')) {
            return true;
        }
    }
    return false;
}

enum import_format import_format_of(slice content)
{
    for (size_t i = 0; i < ARRAY_LENGTH(magic); i++) {
        if (slice_starts_with(content, magic[i].begin)) {
            return magic[i].format;
        }
    }
    slice head = slice_head(content, HEAD_BYTES);
    if (slice_starts_with(head, SLICE("\xEF\xBB\xBF"))) {
        head = slice_from(head, 3);
    }
    head = after_comments(slice_trim(head));
    if (is_html(head)) {
        return FORMAT_HTML;
    }
    if (phrase_starts_with(head, SLICE("<?xml")) || phrase_starts_with(head, SLICE("<feed")) ||
        phrase_starts_with(head, SLICE("<rss"))) {
        bool feed = holds(head, "<feed") || holds(head, "<rss");
        return feed ? FORMAT_FEED : holds(head, "<html") ? FORMAT_HTML : FORMAT_XML;
    }
    if (head.len > 1 && (head.ptr[0] == '{' || head.ptr[0] == '[')) {
        slice inside = slice_trim(slice_from(head, 1));
        if (slice_starts_with(inside, SLICE("\"")) || slice_starts_with(inside, SLICE("{"))) {
            return FORMAT_JSON;
        }
    }
    return FORMAT_PAGE_TEXT;
}

const char *import_format_name(enum import_format format)
{
    return names[format];
}
