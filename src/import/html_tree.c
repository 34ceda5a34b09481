#include "import/html_tree.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "import/html_charset.h"
#include "import/html_guard.h"
#include "import/html_text.h"
#include "import/phrase.h"

#include <libxml/HTMLparser.h>
#include <stdlib.h>
#include <string.h>

/* Bytes given to the parser at once. */
enum { CHUNK_BYTES = 16384 };

struct name {
    const char *name;
    unsigned char value;
};

/* Sorted by name. */
static const struct name tags[] = {
    { "a", HTML_A },
    { "address", HTML_ADDRESS },
    { "article", HTML_ARTICLE },
    { "aside", HTML_ASIDE },
    { "audio", HTML_AUDIO },
    { "b", HTML_B },
    { "base", HTML_BASE },
    { "big", HTML_BIG },
    { "blockquote", HTML_BLOCKQUOTE },
    { "body", HTML_BODY },
    { "br", HTML_BR },
    { "button", HTML_BUTTON },
    { "canvas", HTML_CANVAS },
    { "caption", HTML_CAPTION },
    { "center", HTML_CENTER },
    { "cite", HTML_CITE },
    { "dd", HTML_DD },
    { "details", HTML_DETAILS },
    { "dir", HTML_UL },
    { "div", HTML_DIV },
    { "dl", HTML_DL },
    { "dt", HTML_DT },
    { "embed", HTML_EMBED },
    { "fieldset", HTML_FIELDSET },
    { "figcaption", HTML_FIGCAPTION },
    { "figure", HTML_FIGURE },
    { "font", HTML_FONT },
    { "footer", HTML_FOOTER },
    { "form", HTML_FORM },
    { "frame", HTML_IFRAME },
    { "h1", HTML_H1 },
    { "h2", HTML_H2 },
    { "h3", HTML_H3 },
    { "h4", HTML_H4 },
    { "h5", HTML_H5 },
    { "h6", HTML_H6 },
    { "head", HTML_HEAD },
    { "header", HTML_HEADER },
    { "hgroup", HTML_DIV },
    { "hr", HTML_HR },
    { "html", HTML_HTML },
    { "iframe", HTML_IFRAME },
    { "img", HTML_IMG },
    { "input", HTML_INPUT },
    { "legend", HTML_LEGEND },
    { "li", HTML_LI },
    { "link", HTML_LINK },
    { "listing", HTML_PRE },
    { "main", HTML_MAIN },
    { "menu", HTML_UL },
    { "meta", HTML_META },
    { "nav", HTML_NAV },
    { "noscript", HTML_NOSCRIPT },
    { "object", HTML_OBJECT },
    { "ol", HTML_OL },
    { "optgroup", HTML_OPTION },
    { "option", HTML_OPTION },
    { "p", HTML_P },
    { "plaintext", HTML_PRE },
    { "pre", HTML_PRE },
    { "q", HTML_Q },
    { "script", HTML_SCRIPT },
    { "section", HTML_SECTION },
    { "select", HTML_SELECT },
    { "source", HTML_SOURCE },
    { "strong", HTML_STRONG },
    { "style", HTML_STYLE },
    { "summary", HTML_SUMMARY },
    { "svg", HTML_SVG },
    { "table", HTML_TABLE },
    { "td", HTML_TD },
    { "template", HTML_TEMPLATE },
    { "textarea", HTML_TEXTAREA },
    { "th", HTML_TH },
    { "time", HTML_TIME },
    { "title", HTML_TITLE },
    { "tr", HTML_TR },
    { "u", HTML_U },
    { "ul", HTML_UL },
    { "video", HTML_VIDEO },
    { "xmp", HTML_PRE },
};

/* Sorted by name. */
static const struct name attributes[] = {
    { "alt", HTML_ALT },
    { "class", HTML_CLASS },
    { "content", HTML_CONTENT },
    { "data", HTML_DATA },
    { "data-lazy-src", HTML_DATA_ORIGINAL },
    { "data-original", HTML_DATA_ORIGINAL },
    { "data-src", HTML_DATA_ORIGINAL },
    { "datetime", HTML_DATETIME },
    { "height", HTML_HEIGHT },
    { "hidden", HTML_HIDDEN },
    { "href", HTML_HREF },
    { "id", HTML_ID },
    { "itemprop", HTML_ITEMPROP },
    { "name", HTML_NAME },
    { "property", HTML_PROPERTY },
    { "rel", HTML_REL },
    { "role", HTML_ROLE },
    { "size", HTML_SIZE },
    { "src", HTML_SRC },
    { "srcset", HTML_SRCSET },
    { "start", HTML_START },
    { "style", HTML_STYLE_RULES },
    { "title", HTML_TITLE_TEXT },
    { "type", HTML_TYPE },
    { "value", HTML_VALUE },
    { "width", HTML_WIDTH },
};

/* What the parser's calls work on. */
struct reading {
    struct arena *arena;
    struct html_tree *tree;
    const struct source *source;
    struct diags *diags;
    htmlParserCtxtPtr parser;
    struct buf text; /* of the run of characters that has not ended */
    unsigned text_line;
    unsigned line; /* of the source's first line in the input */
    size_t parent; /* the element we are in */
    unsigned depth;
    bool failed;
};

static int compare_names(const void *key, const void *item)
{
    return strcmp(key, ((const struct name *)item)->name);
}

static const struct name *find_name(const struct name *names, size_t count, const xmlChar *wanted)
{
    char lower[16];
    size_t len = strlen((const char *)wanted);
    if (len >= sizeof lower) {
        return NULL;
    }
    for (size_t i = 0; i <= len; i++) {
        lower[i] = ascii_lower((char)wanted[i]);
    }
    return bsearch(lower, names, count, sizeof *names, compare_names);
}

static unsigned line_now(const struct reading *reading)
{
    int line = reading->parser->input != NULL ? reading->parser->input->line : 1;
    return reading->line + (line > 1 ? (unsigned)line - 1 : 0);
}

static void fail(struct reading *reading, const char *what, unsigned limit)
{
    if (!reading->failed) {
        reading->failed = true;
        diags_add(reading->diags, DIAG_ERROR, reading->source, NULL,
                  "line %u: %s; no page has more than %u", line_now(reading), what, limit);
        xmlStopParser(reading->parser);
    }
}

static struct html_node *add_node(struct reading *reading, enum html_tag tag, unsigned line)
{
    struct html_tree *tree = reading->tree;
    if (tree->count == LIMIT_HTML_NODES) {
        fail(reading, "too many elements", LIMIT_HTML_NODES);
        return NULL;
    }
    struct html_node *node = ARRAY_ADD(reading->arena, tree);
    *node = (struct html_node){
        .tag = (unsigned char)tag, .line = line, .parent = reading->parent, .end = tree->count
    };
    return node;
}

static void end_text(struct reading *reading)
{
    if (reading->text.len > 0) {
        struct html_node *node = add_node(reading, HTML_TEXT, reading->text_line);
        if (node != NULL) {
            node->text = arena_copy(reading->arena, buf_slice(&reading->text));
        }
        buf_clear(&reading->text);
    }
}

/* A copy, line breaks in it as blanks: lists of words may have their words on several lines. */
static slice kept_value(const struct reading *reading, unsigned char attribute,
                        const xmlChar *value)
{
    slice all = value != NULL ? slice_of((const char *)value) : SLICE_EMPTY;
    size_t max = LIMIT_HTML_VALUE;
    if (phrase_starts_with(slice_trim(all), SLICE("data:"))) {
        bool whole =
            reading->tree->with_data && attribute == HTML_SRC && all.len <= LIMIT_HTML_DATA;
        max = whole ? LIMIT_HTML_DATA : HTML_DATA_BYTES;
    }
    slice kept = utf8_head(all, max);
    if (kept.len == 0) {
        return SLICE_EMPTY;
    }
    kept = arena_copy(reading->arena, kept);
    for (char *at = (char *)kept.ptr; at < kept.ptr + kept.len; at++) {
        *at = *at == '\n' || *at == '\r' || *at == '\t' || *at == '\f' ? ' ' : *at;
    }
    return kept;
}

static void keep_values(const struct reading *reading, struct html_node *node,
                        const xmlChar **given)
{
    struct html_value values[ARRAY_LENGTH(attributes)];
    size_t count = 0;
    for (size_t i = 0; given != NULL && given[i] != NULL; i += 2) {
        const struct name *name = find_name(attributes, ARRAY_LENGTH(attributes), given[i]);
        if (name != NULL && count < ARRAY_LENGTH(values)) {
            values[count++] =
                (struct html_value){ name->value, kept_value(reading, name->value, given[i + 1]) };
        }
    }
    if (count > 0) {
        node->values = arena_copy_array(reading->arena, values, count, sizeof *values);
        node->value_count = count;
    }
}

static void on_start(void *context, const xmlChar *name, const xmlChar **values)
{
    struct reading *reading = context;
    if (reading->failed) {
        return;
    }
    end_text(reading);
    const struct name *found = find_name(tags, ARRAY_LENGTH(tags), name);
    struct html_node *node =
        reading->failed
            ? NULL
            : add_node(reading, found != NULL ? found->value : HTML_OTHER, line_now(reading));
    if (node != NULL) {
        keep_values(reading, node, values);
        reading->parent = (size_t)(node - reading->tree->items);
        if (++reading->depth > LIMIT_HTML_DEPTH) {
            fail(reading, "elements are nested too deeply", LIMIT_HTML_DEPTH);
        }
    }
}

/* The parser ends what it began, and in order. */
static void on_end(void *context, const xmlChar *name)
{
    struct reading *reading = context;
    (void)name;
    if (reading->failed || reading->depth == 0) {
        return;
    }
    end_text(reading);
    reading->tree->items[reading->parent].end = reading->tree->count;
    reading->parent = reading->tree->items[reading->parent].parent;
    reading->depth--;
}

static void on_text(void *context, const xmlChar *text, int len)
{
    struct reading *reading = context;
    if (reading->failed || len <= 0) {
        return;
    }
    if (reading->text.len == 0) {
        reading->text_line = line_now(reading);
    }
    buf_put(&reading->text, (slice){ (const char *)text, (size_t)len });
}

/* `saved from url=(0030)https://…`: the number is the length of the address. */
static void on_comment(void *context, const xmlChar *text)
{
    struct reading *reading = context;
    slice comment = slice_trim(slice_of((const char *)text));
    slice begin = SLICE("saved from url=(");
    if (!reading->failed && slice_equal(comment, SLICE("more"))) {
        end_text(reading);
        (void)add_node(reading, HTML_MORE, line_now(reading));
    }
    if (reading->tree->saved_from.len == 0 && phrase_starts_with(comment, begin)) {
        size_t close = slice_find_byte(comment, ')');
        slice url = slice_trim(slice_from(comment, close + 1));
        if (close < comment.len && url.len <= LIMIT_HTML_VALUE) {
            reading->tree->saved_from = arena_copy(reading->arena, url);
        }
    }
}

static bool run_parser(struct reading *reading, slice text)
{
    htmlSAXHandler calls = { .startElement = on_start,
                             .endElement = on_end,
                             .characters = on_text,
                             .ignorableWhitespace = on_text,
                             .cdataBlock = on_text,
                             .comment = on_comment };
    reading->parser =
        htmlCreatePushParserCtxt(&calls, reading, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
    if (reading->parser == NULL) {
        diags_add(reading->diags, DIAG_ERROR, reading->source, NULL, "no memory for the parser");
        return false;
    }
    (void)htmlCtxtUseOptions(reading->parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
                                                  HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
                                                  HTML_PARSE_IGNORE_ENC);
    while (text.len > 0 && !reading->failed) {
        /* A character is never cut in two. */
        slice chunk = utf8_head(text, CHUNK_BYTES);
        (void)htmlParseChunk(reading->parser, chunk.ptr, (int)chunk.len, 0);
        text = slice_from(text, chunk.len);
    }
    if (!reading->failed) {
        (void)htmlParseChunk(reading->parser, NULL, 0, 1);
    }
    end_text(reading);
    htmlFreeParserCtxt(reading->parser);
    return !reading->failed;
}

bool html_tree_read(struct arena *arena, const struct source *source, unsigned line, bool fragment,
                    struct html_tree *tree, struct diags *diags)
{
    struct reading reading = {
        .arena = arena, .tree = tree, .source = source, .diags = diags, .line = line
    };
    slice text = source->text;
    *tree = (struct html_tree){ .with_data = tree->with_data };
    if (!fragment && !html_charset_decode(arena, source, &text, diags)) {
        return false;
    }
    buf_init(&reading.text, (size_t)-1);
    (void)add_node(&reading, HTML_OTHER, line);
    bool ok = run_parser(&reading, html_guard_attributes(arena, text));
    /* What the parser left open ends with the text. */
    for (size_t open = reading.parent; ok; open = tree->items[open].parent) {
        tree->items[open].end = tree->count;
        if (open == 0) {
            break;
        }
    }
    buf_release(&reading.text);
    return ok;
}

slice html_value(const struct html_node *node, enum html_attribute attribute)
{
    for (size_t i = 0; i < node->value_count; i++) {
        if (node->values[i].attribute == attribute && node->values[i].value.len > 0) {
            return slice_trim(node->values[i].value);
        }
    }
    return SLICE_EMPTY;
}

bool html_has(const struct html_node *node, enum html_attribute attribute)
{
    for (size_t i = 0; i < node->value_count; i++) {
        if (node->values[i].attribute == attribute) {
            return true;
        }
    }
    return false;
}

bool html_has_word(const struct html_node *node, enum html_attribute attribute, slice word)
{
    slice words = html_value(node, attribute);
    slice one;
    while (phrase_next_word(&words, &one)) {
        if (slice_equal_nocase(one, word)) {
            return true;
        }
    }
    return false;
}

bool html_is_block(const struct html_node *node)
{
    switch ((enum html_tag)node->tag) {
    case HTML_ADDRESS:
    case HTML_ARTICLE:
    case HTML_ASIDE:
    case HTML_BLOCKQUOTE:
    case HTML_BODY:
    case HTML_CAPTION:
    case HTML_CENTER:
    case HTML_DD:
    case HTML_DETAILS:
    case HTML_DIV:
    case HTML_DL:
    case HTML_DT:
    case HTML_FIELDSET:
    case HTML_FIGCAPTION:
    case HTML_FIGURE:
    case HTML_FOOTER:
    case HTML_FORM:
    case HTML_H1:
    case HTML_H2:
    case HTML_H3:
    case HTML_H4:
    case HTML_H5:
    case HTML_H6:
    case HTML_HEAD:
    case HTML_HEADER:
    case HTML_HR:
    case HTML_HTML:
    case HTML_LEGEND:
    case HTML_LI:
    case HTML_MAIN:
    case HTML_NAV:
    case HTML_OL:
    case HTML_OPTION:
    case HTML_P:
    case HTML_PRE:
    case HTML_SECTION:
    case HTML_SUMMARY:
    case HTML_TABLE:
    case HTML_TD:
    case HTML_TH:
    case HTML_TITLE:
    case HTML_TR:
    case HTML_UL:
        return true;
    default:
        return false;
    }
}

slice html_text(struct arena *arena, const struct html_tree *tree, size_t node)
{
    struct html_line line;
    html_line_init(&line);
    for (size_t i = node; i < tree->items[node].end;) {
        const struct html_node *item = &tree->items[i];
        if (item->tag == HTML_SCRIPT || item->tag == HTML_STYLE) {
            i = item->end;
            continue;
        }
        line.gap = line.text.len > 0 && (line.gap || item->tag == HTML_BR || html_is_block(item));
        html_line_put(&line, item->text, (struct html_style){ 0 });
        i++;
    }
    slice text = html_line_take(&line, arena);
    html_line_release(&line);
    return text;
}
