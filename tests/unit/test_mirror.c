/* What a mirror knows of feeds: their addresses, the links to them, where they cut posts, what was
 * there the last time. */
#include "check.h"

#include "base/attributes.h"
#include "import/entry_post.h"
#include "mirror/feed_address.h"
#include "mirror/feed_links.h"
#include "mirror/mirror_state.h"
#include "mirror/short_entry.h"

#include <string.h>

static struct arena arena;
static struct diags diags;

static int begin(UNUSED void **state)
{
    arena_init(&arena);
    diags_init(&diags);
    return 0;
}

static int end(UNUSED void **state)
{
    diags_release(&diags);
    arena_release(&arena);
    return 0;
}

/* --- addresses -------------------------------------------------------------------------------- */

#define BLOGGER_QUERY "?redirect=false&start-index=151&max-results=150"

static const struct {
    const char *url;
    const char *second_page;
    const char *comments;
} feeds[] = {
    { "https://x.example/feeds/posts/default",
      "https://x.example/feeds/posts/default" BLOGGER_QUERY,
      "https://x.example/feeds/comments/default" },
    { "https://x.example/feeds/posts/default?alt=rss",
      "https://x.example/feeds/posts/default" BLOGGER_QUERY,
      "https://x.example/feeds/comments/default" },
    { "https://x.example/feeds/posts/default?max-results=5&alt=json",
      "https://x.example/feeds/posts/default"
      "?alt=json&redirect=false&start-index=151&max-results=150",
      "https://x.example/feeds/comments/default?alt=json" },
    { "https://www.blogger.com/feeds/12345/posts/default",
      "https://www.blogger.com/feeds/12345/posts/default" BLOGGER_QUERY,
      "https://www.blogger.com/feeds/12345/comments/default" },
    { "https://x.example/feeds/posts/default/-/Drama",
      "https://x.example/feeds/posts/default/-/Drama" BLOGGER_QUERY, "" },
    { "https://x.example/feeds/comments/default",
      "https://x.example/feeds/comments/default" BLOGGER_QUERY, "" },
    { "https://x.example/feeds/pages/default",
      "https://x.example/feeds/pages/default" BLOGGER_QUERY, "" },
    { "https://x.example/feed/", "https://x.example/feed/?paged=2", "" },
    { "https://x.example/blog/feed", "https://x.example/blog/feed?paged=2", "" },
    { "https://x.example/?feed=rss2", "https://x.example/?feed=rss2&paged=2", "" },
    { "https://x.example/atom.xml", "https://x.example/atom.xml", "" },
    { "https://x.example/feeds/", "https://x.example/feeds/", "" },
    { "https://x.example/feeds/x1/posts/default", "https://x.example/feeds/x1/posts/default", "" },
};

static void test_addresses(UNUSED void **state)
{
    for (size_t i = 0; i < ARRAY_LENGTH(feeds); i++) {
        slice url = slice_of(feeds[i].url);
        enum feed_paging paging = feed_address_paging(url);
        assert_slice_equal(feed_address_page(&arena, url, paging, 151, 2), feeds[i].second_page);
        assert_slice_equal(feed_address_companion(&arena, url, "comments"), feeds[i].comments);
    }
    assert_slice_equal(
        feed_address_companion(&arena, SLICE("https://x.example/feeds/posts/default"), "pages"),
        "https://x.example/feeds/pages/default");
    assert_slice_equal(
        feed_address_page(&arena, SLICE("https://x.example/feed/"), PAGING_WORDPRESS, 1, 1),
        "https://x.example/feed/");
}

/* --- links ------------------------------------------------------------------------------------ */

#define ATOM(href) "<link rel='alternate' type='application/atom+xml' title='x' href='" href "'>"
#define RSS(href) "<link rel=alternate type=application/rss+xml href=\"" href "\">"

static const struct {
    const char *page;
    const char *feed;
} pages[] = {
    { "<html><head></head><body><p>Nothing</p></body></html>", "" },
    { "<html><head>" RSS("/feed/") "</head></html>", "https://x.example/feed/" },
    { "<html><head>" RSS("/feed/") ATOM("/atom.xml") "</head></html>",
      "https://x.example/atom.xml" },
    { "<html><head>" ATOM("a.xml") ATOM("b.xml") "</head></html>", "https://x.example/2025/a.xml" },
    { "<html><head>" ATOM("https://x.example/feeds/7/comments/default")
          ATOM("https://y.example/feeds/posts/default")
              RSS("/feeds/posts/default?alt=rss") "</head></html>",
      "https://y.example/feeds/posts/default" },
    { "<html><head><link rel='alternate' type='application/rss+xml' title='X &raquo; Comments "
      "Feed' "
      "href='/comments/feed/'></head></html>",
      "" },
    { "<html><head><link rel='alternate' type='application/rss+xml' title='One post Comments Feed' "
      "href='/2025/one/feed/'></head></html>",
      "" },
    { "<html><head><link rel='stylesheet' type='application/atom+xml' href='/x'></head></html>",
      "" },
    { "<html><head><link rel='alternate' hreflang='de' href='/de/'></head></html>", "" },
    { "<html><head>" ATOM("javascript:x") ATOM("data:x") "</head></html>", "" },
    { "<html><head><base href='https://z.example/b/'>" ATOM("a.xml") "</head></html>",
      "https://z.example/b/a.xml" },
};

static void test_links(UNUSED void **state)
{
    for (size_t i = 0; i < ARRAY_LENGTH(pages); i++) {
        const struct source source = { SLICE("page"), slice_of(pages[i].page) };
        slice feed;
        assert_true(feed_links_find(&arena, &source, SLICE("https://x.example/2025/one.html"),
                                    &feed, &diags));
        assert_slice_equal(feed, pages[i].feed);
    }
}

/* --- entries ---------------------------------------------------------------------------------- */

static bool is_short(const char *content, const char *summary, bool is_blogger)
{
    const struct entry entry = { .url = SLICE("https://x.example/2025/09/one.html"),
                                 .content = slice_of(content),
                                 .summary = slice_of(summary) };
    return short_entry(&entry, is_blogger);
}

static void test_short(UNUSED void **state)
{
    assert_true(is_short("", "Words", true));
    assert_true(is_short("", "Words", false));
    assert_true(is_short("", "", false));
    assert_false(is_short("", "", true));
    assert_false(is_short("<p>All of it.</p>", "", true));
    assert_true(is_short("<p>Some of it [&#8230;]</p>", "", false));
    assert_true(
        is_short("<p>Some of it [\xE2\x80\xA6]</p> <p>The post appeared on</p>", "", false));
    assert_true(
        is_short("Some <a href=\"https://x.example/2025/09/one.html#more\">more</a>", "", true));
    assert_false(
        is_short("See <a href=\"https://x.example/2025/09/two.html#more\">two</a>", "", true));
    assert_false(
        is_short("See <a href=\"https://x.example/2025/09/one.html#c1\">one</a>", "", true));
}

static void read_page(const char *page, struct post *post, struct report *report)
{
    const struct entry entry = {
        .title = SLICE("Of the feed"),
        .url = SLICE("https://x.example/2025/09/one.html"),
        .published = SLICE("2025-09-01T10:00:00Z"),
        .summary = SLICE("The summary."),
        .content = slice_of(page),
        .content_is_html = true,
        .content_is_page = true,
    };
    report_init(report, &arena);
    assert_true(entry_to_post(&arena, &entry, SLICE("feed"), post, report, &diags));
}

/* Of the page of a post only the text is taken. */
static void test_page(UNUSED void **state)
{
    struct post post;
    struct report report;
    read_page("<html><head><title>Of the page</title></head><body><nav>Menu</nav>"
              "<div class='post-body'><p>The text.</p><p>And more.</p></div></body></html>",
              &post, &report);
    assert_slice_equal(post.title, "Of the feed");
    assert_slice_equal(post.published, "2025-09-01T10:00:00Z");
    assert_int_equal(post.blocks.count, 2);
    assert_slice_equal(post.blocks.items[0].text, "The text.");
    read_page("<html><head><title>Of the page</title></head><body></body></html>", &post, &report);
    assert_int_equal(post.blocks.count, 1);
    assert_slice_equal(post.blocks.items[0].text, "The summary.");
    assert_int_equal(diags.counts[DIAG_ERROR], 0);
    assert_true(report.notes.count > 0);
}

/* --- what was there --------------------------------------------------------------------------- */

static void test_state(UNUSED void **state)
{
    const struct mirror_state all = {
        .address = SLICE("https://x.example/"),
        .marks = { { SLICE("https://x.example/feeds/comments/default"), SLICE("W/\"c\""),
                     SLICE("Mon, 01 Sep 2025 10:00:00 GMT") },
                   { SLICE("https://x.example/feeds/posts/default"), SLICE("\"p\""), SLICE_EMPTY },
                   { SLICE_EMPTY, SLICE_EMPTY, SLICE_EMPTY } },
    };
    struct mirror_state read;
    struct buf text;
    buf_init(&text, 1 << 16);
    mirror_state_put(&all, &text);
    const struct source source = { SLICE("state"), buf_slice(&text) };
    mirror_state_read(&source, &read, &diags);
    assert_int_equal(diags.count, 0);
    assert_slice_equal(read.address, "https://x.example/");
    assert_slice_equal(read.marks[MIRROR_COMMENTS].etag, "W/\"c\"");
    assert_slice_equal(read.marks[MIRROR_COMMENTS].modified, "Mon, 01 Sep 2025 10:00:00 GMT");
    assert_slice_equal(read.marks[MIRROR_POSTS].url, "https://x.example/feeds/posts/default");
    assert_slice_equal(read.marks[MIRROR_POSTS].modified, "");
    assert_slice_equal(read.marks[MIRROR_PAGES].url, "");
    buf_release(&text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_addresses), TEST(test_links), TEST(test_short), TEST(test_page), TEST(test_state),
    };
    return cmocka_run_group_tests_name("mirror", tests, NULL, NULL);
}
