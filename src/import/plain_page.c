#include "import/plain_page.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "import/html_text.h"
#include "import/phrase.h"
#include "import/source_lines.h"
#include "text/gemtext.h"

/* --- blocks ----------------------------------------------------------------------------------- */

/* True when `block` is written as a heading; what no heading may be is a paragraph. */
static bool is_heading(const struct block *block, enum plain_headings headings)
{
    return block->kind == BLOCK_HEADING && headings == PLAIN_HEADINGS &&
           block->text.len <= LIMIT_TITLE;
}

static bool is_linked(const struct block *block)
{
    return block->kind == BLOCK_LINK || block->kind == BLOCK_IMAGE;
}

/* Of a block that is not written as a heading. */
static bool is_prose(const struct block *block)
{
    return block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_CAPTION ||
           block->kind == BLOCK_HEADING;
}

/* Whether a blank line stands between two blocks. Headings hold on to what they head, items to each
 * other, a caption to its image; of other kinds only lines that stood together stay together. */
static bool is_apart(const struct block *before, const struct block *block,
                     enum plain_headings headings)
{
    bool heading = is_heading(block, headings);
    if (heading || is_heading(before, headings)) {
        return heading;
    }
    if (before->kind == BLOCK_ITEM && block->kind == BLOCK_ITEM) {
        return false;
    }
    if (before->kind == BLOCK_IMAGE && block->kind == BLOCK_CAPTION) {
        return false;
    }
    bool alike = before->kind == block->kind || (is_linked(before) && is_linked(block)) ||
                 (is_prose(before) && is_prose(block));
    return !alike || !block->joined;
}

/* The level of the highest headings. */
static unsigned top_level(const struct post *post)
{
    unsigned top = (unsigned)-1;
    for (size_t i = 0; i < post->blocks.count; i++) {
        const struct block *block = &post->blocks.items[i];
        if (block->kind == BLOCK_HEADING && block->level < top) {
            top = block->level;
        }
    }
    return top;
}

static void put_heading(const struct block *block, unsigned top, struct buf *out,
                        struct report *report)
{
    bool section = block->level <= top;
    gemtext_heading(out, section ? 2 : 3, block->text);
    report->sections += section;
}

static void put_text(const struct block *block, struct buf *out, struct report *report)
{
    void (*put)(struct buf *, slice) = block->kind == BLOCK_ITEM    ? gemtext_item
                                       : block->kind == BLOCK_QUOTE ? gemtext_quote
                                                                    : gemtext_text;
    source_lines_put(out, block->text, put, report);
    report->words += utf8_count_words(block->text);
}

static void put_block(const struct block *block, struct buf *out, struct report *report)
{
    switch (block->kind) {
    case BLOCK_LINK:
    case BLOCK_IMAGE:
        source_lines_put_link(out, block->url, block->text, report);
        break;
    case BLOCK_PREFORMATTED:
        source_lines_put_preformatted(out, block->alt, block->text, report);
        report->words += utf8_count_words(block->text);
        break;
    case BLOCK_PARAGRAPH:
    case BLOCK_HEADING:
    case BLOCK_ITEM:
    case BLOCK_QUOTE:
    case BLOCK_CAPTION:
        put_text(block, out, report);
        break;
    }
}

static void put_blocks(const struct post *post, size_t first, enum plain_headings headings,
                       struct buf *out, struct report *report)
{
    unsigned top = top_level(post);
    for (size_t i = first; i < post->blocks.count; i++) {
        const struct block *block = &post->blocks.items[i];
        if (i > first && is_apart(block - 1, block, headings)) {
            gemtext_blank(out);
        }
        if (is_heading(block, headings)) {
            put_heading(block, top, out, report);
        } else {
            put_block(block, out, report);
        }
    }
}

void plain_page_put_blocks(const struct post *post, enum plain_headings headings, struct buf *out,
                           struct report *report)
{
    put_blocks(post, 0, headings, out, report);
}

/* --- the whole page --------------------------------------------------------------------------- */

/* What is too long for a heading goes on as a paragraph. */
static void put_title(slice title, struct buf *out, struct report *report)
{
    slice head = utf8_head(title, LIMIT_TITLE);
    gemtext_heading(out, 1, head);
    if (head.len < title.len) {
        report_note(report, 0, "a title of %zu bytes goes on in the text: a heading may have %d",
                    title.len, LIMIT_TITLE);
        gemtext_blank(out);
        source_lines_put(out, slice_trim(slice_from(title, head.len)), gemtext_text, report);
    }
    gemtext_blank(out);
}

static void note_labels(const struct post *post, struct report *report)
{
    for (size_t i = 0; i < post->labels.count; i++) {
        report_note(report, 0, "a page has no tags: the label \"%.*s\" is left out",
                    SLICE_ARG(post->labels.items[i]));
    }
}

/* True when the first block is the title again, which is in the report then. */
static bool begins_with_title(const struct post *post, slice title, struct report *report)
{
    if (post->blocks.count == 0) {
        return false;
    }
    const struct block *block = &post->blocks.items[0];
    if (block->kind != BLOCK_HEADING || !phrase_same_title(block->text, title)) {
        return false;
    }
    report_note(report, block->line, "\"%.*s\" is the title again", SLICE_ARG(block->text));
    return true;
}

bool plain_page_put(const struct post *post, struct buf *out, struct report *report)
{
    size_t begin = out->len;
    size_t first = 0;
    struct html_line line;
    html_line_init(&line);
    html_line_put(&line, post->title, (struct html_style){ 0 });
    slice title = html_line_take(&line, report->arena);
    html_line_release(&line);
    if (title.len > 0) {
        put_title(title, out, report);
        first = begins_with_title(post, title, report) ? 1 : 0;
    }
    put_blocks(post, first, PLAIN_HEADINGS, out, report);
    note_labels(post, report);
    return !out->failed && source_lines_fit(slice_from(buf_slice(out), begin));
}
