#include "import/html_media.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "import/html_chrome.h"
#include "import/html_links.h"

static const char why_browsers[] = "for browsers without scripts or players";

static slice attribute_text(struct html_builder *builder, const struct html_node *node,
                            enum html_attribute attribute)
{
    struct html_line line;
    html_line_init(&line);
    html_line_put(&line, utf8_head(html_value(node, attribute), LIMIT_TITLE),
                  (struct html_style){ 0 });
    slice text = html_line_take(&line, builder->arena);
    html_line_release(&line);
    return text;
}

void html_media_begin_link(struct html_builder *builder, size_t i)
{
    const struct html_node *node = html_builder_node(builder, i);
    if (!html_has(node, HTML_HREF) || builder->link > 0) {
        return;
    }
    slice written = html_value(node, HTML_HREF);
    builder->link = i;
    builder->link_shown = false;
    html_line_clear(&builder->label);
    switch (html_link_resolve(builder->arena, builder->part->base, written, &builder->link_url)) {
    case HTML_LINK_WITHIN:
        builder->left_out.within++;
        break;
    case HTML_LINK_SCRIPT:
    case HTML_LINK_DATA:
    case HTML_LINK_LOCAL:
    case HTML_LINK_TOO_LONG:
        report_note(builder->report, node->line, "a link that leads nowhere became text: %.*s%s",
                    SLICE_ARG(utf8_head(written, 80)), written.len > 80 ? "\xE2\x80\xA6" : "");
        break;
    case HTML_LINK_NONE:
    case HTML_LINK_OK:
        break;
    }
}

void html_media_end_link(struct html_builder *builder, const struct html_node *node)
{
    slice label = html_line_take(&builder->label, builder->arena);
    slice url = builder->link_url;
    builder->link = 0;
    builder->link_url = SLICE_EMPTY;
    if (url.len == 0) {
        return;
    }
    if (label.len == 0 && (builder->link_shown || builder->preformatted > 0)) {
        return;
    }
    label = label.len > 0 ? utf8_head(label, LIMIT_TITLE)
                          : attribute_text(builder, node, HTML_TITLE_TEXT);
    html_builder_link(builder, (struct block){ .kind = BLOCK_LINK,
                                               .line = node->line,
                                               .text = slice_trim(label),
                                               .url = url });
}

static bool is_pixel(const struct html_node *node)
{
    slice width = html_value(node, HTML_WIDTH);
    slice height = html_value(node, HTML_HEIGHT);
    return slice_equal(width, SLICE("1")) || slice_equal(width, SLICE("0")) ||
           slice_equal(height, SLICE("1")) || slice_equal(height, SLICE("0"));
}

/* `first`, unless it is `than`; then `second`, unless it is that, too. */
static slice other_than(slice than, slice first, slice second)
{
    slice other = first.len == 0 || slice_equal(first, than) ? second : first;
    return slice_equal(other, than) ? SLICE_EMPTY : other;
}

void html_media_image(struct html_builder *builder, const struct html_node *node)
{
    slice words = attribute_text(builder, node, HTML_ALT);
    slice shown = SLICE_EMPTY;
    if (html_has_word(node, HTML_CLASS, SLICE("emoji")) ||
        html_has_word(node, HTML_CLASS, SLICE("wp-smiley"))) {
        html_builder_text(builder, words, node->line);
        return;
    }
    if (is_pixel(node)) {
        builder->left_out.pixels++;
        return;
    }
    if (words.len == 0) {
        words = attribute_text(builder, node, HTML_TITLE_TEXT);
    }
    slice written = html_link_of_image(node);
    enum html_link found = html_link_resolve(builder->arena, builder->part->base, written, &shown);
    if (found == HTML_LINK_DATA && written.len > HTML_DATA_BYTES) {
        shown = written; /* kept whole, because somebody asked for it */
    }
    slice url = shown;
    if (builder->link > 0 && html_link_is_image(builder->link_url)) {
        url = builder->link_url;
        builder->link_shown = true;
    } else if (builder->link > 0 && words.len > 0 && builder->link_url.len > 0) {
        /* The image leads to a page: both are kept, under the same words. */
        html_line_put(&builder->label, words, (struct html_style){ 0 });
    }
    if (url.len > 0) {
        slice largest = html_link_largest(builder->arena, url);
        html_builder_link(builder, (struct block){ .kind = BLOCK_IMAGE,
                                                   .line = node->line,
                                                   .text = words,
                                                   .url = largest,
                                                   .smaller = other_than(largest, shown, url) });
    } else if (words.len == 0 && found == HTML_LINK_DATA) {
        builder->left_out.inside++;
    } else if (words.len > 0 || found != HTML_LINK_NONE) {
        report_note(builder->report, node->line, "an image without an address is left out: %.*s",
                    SLICE_ARG(words.len > 0 ? words : utf8_head(written, 80)));
    }
}

/* The address of a frame, a video or the like: its own, or of a source in it. */
static slice address_of_media(const struct html_builder *builder, size_t i)
{
    const struct html_node *node = html_builder_node(builder, i);
    slice waiting = html_value(node, HTML_DATA_ORIGINAL);
    slice address = html_value(node, HTML_SRC);
    address = address.len > 0 ? address : waiting;
    address = address.len > 0 ? address : html_value(node, HTML_DATA);
    for (size_t k = i + 1; address.len == 0 && k < node->end; k++) {
        if (html_builder_node(builder, k)->tag == HTML_SOURCE) {
            address = html_value(html_builder_node(builder, k), HTML_SRC);
        }
    }
    return address;
}

void html_media_frame(struct html_builder *builder, size_t i)
{
    const struct html_node *node = html_builder_node(builder, i);
    const char *what = node->tag == HTML_AUDIO   ? "Audio"
                       : node->tag == HTML_VIDEO ? "Video"
                                                 : "Embedded page";
    slice url = SLICE_EMPTY;
    slice written = address_of_media(builder, i);
    if (html_link_resolve(builder->arena, builder->part->base, written, &url) != HTML_LINK_OK) {
        report_note(builder->report, node->line, "left out, without an address: %s", what);
        return;
    }
    slice page = html_link_of_player(builder->arena, url);
    slice label = attribute_text(builder, node, HTML_TITLE_TEXT);
    if (label.len == 0) {
        label = slice_of(page.ptr != url.ptr ? "Video" : what);
    }
    html_builder_link(
        builder,
        (struct block){ .kind = BLOCK_LINK, .line = node->line, .text = label, .url = page });
    /* What the page says where the thing itself cannot be shown. */
    html_chrome_drop(builder->arena, builder->part->tree, i, why_browsers, builder->report);
}

bool html_media_is_inside(const struct html_builder *builder, size_t object)
{
    for (size_t i = object + 1; i < html_builder_node(builder, object)->end; i++) {
        switch ((enum html_tag)html_builder_node(builder, i)->tag) {
        case HTML_EMBED:
        case HTML_IFRAME:
        case HTML_IMG:
        case HTML_OBJECT:
        case HTML_VIDEO:
            return true;
        default:
            break;
        }
    }
    return false;
}
