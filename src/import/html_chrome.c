#include "import/html_chrome.h"

#include "base/attributes.h"
#include "import/phrase.h"

static const char why_chrome[] = "the site around the post";
static const char why_comments[] = "comments";
static const char why_list[] = "names of other posts";
static const char why_buttons[] = "share buttons";

struct mark {
    slice word;
    const char *why;
};

/* Classes that plugins put into the post itself, so that feeds have them, too. */
static const struct mark in_posts[] = {
    { SLICE_INIT("sharedaddy"), why_buttons },
    { SLICE_INIT("feedflare"), why_buttons },
    { SLICE_INIT("addtoany_share_save_container"), why_buttons },
    { SLICE_INIT("jp-relatedposts"), why_list },
    { SLICE_INIT("yarpp"), why_list },
    { SLICE_INIT("yarpp-related"), why_list },
    { SLICE_INIT("screen-reader-text"), why_chrome },
};

/* Classes and ids of a page's parts. */
static const struct mark on_pages[] = {
    { SLICE_INIT("post-footer"), why_chrome },
    { SLICE_INIT("entry-footer"), why_chrome },
    { SLICE_INIT("post-header"), why_chrome },
    { SLICE_INIT("entry-meta"), why_chrome },
    { SLICE_INIT("post-meta"), why_chrome },
    { SLICE_INIT("post-info"), why_chrome },
    { SLICE_INIT("byline"), why_chrome },
    { SLICE_INIT("post-timestamp"), why_chrome },
    { SLICE_INIT("post-labels"), why_chrome },
    { SLICE_INIT("breadcrumb"), why_chrome },
    { SLICE_INIT("breadcrumbs"), why_chrome },
    { SLICE_INIT("navigation"), why_chrome },
    { SLICE_INIT("post-navigation"), why_chrome },
    { SLICE_INIT("nav-links"), why_chrome },
    { SLICE_INIT("blog-pager"), why_chrome },
    { SLICE_INIT("sidebar"), why_chrome },
    { SLICE_INIT("widget"), why_chrome },
    { SLICE_INIT("author-box"), why_chrome },
    { SLICE_INIT("author-bio"), why_chrome },
    { SLICE_INIT("newsletter"), why_chrome },
    { SLICE_INIT("subscribe"), why_chrome },
    { SLICE_INIT("cookie-notice"), why_chrome },
    { SLICE_INIT("skip-link"), why_chrome },
    { SLICE_INIT("share"), why_buttons },
    { SLICE_INIT("sharing"), why_buttons },
    { SLICE_INIT("share-buttons"), why_buttons },
    { SLICE_INIT("post-share-buttons"), why_buttons },
    { SLICE_INIT("social-share"), why_buttons },
    { SLICE_INIT("sharing-buttons"), why_buttons },
    { SLICE_INIT("related"), why_list },
    { SLICE_INIT("related-posts"), why_list },
    { SLICE_INIT("relatedposts"), why_list },
    { SLICE_INIT("popularposts"), why_list },
    { SLICE_INIT("comments"), why_comments },
    { SLICE_INIT("comments-area"), why_comments },
    { SLICE_INIT("comment-list"), why_comments },
    { SLICE_INIT("commentlist"), why_comments },
    { SLICE_INIT("comment-respond"), why_comments },
    { SLICE_INIT("respond"), why_comments },
    { SLICE_INIT("disqus_thread"), why_comments },
};

static const char *find_mark(const struct html_node *node, const struct mark *marks, size_t count)
{
    if (node->value_count == 0) {
        return NULL;
    }
    slice words = html_value(node, HTML_CLASS);
    slice word = html_value(node, HTML_ID);
    do {
        for (size_t i = 0; i < count; i++) {
            if (slice_equal_nocase(word, marks[i].word)) {
                return marks[i].why;
            }
        }
    } while (phrase_next_word(&words, &word));
    return NULL;
}

const char *html_chrome_why(const struct html_node *node, bool page)
{
    const char *why = find_mark(node, in_posts, ARRAY_LENGTH(in_posts));
    if (why != NULL || !page || node->tag == HTML_BODY || node->tag == HTML_HTML) {
        return why;
    }
    if (node->tag == HTML_NAV || node->tag == HTML_FOOTER ||
        slice_equal_nocase(html_value(node, HTML_ROLE), SLICE("navigation"))) {
        return why_chrome;
    }
    return find_mark(node, on_pages, ARRAY_LENGTH(on_pages));
}

void html_chrome_drop(struct arena *arena, const struct html_tree *tree, size_t node,
                      const char *why, struct report *report)
{
    slice text = html_text(arena, tree, node);
    if (text.len > 0) {
        report_drop(report, tree->items[node].line, tree->items[node].line, text, why);
    }
}

/* True for elements that hold other blocks: their text is reported block by block. */
static bool holds_blocks(const struct html_tree *tree, size_t node)
{
    for (size_t i = node + 1; i < tree->items[node].end; i++) {
        if (html_is_block(&tree->items[i])) {
            return true;
        }
    }
    return false;
}

void html_chrome_drop_around(struct arena *arena, const struct html_tree *tree, size_t post,
                             struct report *report)
{
    for (size_t i = 1; i < tree->count;) {
        const struct html_node *node = &tree->items[i];
        bool around = i < post && node->end > post; /* the post is in it */
        if (i == post || node->tag == HTML_SCRIPT || node->tag == HTML_STYLE ||
            node->tag == HTML_TITLE || node->tag == HTML_NOSCRIPT) {
            i = node->end;
        } else if (around || (node->tag != HTML_TEXT && holds_blocks(tree, i))) {
            i++;
        } else {
            html_chrome_drop(arena, tree, i, why_chrome, report);
            i = node->end;
        }
    }
}
