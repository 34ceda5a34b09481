#include "import/html_page.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "import/html_chrome.h"
#include "import/phrase.h"
#include "import/written_date.h"
#include "text/date.h"
#include "text/uri.h"

enum {
    /* Nodes that a date, or a label, is made of at most: elements in each other are looked at once
     * for each. */
    DATE_NODES = 16,
    LABEL_NODES = 16,
};

/* --- where the post is ------------------------------------------------------------------------ */

/* How an element says that it is the post; the first kind that a page has counts. */
enum mark {
    MARK_BODY, /* articleBody */
    MARK_CLASS,
    MARK_ARTICLE,
    MARK_MAIN,
    MARKS,
};

static bool has_mark(const struct html_node *node, enum mark mark)
{
    static const slice classes[] = {
        SLICE_INIT("post-body"),     SLICE_INIT("entry-content"),   SLICE_INIT("post-content"),
        SLICE_INIT("article-body"),  SLICE_INIT("article-content"), SLICE_INIT("post_content"),
        SLICE_INIT("e-content"),     SLICE_INIT("td-post-content"), SLICE_INIT("single-content"),
        SLICE_INIT("post__content"), SLICE_INIT("blog-post-body"),
    };
    switch (mark) {
    case MARK_BODY:
        return html_has_word(node, HTML_ITEMPROP, SLICE("articleBody"));
    case MARK_CLASS:
        for (size_t i = 0; i < ARRAY_LENGTH(classes); i++) {
            if (html_has_word(node, HTML_CLASS, classes[i])) {
                return true;
            }
        }
        return false;
    case MARK_ARTICLE:
        return node->tag == HTML_ARTICLE;
    case MARK_MAIN:
        return node->tag == HTML_MAIN ||
               slice_equal_nocase(html_value(node, HTML_ROLE), SLICE("main"));
    default:
        return false;
    }
}

/* Bytes of text before each node, scripts and the like left out; that of links counts for a
 * quarter, since lists of links are menus. */
static size_t *count_text(struct arena *arena, const struct html_tree *tree)
{
    size_t *before = arena_array(arena, tree->count + 1, sizeof *before);
    size_t silent = 0; /* nodes up to here are no text */
    size_t linked = 0;
    for (size_t i = 0; i < tree->count; i++) {
        const struct html_node *node = &tree->items[i];
        if (node->tag == HTML_SCRIPT || node->tag == HTML_STYLE || node->tag == HTML_TITLE ||
            node->tag == HTML_NOSCRIPT || node->tag == HTML_SELECT ||
            html_chrome_why(node, true) != NULL) {
            silent = node->end > silent ? node->end : silent;
        }
        linked = node->tag == HTML_A && node->end > linked ? node->end : linked;
        size_t bytes = i < silent ? 0 : slice_trim(node->text).len;
        before[i + 1] = before[i] + (i < linked ? bytes / 4 : bytes);
    }
    return before;
}

/* The smallest element that has nearly all of the page's text. */
static size_t find_largest(const struct html_tree *tree, const size_t *before)
{
    size_t all = before[tree->count];
    size_t best = 0;
    if (all == 0) {
        return 0;
    }
    for (size_t i = 1; i < tree->count; i++) {
        const struct html_node *node = &tree->items[i];
        size_t bytes = before[node->end] - before[i];
        if (node->tag != HTML_TEXT && html_is_block(node) && bytes >= all - all / 4 &&
            node->tag != HTML_P) {
            best = i;
        }
    }
    return best > 0 ? best : 1;
}

size_t html_page_find_post(const struct html_tree *tree, struct report *report)
{
    const size_t *before = count_text(report->arena, tree);
    for (enum mark mark = 0; mark < MARKS; mark++) {
        size_t best = 0;
        size_t best_bytes = 0;
        size_t others = 0;
        for (size_t i = 1; i < tree->count; i++) {
            const struct html_node *node = &tree->items[i];
            size_t bytes = before[node->end] - before[i];
            if (!has_mark(node, mark) || bytes == 0) {
                continue;
            }
            others += best > 0 && i >= tree->items[best].end;
            if (bytes > best_bytes) {
                best = i;
                best_bytes = bytes;
            }
        }
        if (best > 0) {
            if (others > 0) {
                report_note(report, tree->items[best].line,
                            "the page holds %zu posts; the longest is taken: save each from its "
                            "own page",
                            others + 1);
            }
            return best;
        }
    }
    return find_largest(tree, before);
}

/* --- what the page says ----------------------------------------------------------------------- */

/* The content of the first meta element whose property or name is `name`. */
static slice meta(const struct html_tree *tree, slice name)
{
    for (size_t i = 1; i < tree->count; i++) {
        const struct html_node *node = &tree->items[i];
        if (node->tag == HTML_META && (slice_equal_nocase(html_value(node, HTML_PROPERTY), name) ||
                                       slice_equal_nocase(html_value(node, HTML_NAME), name) ||
                                       slice_equal_nocase(html_value(node, HTML_ITEMPROP), name))) {
            slice content = html_value(node, HTML_CONTENT);
            if (content.len > 0) {
                return content;
            }
        }
    }
    return SLICE_EMPTY;
}

static bool is_web(slice url)
{
    return url.len <= LIMIT_HTML_URL && (phrase_starts_with(url, SLICE("https://")) ||
                                         phrase_starts_with(url, SLICE("http://")));
}

static slice clean_url(struct arena *arena, slice url)
{
    struct buf out;
    if (!is_web(url)) {
        return SLICE_EMPTY;
    }
    buf_init(&out, 3 * url.len + 1);
    uri_put_written(&out, slice_head(url, slice_find_byte(url, '#')));
    slice copy = arena_copy(arena, buf_slice(&out));
    buf_release(&out);
    return copy;
}

static slice find_url(struct arena *arena, const struct html_tree *tree)
{
    for (size_t i = 1; i < tree->count; i++) {
        const struct html_node *node = &tree->items[i];
        if (node->tag == HTML_LINK && html_has_word(node, HTML_REL, SLICE("canonical")) &&
            is_web(html_value(node, HTML_HREF))) {
            return clean_url(arena, html_value(node, HTML_HREF));
        }
    }
    slice url = clean_url(arena, meta(tree, SLICE("og:url")));
    return url.len > 0 ? url : clean_url(arena, tree->saved_from);
}

slice html_page_base(const struct html_tree *tree, slice url)
{
    for (size_t i = 1; i < tree->count; i++) {
        const struct html_node *node = &tree->items[i];
        if (node->tag == HTML_BASE && is_web(html_value(node, HTML_HREF))) {
            return html_value(node, HTML_HREF);
        }
    }
    return url;
}

/* `value` as a block's text is. */
static slice clean_text(struct arena *arena, slice value)
{
    const struct html_node node = { .tag = HTML_TEXT, .end = 1, .text = value };
    const struct html_tree tree = { .items = (struct html_node *)&node, .count = 1 };
    return html_text(arena, &tree, 0);
}

static bool is_title_class(const struct html_node *node)
{
    return html_has_word(node, HTML_CLASS, SLICE("post-title")) ||
           html_has_word(node, HTML_CLASS, SLICE("entry-title")) ||
           html_has_word(node, HTML_CLASS, SLICE("p-name")) ||
           html_has_word(node, HTML_ITEMPROP, SLICE("headline"));
}

/* The title that stands nearest before the post, or in it. */
static slice visible_title(struct arena *arena, const struct html_tree *tree, size_t root,
                           size_t *found)
{
    size_t marked = 0;
    size_t first = 0;
    size_t firsts = 0;
    for (size_t i = 1; i < tree->items[root].end; i++) {
        const struct html_node *node = &tree->items[i];
        bool heading = node->tag >= HTML_H1 && node->tag <= HTML_H6;
        if (is_title_class(node) && node->tag != HTML_META && (i < root || marked == 0)) {
            marked = i;
        }
        if (heading && node->tag == HTML_H1) {
            first = firsts == 0 || i < root ? i : first;
            firsts++;
        }
    }
    *found = marked > 0 ? marked : first;
    return *found > 0 ? html_text(arena, tree, *found) : SLICE_EMPTY;
}

/* Without the site's name: `Title - Site`, `Site: Title`. */
static slice without_site(slice title, slice site)
{
    static const slice between[] = { SLICE_INIT(" - "), SLICE_INIT(" | "),
                                     SLICE_INIT(" \xE2\x80\x93 "), SLICE_INIT(" \xE2\x80\x94 "),
                                     SLICE_INIT(" \xC2\xB7 ") };
    if (site.len == 0 || site.len + 2 >= title.len) {
        return title;
    }
    if (slice_starts_with(title, site) && title.ptr[site.len] == ':') {
        return slice_trim(slice_from(title, site.len + 1));
    }
    slice before = slice_head(title, title.len - site.len);
    for (size_t i = 0; slice_ends_with(title, site) && i < ARRAY_LENGTH(between); i++) {
        if (slice_ends_with(before, between[i]) && before.len > between[i].len) {
            return slice_trim(slice_head(before, before.len - between[i].len));
        }
    }
    return title;
}

static void find_title(struct arena *arena, const struct html_tree *tree, size_t root,
                       struct post *post)
{
    size_t found = 0;
    slice site = clean_text(arena, meta(tree, SLICE("og:site_name")));
    slice visible = visible_title(arena, tree, root, &found);
    slice declared = without_site(clean_text(arena, meta(tree, SLICE("og:title"))), site);
    post->title = visible;
    post->line = found > 0 ? tree->items[found].line : 0;
    bool site_name = site.len > 0 && phrase_same_title(visible, site);
    if (visible.len == 0 || site_name || visible.len > LIMIT_TITLE) {
        post->title = declared;
    }
    for (size_t i = 1; post->title.len == 0 && i < tree->count; i++) {
        if (tree->items[i].tag == HTML_TITLE) {
            post->title = without_site(html_text(arena, tree, i), site);
            post->line = tree->items[i].line;
        }
    }
}

/* `text` as `Published:` takes it: a day or RFC 3339, or a day as people write it. */
static bool take_date(struct arena *arena, slice text, unsigned line, struct post *post,
                      struct report *report)
{
    int64_t moment = 0;
    struct buf day;
    text = slice_trim(text);
    if (text.len == 0 || text.len > 100) {
        return false;
    }
    if (date_parse_moment(text, &moment)) {
        post->published = arena_copy(arena, text);
    } else {
        buf_init(&day, 32);
        if (written_date_put(&day, text)) {
            post->published = arena_copy(arena, buf_slice(&day));
        }
        buf_release(&day);
    }
    if (post->published.len > 0) {
        report_note(report, line, "Published: %.*s, from the page", SLICE_ARG(post->published));
    }
    return post->published.len > 0;
}

static bool is_date(const struct html_node *node)
{
    return node->tag == HTML_TIME || html_has_word(node, HTML_ITEMPROP, SLICE("datePublished")) ||
           html_has_word(node, HTML_CLASS, SLICE("published")) ||
           html_has_word(node, HTML_CLASS, SLICE("dt-published")) ||
           html_has_word(node, HTML_CLASS, SLICE("entry-date")) ||
           html_has_word(node, HTML_CLASS, SLICE("date-header"));
}

static bool date_of_node(struct arena *arena, const struct html_tree *tree, size_t i,
                         struct post *post, struct report *report)
{
    const struct html_node *node = &tree->items[i];
    return is_date(node) &&
           (take_date(arena, html_value(node, HTML_DATETIME), node->line, post, report) ||
            take_date(arena, html_value(node, HTML_CONTENT), node->line, post, report) ||
            take_date(arena, html_value(node, HTML_TITLE_TEXT), node->line, post, report) ||
            (node->end - i <= DATE_NODES &&
             take_date(arena, html_text(arena, tree, i), node->line, post, report)));
}

static void find_date(struct arena *arena, const struct html_tree *tree, size_t root,
                      struct post *post, struct report *report)
{
    static const slice names[] = { SLICE_INIT("article:published_time"),
                                   SLICE_INIT("datePublished") };
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        if (take_date(arena, meta(tree, names[i]), 0, post, report)) {
            return;
        }
    }
    /* The last one before the post; else the first one in it and behind it. */
    for (size_t i = root; i > 0; i--) {
        if (date_of_node(arena, tree, i - 1, post, report)) {
            return;
        }
    }
    for (size_t i = root; i < tree->count; i++) {
        if (date_of_node(arena, tree, i, post, report)) {
            return;
        }
    }
}

static void find_labels(struct arena *arena, const struct html_tree *tree, struct post *post)
{
    for (size_t i = 1; i < tree->count; i++) {
        const struct html_node *node = &tree->items[i];
        if (node->tag != HTML_A || node->end - i > LABEL_NODES ||
            !html_has_word(node, HTML_REL, SLICE("tag"))) {
            continue;
        }
        slice label = html_text(arena, tree, i);
        bool known = label.len == 0 || post->labels.count >= LIMIT_LIST_VALUES;
        for (size_t k = 0; !known && k < post->labels.count; k++) {
            known = slice_equal(post->labels.items[k], label);
        }
        if (!known) {
            *ARRAY_ADD(arena, &post->labels) = label;
        }
    }
}

void html_page_read_facts(struct arena *arena, const struct html_tree *tree, size_t root,
                          struct post *post, struct report *report)
{
    post->url = find_url(arena, tree);
    find_title(arena, tree, root, post);
    find_date(arena, tree, root, post, report);
    find_labels(arena, tree, post);
    slice description = meta(tree, SLICE("description"));
    description = description.len > 0 ? description : meta(tree, SLICE("og:description"));
    post->summary = clean_text(arena, description);
}
