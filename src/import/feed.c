#include "import/feed.h"

#include "base/limits.h"
#include "import/feed_draft.h"
#include "import/xml_stream.h"

static const char *const kind_names[] = {
    [FEED_ATOM] = "an Atom feed",
    [FEED_BLOGGER_LIVE] = "a Blogger feed",
    [FEED_BLOGGER_EXPORT] = "a Blogger export",
    [FEED_BLOGGER_TAKEOUT] = "a Blogger feed from Google Takeout",
    [FEED_RSS] = "an RSS feed",
    [FEED_WORDPRESS] = "a WordPress export",
};

/* Elements of HTML that have no end tag (HTML, "Void elements"): `</br>` would be another one. */
static const slice voids[] = {
    SLICE_INIT("area"),  SLICE_INIT("base"), SLICE_INIT("br"),    SLICE_INIT("col"),
    SLICE_INIT("embed"), SLICE_INIT("hr"),   SLICE_INIT("img"),   SLICE_INIT("input"),
    SLICE_INIT("link"),  SLICE_INIT("meta"), SLICE_INIT("param"), SLICE_INIT("source"),
    SLICE_INIT("track"), SLICE_INIT("wbr"),
};

struct reader {
    const struct byte_stream *input;
    struct arena *arena; /* of the feed */
    struct feed *feed;
    entry_visit *visit;
    void *context;
    struct diags *diags;
    enum feed_place places[LIMIT_XML_DEPTH + 2]; /* where elements of a depth stand */

    /* The element whose text is taken. */
    enum feed_word word;
    unsigned word_depth; /* 0: none is */
    bool markup;         /* it holds elements that are part of its value (XHTML) */
    struct buf *into;
    struct buf text;

    struct feed_draft entry;
    struct feed_draft comment; /* of WordPress, inside of the entry */
    unsigned entry_depth;      /* 0: outside of any */
    unsigned comment_depth;
    struct buf content;
    struct buf description;
    bool has_content;
    bool has_description;
    bool content_is_html;
    bool is_format; /* of the category that is read: WordPress's kind of post, no label */
};

const char *feed_kind_name(enum feed_kind kind)
{
    return kind_names[kind];
}

/* --- values ------------------------------------------------------------------------------------
 */

/* The type of a text of Atom: RFC 4287, 3.1.1 and 4.1.3. */
static bool type_is_markup(slice type)
{
    return slice_equal_nocase(type, SLICE("xhtml")) ||
           slice_equal_nocase(type, SLICE("application/xhtml+xml"));
}

static bool type_is_html(slice type)
{
    return slice_equal_nocase(type, SLICE("html")) ||
           slice_equal_nocase(type, SLICE("text/html")) || type_is_markup(type);
}

/* Begin to take the text of `element`, which means `word`. The first of a kind counts. */
static void take_text(struct reader *reader, const struct xml_element *element, enum feed_word word)
{
    struct feed_draft *draft = &reader->entry;
    slice type = xml_attribute(element, "type");
    bool html = type_is_html(type);
    reader->into = &reader->text;
    buf_clear(&reader->text);
    if (word == WORD_CONTENT || word == WORD_DESCRIPTION) {
        bool *has = word == WORD_CONTENT ? &reader->has_content : &reader->has_description;
        if (*has) {
            return;
        }
        *has = true;
        reader->into = word == WORD_CONTENT ? &reader->content : &reader->description;
        /* Both together are not larger than one may be. */
        const struct buf *other = word == WORD_CONTENT ? &reader->description : &reader->content;
        reader->into->max = LIMIT_ENTRY_CONTENT - other->len;
        if (word == WORD_CONTENT) {
            reader->content_is_html = html;
        }
    } else if (word == WORD_TITLE) {
        draft->entry.title_is_html = html;
    } else if (word == WORD_SUMMARY) {
        draft->entry.summary_is_html = html;
    } else if (word == WORD_CATEGORY) {
        reader->is_format = slice_equal(xml_attribute(element, "domain"), SLICE("post_format"));
    }
    reader->word = word;
    reader->word_depth = element->depth;
    reader->markup = type_is_markup(type);
}

static unsigned long number_of(slice text)
{
    unsigned long number = 0;
    return slice_to_number(text, 1000000000, &number) ? number : 0;
}

static void set_once(struct reader *reader, slice *value, slice text)
{
    if (value->len == 0 && text.len > 0) {
        *value = arena_copy(reader->arena, text);
    }
}

static void set_of_feed(struct reader *reader, enum feed_word word, slice text)
{
    struct feed *feed = reader->feed;
    switch (word) {
    case WORD_FEED_TITLE:
        set_once(reader, &feed->title, text);
        break;
    case WORD_FEED_AUTHOR:
        set_once(reader, &feed->author, text);
        break;
    case WORD_FEED_URL:
        set_once(reader, &feed->url, text);
        break;
    case WORD_TOTAL:
        feed->total = number_of(text);
        break;
    case WORD_START:
        feed->start = number_of(text);
        break;
    case WORD_PER_PAGE:
        feed->per_page = number_of(text);
        break;
    case WORD_WXR:
        feed->kind = FEED_WORDPRESS;
        break;
    default:
        break;
    }
}

/* The element whose text was taken has ended. */
static void keep_text(struct reader *reader)
{
    enum feed_word word = reader->word;
    struct buf *into = reader->into;
    slice text = slice_trim(buf_slice(into));
    reader->word_depth = 0;
    struct feed_draft *draft = reader->comment_depth > 0 ? &reader->comment : &reader->entry;
    if (reader->entry_depth == 0) {
        set_of_feed(reader, word, into->failed ? SLICE_EMPTY : text);
    } else if (into->failed) {
        draft->too_large = true;
    } else if (word == WORD_CATEGORY) {
        feed_draft_category(draft, SLICE_EMPTY, reader->is_format ? SLICE_EMPTY : text);
    } else if (into == &reader->text) {
        feed_draft_set(draft, word, text);
    }
}

/* Elements whose attributes are their value. */
static void take_attributes(struct reader *reader, const struct xml_element *element,
                            enum feed_word word)
{
    slice rel = xml_attribute(element, "rel");
    slice href = xml_attribute(element, "href");
    struct feed_draft *draft = &reader->entry;
    switch (word) {
    case WORD_FEED_LINK:
        if (slice_equal(rel, SLICE("next"))) {
            set_once(reader, &reader->feed->next, href);
        } else if (rel.len == 0 || slice_equal(rel, SLICE("alternate"))) {
            set_once(reader, &reader->feed->url, href);
        }
        break;
    case WORD_LINK:
        feed_draft_link(draft, rel, href);
        break;
    case WORD_CATEGORY:
        feed_draft_category(draft, xml_attribute(element, "scheme"),
                            xml_attribute(element, "term"));
        break;
    case WORD_ANSWERS_REF:
        feed_draft_set(draft, WORD_PARENT, xml_attribute(element, "ref"));
        break;
    case WORD_PROPERTY:
        draft->removed = draft->removed || slice_equal(xml_attribute(element, "name"),
                                                       SLICE("blogger.contentRemoved"));
        break;
    default:
        break;
    }
}

/* --- entries -----------------------------------------------------------------------------------
 */

static void begin_entry(struct reader *reader, const struct xml_element *element)
{
    reader->entry_depth = element->depth;
    reader->has_content = reader->has_description = reader->content_is_html = false;
    buf_clear(&reader->content);
    buf_clear(&reader->description);
    feed_draft_begin(&reader->entry, element->line);
}

static bool hand_on(struct reader *reader, const struct feed_draft *draft, enum draft_result result)
{
    const struct entry *entry = &draft->entry;
    if (draft->too_large) {
        diags_add_line(reader->diags, DIAG_ERROR, reader->input->path, entry->line,
                       "an entry with a content of more than %u bytes, or another value of more "
                       "than %u; it is passed over",
                       LIMIT_ENTRY_CONTENT, LIMIT_ENTRY_VALUE);
        reader->feed->refused++;
        return true;
    }
    if (result == DRAFT_OTHER) {
        reader->feed->others++;
        return true;
    }
    reader->feed->entries[entry->kind][entry->status]++;
    return reader->visit(reader->context, entry);
}

static bool end_entry(struct reader *reader)
{
    struct feed_draft *draft = &reader->entry;
    slice content = slice_trim(buf_slice(&reader->content));
    slice description = slice_trim(buf_slice(&reader->description));
    draft->entry.content = content.len > 0 ? content : description;
    draft->entry.content_is_html = reader->content_is_html;
    draft->entry.summary = draft->values[WORD_SUMMARY];
    if (draft->entry.summary.len == 0 && content.len > 0) {
        draft->entry.summary = description;
    }
    enum draft_result result =
        feed_draft_finish(draft, reader->feed, reader->arena, reader->input, reader->diags);
    bool go_on = hand_on(reader, draft, result);
    reader->entry_depth = 0;
    feed_draft_release(draft);
    return go_on;
}

static bool end_comment(struct reader *reader)
{
    enum draft_result result =
        feed_draft_finish_comment(&reader->comment, &reader->entry, reader->input, reader->diags);
    bool go_on = hand_on(reader, &reader->comment, result);
    reader->comment_depth = 0;
    feed_draft_release(&reader->comment);
    return go_on;
}

/* --- the document ------------------------------------------------------------------------------
 */

/* Text or a value between quotes, as HTML has it. Line breaks stay: they mean something in <pre>.
 */
static void put_escaped(struct buf *out, slice text)
{
    size_t done = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '&' || c == '<' || c == '>' || c == '"') {
            buf_put(out, slice_between(text.ptr + done, text.ptr + i));
            buf_puts(out, c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&quot;");
            done = i + 1;
        }
    }
    buf_put(out, slice_from(text, done));
}

/* A tag inside of XHTML, as HTML has it. */
static void put_tag(struct buf *out, const struct xml_element *element)
{
    buf_putc(out, '<');
    buf_put(out, element->name);
    for (size_t i = 0; i < element->attributes; i++) {
        struct xml_attribute attribute = xml_attribute_at(element, i);
        buf_putc(out, ' ');
        buf_put(out, attribute.name);
        buf_puts(out, "=\"");
        put_escaped(out, attribute.value);
        buf_putc(out, '"');
    }
    buf_putc(out, '>');
}

static bool is_void(slice name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(voids); i++) {
        if (slice_equal_nocase(voids[i], name)) {
            return true;
        }
    }
    return false;
}

static bool begin_root(struct reader *reader, const struct xml_element *element,
                       enum feed_word word)
{
    if (word == WORD_NONE) {
        diags_add_line(reader->diags, DIAG_ERROR, reader->input->path, element->line,
                       "this is neither Atom nor RSS 2.0: its first element is <%.*s>",
                       SLICE_ARG(slice_head(element->name, 80)));
        return false;
    }
    reader->feed->kind = word == WORD_RSS ? FEED_RSS : FEED_ATOM;
    return true;
}

static bool on_start(void *context, const struct xml_element *element)
{
    struct reader *reader = context;
    if (reader->word_depth > 0) {
        if (reader->markup) {
            put_tag(reader->into, element);
        }
        return true;
    }
    struct feed_element found =
        feed_element_find(reader->places[element->depth], element->space, element->name);
    reader->places[element->depth + 1] = found.inside;
    if (element->depth == 1) {
        return begin_root(reader, element, found.word);
    }
    if (found.word == WORD_ENTRY) {
        begin_entry(reader, element);
    } else if (found.word == WORD_COMMENT) {
        reader->comment_depth = element->depth;
        feed_draft_begin(&reader->comment, element->line);
    } else if (found.has_text) {
        take_text(reader, element, found.word);
    } else if (found.word != WORD_NONE) {
        take_attributes(reader, element, found.word);
    }
    return true;
}

static bool on_end(void *context, slice name, unsigned depth)
{
    struct reader *reader = context;
    if (reader->word_depth == depth) {
        keep_text(reader);
    } else if (reader->word_depth > 0) {
        if (reader->markup && !is_void(name)) {
            buf_printf(reader->into, "</%.*s>", SLICE_ARG(name));
        }
    } else if (reader->comment_depth == depth) {
        return end_comment(reader);
    } else if (reader->entry_depth == depth) {
        return end_entry(reader);
    }
    return true;
}

static bool on_text(void *context, slice text)
{
    struct reader *reader = context;
    if (reader->word_depth > 0 && !reader->into->failed) {
        if (reader->markup) {
            put_escaped(reader->into, text);
        } else {
            buf_put(reader->into, text);
        }
    }
    return true;
}

bool feed_read(struct arena *arena, const struct byte_stream *input, struct feed *feed,
               entry_visit *visit, void *context, struct diags *diags)
{
    struct reader reader = {
        .input = input,
        .arena = arena,
        .feed = feed,
        .visit = visit,
        .context = context,
        .diags = diags,
        .places = { [1] = PLACE_ROOT },
    };
    const struct xml_handler handler = { on_start, on_end, on_text, &reader };
    size_t errors = diags->counts[DIAG_ERROR];
    *feed = (struct feed){ 0 };
    buf_init(&reader.text, LIMIT_ENTRY_VALUE);
    buf_init(&reader.content, LIMIT_ENTRY_CONTENT);
    buf_init(&reader.description, LIMIT_ENTRY_CONTENT);
    bool ok = xml_stream_read(input, &handler, diags);
    feed_draft_release(&reader.entry);
    feed_draft_release(&reader.comment);
    buf_release(&reader.text);
    buf_release(&reader.content);
    buf_release(&reader.description);
    return ok && diags->counts[DIAG_ERROR] == errors;
}
