/* atom.c: Atom feeds (RFC 4287), of the capsule or of a value. */

#include "base/limits.h"
#include "pages/list.h"
#include "pages/render.h"
#include "text/uri.h"
#include "text/xml.h"

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

/* `<name>text</name>` on a line. */
static void put_element(struct buf *out, const char *indent, const char *name, slice text)
{
    begin_element(out, indent, name);
    xml_put(out, text);
    end_element(out, name);
}

static void put_moment(struct buf *out, const char *indent, const char *name, int64_t moment)
{
    begin_element(out, indent, name);
    date_put_moment(out, moment);
    end_element(out, name);
}

static void put_link(const struct page_context *context, const struct page *page,
                     const char *relation, const char *indent, struct buf *out)
{
    buf_puts(out, indent);
    buf_puts(out, "<link rel=\"");
    buf_puts(out, relation);
    buf_puts(out, "\" href=\"");
    size_t start = out->len;
    page_put_absolute_url(context, page, out);
    xml_escape_url(out, start);
    buf_puts(out, "\"/>\n");
}

/* The name of the host without its port: an identity outlives the port it was served on. */
static slice host_name(slice host)
{
    if (host.len > 0 && host.ptr[0] == '[') {
        return slice_head(host, slice_find_byte(host, ']') + 1);
    }
    return slice_head(host, slice_find_byte(host, ':'));
}

static void put_author(struct buf *out, const char *indent, slice name)
{
    buf_puts(out, indent);
    buf_puts(out, "<author><name>");
    xml_put(out, name);
    buf_puts(out, "</name></author>\n");
}

/* The Id of the source file, or a tag URI (RFC 4151) made of what never changes about a review. */
static void put_entry_id(const struct page_context *context, const struct review *review,
                         struct buf *out)
{
    if (review->id.len > 0) {
        put_element(out, "    ", "id", review->id);
        return;
    }
    buf_puts(out, "    <id>tag:");
    xml_put(out, host_name(context->host));
    buf_putc(out, ',');
    date_put(out, review->published_day);
    size_t start = out->len;
    buf_puts(out, ":/reviews/");
    uri_put_path(out, review->slug);
    xml_escape_url(out, start);
    buf_puts(out, "</id>\n");
}

static void put_category(struct buf *out, const struct name *name)
{
    buf_puts(out, "    <category term=\"");
    xml_put(out, name->slug);
    buf_puts(out, "\" label=\"");
    xml_put(out, name->text);
    buf_puts(out, "\"/>\n");
}

static void put_entry(const struct page_context *context, const struct review *review,
                      struct buf *out)
{
    const struct page page = { .kind = PAGE_REVIEW, .review = review };
    slice summary = review->summary.len > 0 ? review->summary : review->tagline;
    buf_puts(out, "  <entry>\n");
    put_element(out, "    ", "title", review->title);
    /* Readers take the first link that a Gemini client can open. */
    put_link(context, &page, "alternate", "    ", out);
    put_entry_id(context, review, out);
    put_moment(out, "    ", "published", review->published);
    put_moment(out, "    ", "updated", review->updated);
    if (review->author.len > 0) {
        put_author(out, "    ", review->author);
    }
    if (summary.len > 0) {
        put_element(out, "    ", "summary", summary);
    }
    for (size_t i = 0; i < review->tag_count; i++) {
        put_category(out, &review->tags[i]);
    }
    buf_puts(out, "  </entry>\n");
}

static struct review_run begin(const struct page_context *context, const struct page *page)
{
    return (struct review_run){ .capsule = context->capsule, .value = page->value };
}

/* When the newest change among the entries was made. An empty feed has to say something as well. */
static int64_t last_change(const struct page_context *context, const struct page *page)
{
    struct review_run run = begin(context, page);
    const struct mention *mentions;
    size_t mention_count;
    int64_t latest = 0;
    for (size_t i = 0; i < LIMIT_FEED; i++) {
        const struct review *review = review_run_next(&run, &mentions, &mention_count);
        if (review == NULL) {
            break;
        }
        latest = review->updated > latest ? review->updated : latest;
    }
    return latest;
}

static void put_head(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct capsule_conf *conf = &context->capsule->conf;
    struct page shown = { .kind = PAGE_HOME };
    buf_puts(out, "  <title>");
    xml_put(out, conf->title);
    if (page->value != NULL) {
        buf_puts(out, ": ");
        xml_put(out, page->value->text);
        shown =
            (struct page){ .kind = PAGE_FACET_VALUE, .facet = page->facet, .value = page->value };
    }
    buf_puts(out, "</title>\n");
    if (conf->tagline.len > 0) {
        put_element(out, "  ", "subtitle", conf->tagline);
    }
    buf_puts(out, "  <id>");
    size_t start = out->len;
    page_put_absolute_url(context, page, out);
    xml_escape_url(out, start);
    buf_puts(out, "</id>\n");
    put_link(context, &shown, "alternate", "  ", out);
    put_link(context, page, "self", "  ", out);
    put_moment(out, "  ", "updated", last_change(context, page));
    /* An entry without an author has the feed's, and one there must be. */
    put_author(out, "  ", conf->author.len > 0 ? conf->author : conf->title);
}

void render_atom(const struct page_context *context, const struct page *page, struct buf *out)
{
    /* Clients compare the root element byte by byte, so nothing else stands in it. */
    buf_puts(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                  "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
    put_head(context, page, out);
    struct review_run run = begin(context, page);
    const struct mention *mentions;
    size_t mention_count;
    for (size_t i = 0; i < LIMIT_FEED; i++) {
        const struct review *review = review_run_next(&run, &mentions, &mention_count);
        if (review == NULL) {
            break;
        }
        put_entry(context, review, out);
    }
    buf_puts(out, "</feed>\n");
}
