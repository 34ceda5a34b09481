#include "import/html_builder.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "import/fact_line.h"
#include "import/html_headings.h"
#include "import/html_links.h"
#include "import/phrase.h"

enum {
    /* A bold paragraph that is longer is no heading. */
    BOLD_BYTES = 120,
    /* A longer line behind a key in bold is prose. */
    CREDIT_BYTES = 200,
};

/* --- blocks ----------------------------------------------------------------------------------- */

static struct block *add_block(struct html_builder *builder, enum block_kind kind, slice text)
{
    struct block *block = ARRAY_ADD(builder->arena, &builder->post->blocks);
    *block = (struct block){
        .kind = kind, .joined = builder->joined, .line = builder->line_number, .text = text
    };
    builder->joined = false;
    return block;
}

/* A line of a quote; between its paragraphs stands a line with nothing on it. */
static void add_quote(struct html_builder *builder, slice text)
{
    if (builder->quote_end > 0 && builder->quote_end == builder->post->blocks.count) {
        if (!builder->joined) {
            builder->joined = true;
            (void)add_block(builder, BLOCK_QUOTE, SLICE_EMPTY);
        }
        builder->joined = true;
    } else {
        builder->joined = false;
    }
    if (builder->item) {
        text =
            builder->item_numbered
                ? arena_printf(builder->arena, "%lu. %.*s", builder->item_number, SLICE_ARG(text))
                : arena_printf(builder->arena, "\xE2\x80\xA2 %.*s", SLICE_ARG(text));
    }
    (void)add_block(builder, BLOCK_QUOTE, text);
    builder->quote_end = builder->post->blocks.count;
}

/* The first line of an item. Lists inside of lists are one list, whose inner items have a dash;
 * numbers are part of the text. */
static void add_item(struct html_builder *builder, slice text)
{
    bool nested = builder->list_count > 1;
    if (builder->item_numbered) {
        text = arena_printf(builder->arena, "%lu. %.*s", builder->item_number, SLICE_ARG(text));
    }
    if (nested) {
        text = arena_printf(builder->arena, "\xE2\x80\x93 %.*s", SLICE_ARG(text));
    }
    bool numbered = builder->item_numbered && !nested;
    builder->joined = !numbered || builder->lists[0].begun;
    if (builder->list_count > 0) {
        builder->lists[0].begun = true;
    }
    (void)add_block(builder, numbered ? BLOCK_PARAGRAPH : BLOCK_ITEM, text);
}

/* What stands under an image, or beside it: its words when it has no others. */
static void add_caption(struct html_builder *builder, slice text)
{
    struct block *last = builder->post->blocks.count > builder->first_block
                             ? &builder->post->blocks.items[builder->post->blocks.count - 1]
                             : NULL;
    if (last != NULL && last->kind == BLOCK_IMAGE && text.len <= LIMIT_TITLE &&
        (last->text.len == 0 || phrase_same_title(last->text, text))) {
        last->text = text;
    } else {
        (void)add_block(builder, BLOCK_CAPTION, text);
    }
}

static bool is_bold_line(const struct html_line *line, bool joined)
{
    return line->letters > 0 && line->bold == line->letters && !joined &&
           line->text.len <= BOLD_BYTES;
}

/* Bytes of the bullet, with its blank, that `text` begins with; 0 when there is none. */
static size_t bullet(slice text)
{
    slice rest = text;
    int32_t c = 0;
    bool is =
        utf8_next(&rest, &c) &&
        (c == 0x2022 || c == 0xB7 || c == 0x2219 || c == 0x2023 || c == 0x25E6 || c == 0x25CF) &&
        rest.len > 1 && rest.ptr[0] == ' ';
    return is ? text.len - rest.len + 1 : 0;
}

/* A web address that is all of a line: what editors embed, and what people paste. */
static bool add_address(struct html_builder *builder, slice text)
{
    slice url;
    if ((!phrase_starts_with(text, SLICE("https://")) &&
         !phrase_starts_with(text, SLICE("http://"))) ||
        slice_find_byte(text, ' ') < text.len || text.len > LIMIT_TITLE || builder->link > 0 ||
        html_link_resolve(builder->arena, builder->part->base, text, &url) != HTML_LINK_OK) {
        return false;
    }
    if (builder->item && builder->item_numbered) {
        text = arena_printf(builder->arena, "%lu. %.*s", builder->item_number, SLICE_ARG(text));
    }
    add_block(builder, BLOCK_LINK, text)->url = url;
    return true;
}

static void add_line(struct html_builder *builder, slice text, bool bold)
{
    bool own_line = builder->quotes == 0 && builder->heading == 0 && !builder->caption;
    if (own_line && add_address(builder, text)) {
        builder->item = false;
        return;
    }
    if (builder->quotes > 0) {
        add_quote(builder, text);
    } else if (builder->heading > 0) {
        add_block(builder, BLOCK_HEADING, text)->level = builder->heading;
    } else if (builder->caption) {
        add_caption(builder, text);
    } else if (builder->item) {
        add_item(builder, text);
    } else if (bold && builder->list_count == 0) {
        add_block(builder, BLOCK_HEADING, text)->level = HTML_BOLD_LEVEL;
    } else if (bullet(text) > 0) {
        (void)add_block(builder, BLOCK_ITEM, slice_from(text, bullet(text)));
    } else {
        (void)add_block(builder, BLOCK_PARAGRAPH, text);
    }
    builder->item = false;
}

/* --- links ------------------------------------------------------------------------------------ */

/* Add what is queued from number `first` on, in order. */
static void add_queued(struct html_builder *builder, size_t first)
{
    bool joined = builder->joined;
    for (size_t i = first; i < builder->queue.count; i++) {
        builder->queue.items[i].joined = joined;
        *ARRAY_ADD(builder->arena, &builder->post->blocks) = builder->queue.items[i];
        joined = true;
    }
    builder->queue.count = first;
    builder->joined = false;
}

/* True when all letters of the line are those of its links. */
static bool is_only_links(const struct html_builder *builder)
{
    bool only = builder->queue.count > builder->queue_line && builder->line.letters > 0 &&
                builder->line.letters == builder->line.linked && builder->link == 0 &&
                builder->quotes == 0 && builder->heading == 0 && !builder->caption;
    for (size_t i = builder->queue_line; only && i < builder->queue.count; i++) {
        only = builder->queue.items[i].kind == BLOCK_LINK;
    }
    return only;
}

static void add_only_links(struct html_builder *builder)
{
    struct block *first = &builder->queue.items[builder->queue_line];
    if (builder->item && builder->item_numbered) {
        first->text =
            arena_printf(builder->arena, "%lu. %.*s", builder->item_number, SLICE_ARG(first->text));
    }
    const struct post *post = builder->post;
    bool after_link = post->blocks.count > builder->first_block &&
                      post->blocks.items[post->blocks.count - 1].kind == BLOCK_LINK;
    builder->joined = builder->joined || (builder->item && after_link);
    builder->item = false;
    html_line_clear(&builder->line);
    add_queued(builder, builder->queue_line);
}

void html_builder_link(struct html_builder *builder, struct block block)
{
    if (block.kind == BLOCK_IMAGE && builder->line.text.len == 0 && builder->queue.count == 0 &&
        builder->quotes == 0) {
        block.joined = builder->joined;
        builder->joined = false;
        *ARRAY_ADD(builder->arena, &builder->post->blocks) = block;
        return;
    }
    if (builder->queue.count > builder->queue_line) {
        const struct block *last = &builder->queue.items[builder->queue.count - 1];
        if (last->kind == block.kind && slice_equal(last->url, block.url) &&
            slice_equal(last->text, block.text)) {
            return;
        }
    }
    *ARRAY_ADD(builder->arena, &builder->queue) = block;
}

/* --- lines and paragraphs --------------------------------------------------------------------- */

void html_builder_text(struct html_builder *builder, slice text, unsigned line)
{
    const struct html_style style = { builder->bold > 0, builder->link > 0 };
    if (builder->line.text.len == 0) {
        builder->line_number = line;
    }
    if (builder->link > 0) {
        html_line_put(&builder->label, text, style);
    }
    if (builder->preformatted == 0) {
        size_t before = builder->line.text.len;
        html_line_put(&builder->line, text, style);
        builder->breaks = builder->line.text.len > before ? 0 : builder->breaks;
        return;
    }
    /* A br and the line break beside it are one. */
    for (slice rest = text; rest.len > 0;) {
        size_t end = slice_find_byte(rest, '\n');
        slice piece = slice_head(rest, end);
        html_line_put_exactly(&builder->line, piece);
        if (slice_trim(piece).len > 0) {
            builder->newline_of_br = false;
            builder->newline_of_text = false;
        }
        if (end < rest.len) {
            if (!builder->newline_of_br) {
                html_line_put_exactly(&builder->line, SLICE("\n"));
                builder->newline_of_text = true;
            }
            builder->newline_of_br = false;
        }
        rest = slice_from(rest, end + 1);
    }
}

/* `<b>Director</b> Ann Example`: the key keeps apart from its value. */
static slice take_line(struct html_builder *builder)
{
    size_t end = builder->line.bold_end;
    slice text = html_line_take(&builder->line, builder->arena);
    slice key = slice_head(text, end);
    slice value = slice_from(text, end);
    struct fact_line fact = { key, value };
    bool is_key = end > 0 && value.len > 1 && value.len <= CREDIT_BYTES && value.ptr[0] == ' ' &&
                  utf8_class(phrase_first(slice_from(value, 1))) == UTF8_LETTER &&
                  !(value.ptr[1] >= 'a' && value.ptr[1] <= 'z') && fact_line_is_of_work(&fact) &&
                  fact_find(key) != FACT_TITLE && !phrase_ends_like_prose(text);
    return is_key ? arena_printf(builder->arena, "%.*s:%.*s", SLICE_ARG(key), SLICE_ARG(value))
                  : text;
}

bool html_builder_end_line(struct html_builder *builder)
{
    bool bold = is_bold_line(&builder->line, builder->joined);
    if (!bold) {
        builder->prose_letters += builder->line.letters;
        builder->prose_bold += builder->line.bold;
    }
    if (builder->line.text.len == 0) {
        html_line_clear(&builder->line);
        return false;
    }
    if (is_only_links(builder)) {
        add_only_links(builder);
    } else {
        bool item = builder->item;
        slice text = take_line(builder);
        add_line(builder, text, bold);
        if (item && builder->quotes == 0) {
            add_queued(builder, builder->queue_line);
        }
    }
    builder->queue_line = builder->queue.count;
    return true;
}

void html_builder_end_paragraph(struct html_builder *builder)
{
    (void)html_builder_end_line(builder);
    builder->joined = false;
    builder->breaks = 0;
    if (builder->quotes == 0) {
        add_queued(builder, 0);
        builder->queue_line = 0;
    }
}

/* In preformatted text. */
static void break_exactly(struct html_builder *builder)
{
    if (builder->newline_of_text) {
        while (builder->line.text.len > 0 &&
               builder->line.text.ptr[builder->line.text.len - 1] == ' ') {
            buf_truncate(&builder->line.text, builder->line.text.len - 1);
        }
        builder->newline_of_text = false;
    } else {
        html_line_put_exactly(&builder->line, SLICE("\n"));
        builder->newline_of_br = true;
    }
}

/* `<b>The Stairs</b><br>She counts them.` in an item: the name keeps apart from what follows. */
static void end_name_of_item(struct html_builder *builder)
{
    const struct html_line *line = &builder->line;
    slice text = buf_slice(&line->text);
    if (line->letters > 0 && line->bold == line->letters && text.len <= BOLD_BYTES &&
        !phrase_ends_like_prose(text) && phrase_dash(slice_from(text, text.len - 1)) == 0) {
        builder->line.gap = false;
        html_line_put(&builder->line, SLICE(":"), (struct html_style){ 0 });
    }
}

void html_builder_break(struct html_builder *builder)
{
    builder->label.gap = builder->label.text.len > 0;
    if (builder->preformatted > 0) {
        break_exactly(builder);
        return;
    }
    if (builder->table > 0 || builder->heading > 0 || builder->caption) {
        builder->line.gap = builder->line.text.len > 0;
        return;
    }
    builder->breaks++;
    if (builder->item && builder->quotes == 0 && builder->breaks == 1) {
        end_name_of_item(builder);
        builder->line.gap = builder->line.text.len > 0;
    } else if (builder->breaks >= 2) {
        unsigned breaks = builder->breaks;
        html_builder_end_paragraph(builder);
        builder->breaks = breaks;
    } else if (html_builder_end_line(builder)) {
        builder->joined = true;
    }
}

void html_builder_end_preformatted(struct html_builder *builder, slice alternative)
{
    slice text = slice_trim_end(html_line_take(&builder->line, builder->arena));
    slice line;
    /* Blank lines before the first one are no part of it. */
    for (slice rest = text; slice_next_line(&rest, &line) && slice_trim(line).len == 0;) {
        text = rest;
    }
    if (text.len > 0) {
        builder->joined = false;
        add_block(builder, BLOCK_PREFORMATTED, text)->alt = alternative;
    }
    builder->item = false;
    builder->newline_of_br = false;
    builder->newline_of_text = false;
}

/* --- the whole part --------------------------------------------------------------------------- */

void html_builder_finish(struct html_builder *builder)
{
    struct post *post = builder->post;
    for (size_t i = builder->first_block; i < post->blocks.count; i++) {
        struct block *block = &post->blocks.items[i];
        if (block->kind == BLOCK_IMAGE && block->text.len == 0) {
            slice name = html_link_file_name(builder->arena, block->url);
            block->text = name.len > 0 ? name : SLICE("Picture");
        }
    }
    html_headings_fit(post, builder->first_block, builder->prose_letters, builder->prose_bold);
}
