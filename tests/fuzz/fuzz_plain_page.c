/* HTML becomes a hand-written page: there is nothing to say about the page, its lines are of the
 * types that the blocks have, and every word of the blocks is in it or in the report. */
#include "import.h"

#include "import/html.h"
#include "import/plain_page.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* No line of shorter input is divided. */
#define INPUT_MAX 60000u

/* How many blocks are written as lines of one type. */
struct lines {
    size_t links, headings, items, quotes, fences;
};

static struct lines count_blocks(const struct post *post)
{
    bool titled = slice_trim(post->title).len > 0;
    struct lines lines = { .headings = titled };
    for (size_t i = 0; i < post->blocks.count; i++) {
        const struct block *block = &post->blocks.items[i];
        bool again = i == 0 && block->kind == BLOCK_HEADING && titled;
        lines.links += block->kind == BLOCK_LINK || block->kind == BLOCK_IMAGE;
        lines.headings += block->kind == BLOCK_HEADING && block->text.len <= LIMIT_TITLE && !again;
        lines.items += block->kind == BLOCK_ITEM;
        lines.quotes += block->kind == BLOCK_QUOTE;
        if (block->kind == BLOCK_PREFORMATTED && slice_trim(block->text).len > 0) {
            lines.fences += 2;
        }
    }
    return lines;
}

static void check_lines(slice text, const struct lines *wanted)
{
    struct gemtext_reader reader = { .rest = text };
    struct gemtext_line line;
    struct lines lines = { 0 };
    while (gemtext_next(&reader, &line)) {
        lines.links += line.type == GEMTEXT_LINK;
        lines.headings += line.type == GEMTEXT_HEADING;
        lines.items += line.type == GEMTEXT_ITEM;
        lines.quotes += line.type == GEMTEXT_QUOTE;
        lines.fences += line.type == GEMTEXT_FENCE;
    }
    require(lines.links == wanted->links);
    require(lines.headings == wanted->headings);
    require(lines.items == wanted->items);
    require(lines.quotes == wanted->quotes);
    require(lines.fences == wanted->fences);
}

static void check_hand_page(struct arena *arena, slice text)
{
    struct source source = { SLICE("pages/page.gmi"), text };
    struct hand_page page;
    struct diags diags;
    diags_init(&diags);
    require(utf8_find_invalid(text) == text.len);
    require(source_normalise(arena, &source, &diags));
    require(slice_equal(source.text, text));
    require(hand_page_parse(arena, &source, &page, &diags));
    require(diags.count == 0);
    diags_release(&diags);
}

static void check_plain(struct arena *arena, struct post *post, struct report *report)
{
    struct buf out;
    buf_init(&out, (size_t)2 * LIMIT_SOURCE_FILE);
    require(plain_page_put(post, &out, report));
    const struct lines wanted = count_blocks(post);
    check_lines(buf_slice(&out), &wanted);
    check_hand_page(arena, buf_slice(&out));
    check_words(arena, post, buf_slice(&out), report);
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct source source = { SLICE("page.html"), { (const char *)data, size } };
    struct arena arena;
    struct diags diags;
    struct report report;
    struct post post = { .url = SLICE("https://blog.example/p/page.html") };
    if (size == 0 || size > INPUT_MAX || utf8_find_invalid(source.text) < size ||
        memchr(data, 0, size) != NULL) {
        return 0;
    }
    arena_init(&arena);
    diags_init(&diags);
    report_init(&report, &arena);
    if (html_read(&arena, &source, 1, &post, &report, &diags)) {
        /* Every other page has a title, and some say it again. */
        if (size % 2 == 1 && post.blocks.count > 0) {
            post.title = utf8_head(post.blocks.items[0].text, LIMIT_TITLE);
        }
        check_plain(&arena, &post, &report);
    }
    diags_release(&diags);
    arena_release(&arena);
    return 0;
}
