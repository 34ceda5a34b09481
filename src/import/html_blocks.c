#include "import/html_blocks.h"

#include "base/limits.h"
#include "import/html_builder.h"
#include "import/html_chrome.h"
#include "import/html_media.h"
#include "import/html_style.h"
#include "import/phrase.h"

/* Numbers of lists: more digits are no numbers. */
enum { LIST_NUMBER = 1000000 };

/* No element. */
#define NOWHERE ((size_t)-1)

static const char why_browsers[] = "for browsers without scripts or players";
static const char why_form[] = "a form's fields";
static const char why_hidden[] = "hidden on the page";

/* --- what is left out ------------------------------------------------------------------------- */

/* Take node `i` with all in it when it is not text. */
static bool take_whole(struct html_builder *builder, size_t i)
{
    const struct html_node *node = html_builder_node(builder, i);
    const char *why = NULL;
    switch ((enum html_tag)node->tag) {
    case HTML_TEXT:
        return false;
    case HTML_TITLE: /* of a page: not shown on it, and looked at by html_page.c */
        return builder->part->page;
    case HTML_SCRIPT:
        builder->left_out.scripts++;
        return true;
    case HTML_STYLE:
        builder->left_out.styles++;
        return true;
    case HTML_INPUT:
        builder->left_out.fields++;
        return true;
    case HTML_SELECT:
    case HTML_BUTTON:
    case HTML_TEXTAREA:
        builder->left_out.fields++;
        why = why_form;
        break;
    case HTML_NOSCRIPT:
    case HTML_CANVAS:
    case HTML_SVG:
        why = why_browsers;
        break;
    case HTML_TEMPLATE:
        why = why_hidden;
        break;
    case HTML_IFRAME:
    case HTML_VIDEO:
    case HTML_AUDIO:
    case HTML_EMBED:
        html_media_frame(builder, i);
        return true;
    case HTML_OBJECT:
        if (html_media_is_inside(builder, i)) {
            return false;
        }
        html_media_frame(builder, i);
        return true;
    default:
        why = html_style_is_hidden(node) ? why_hidden
              : i != builder->part->root ? html_chrome_why(node, builder->part->page)
                                         : NULL;
        break;
    }
    if (why == NULL) {
        return false;
    }
    html_chrome_drop(builder->arena, builder->part->tree, i, why, builder->report);
    return true;
}

static void note_left_out(const struct html_builder *builder)
{
    const struct html_left_out *left_out = &builder->left_out;
    const struct {
        size_t count;
        const char *one, *many;
    } rows[] = {
        { left_out->scripts, "script", "scripts" },
        { left_out->styles, "style sheet", "style sheets" },
        { left_out->fields, "form field", "form fields" },
        { left_out->pixels, "image of one pixel", "images of one pixel" },
        { left_out->inside, "image that is part of the page's file",
          "images that are part of the page's file" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        if (rows[i].count > 0) {
            report_note(builder->report, 0, "left out: %zu %s", rows[i].count,
                        rows[i].count == 1 ? rows[i].one : rows[i].many);
        }
    }
    if (builder->line.left_out > 0) {
        report_note(builder->report, 0, "left out: %zu combining marks, too many on one letter",
                    builder->line.left_out);
    }
    if (left_out->within > 0) {
        report_note(builder->report, 0, "%zu %s of the page itself became text", left_out->within,
                    left_out->within == 1 ? "link to a place" : "links to places");
    }
}

/* --- elements --------------------------------------------------------------------------------- */

static void begin_list(struct html_builder *builder, const struct html_node *node)
{
    unsigned long start = 1;
    slice written = html_value(node, HTML_START);
    bool ordered = node->tag == HTML_OL;
    if (!ordered || !slice_to_number(written, LIST_NUMBER, &start)) {
        start = 1;
    }
    builder->lists[builder->list_count++] =
        (struct html_list){ ordered, false, start > 0 ? start - 1 : 0 };
}

static void begin_item(struct html_builder *builder, const struct html_node *node)
{
    struct html_list *list =
        builder->list_count > 0 ? &builder->lists[builder->list_count - 1] : NULL;
    builder->item = true;
    builder->item_numbered = list != NULL && list->ordered && node->tag == HTML_LI;
    if (builder->item_numbered) {
        unsigned long number = 0;
        bool given = slice_to_number(html_value(node, HTML_VALUE), LIST_NUMBER, &number);
        list->number = given ? number : list->number + 1;
        builder->item_number = list->number;
    }
}

/* In a table of data, elements divide words and cells. */
static void begin_in_table(struct html_builder *builder, const struct html_node *node)
{
    if (node->tag == HTML_TR) {
        html_table_row(&builder->cells);
    }
    builder->line.gap = builder->line.text.len > 0;
}

static void end_in_table(struct html_builder *builder, const struct html_node *node)
{
    if (node->tag == HTML_TD || node->tag == HTML_TH) {
        html_table_cell(builder->arena, &builder->cells,
                        html_line_take(&builder->line, builder->arena));
    } else if (node->tag == HTML_CAPTION && builder->cells.caption.len == 0) {
        builder->cells.caption = html_line_take(&builder->line, builder->arena);
    }
    builder->line.gap = builder->line.text.len > 0;
}

static void begin_block(struct html_builder *builder, size_t i)
{
    const struct html_node *node = html_builder_node(builder, i);
    if (builder->preformatted > 0) {
        if (builder->line.text.len > 0 &&
            builder->line.text.ptr[builder->line.text.len - 1] != '\n') {
            html_line_put_exactly(&builder->line, SLICE("\n"));
        }
        return;
    }
    if (builder->table > 0) {
        begin_in_table(builder, node);
        return;
    }
    html_builder_end_paragraph(builder);
    switch ((enum html_tag)node->tag) {
    case HTML_H1:
    case HTML_H2:
    case HTML_H3:
    case HTML_H4:
    case HTML_H5:
    case HTML_H6:
        builder->heading = (unsigned)node->tag - HTML_H1 + 1;
        break;
    case HTML_UL:
    case HTML_OL:
        begin_list(builder, node);
        break;
    case HTML_LI:
    case HTML_DD:
        begin_item(builder, node);
        break;
    case HTML_BLOCKQUOTE:
        builder->quote_end = builder->quotes == 0 ? 0 : builder->quote_end;
        builder->quotes++;
        break;
    case HTML_PRE:
        builder->preformatted = i;
        builder->line_number = node->line;
        break;
    case HTML_TABLE:
        if (html_table_is_data(builder->part->tree, i)) {
            builder->table = i;
            builder->cells = (struct html_table){ 0 };
        }
        break;
    default:
        break;
    }
    builder->caption = builder->caption || html_style_is_caption(node);
}

static void end_quote(struct html_builder *builder)
{
    builder->quotes--;
    if (builder->quotes == 0) {
        html_builder_end_paragraph(builder);
        builder->quote_end = 0;
    }
}

static void end_block(struct html_builder *builder, size_t i)
{
    const struct html_node *node = html_builder_node(builder, i);
    if (builder->preformatted == i) {
        html_builder_end_preformatted(builder, html_style_language(builder->arena, node));
        builder->preformatted = 0;
        html_builder_end_paragraph(builder);
        return;
    }
    if (builder->preformatted > 0) {
        begin_block(builder, i);
        return;
    }
    if (builder->table == i) {
        builder->table = 0;
        builder->joined = false;
        html_table_add(builder->arena, &builder->cells, node->line, builder->post, builder->report);
    } else if (builder->table > 0) {
        end_in_table(builder, node);
        return;
    }
    if (node->tag == HTML_DT && builder->line.text.len > 0 &&
        builder->line.text.ptr[builder->line.text.len - 1] != ':') {
        builder->line.gap = false;
        html_line_put(&builder->line, SLICE(":"), (struct html_style){ 0 });
    }
    html_builder_end_paragraph(builder);
    switch ((enum html_tag)node->tag) {
    case HTML_H1:
    case HTML_H2:
    case HTML_H3:
    case HTML_H4:
    case HTML_H5:
    case HTML_H6:
        builder->heading = 0;
        break;
    case HTML_UL:
    case HTML_OL:
        builder->list_count--;
        break;
    case HTML_LI:
    case HTML_DD:
        builder->item = false;
        break;
    case HTML_BLOCKQUOTE:
        end_quote(builder);
        break;
    default:
        break;
    }
    builder->caption = builder->caption && !html_style_is_caption(node);
}

/* Nodes that a name, and what closes the quote behind it, are made of at most: elements in each
 * other are looked at once for each. */
enum { CITE_NODES = 64 };

/* True when the element is the last thing in its blockquote. */
static bool ends_quote(const struct html_builder *builder, size_t i)
{
    const struct html_tree *tree = builder->part->tree;
    size_t quote = tree->items[i].parent;
    while (quote != 0 && tree->items[quote].tag != HTML_BLOCKQUOTE) {
        quote = tree->items[quote].parent;
    }
    size_t end = tree->items[i].end;
    if (quote == 0 || end - i > CITE_NODES || tree->items[quote].end - end > CITE_NODES) {
        return false;
    }
    for (size_t k = end; k < tree->items[quote].end; k++) {
        if (slice_trim(tree->items[k].text).len > 0) {
            return false;
        }
    }
    return true;
}

/* A name in `cite` at the end of a blockquote is who says it: on a line of its own, with a dash. */
static void begin_cite(struct html_builder *builder, size_t i)
{
    if (builder->quotes == 0 || builder->preformatted > 0 || builder->table > 0 ||
        !ends_quote(builder, i)) {
        return;
    }
    slice name = html_text(builder->arena, builder->part->tree, i);
    if (name.len > 0) {
        html_builder_end_paragraph(builder);
        if (phrase_dash(name) == 0) {
            html_builder_text(builder, SLICE("\xE2\x80\x94 "), html_builder_node(builder, i)->line);
        }
    }
}

/* What stands before the jump break is what a blog's front page shows. */
static void take_jump_break(struct html_builder *builder)
{
    if (builder->preformatted == 0 && builder->table == 0 && builder->quotes == 0 &&
        builder->list_count == 0 && builder->post->teaser == 0) {
        html_builder_end_paragraph(builder);
        builder->post->teaser = builder->post->blocks.count;
    }
}

static void begin_element(struct html_builder *builder, size_t i)
{
    const struct html_node *node = html_builder_node(builder, i);
    if (html_style_is_jump_break(node)) {
        take_jump_break(builder);
    }
    if (html_is_block(node)) {
        begin_block(builder, i);
    }
    builder->bold += html_style_stands_out(node);
    switch ((enum html_tag)node->tag) {
    case HTML_A:
        html_media_begin_link(builder, i);
        break;
    case HTML_BR:
        html_builder_break(builder);
        break;
    case HTML_IMG:
        html_media_image(builder, node);
        break;
    case HTML_CITE:
        begin_cite(builder, i);
        break;
    case HTML_Q:
        html_builder_text(builder, SLICE("\xE2\x80\x9C"), node->line);
        break;
    default:
        break;
    }
}

static void end_element(struct html_builder *builder, size_t i)
{
    const struct html_node *node = html_builder_node(builder, i);
    if (builder->link == i && node->tag == HTML_A) {
        html_media_end_link(builder, node);
    }
    if (node->tag == HTML_Q) {
        builder->line.gap = false;
        html_builder_text(builder, SLICE("\xE2\x80\x9D"), node->line);
    }
    builder->bold -= html_style_stands_out(node);
    if (html_is_block(node)) {
        end_block(builder, i);
    }
}

void html_blocks_add(struct arena *arena, const struct html_part *part, struct post *post,
                     struct report *report)
{
    struct html_builder building = { .arena = arena,
                                     .part = part,
                                     .post = post,
                                     .report = report,
                                     .first_block = post->blocks.count };
    struct html_builder *builder = &building;
    size_t open = NOWHERE; /* the innermost element we are in */
    size_t end = part->tree->items[part->root].end;
    post->marked = true;
    builder->lists = arena_array(arena, LIMIT_HTML_DEPTH + 2, sizeof *builder->lists);
    html_line_init(&builder->line);
    html_line_init(&builder->label);
    for (size_t i = part->root; i < end || open != NOWHERE;) {
        if (open != NOWHERE && html_builder_node(builder, open)->end == i) {
            end_element(builder, open);
            open = open == part->root ? NOWHERE : html_builder_node(builder, open)->parent;
            continue;
        }
        const struct html_node *node = html_builder_node(builder, i);
        if (take_whole(builder, i)) {
            i = node->end;
        } else if (node->tag == HTML_TEXT) {
            html_builder_text(builder, node->text, node->line);
            i++;
        } else {
            begin_element(builder, i);
            open = i;
            i++;
        }
    }
    html_builder_end_paragraph(builder);
    html_builder_finish(builder);
    note_left_out(builder);
    html_line_release(&builder->line);
    html_line_release(&builder->label);
}
