#include "import/html.h"

#include "import/html_blocks.h"
#include "import/html_chrome.h"
#include "import/html_page.h"
#include "import/html_tree.h"
#include "import/phrase.h"

/* Blocks at the start of a post among which its title is looked for. */
enum { TITLE_BLOCKS = 4 };

/* What WordPress adds to each post of its feed: `The post The Attic appeared first on My Blog.` */
static void drop_feed_line(struct post *post, size_t first, struct report *report)
{
    size_t at = post->blocks.count;
    while (at > first && post->blocks.items[at - 1].kind == BLOCK_LINK) {
        at--;
    }
    const struct block *line = at > first ? &post->blocks.items[at - 1] : NULL;
    if (line == NULL || line->kind != BLOCK_PARAGRAPH ||
        !slice_starts_with(line->text, SLICE("The post ")) ||
        slice_find(line->text, SLICE(" appeared first on ")) == line->text.len) {
        return;
    }
    report_drop(report, line->line, line->line, line->text, "a line of the blog's feed");
    for (size_t i = at; i < post->blocks.count; i++) {
        const struct block *link = &post->blocks.items[i];
        report_note(report, link->line, "the link of that line is left out: %.*s",
                    SLICE_ARG(link->url));
    }
    post->blocks.count = at - 1;
}

bool html_read(struct arena *arena, const struct source *source, unsigned line, struct post *post,
               struct report *report, struct diags *diags)
{
    struct html_tree tree = { .with_data = post->with_data };
    if (!html_tree_read(arena, source, line, true, &tree, diags)) {
        return false;
    }
    const struct html_part part = { .tree = &tree, .root = 0, .base = post->url };
    size_t first = post->blocks.count;
    html_blocks_add(arena, &part, post, report);
    drop_feed_line(post, first, report);
    return true;
}

/* The heading that is the title stands in the post itself on many pages. */
static void drop_title(struct post *post, struct report *report)
{
    for (size_t i = 0; i < post->blocks.count && i < TITLE_BLOCKS && post->title.len > 0; i++) {
        const struct block *block = &post->blocks.items[i];
        if (block->kind == BLOCK_HEADING && phrase_same_title(block->text, post->title)) {
            report_note(report, block->line, "\"%.*s\" is the title again", SLICE_ARG(block->text));
            for (size_t k = i + 1; k < post->blocks.count; k++) {
                post->blocks.items[k - 1] = post->blocks.items[k];
            }
            post->blocks.count--;
            post->teaser -= post->teaser > i;
            return;
        }
    }
}

/* Find the post on a page and add its text to `post`, which the page may say more of. */
static bool read_page(struct arena *arena, const struct source *source, bool with_facts,
                      struct post *post, struct report *report, struct diags *diags)
{
    struct html_tree tree = { .with_data = post->with_data };
    if (!html_tree_read(arena, source, 1, false, &tree, diags)) {
        return false;
    }
    size_t root = html_page_find_post(&tree, report);
    if (with_facts) {
        html_page_read_facts(arena, &tree, root, post, report);
    }
    const struct html_part part = {
        .tree = &tree, .root = root, .base = html_page_base(&tree, post->url), .page = true
    };
    html_blocks_add(arena, &part, post, report);
    html_chrome_drop_around(arena, &tree, root, report);
    drop_title(post, report);
    if (post->blocks.count == 0) {
        diags_add(diags, DIAG_ERROR, source, NULL, "no post was found in it: %s",
                  post->title.len > 0 ? "it has a title and no text" : "it holds no text");
        return false;
    }
    return true;
}

bool html_read_page(struct arena *arena, const struct source *source, struct post *post,
                    struct report *report, struct diags *diags)
{
    *post = (struct post){ .with_data = post->with_data };
    return read_page(arena, source, true, post, report, diags);
}

bool html_read_page_of(struct arena *arena, const struct source *source, struct post *post,
                       struct report *report, struct diags *diags)
{
    return read_page(arena, source, false, post, report, diags);
}
