/* Posts of a blog, from HTML to a source file.
 *
 * Each NAME.html in posts/ begins with what a feed says of the post (Title, Url, Labels), a blank
 * line, and then its content; what comes of it stands beside it: NAME.gmi and NAME.report. After a
 * change that is meant: MATINEE_BLESS=1, then look at the difference. An image whose address begins
 * with https://img.example/ is stored in the capsule, as an import does with images that it gets.
 *
 * Of every post, also of those of the real exports below $MATINEE_SHARED, each word that a browser
 * shows is in the source file or in the report, and the source file is read without a problem. What
 * a browser shows is found by libxml2's own tree, by another way than the one that is tested.
 * MATINEE_POSTS=DIR writes the real posts there as NAME.html, NAME.gmi, NAME.report. */
#include "check.h"

#include "base/attributes.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "import/emit.h"
#include "import/feed.h"
#include "import/html.h"
#include "import/shape.h"
#include "source/review.h"

#include <fcntl.h>
#include <libxml/HTMLparser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char posts[] = "tests/unit/posts";

/* A post on its way. */
struct made {
    struct arena arena;
    struct diags diags;
    struct report report;
    struct post post;
    struct shape shape;
    struct buf text;
    struct buf told;
};

static void store_images(struct made *made)
{
    for (size_t i = 0; i < made->post.blocks.count; i++) {
        struct block *block = &made->post.blocks.items[i];
        slice host = SLICE("https://img.example/");
        if (block->kind == BLOCK_IMAGE && slice_starts_with(block->url, host)) {
            block->url = arena_printf(&made->arena, "images/%.*s",
                                      SLICE_ARG(slice_from(block->url, host.len)));
        }
    }
}

/* `made->post` has what the feed says. */
static void make(struct made *made, slice html, const char *published)
{
    const struct source source = { SLICE("post.html"), html };
    diags_init(&made->diags);
    report_init(&made->report, &made->arena);
    buf_init(&made->text, (size_t)1 << 24);
    buf_init(&made->told, (size_t)1 << 24);
    assert_true(html_read(&made->arena, &source, 1, &made->post, &made->report, &made->diags));
    store_images(made);
    shape_recognise(&made->arena, &made->post, SLICE("post"), &made->shape, &made->report);
    (void)facts_set(&made->shape.facts, FACT_PUBLISHED, slice_of(published));
    assert_true(emit(&made->shape, &made->text, &made->report));
    report_put(&made->report, &made->told);
    assert_int_equal(made->diags.count, 0);
}

static void made_release(struct made *made)
{
    buf_release(&made->text);
    buf_release(&made->told);
    diags_release(&made->diags);
    arena_release(&made->arena);
}

/* --- the other way to a post's words ---------------------------------------------------------- */

static bool divides(const char *name)
{
    static const char *const inline_names[] = {
        "a",      "abbr", "acronym", "b",    "big", "cite", "code",  "del",  "em",     "font",
        "i",      "ins",  "kbd",     "mark", "q",   "s",    "small", "span", "strike", "sub",
        "strong", "sup",  "strike",  "tt",   "u",   "var",  "label", "o:p",  "nobr",   "wbr"
    };
    for (size_t i = 0; i < ARRAY_LENGTH(inline_names); i++) {
        if (strcmp(name, inline_names[i]) == 0) {
            return false;
        }
    }
    return true;
}

/* No text of a browser's window. */
static bool is_silent(const char *name)
{
    return strcmp(name, "script") == 0 || strcmp(name, "style") == 0 || strcmp(name, "title") == 0;
}

static void put_visible(struct buf *out, const xmlNode *first)
{
    const xmlNode *node = first;
    while (node != NULL) {
        const char *name = node->name != NULL ? (const char *)node->name : "";
        bool element = node->type == XML_ELEMENT_NODE;
        if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
            buf_puts(out, node->content != NULL ? (const char *)node->content : "");
        } else if (element && divides(name)) {
            buf_putc(out, ' ');
        }
        if (node->children != NULL && node->type != XML_ENTITY_REF_NODE && !is_silent(name)) {
            node = node->children;
            continue;
        }
        while (node != NULL && node->next == NULL) {
            node = node->parent != first->parent ? node->parent : NULL;
            if (node != NULL && divides((const char *)node->name)) {
                buf_putc(out, ' ');
            }
        }
        node = node != NULL ? node->next : NULL;
    }
}

static void visible_text(struct buf *out, slice html)
{
    htmlDocPtr document = htmlReadMemory(html.ptr, (int)html.len, NULL, "UTF-8",
                                         HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
                                             HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
    if (document != NULL && xmlDocGetRootElement(document) != NULL) {
        put_visible(out, xmlDocGetRootElement(document));
    }
    xmlFreeDoc(document);
}

struct word_list {
    slice *items;
    size_t count, capacity;
};

static int by_text(const void *a, const void *b)
{
    return slice_compare(*(const slice *)a, *(const slice *)b);
}

/* Add the words of `text`, runs of letters, digits and marks, ASCII in lower case. What has no
 * width and no meaning is no part of them. */
static void add_words(struct arena *arena, struct word_list *words, slice text)
{
    struct buf word;
    int32_t c = 0;
    text = utf8_nfc(arena, text);
    buf_init(&word, (size_t)-1);
    for (bool more = true; more;) {
        more = utf8_next(&text, &c);
        enum utf8_class class = more ? utf8_class(c) : UTF8_SPACE;
        if (more && (c == 0xAD || c == 0x200B || c == 0xFEFF || c == 0x2060)) {
            continue;
        }
        if (class == UTF8_LETTER || class == UTF8_MARK) {
            utf8_put(&word, c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        } else if (word.len > 0) {
            *ARRAY_ADD(arena, words) = arena_copy(arena, buf_slice(&word));
            buf_clear(&word);
        }
    }
    buf_release(&word);
}

static void sort_words(struct word_list *words)
{
    if (words->count > 1) {
        qsort(words->items, words->count, sizeof *words->items, by_text);
    }
}

/* Every word of `some` is in `all`, as often; says each that is not. */
static bool has_words(struct word_list *some, struct word_list *all)
{
    bool ok = true;
    size_t at = 0;
    sort_words(some);
    sort_words(all);
    for (size_t i = 0; i < some->count; i++) {
        while (at < all->count && slice_compare(all->items[at], some->items[i]) < 0) {
            at++;
        }
        if (at < all->count && slice_equal(all->items[at], some->items[i])) {
            at++;
        } else {
            print_error("lost: %.*s\n", SLICE_ARG(some->items[i]));
            ok = false;
        }
    }
    return ok;
}

static bool loses_nothing(struct made *made, slice html)
{
    struct word_list shown = { 0 };
    struct word_list kept = { 0 };
    struct buf visible;
    buf_init(&visible, (size_t)1 << 26);
    visible_text(&visible, html);
    add_words(&made->arena, &shown, buf_slice(&visible));
    add_words(&made->arena, &shown, made->post.title);
    for (size_t i = 0; i < made->post.labels.count; i++) {
        add_words(&made->arena, &shown, made->post.labels.items[i]);
    }
    add_words(&made->arena, &kept, buf_slice(&made->text));
    for (size_t i = 0; i < made->report.notes.count; i++) {
        add_words(&made->arena, &kept, made->report.notes.items[i].text);
    }
    for (size_t i = 0; i < made->report.dropped.count; i++) {
        const struct dropped *dropped = &made->report.dropped.items[i];
        for (size_t k = 0; k < dropped->texts.count; k++) {
            add_words(&made->arena, &kept, dropped->texts.items[k]);
        }
    }
    buf_release(&visible);
    return has_words(&shown, &kept);
}

/* The source file is one. Keys that the format does not know are a post's own facts. */
static bool is_read(struct made *made)
{
    struct source source = { SLICE("reviews/post.gmi"), buf_slice(&made->text) };
    struct review review;
    bool ok = source_normalise(&made->arena, &source, &made->diags) &&
              review_parse(&made->arena, &source, &review, &made->diags);
    for (size_t i = 0; i < made->diags.count; i++) {
        const struct diag *diag = &made->diags.items[i];
        if (slice_find(diag->message, SLICE("unknown key")) == diag->message.len) {
            print_error("%.*s:%u: %.*s\n", SLICE_ARG(diag->path), diag->line,
                        SLICE_ARG(diag->message));
            ok = false;
        }
    }
    return ok;
}

/* --- posts written for this ------------------------------------------------------------------- */

/* The lines before the first blank one. Returns what is behind it. */
static slice read_fixture(struct made *made, slice text)
{
    slice line;
    while (slice_next_line(&text, &line) && line.len > 0) {
        slice value = slice_trim(slice_from(line, slice_find_byte(line, ':') + 1));
        slice label;
        if (slice_starts_with(line, SLICE("Title:"))) {
            made->post.title = value;
        } else if (slice_starts_with(line, SLICE("Url:"))) {
            made->post.url = value;
        } else if (slice_starts_with(line, SLICE("Summary:"))) {
            made->post.summary = value;
        } else {
            while (slice_next_piece(&value, ',', &label)) {
                *ARRAY_ADD(&made->arena, &made->post.labels) = slice_trim(label);
            }
        }
    }
    return text;
}

/* `got` is what the file beside the post holds, or becomes it. */
static bool is_as_expected(struct made *made, slice path, const char *ending, slice got)
{
    slice name = arena_printf(&made->arena, "%s/%.*s%s", posts,
                              SLICE_ARG(slice_head(path, path.len - 5)), ending);
    slice expected = SLICE_EMPTY;
    if (getenv("MATINEE_BLESS") != NULL) {
        return file_write(AT_FDCWD, name.ptr, got, 0);
    }
    bool ok = file_read(&made->arena, AT_FDCWD, name.ptr, 1 << 20, &expected) &&
              slice_equal(got, expected);
    if (!ok) {
        print_error("%.*s: got\n%.*s\nexpected\n%.*s\n", SLICE_ARG(name), SLICE_ARG(got),
                    SLICE_ARG(expected));
    }
    return ok;
}

struct tried {
    size_t posts;
    size_t failed;
};

static bool try_fixture(void *context, slice path, const struct stat *status)
{
    struct tried *tried = context;
    struct made made = { 0 };
    slice text;
    (void)status;
    if (!slice_ends_with(path, SLICE(".html"))) {
        return true;
    }
    arena_init(&made.arena);
    slice name = arena_printf(&made.arena, "%s/%.*s", posts, SLICE_ARG(path));
    assert_true(file_read(&made.arena, AT_FDCWD, name.ptr, 1 << 20, &text));
    slice html = read_fixture(&made, text);
    make(&made, html, "2024-05-06");
    bool ok = is_as_expected(&made, path, ".gmi", buf_slice(&made.text));
    ok = is_as_expected(&made, path, ".report", buf_slice(&made.told)) && ok;
    ok = loses_nothing(&made, html) && ok;
    ok = is_read(&made) && ok;
    if (!ok) {
        print_error("in %.*s\n", SLICE_ARG(path));
    }
    tried->posts++;
    tried->failed += !ok;
    made_release(&made);
    return true;
}

static void posts_of_many_shapes(void **state)
{
    (void)state;
    struct tried tried = { 0 };
    assert_true(file_walk(posts, try_fixture, NULL, &tried));
    assert_true(tried.posts > 0);
    assert_int_equal(tried.failed, 0);
}

/* --- real posts ------------------------------------------------------------------------------- */

static void write_out(struct made *made, slice html, size_t number)
{
    const struct {
        const char *ending;
        slice text;
    } files[] = { { "html", html },
                  { "gmi", buf_slice(&made->text) },
                  { "report", buf_slice(&made->told) } };
    for (size_t i = 0; getenv("MATINEE_POSTS") != NULL && i < ARRAY_LENGTH(files); i++) {
        slice path = arena_printf(&made->arena, "%s/%02zu.%s", getenv("MATINEE_POSTS"), number,
                                  files[i].ending);
        assert_true(file_write(AT_FDCWD, path.ptr, files[i].text, 0));
    }
}

static bool try_entry(void *context, const struct entry *entry)
{
    struct tried *tried = context;
    struct made made = { .post = { .url = entry->url } };
    if (entry->kind == ENTRY_COMMENT) {
        return true;
    }
    arena_init(&made.arena);
    made.post.title = utf8_nfc(&made.arena, entry->title);
    for (size_t i = 0; i < entry->labels.count; i++) {
        *ARRAY_ADD(&made.arena, &made.post.labels) = utf8_nfc(&made.arena, entry->labels.items[i]);
    }
    make(&made, entry->content, "2024-05-06");
    write_out(&made, entry->content, tried->posts);
    bool ok = loses_nothing(&made, entry->content);
    ok = is_read(&made) && ok;
    if (!ok) {
        print_error("in %.*s\n", SLICE_ARG(entry->title));
    }
    tried->posts++;
    tried->failed += !ok;
    made_release(&made);
    return true;
}

static ssize_t read_all(void *context, char *into, size_t room)
{
    slice *rest = context;
    size_t count = rest->len < room ? rest->len : room;
    memcpy(into, rest->ptr, count);
    *rest = slice_from(*rest, count);
    return (ssize_t)count;
}

static void real_posts(void **state)
{
    static const char *const names[] = { "blogger-old-export.xml", "blogger-takeout-feed.atom" };
    const char *shared = getenv("MATINEE_SHARED");
    struct tried tried = { 0 };
    struct arena arena;
    struct diags diags;
    (void)state;
    arena_init(&arena);
    diags_init(&diags);
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        slice rest;
        slice path =
            arena_printf(&arena, "%s/samples/%s", shared != NULL ? shared : "../shared", names[i]);
        if (!file_read(&arena, AT_FDCWD, path.ptr, 1 << 24, &rest)) {
            print_message("skipped: there is no %s; MATINEE_SHARED names the folder above\n",
                          path.ptr);
            continue;
        }
        const struct byte_stream input = { path, read_all, &rest };
        struct feed feed;
        assert_true(feed_read(&arena, &input, &feed, try_entry, &tried, &diags));
    }
    diags_release(&diags);
    arena_release(&arena);
    if (tried.posts == 0) {
        skip();
    }
    print_message("%zu real posts\n", tried.posts);
    assert_int_equal(tried.failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posts_of_many_shapes),
        cmocka_unit_test(real_posts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
