/* HTML becomes a source file: it loads without an error, it is not much larger than the page, every
 * block is as post.h says, and every word of the blocks is in the file or in the report. Input that
 * is UTF-8 is read as the content of a post, too. */
#include "import.h"

#include "import/html.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Inputs over this take long and find nothing that shorter ones do not. */
#define INPUT_MAX 65536u

static void check_text(struct arena *arena, const struct block *block)
{
    slice rest = block->text;
    int32_t before = ' ';
    int32_t c = 0;
    require(utf8_find_invalid(block->text) == block->text.len);
    require(slice_equal(utf8_nfc(arena, block->text), block->text));
    while (utf8_next(&rest, &c)) {
        bool pre = block->kind == BLOCK_PREFORMATTED;
        require(!utf8_is_control(c) || (pre && (c == '\n' || c == '\t')));
        require(pre || c != ' ' || before != ' ');
        before = c;
    }
}

static void check_blocks(struct arena *arena, const struct post *post)
{
    for (size_t i = 0; i < post->blocks.count; i++) {
        const struct block *block = &post->blocks.items[i];
        bool linked = block->kind == BLOCK_LINK || block->kind == BLOCK_IMAGE;
        check_text(arena, block);
        require(linked == (block->url.len > 0));
        require(block->text.len > 0 || block->kind == BLOCK_LINK || block->kind == BLOCK_QUOTE);
        require((block->kind == BLOCK_HEADING) == (block->level > 0));
        require(block->level <= 3);
    }
}

static void check_html(const struct source *source, bool page)
{
    struct arena arena;
    struct diags diags;
    struct report report;
    struct post post = { .url = SLICE("https://blog.example/2024/05/page.html") };
    arena_init(&arena);
    diags_init(&diags);
    report_init(&report, &arena);
    bool ok = page ? html_read_page(&arena, source, &post, &report, &diags)
                   : html_read(&arena, source, 1, &post, &report, &diags);
    if (ok) {
        check_blocks(&arena, &post);
        check_import(&arena, &post, 64 * source->text.len + 8192, &report);
    } else {
        require(diags.counts[DIAG_ERROR] == 1);
    }
    diags_release(&diags);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct source source = { SLICE("page.html"), { (const char *)data, size } };
    if (size > INPUT_MAX) {
        return 0;
    }
    check_html(&source, true);
    if (size > 0 && utf8_find_invalid(source.text) == size && memchr(data, 0, size) == NULL) {
        check_html(&source, false);
    }
    return 0;
}
