#include "mirror/feed_links.h"

#include "base/limits.h"
#include "import/html_links.h"
#include "import/html_page.h"
#include "import/html_tree.h"

/* How much a link is wanted; 0: not at all. Feeds of comments have their own titles, and paths. */
static unsigned value_of(const struct html_node *node, slice href)
{
    slice type = html_value(node, HTML_TYPE);
    slice path = slice_head(href, slice_find_byte(href, '?'));
    if (slice_find(path, SLICE("/comments/")) < path.len ||
        slice_find(html_value(node, HTML_TITLE_TEXT), SLICE("Comments Feed")) <
            html_value(node, HTML_TITLE_TEXT).len) {
        return 0;
    }
    if (slice_find(path, SLICE("/feeds/posts/")) < path.len &&
        slice_equal_nocase(type, SLICE("application/atom+xml"))) {
        return 3;
    }
    if (slice_equal_nocase(type, SLICE("application/atom+xml"))) {
        return 2;
    }
    return slice_equal_nocase(type, SLICE("application/rss+xml")) ? 1 : 0;
}

bool feed_links_find(struct arena *arena, const struct source *source, slice url, slice *feed,
                     struct diags *diags)
{
    struct html_tree tree = { 0 };
    unsigned best = 0;
    *feed = SLICE_EMPTY;
    if (!html_tree_read(arena, source, 1, false, &tree, diags)) {
        return false;
    }
    slice base = html_page_base(&tree, url);
    for (size_t i = 1; i < tree.count; i++) {
        const struct html_node *node = &tree.items[i];
        slice whole = SLICE_EMPTY;
        if (node->tag != HTML_LINK || !html_has_word(node, HTML_REL, SLICE("alternate")) ||
            html_link_resolve(arena, base, html_value(node, HTML_HREF), &whole) != HTML_LINK_OK) {
            continue;
        }
        unsigned value = value_of(node, whole);
        if (value > best) {
            best = value;
            *feed = whole;
        }
    }
    return true;
}
