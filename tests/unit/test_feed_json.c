#include "feeds.h"

static void check_json(slice text, const char *entries, const char *told)
{
    struct fed fed = { .json = true };
    feed_in(&fed, text, 1000);
    assert_slice_equal(buf_slice(&fed.told), told);
    assert_slice_equal(buf_slice(&fed.entries), entries);
    assert_int_equal(fed.ok, *told == '\0');
    fed_release(&fed);
}

static const char live[] =
    "{\"version\":\"1.0\",\"encoding\":\"UTF-8\",\"feed\":{"
    "\"xmlns\":\"http://www.w3.org/2005/Atom\","
    "\"xmlns$openSearch\":\"http://a9.com/-/spec/opensearchrss/1.0/\","
    "\"xmlns$app\":\"http://www.w3.org/2007/app\","
    "\"xmlns$thr\":\"http://purl.org/syndication/thread/1.0\","
    "\"id\":{\"$t\":\"tag:blogger.com,1999:blog-7\"},"
    "\"category\":[{\"term\":\"Rain\"}],"
    "\"title\":{\"type\":\"text\",\"$t\":\"Films\"},"
    "\"link\":[{\"rel\":\"next\",\"href\":\"http://b.example/feeds?a=1&start-index=26\"}],"
    "\"author\":[{\"name\":{\"$t\":\"Ann\"}}],"
    "\"openSearch$totalResults\":{\"$t\":\"40\"},"
    "\"entry\":[{"
    "\"id\":{\"$t\":\"tag:blogger.com,1999:blog-7.post-1\"},"
    "\"published\":{\"$t\":\"2024-05-06T07:08:09.001+09:00\"},"
    "\"category\":[{\"scheme\":\"http://www.blogger.com/atom/ns#\",\"term\":\"Rain\"},"
    "{\"scheme\":\"http://www.blogger.com/atom/ns#\",\"term\":\"Night\"}],"
    "\"title\":{\"type\":\"text\",\"$t\":\"A < \\u201cB\\u201d\"},"
    "\"content\":{\"type\":\"html\",\"$t\":\"\\u003Cpre title=\\\"x\\\"\\u003Ea\\n\\tb &amp; "
    "c\\u003C/pre\\u003E\"},"
    "\"link\":[{\"rel\":\"self\",\"href\":\"http://b.example/self\"},"
    "{\"rel\":\"alternate\",\"href\":\"http://b.example/2024/05/a.html\"}],"
    "\"thr$total\":{\"$t\":\"0\"}},"
    "{\"id\":{\"$t\":\"tag:blogger.com,1999:blog-7.post-2\"},"
    "\"app$control\":{\"app$draft\":{\"$t\":\"yes\"}},"
    "\"bad key\":{\"$t\":\"x\"},\"1\":[[[]]],\"media$thumbnail\":{\"url\":\"u\"},"
    "\"summary\":{\"type\":\"text\",\"$t\":\"Short\"}},"
    "{\"id\":{\"$t\":\"tag:blogger.com,1999:blog-7.post-3\"},"
    "\"thr$in-reply-to\":[{\"ref\":\"tag:blogger.com,1999:blog-7.post-1\"}]}"
    "]}}";

static void reads_what_atom_was(void **state)
{
    (void)state;
    /* media: is not declared, as it is not in some real ones. */
    check_json(slice_of(live),
               "post live\n"
               "  id: tag:blogger.com,1999:blog-7.post-1\n"
               "  title: A < \xE2\x80\x9C"
               "B\xE2\x80\x9D\n"
               "  url: http://b.example/2024/05/a.html\n"
               "  path: /2024/05/a.html\n"
               "  name: a\n"
               "  published: 2024-05-06T07:08:09.001+09:00\n"
               "  author: Ann\n"
               "  label: Rain\n"
               "  label: Night\n"
               "  content (html): <pre title=\"x\">a\n\tb &amp; c</pre>\n"
               "post draft\n"
               "  id: tag:blogger.com,1999:blog-7.post-2\n"
               "  author: Ann\n"
               "  summary: Short\n"
               "comment live\n"
               "  id: tag:blogger.com,1999:blog-7.post-3\n"
               "  author: Ann\n"
               "  parent: tag:blogger.com,1999:blog-7.post-1\n",
               "");
    struct fed fed = { .json = true };
    feed_in(&fed, slice_of(live), 1000);
    assert_int_equal(fed.feed.kind, FEED_BLOGGER_LIVE);
    assert_int_equal(fed.feed.total, 40);
    assert_slice_equal(fed.feed.title, "Films");
    assert_slice_equal(fed.feed.next, "http://b.example/feeds?a=1&start-index=26");
    fed_release(&fed);
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    check_json(SLICE("{\"items\":[]}"), "",
               "feed.xml: error: this JSON is no feed of Blogger: it has no `feed`\n");
    check_json(SLICE("[]"), "",
               "feed.xml: error: this JSON is no feed of Blogger: it has no `feed`\n");
    check_json(
        SLICE("{\"feed\":{}}"), "",
        "feed.xml:1: error: this is neither Atom nor RSS 2.0: its first element is <feed>\n");
    check_json(SLICE("{\"feed\":\n{"), "",
               "feed.xml:2: error: this JSON cannot be read: string or '}' expected near end of "
               "file\n");
    check_json(SLICE(""), "",
               "feed.xml:1: error: this JSON cannot be read: '[' or '{' expected near end of "
               "file\n");
}

/* `before`, `count` times `part`, `after`. */
static void check_many(const char *before, const char *part, size_t count, const char *after,
                       const char *told)
{
    struct buf text;
    struct fed fed = { .json = true };
    buf_init(&text, (size_t)1 << 30);
    buf_puts(&text, before);
    for (size_t i = 0; i < count; i++) {
        buf_puts(&text, part);
    }
    buf_puts(&text, after);
    feed_in(&fed, buf_slice(&text), 100000);
    assert_true(slice_starts_with(buf_slice(&fed.told), slice_of(told)));
    assert_false(fed.ok);
    fed_release(&fed);
    buf_release(&text);
}

static void is_bounded(void **state)
{
    (void)state;
    check_many("{\"a\":\"", "0123456789abcdef", 1 << 20, "\"}",
               "feed.xml: error: too large: an answer in JSON has at most 16777216 bytes\n");
    check_many("{\"a\":[", "{},", 5000000, "{}]}",
               "feed.xml: error: this JSON takes more than 41943040 bytes of memory\n");
    check_many("", "[", 1000000, "", "feed.xml:1: error: this JSON cannot be read: ");
    check_many("", "{\"a\":", 1000000, "", "feed.xml:1: error: this JSON cannot be read: ");
}

static void what_is_too_deep_is_left_out(void **state)
{
    (void)state;
    struct buf text;
    struct fed fed = { .json = true };
    buf_init(&text, (size_t)1 << 30);
    buf_puts(&text, "{\"feed\":{\"xmlns\":\"http://www.w3.org/2005/Atom\",\"x\":");
    for (size_t i = 0; i < 1000; i++) {
        buf_puts(&text, "{\"a\":");
    }
    buf_puts(&text, "1");
    buf_fill(&text, '}', 1002);
    feed_in(&fed, buf_slice(&text), 100000);
    assert_slice_equal(buf_slice(&fed.told), "");
    fed_release(&fed);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_atom_was),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(is_bounded),
        cmocka_unit_test(what_is_too_deep_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
