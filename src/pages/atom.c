/* atom.c: Atom feeds (RFC 4287), of the capsule, of a value or of quotes.
 *
 * Everything that is written to `out` as text or as an address is escaped where it stands. */

#include "base/limits.h"
#include "pages/body.h"
#include "pages/feed.h"
#include "pages/identity.h"
#include "pages/link.h"
#include "pages/quote.h"
#include "pages/render.h"
#include "text/gemtext.h"
#include "text/uri.h"
#include "text/xml.h"

#include <string.h>

#define GEMTEXT "text/gemini"

enum { SUMMARY_POINTS = 300 };

/* A feed while it is written. */
struct atom {
    const struct page_context *context;
    const struct page *feed;
    struct buf *out;
    size_t texts; /* bytes that the texts of reviews have taken */
};

/* --- elements --- */

static void begin_element(struct buf *out, const char *indent, const char *name)
{
    buf_puts(out, indent);
    buf_putc(out, '<');
    buf_puts(out, name);
    buf_putc(out, '>');
}

static void end_element(struct buf *out, const char *name)
{
    buf_puts(out, "</");
    buf_puts(out, name);
    buf_puts(out, ">\n");
}

/* `<name xml:lang="en">`, for what people read: clients compare the feed's own tag byte by byte, so
 * it cannot stand there. */
static void begin_in_language(struct buf *out, const char *indent, const char *name, slice lang)
{
    buf_puts(out, indent);
    buf_putc(out, '<');
    buf_puts(out, name);
    if (lang.len > 0) {
        buf_puts(out, " xml:lang=\"");
        xml_put(out, lang);
        buf_putc(out, '"');
    }
    buf_putc(out, '>');
}

static void put_moment(struct buf *out, const char *indent, const char *name, int64_t moment,
                       int offset)
{
    begin_element(out, indent, name);
    date_put_moment_at(out, moment, offset);
    end_element(out, name);
}

static void put_author(struct buf *out, const char *indent, slice name)
{
    buf_puts(out, indent);
    buf_puts(out, "<author><name>");
    xml_put(out, name);
    buf_puts(out, "</name></author>\n");
}

/* The value of an attribute that is the address of a page. */
static void put_address(const struct atom *atom, const struct page *page)
{
    size_t start = atom->out->len;
    page_put_absolute_url(atom->context, page, atom->out);
    xml_escape(atom->out, start);
}

static void put_link(const struct atom *atom, const char *indent, const char *relation,
                     const char *type, const struct page *page)
{
    buf_puts(atom->out, indent);
    buf_printf(atom->out, "<link rel=\"%s\" ", relation);
    if (type != NULL) {
        buf_printf(atom->out, "type=\"%s\" ", type);
    }
    buf_puts(atom->out, "href=\"");
    put_address(atom, page);
    buf_puts(atom->out, "\"/>\n");
}

/* What the pages are that addresses lead to: not all feeds lead to a Gemini server. */
static const char *type_of_pages(const struct atom *atom)
{
    const struct page_space *space = atom->context->space;
    return space != NULL && space->origin.len > 0 ? space->media_type : GEMTEXT;
}

/* --- entries --- */

static void put_id(const struct atom *atom, const struct feed_item *item)
{
    const struct capsule *capsule = atom->context->capsule;
    begin_element(atom->out, "    ", "id");
    if (item->quote != NULL) {
        identity_put_quote(capsule, item->review, item->quote, atom->out);
    } else {
        identity_put_review(capsule, item->review, atom->out);
    }
    end_element(atom->out, "id");
}

/* The post that the review was first published as. */
static void put_original(struct buf *out, const struct review *review)
{
    if (uri_scheme(review->source_url).len == 0) {
        return;
    }
    buf_puts(out, "    <link rel=\"related\" href=\"");
    size_t start = out->len;
    body_put_address(review->source_url, out);
    xml_escape(out, start);
    buf_puts(out, "\"/>\n");
}

/* What scheme and term make together is the address of the value. */
static void put_categories(const struct atom *atom, enum facet_kind kind, const struct name *names,
                           size_t count)
{
    struct buf *out = atom->out;
    const struct page index = { .kind = PAGE_FACET,
                                .facet = &atom->context->capsule->facets[kind] };
    for (size_t i = 0; i < count; i++) {
        buf_puts(out, "    <category scheme=\"");
        put_address(atom, &index);
        buf_puts(out, "\" term=\"");
        xml_put(out, names[i].slug);
        buf_puts(out, "\" label=\"");
        xml_put(out, names[i].text);
        buf_puts(out, "\"/>\n");
    }
}

static void put_summary(struct buf *out, const struct feed_item *item)
{
    const struct review *review = item->review;
    size_t begin = out->len;
    begin_element(out, "    ", "summary");
    size_t start = out->len;
    if (item->quote != NULL) {
        quote_put_words(review, item->quote, SUMMARY_POINTS, out);
    } else if (review->summary.len == 0 && review->tagline.len > 0) {
        gemtext_put(out, review->tagline);
    } else {
        body_put_teaser(review, SUMMARY_POINTS, out);
    }
    if (out->len == start) {
        buf_truncate(out, begin);
        return;
    }
    xml_escape(out, start);
    end_element(out, "summary");
}

static void put_text(const struct page_context *context, const struct feed_item *item,
                     struct buf *out)
{
    if (item->quote == NULL) {
        body_put_review(context, item->review, out);
        return;
    }
    quote_put_whole(item->review, item->quote, out);
    gemtext_blank(out);
    link_review(context, "The review: ", item->review, out);
}

/* Gemtext has to be written at the beginning of a line, so the tag before it comes afterwards. */
static void put_before(struct buf *out, size_t at, slice tag)
{
    if (buf_room(out, tag.len) != NULL) {
        memmove(out->ptr + at + tag.len, out->ptr + at, out->len - at);
        memcpy(out->ptr + at, tag.ptr, tag.len);
        buf_added(out, tag.len);
    }
}

/* What was written from `start` on, as HTML. */
static void turn_to_html(const struct page_space *space, const struct feed_item *item, size_t start,
                         struct buf *out)
{
    const struct page page = feed_item_page(item);
    struct buf html;
    buf_init(&html, LIMIT_PAGE);
    space->put_html(space, &page, slice_from(buf_slice(out), start), &html);
    buf_truncate(out, start);
    buf_put(out, buf_slice(&html));
    out->failed = out->failed || html.failed;
    buf_release(&html);
}

/* All of it as gemtext (4.1.3.3: a type that begins with `text/`) or, for those who are led to
 * pages in HTML, as that, or nothing: a text that is cut off would be taken for the whole. */
static void put_content(struct atom *atom, const struct feed_item *item)
{
    struct buf *out = atom->out;
    struct page_context context = *atom->context;
    const char *type = type_of_pages(atom);
    bool is_gemtext = type != NULL && strcmp(type, GEMTEXT) == 0;
    bool is_html = !is_gemtext && type != NULL && context.space->put_html != NULL;
    size_t most = LIMIT_FEED_TEXTS - atom->texts;
    most = most < LIMIT_FEED_TEXT ? most : LIMIT_FEED_TEXT;
    /* What is made of a source is about as long, so long ones need not be written to be seen to be
     * too long. */
    if ((!is_gemtext && !is_html) || (item->quote == NULL && item->review->source.len > most)) {
        return;
    }
    context.absolute = is_gemtext; /* nothing would tell what an address in it begins with */
    size_t start = out->len;
    put_text(&context, item, out);
    if (is_html) {
        turn_to_html(context.space, item, start, out);
    }
    xml_escape(out, start);
    size_t length = out->len - start;
    if (length == 0 || length > most) {
        buf_truncate(out, start);
        return;
    }
    atom->texts += length;
    put_before(out, start,
               is_html ? SLICE("    <content type=\"html\">")
                       : SLICE("    <content type=\"" GEMTEXT "\">"));
    end_element(out, "content");
}

static void put_entry(struct atom *atom, const struct feed_item *item)
{
    const struct review *review = item->review;
    const struct page page = feed_item_page(item);
    struct buf *out = atom->out;
    begin_in_language(out, "  ", "entry", page_lang(atom->context->capsule, &page));
    buf_putc(out, '\n');
    begin_element(out, "    ", "title");
    size_t start = out->len;
    feed_put_item_title(item, out);
    xml_escape(out, start);
    end_element(out, "title");
    /* Readers take the first link that a Gemini client can open. */
    put_link(atom, "    ", "alternate", type_of_pages(atom), &page);
    put_original(out, review);
    put_id(atom, item);
    if (review->has_published) {
        put_moment(out, "    ", "published", review->published, review->published_offset);
    }
    put_moment(out, "    ", "updated", review->updated, review->updated_offset);
    if (review->author.len > 0) {
        put_author(out, "    ", review->author);
    }
    put_categories(atom, FACET_TAGS, review->tags, review->tag_count);
    put_categories(atom, FACET_GENRES, review->genres, review->genre_count);
    put_summary(out, item);
    put_content(atom, item);
    buf_puts(out, "  </entry>\n");
}

/* --- the feed --- */

/* When the newest change among the entries was made. An empty feed has to say something as well. */
static void put_last_change(const struct atom *atom)
{
    struct feed_run run = feed_begin(atom->context, atom->feed);
    struct feed_item item;
    const struct review *latest = NULL;
    while (feed_next(&run, &item)) {
        if (latest == NULL || item.review->updated > latest->updated) {
            latest = item.review;
        }
    }
    put_moment(atom->out, "  ", "updated", latest != NULL ? latest->updated : 0,
               latest != NULL ? latest->updated_offset : 0);
}

static void put_head(const struct atom *atom)
{
    const struct capsule *capsule = atom->context->capsule;
    const struct capsule_conf *conf = &capsule->conf;
    const struct page shown = feed_shown(atom->feed);
    slice lang = page_lang(capsule, &shown);
    slice subject = feed_subject(atom->feed);
    struct buf *out = atom->out;
    begin_in_language(out, "  ", "title", lang);
    xml_put(out, conf->title);
    if (subject.len > 0) {
        buf_puts(out, ": ");
        xml_put(out, subject);
    }
    end_element(out, "title");
    if (conf->tagline.len > 0) {
        begin_in_language(out, "  ", "subtitle", lang);
        xml_put(out, conf->tagline);
        end_element(out, "subtitle");
    }
    begin_element(out, "  ", "id");
    identity_put_feed(capsule, &shown, out);
    end_element(out, "id");
    put_link(atom, "  ", "alternate", type_of_pages(atom), &shown);
    put_link(atom, "  ", "self", "application/atom+xml", atom->feed);
    put_last_change(atom);
    /* An entry without an author has the feed's, and one there must be. */
    put_author(out, "  ", conf->author.len > 0 ? conf->author : conf->title);
    buf_puts(out, "  <generator>matinee</generator>\n");
}

void render_atom(const struct page_context *context, const struct page *page, struct buf *out)
{
    struct atom atom = { .context = context, .feed = page, .out = out };
    /* Clients compare the root element byte by byte, so nothing else stands in it. */
    buf_puts(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                  "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
    put_head(&atom);
    struct feed_run run = feed_begin(context, page);
    struct feed_item item;
    while (feed_next(&run, &item)) {
        put_entry(&atom, &item);
    }
    buf_puts(out, "</feed>\n");
}
