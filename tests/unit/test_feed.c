#include "feeds.h"

#include "base/attributes.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define ATOM "http://www.w3.org/2005/Atom"

/* Whatever the pieces are in which the bytes come, the entries are the same. */
static void check_feed(const char *text, enum feed_kind kind, const char *entries, const char *told)
{
    static const size_t pieces[] = { 1, 7, 1000000 };
    for (size_t i = 0; i < ARRAY_LENGTH(pieces); i++) {
        struct fed fed = { 0 };
        feed_in(&fed, slice_of(text), pieces[i]);
        assert_slice_equal(buf_slice(&fed.told), told);
        assert_slice_equal(buf_slice(&fed.entries), entries);
        assert_int_equal(fed.feed.kind, kind);
        assert_int_equal(fed.ok, fed.diags.counts[DIAG_ERROR] == 0);
        fed_release(&fed);
    }
}

static void any_atom(void **state)
{
    (void)state;
    check_feed(
        "<?xml version='1.0'?>\n"
        "<feed xmlns='" ATOM "'><title>Films</title><author><name>Ann</name></author>\n"
        "<link rel='self' href='https://example.org/feed'/>\n"
        "<entry><id>urn:1</id><title type='html'>A &amp;amp; B</title>\n"
        "<link href='https://example.org/2024/05/a.html?x#y'/>\n"
        "<link rel='edit' href='https://example.org/edit?a&amp;b'/>\n"
        "<published>2024-05-06T07:08:09+09:00</published><updated>yesterday</updated>\n"
        "<category term='Rain'/><category term=' Rain '/><category term='Night'/>\n"
        "<summary>One &lt; two</summary>\n"
        "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a<br/>\n"
        "<b title='&quot;&lt;'>b &amp; c</b></div></content></entry>\n"
        "<entry><id>urn:2</id><title>A &lt; B</title>\n"
        "<author><name>Bob</name><email>b@example.org</email></author>\n"
        "<link rel='alternate' href='https://example.org/2024/05/b&amp;&#38;&lt;&quot;.html'/>\n"
        "<content type='text'>plain</content><content type='html'>again</content>\n"
        "</entry></feed>",
        FEED_ATOM,
        "post live\n"
        "  id: urn:1\n"
        "  title (html): A &amp; B\n"
        "  url: https://example.org/2024/05/a.html?x#y\n"
        "  published: 2024-05-06T07:08:09+09:00\n"
        "  author: Ann\n"
        "  summary: One < two\n"
        "  label: Rain\n"
        "  label: Night\n"
        "  content (html): <div>a<br>\n"
        "<b title=\"&quot;&lt;\">b &amp; c</b></div>\n"
        "post live\n"
        "  id: urn:2\n"
        "  title: A < B\n"
        "  url: https://example.org/2024/05/b&&<\".html\n"
        "  path: /2024/05/b&&<\".html\n"
        "  name: b&&<\"\n"
        "  author: Bob\n"
        "  content: plain\n",
        "feed.xml:4: warning: `yesterday` is no date\n");
}

#define TAG "tag:blogger.com,1999:blog-7."
#define KIND(kind)                                              \
    "<category scheme='http://schemas.google.com/g/2005#kind' " \
    "term='http://schemas.google.com/blogger/2008/kind#" kind "'/>"

static const char old_export[] =
    "<feed xmlns='" ATOM "' xmlns:thr='http://purl.org/syndication/thread/1.0'>\n"
    "<entry><id>" TAG "layout</id>" KIND(
        "template") "<content>b { }</content></entry>\n"
                    "<entry><id>" TAG "settings.BLOG_TIME_ZONE</id>" KIND(
                        "settings") "<content type='text'>Asia/Seoul</content></entry>\n"
                                    "<entry><id>" TAG "post-1</id>"
                                    "<category scheme='http://www.blogger.com/atom/ns#' "
                                    "term='Rain'/>" KIND(
                                        "post") "<title type='text'>One</title><content "
                                                "type='html'>&lt;p&gt;x</content>"
                                                "<link rel='alternate' "
                                                "href='http://b.example/2008/05/one.html'/></"
                                                "entry>\n"
                                                "<entry><id>" TAG "post-2</id>"
                                                "<app:control "
                                                "xmlns:app='http://purl.org/atom/"
                                                "app#'><app:draft>yes</app:draft></"
                                                "app:control>" KIND(
                                                    "post") "<title type='text'></title><content "
                                                            "type='html'>y</content></entry>\n"
                                                            "<entry><id>" TAG "page-3</id>" KIND(
                                                                "page") "<title>About</title>"
                                                                        "<link rel='alternate' "
                                                                        "href='http://b.example/p/"
                                                                        "about.html'/></entry>\n"
                                                                        "<entry><id>" TAG
                                                                        "post-4</id>" KIND(
                                                                            "comment") "<content "
                                                                                       "type='html'"
                                                                                       ">c</"
                                                                                       "content>"
                                                                                       "<link "
                                                                                       "rel='"
                                                                                       "related' "
                                                                                       "href='http:"
                                                                                       "//"
                                                                                       "b.example/"
                                                                                       "feeds/3/"
                                                                                       "comments/"
                                                                                       "default/5'/"
                                                                                       ">"
                                                                                       "<thr:in-"
                                                                                       "reply-to "
                                                                                       "ref='" TAG
                                                                                       "post-3'/></"
                                                                                       "entry>\n"
                                                                                       "</feed>";

static void old_blogger(void **state)
{
    (void)state;
    check_feed(old_export, FEED_BLOGGER_EXPORT,
               "post live\n"
               "  id: " TAG "post-1\n"
               "  title: One\n"
               "  url: http://b.example/2008/05/one.html\n"
               "  path: /2008/05/one.html\n"
               "  name: one\n"
               "  label: Rain\n"
               "  content (html): <p>x\n"
               "post draft\n"
               "  id: " TAG "post-2\n"
               "  content (html): y\n"
               "page live\n"
               "  id: " TAG "page-3\n"
               "  title: About\n"
               "  url: http://b.example/p/about.html\n"
               "  path: /p/about.html\n"
               "  name: about\n"
               "comment live\n"
               "  id: " TAG "post-4\n"
               "  content (html): c\n"
               "  parent: " TAG "post-3\n"
               "  answers: http://b.example/feeds/3/comments/default/5\n",
               "");
    struct fed fed = { 0 };
    feed_in(&fed, slice_of(old_export), 100);
    assert_slice_equal(fed.feed.time_zone, "Asia/Seoul");
    assert_int_equal(fed.feed.others, 2);
    fed_release(&fed);
}

static const char takeout_feed[] =
    "<feed xmlns='" ATOM "' xmlns:blogger='http://schemas.google.com/blogger/2018'>\n"
    "<entry><id>" TAG "post-1</id><author><name>Ann</name>"
    "<blogger:type>BLOGGER</blogger:type><blogger:status>LIVE</blogger:status></author>"
    "<blogger:type>COMMENT</blogger:type><blogger:status>SPAM_COMMENT</blogger:status>"
    "<blogger:parent>" TAG "post-2</blogger:parent>"
    "<blogger:inReplyTo>" TAG "post-9</blogger:inReplyTo></entry>\n"
    "<entry><id>" TAG "post-2</id><author><name>Ann</name>"
    "<blogger:type>BLOGGER</blogger:type><blogger:status>LIVE</blogger:status></author>"
    "<blogger:type>POST</blogger:type><blogger:status>LIVE</blogger:status>"
    "<title>Two</title><blogger:filename>/2008/05/two.html</blogger:filename>"
    "<category scheme='tag:blogger.com,1999:blog-7' term='Rain'/><link/>"
    "<blogger:created>2008-05-15T15:44:04.477Z</blogger:created>"
    "<published>2008-05-15T15:42:00.004Z</published></entry>\n"
    "<entry><id>" TAG "post-3</id><author><name>Ann</name>"
    "<blogger:type>BLOGGER</blogger:type><blogger:status>LIVE</blogger:status></author>"
    "<blogger:type>PAGE</blogger:type><blogger:status>DRAFT</blogger:status>"
    "<blogger:filename/></entry>\n"
    "<entry><id>" TAG "post-4</id><author><name>Ann</name>"
    "<blogger:type>BLOGGER</blogger:type><blogger:status>LIVE</blogger:status></author>"
    "<blogger:type>POST</blogger:type><blogger:status>SOFT_TRASHED</blogger:status>"
    "</entry>\n"
    "<entry><id>" TAG "post-5</id><author><name>Ann</name>"
    "<blogger:type>BLOGGER</blogger:type><blogger:status>LIVE</blogger:status></author>"
    "<blogger:type>POST</blogger:type><blogger:status>SCHEDULED</blogger:status>"
    "</entry>\n"
    "<entry><id>" TAG "post-6</id><author><name>Ann</name>"
    "<blogger:type>BLOGGER</blogger:type><blogger:status>LIVE</blogger:status></author>"
    "<blogger:type>COMMENT</blogger:type><blogger:status>GHOSTED_COMMENT</blogger:status>"
    "</entry>\n"
    "<entry><id>" TAG "post-7</id><author><name>Ann</name>"
    "<blogger:type>BLOGGER</blogger:type><blogger:status>LIVE</blogger:status></author>"
    "<blogger:type>POST</blogger:type><blogger:status>NEW_THING</blogger:status>"
    "</entry>\n"
    "<entry><id>" TAG "post-8</id><author><name>Ann</name>"
    "<blogger:type>BLOGGER</blogger:type><blogger:status>LIVE</blogger:status></author>"
    "<blogger:type>WIDGET</blogger:type><blogger:status>LIVE</blogger:status>"
    "</entry>\n"
    "</feed>";

static void takeout(void **state)
{
    (void)state;
    check_feed(takeout_feed, FEED_BLOGGER_TAKEOUT,
               "comment spam\n  id: " TAG "post-1\n  author: Ann\n  parent: " TAG "post-2\n"
               "  answers: " TAG "post-9\n"
               "post live\n  id: " TAG "post-2\n  title: Two\n  path: /2008/05/two.html\n"
               "  name: two\n  published: 2008-05-15T15:42:00.004Z\n  author: Ann\n"
               "  label: Rain\n"
               "page draft\n  id: " TAG "post-3\n  author: Ann\n"
               "post trashed\n  id: " TAG "post-4\n  author: Ann\n"
               "post scheduled\n  id: " TAG "post-5\n  author: Ann\n"
               "comment hidden\n  id: " TAG "post-6\n  author: Ann\n"
               "post hidden\n  id: " TAG "post-7\n  author: Ann\n",
               "feed.xml:8: warning: the status `NEW_THING` is not known; the entry counts as "
               "hidden\n");
}

static void live_blogger(void **state)
{
    (void)state;
    static const char text[] =
        "<feed xmlns='" ATOM "' xmlns:s='http://a9.com/-/spec/opensearchrss/1.0/'>"
        "<title>Films</title><link rel='next' href='http://b.example/feeds?start-index=26'/>"
        "<link rel='alternate' href='http://b.example/'/><s:totalResults>40</s:totalResults>"
        "<s:startIndex>1</s:startIndex><s:itemsPerPage>25</s:itemsPerPage>"
        "<entry><id>" TAG "post-1</id><title type='text'>One</title>"
        "<summary type='text'>Short</summary></entry></feed>";
    check_feed(text, FEED_BLOGGER_LIVE,
               "post live\n  id: " TAG "post-1\n  title: One\n  summary: Short\n", "");
    struct fed fed = { 0 };
    feed_in(&fed, slice_of(text), 100);
    assert_slice_equal(fed.feed.title, "Films");
    assert_slice_equal(fed.feed.url, "http://b.example/");
    assert_slice_equal(fed.feed.next, "http://b.example/feeds?start-index=26");
    assert_int_equal(fed.feed.total, 40);
    assert_int_equal(fed.feed.start, 1);
    assert_int_equal(fed.feed.per_page, 25);
    fed_release(&fed);
}

static void any_rss(void **state)
{
    (void)state;
    check_feed("<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'\n"
               " xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>Films</title>\n"
               "<item><title>One</title><link>https://example.org/one/</link>\n"
               "<guid isPermaLink='false'>g1</guid><dc:creator><![CDATA[Ann]]></dc:creator>\n"
               "<pubDate>Wed, 02 Oct 2002 13:00:00 GMT</pubDate>\n"
               "<category><![CDATA[Rain]]></category><description>Short</description>\n"
               "<content:encoded><![CDATA[<p>Long</p>]]></content:encoded></item>\n"
               "<item><title>Two</title><link>https://example.org/?p=2</link>\n"
               "<pubDate>some day</pubDate>\n"
               "<description>&lt;p&gt;All of it</description></item>\n"
               "</channel></rss>",
               FEED_RSS,
               "post live\n  id: g1\n  title (html): One\n  url: https://example.org/one/\n"
               "  path: /one/\n  name: one\n  published: 2002-10-02T13:00:00Z\n  author: Ann\n"
               "  summary (html): Short\n  label: Rain\n  content (html): <p>Long</p>\n"
               "post live\n  id: https://example.org/?p=2\n  title (html): Two\n"
               "  url: https://example.org/?p=2\n  content (html): <p>All of it\n",
               "feed.xml:8: warning: `some day` is no date\n");
}

static const char wordpress_export[] =
    "<rss xmlns:wp='http://wordpress.org/export/1.2/'\n"
    " xmlns:e='http://wordpress.org/export/1.2/excerpt/'\n"
    " xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel>\n"
    "<wp:wxr_version>1.2</wp:wxr_version>\n"
    "<item><guid>g1</guid><wp:post_type>post</wp:post_type><wp:status>publish</wp:status>\n"
    "<title>One</title><link>https://example.org/2010/01/one/</link><description></description>\n"
    "<content:encoded><![CDATA[Text\n\nmore]]></content:encoded>\n"
    "<e:encoded><![CDATA[Short]]></e:encoded><wp:post_name>one-slug</wp:post_name>\n"
    "<wp:post_date>2010-01-02 10:00:00</wp:post_date>\n"
    "<wp:post_date_gmt>2010-01-02 01:00:00</wp:post_date_gmt>\n"
    "<category domain='category' nicename='rain'>Rain</category>\n"
    "<category domain='post_tag' nicename='night'>Night</category>\n"
    "<category domain='post_format' nicename='post-format-aside'>Aside</category>\n"
    "<category domain='category' nicename='uncategorized'>Uncategorized</category>\n"
    "<wp:comment><wp:comment_id>5</wp:comment_id><wp:comment_author>Bob</wp:comment_author>\n"
    "<wp:comment_date>2010-01-03 09:00:00</wp:comment_date>\n"
    "<wp:comment_date_gmt>2010-01-03 09:00:00</wp:comment_date_gmt>\n"
    "<wp:comment_content>c5</wp:comment_content><wp:comment_approved>1</wp:comment_approved>\n"
    "<wp:comment_type>comment</wp:comment_type><wp:comment_parent>0</wp:comment_parent></"
    "wp:comment>\n"
    "<wp:comment><wp:comment_id>6</wp:comment_id><wp:comment_author>Bob</wp:comment_author>\n"
    "<wp:comment_date>2010-01-03 09:00:00</wp:comment_date>\n"
    "<wp:comment_date_gmt>2010-01-03 09:00:00</wp:comment_date_gmt>\n"
    "<wp:comment_content>c6</wp:comment_content><wp:comment_approved>1</wp:comment_approved>\n"
    "<wp:comment_type></wp:comment_type><wp:comment_parent>5</wp:comment_parent></wp:comment>\n"
    "<wp:comment><wp:comment_id>7</wp:comment_id><wp:comment_author>Bob</wp:comment_author>\n"
    "<wp:comment_date>2010-01-03 09:00:00</wp:comment_date>\n"
    "<wp:comment_date_gmt>2010-01-03 09:00:00</wp:comment_date_gmt>\n"
    "<wp:comment_content>c7</wp:comment_content><wp:comment_approved>spam</wp:comment_approved>\n"
    "<wp:comment_type></wp:comment_type><wp:comment_parent>0</wp:comment_parent></wp:comment>\n"
    "<wp:comment><wp:comment_id>8</wp:comment_id><wp:comment_author>Bob</wp:comment_author>\n"
    "<wp:comment_date>2010-01-03 09:00:00</wp:comment_date>\n"
    "<wp:comment_date_gmt>2010-01-03 09:00:00</wp:comment_date_gmt>\n"
    "<wp:comment_content>c8</wp:comment_content><wp:comment_approved>0</wp:comment_approved>\n"
    "<wp:comment_type></wp:comment_type><wp:comment_parent>0</wp:comment_parent></wp:comment>\n"
    "<wp:comment><wp:comment_id>9</wp:comment_id><wp:comment_author>Bob</wp:comment_author>\n"
    "<wp:comment_date>2010-01-03 09:00:00</wp:comment_date>\n"
    "<wp:comment_date_gmt>2010-01-03 09:00:00</wp:comment_date_gmt>\n"
    "<wp:comment_content>c9</wp:comment_content><wp:comment_approved>1</wp:comment_approved>\n"
    "<wp:comment_type>pingback</wp:comment_type><wp:comment_parent>0</wp:comment_parent></"
    "wp:comment>\n"
    "</item>\n"
    "<item><guid>g2</guid><wp:post_type>post</wp:post_type><wp:status>draft</wp:status>\n"
    "<wp:post_date>2010-01-02 10:00:00</wp:post_date>\n"
    "<wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt></item>\n"
    "<item><guid>g3</guid><wp:post_type>page</wp:post_type><wp:status>publish</"
    "wp:status><wp:post_name>about</wp:post_name></item>\n"
    "<item><guid>g4</guid><wp:post_type>attachment</wp:post_type><wp:status>inherit</wp:status></"
    "item>\n"
    "<item><guid>g5</guid><wp:post_type>post</wp:post_type><wp:status>private</wp:status></item>\n"
    "<item><guid>g6</guid><wp:post_type>post</wp:post_type><wp:status>publish</"
    "wp:status><wp:post_password>x</wp:post_password></item>\n"
    "<item><guid>g7</guid><wp:post_type>post</wp:post_type><wp:status>trash</wp:status></item>\n"
    "<item><guid>g8</guid><wp:post_type>post</wp:post_type><wp:status>future</wp:status></item>\n"
    "</channel></rss>\n";

static void wordpress(void **state)
{
    (void)state;
    check_feed(wordpress_export, FEED_WORDPRESS,
               "comment live\n  id: g1#comment-5\n  published: 2010-01-03 09:00:00Z\n"
               "  author: Bob\n  content (html): c5\n  parent: g1\n"
               "comment live\n  id: g1#comment-6\n  published: 2010-01-03 09:00:00Z\n"
               "  author: Bob\n  content (html): c6\n  parent: g1\n  answers: g1#comment-5\n"
               "comment spam\n  id: g1#comment-7\n  published: 2010-01-03 09:00:00Z\n"
               "  author: Bob\n  content (html): c7\n  parent: g1\n"
               "comment hidden\n  id: g1#comment-8\n  published: 2010-01-03 09:00:00Z\n"
               "  author: Bob\n  content (html): c8\n  parent: g1\n"
               "post live\n  id: g1\n  title (html): One\n"
               "  url: https://example.org/2010/01/one/\n  path: /2010/01/one/\n"
               "  name: one-slug\n  published: 2010-01-02 10:00:00+09:00\n"
               "  summary (html): Short\n  label: Rain\n  label: Night\n"
               "  content (html): Text\n\nmore\n"
               "post draft\n  id: g2\n  published: 2010-01-02 10:00:00\n"
               "page live\n  id: g3\n  name: about\n"
               "post hidden\n  id: g5\n"
               "post hidden\n  id: g6\n"
               "post trashed\n  id: g7\n"
               "post scheduled\n  id: g8\n",
               "");
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    check_feed("<html><body/></html>", FEED_ATOM, "",
               "feed.xml:1: error: this is neither Atom nor RSS 2.0: its first element is "
               "<html>\n");
    check_feed("<feed xmlns='urn:other'><entry/></feed>", FEED_ATOM, "",
               "feed.xml:1: error: this is neither Atom nor RSS 2.0: its first element is "
               "<feed>\n");
}

static void what_came_before_the_break_counts(void **state)
{
    (void)state;
    check_feed("<feed xmlns='" ATOM "'>\n<entry><id>1</id></entry>\n<entry><id>2</id>", FEED_ATOM,
               "post live\n  id: 1\n",
               "feed.xml:3: error: not well-formed XML: it ends too early: a part of it is "
               "missing\n");
}

static void can_be_ended(void **state)
{
    (void)state;
    struct fed fed = { .stop_after = 1 };
    feed_in(&fed, slice_of(old_export), 100);
    assert_true(fed.ok);
    assert_int_equal(fed.seen, 1);
    fed_release(&fed);
}

/* `before`, `count` times `part`, `after`. */
static void check_many(const char *before, const char *part, size_t count, const char *after,
                       const char *entries, const char *told)
{
    struct buf text;
    struct fed fed = { 0 };
    buf_init(&text, (size_t)1 << 30);
    buf_puts(&text, before);
    for (size_t i = 0; i < count; i++) {
        buf_puts(&text, part);
    }
    buf_puts(&text, after);
    feed_in(&fed, buf_slice(&text), 100000);
    assert_slice_equal(buf_slice(&fed.told), told);
    assert_slice_equal(buf_slice(&fed.entries), entries);
    fed_release(&fed);
    buf_release(&text);
}

static void entries_have_limits(void **state)
{
    (void)state;
    static const char told[] = "feed.xml:1: error: an entry with a content of more than 16777216 "
                               "bytes, or another value of more than 65536; it is passed over\n";
    static const char after[] = "<entry><id>2</id></entry></feed>";
    static const char next[] = "post live\n  id: 2\n";
    check_many("<feed xmlns='" ATOM "'><entry><content>", "0123456789abcdef", 1 << 20,
               "x</content></entry><entry><id>2</id></entry></feed>", next, told);
    check_many("<feed xmlns='" ATOM "'><entry><content><![CDATA[", "0123456789abcdef", 1 << 20,
               "x]]></content></entry><entry><id>2</id></entry></feed>", next, told);
    check_many("<feed xmlns='" ATOM "'><entry><title>", "0123456789abcdef", 1 << 12,
               "x</title></entry><entry><id>2</id></entry></feed>", next, told);
    /* Labels that are told apart by their length. */
    struct buf text;
    struct fed fed = { 0 };
    buf_init(&text, (size_t)1 << 30);
    buf_puts(&text, "<feed xmlns='" ATOM "'><entry>");
    for (size_t i = 0; i < 200; i++) {
        buf_puts(&text, "<category term='");
        buf_fill(&text, 'x', 50000 + i);
        buf_puts(&text, "'/>");
    }
    buf_puts(&text, "</entry>");
    buf_puts(&text, after);
    feed_in(&fed, buf_slice(&text), 100000);
    assert_slice_equal(buf_slice(&fed.told), told);
    assert_slice_equal(buf_slice(&fed.entries), next);
    assert_int_equal(fed.feed.refused, 1);
    fed_release(&fed);
    buf_release(&text);
}

static void numbers_and_paths(void **state)
{
    (void)state;
    assert_slice_equal(entry_number(SLICE(TAG "page-12")), "12");
    assert_slice_equal(entry_number(SLICE("12")), "12");
    assert_slice_equal(entry_number(SLICE("x")), "");
    assert_slice_equal(entry_number(SLICE_EMPTY), "");
    assert_slice_equal(entry_path(SLICE("https://example.org/a/b.html#c")), "/a/b.html");
    assert_slice_equal(entry_path(SLICE("/a?b://c")), "");
    assert_slice_equal(entry_path(SLICE("https://example.org/?p=1")), "");
    assert_slice_equal(entry_path(SLICE("https://example.org/")), "");
    assert_slice_equal(entry_path(SLICE("https://example.org")), "");
    assert_slice_equal(entry_path(SLICE("urn:x")), "");
}

static ssize_t read_file(void *context, char *into, size_t room)
{
    return read(*(int *)context, into, room);
}

static bool ignore(void *context, const struct entry *entry)
{
    *(size_t *)context += entry->content.len;
    return true;
}

/* Real exports, which are not part of the project: where they are kept, beside it, or else in
 * $MATINEE_SHARED. */
static void check_sample(const char *name, size_t counts[ENTRY_KINDS][ENTRY_STATUSES],
                         const char *zone)
{
    struct arena arena;
    struct diags diags;
    struct feed feed;
    size_t bytes = 0;
    const char *shared = getenv("MATINEE_SHARED");
    arena_init(&arena);
    diags_init(&diags);
    slice path = arena_printf(&arena, "%s/samples/%s", shared != NULL ? shared : "../shared", name);
    int fd = open(path.ptr, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        print_message("skipped: there is no %s; MATINEE_SHARED names the folder above\n", path.ptr);
        arena_release(&arena);
        skip();
    }
    const struct byte_stream input = { path, read_file, &fd };
    assert_true(feed_read(&arena, &input, &feed, ignore, &bytes, &diags));
    assert_int_equal(diags.count, 0);
    assert_memory_equal(feed.entries, counts, sizeof feed.entries);
    assert_slice_equal(feed.time_zone, zone);
    (void)close(fd);
    diags_release(&diags);
    arena_release(&arena);
}

static void a_real_takeout(void **state)
{
    (void)state;
    size_t counts[ENTRY_KINDS][ENTRY_STATUSES] = {
        [ENTRY_POST] = { [ENTRY_LIVE] = 33, [ENTRY_DRAFT] = 7 },
        [ENTRY_COMMENT] = { [ENTRY_LIVE] = 284, [ENTRY_SPAM] = 20, [ENTRY_HIDDEN] = 2 },
    };
    check_sample("blogger-takeout-feed.atom", counts, "");
}

static void a_real_export(void **state)
{
    (void)state;
    size_t counts[ENTRY_KINDS][ENTRY_STATUSES] = {
        [ENTRY_POST] = { [ENTRY_LIVE] = 8, [ENTRY_DRAFT] = 2 },
        [ENTRY_PAGE] = { [ENTRY_LIVE] = 1 },
        [ENTRY_COMMENT] = { [ENTRY_LIVE] = 1 },
    };
    check_sample("blogger-old-export.xml", counts, "America/New_York");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_atom),
        cmocka_unit_test(old_blogger),
        cmocka_unit_test(takeout),
        cmocka_unit_test(live_blogger),
        cmocka_unit_test(any_rss),
        cmocka_unit_test(wordpress),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(what_came_before_the_break_counts),
        cmocka_unit_test(can_be_ended),
        cmocka_unit_test(entries_have_limits),
        cmocka_unit_test(numbers_and_paths),
        cmocka_unit_test(a_real_takeout),
        cmocka_unit_test(a_real_export),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
