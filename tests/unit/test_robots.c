/* robots.txt: whom it speaks to, what it lets. Cases without a group that fits allow everything. */
#include "check.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "web/robots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena arena;

static int begin(UNUSED void **state)
{
    arena_init(&arena);
    return 0;
}

static int end(UNUSED void **state)
{
    arena_release(&arena);
    return 0;
}

static const struct {
    const char *text;
    const char *path;
    bool allowed;
} cases[] = {
    { "", "/", true },
    { "User-agent: *\nDisallow: /\n", "/", false },
    { "User-agent: *\nDisallow:\n", "/x", true },
    { "Disallow: /\n", "/", true }, /* of no group */
    { "<html>\n<a href=\"http://x/\">\n", "/", true },

    /* Blogger's own. */
    { "User-agent: Mediapartners-Google\nDisallow:\n\nUser-agent: *\nDisallow: /search\n"
      "Disallow: /share-widget\nAllow: /\n\nSitemap: https://example.org/sitemap.xml\n",
      "/feeds/posts/default?max-results=150", true },
    { "User-agent: *\nDisallow: /search\nAllow: /\n", "/search/label/x", false },
    /* WordPress's own. */
    { "User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\n", "/feed/", true },

    /* Whom it speaks to. */
    { "User-agent: matinee\nDisallow: /\n", "/", false },
    { "user-AGENT : MATINEE\ndisALLOW : /\n", "/", false },
    { "User-agent: matinee/2.0\nDisallow: /\n", "/", false },
    { "User-agent: matineebot\nDisallow: /\n", "/", true },
    { "User-agent: matin\nDisallow: /\n", "/", true },
    { "User-agent: other\nDisallow: /\n", "/", true },
    { "User-agent: *\nDisallow: /\nUser-agent: matinee\nDisallow: /x\n", "/y", true },
    { "User-agent: matinee\nDisallow: /x\nUser-agent: *\nDisallow: /\n", "/y", true },
    { "User-agent: matinee\nUser-agent: other\nDisallow: /x\n", "/x", false },
    { "User-agent: other\nUser-agent: *\nDisallow: /x\n", "/x", false },
    { "User-agent: *\nUser-agent: matinee\nDisallow: /x\nUser-agent: *\nDisallow: /y", "/y", true },
    /* Groups for one are one group. */
    { "User-agent: matinee\nDisallow: /a\nUser-agent: b\nDisallow: /\nUser-agent: matinee\n"
      "Disallow: /c\n",
      "/a", false },
    { "User-agent: matinee\nDisallow: /a\nUser-agent: b\nDisallow: /\nUser-agent: matinee\n"
      "Disallow: /c\n",
      "/c", false },
    { "User-agent: *\nCrawl-delay: 5\nUser-agent: b\nDisallow: /\n", "/", true },
    { "User-agent: *\n\n# blank lines end nothing\n\nDisallow: /\n", "/", false },
    { "User-agent: *\nSitemap: http://x/\nDisallow: /\n", "/", false },

    /* How it is written. */
    { "\xEF\xBB\xBFUser-agent: *\nDisallow: /\n", "/", false },
    { "User-agent: *\rDisallow: /x\r", "/x", false },
    { "User-agent: *\r\nDisallow: /x\r\n", "/x", false },
    { "User-agent: * # all\nDisallow: /x # this\n", "/x", false },
    { "User-agent: *\nDisallow: /x", "/x", false },
    { "User-agent: *\nDisallow /x\n", "/x", true },
    { "User-agent: *\nDisallow: x\n", "/x", true },

    /* The longest pattern, of two the one that allows: RFC 9309, 5.1 and 5.2. */
    { "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n", "/a.gif",
      false },
    { "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n", "/a.gif?x",
      true },
    { "User-agent: *\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n",
      "/example/page/disallowed.gif", false },
    { "User-agent: *\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n",
      "/example/page/", true },
    { "User-agent: *\nDisallow: /page\nAllow: /page\n", "/page", true },
    { "User-agent: *\nAllow: /page\nDisallow: /*.htm\n", "/page.htm", false },
    { "User-agent: *\nAllow: /$\nDisallow: /\n", "/", true },
    { "User-agent: *\nAllow: /$\nDisallow: /\n", "/x", false },

    /* Patterns. */
    { "User-agent: *\nDisallow: /fish\n", "/fish.html", false },
    { "User-agent: *\nDisallow: /fish\n", "/Fish", true },
    { "User-agent: *\nDisallow: /fish/\n", "/fish", true },
    { "User-agent: *\nDisallow: /*.php\n", "/a/b.php5", false },
    { "User-agent: *\nDisallow: /*.php$\n", "/a/b.php5", true },
    { "User-agent: *\nDisallow: /*.php$\n", "/a.php/b.php", false },
    { "User-agent: *\nDisallow: /fish*.php\n", "/fishheads/catfish.php?x", false },
    { "User-agent: *\nDisallow: /fish*.php\n", "/Fish.PHP", true },
    { "User-agent: *\nDisallow: /a*b*c$\n", "/abcbc", false },
    { "User-agent: *\nDisallow: /a*b*c$\n", "/acb", true },
    { "User-agent: *\nDisallow: /a**b\n", "/a-b", false },
    { "User-agent: *\nDisallow: /a*$\n", "/abc", false },
    { "User-agent: *\nDisallow: *\n", "/abc", false },
    { "User-agent: *\nDisallow: $\n", "/", true },
    { "User-agent: *\nDisallow: /*a$\n", "/a", false },
    { "User-agent: *\nDisallow: /ab*ba$\n", "/aba", true }, /* no byte counts twice */

    /* Spellings of one path: RFC 9309, 2.2.2. */
    { "User-agent: *\nDisallow: /foo/bar/\xE3\x83\x84\n", "/foo/bar/%E3%83%84", false },
    { "User-agent: *\nDisallow: /foo/bar/%e3%83%84\n", "/foo/bar/%E3%83%84", false },
    { "User-agent: *\nDisallow: /foo/bar/%62%61%7A\n", "/foo/bar/baz", false },
    { "User-agent: *\nDisallow: /a%2Fb\n", "/a/b", true },
    { "User-agent: *\nDisallow: /a%2A.html\n", "/a*.html", false },
    { "User-agent: *\nDisallow: /a%2A.html\n", "/ab.html", true },
    { "User-agent: *\nDisallow: /a%24\n", "/a$b", false },
    { "User-agent: *\nDisallow: /a$b\n", "/a$b", false },
    { "User-agent: *\nDisallow: /50%\n", "/50%", false },
    { "User-agent: *\nDisallow: /?q=\n", "/?q=1", false },
};

static void test_cases(UNUSED void **state)
{
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct robots robots;
        robots_read(&arena, slice_of(cases[i].text), SLICE("matinee"), &robots);
        if (robots_allows(&robots, slice_of(cases[i].path)) != cases[i].allowed) {
            fail_msg("%s\n%s: expected %s", cases[i].text, cases[i].path,
                     cases[i].allowed ? "allowed" : "not");
        }
    }
}

static unsigned delay_of(const char *text)
{
    struct robots robots;
    robots_read(&arena, slice_of(text), SLICE("matinee"), &robots);
    return robots.crawl_delay_ms;
}

static void test_delay(UNUSED void **state)
{
    assert_int_equal(delay_of(""), 0);
    assert_int_equal(delay_of("Crawl-delay: 5\n"), 0);
    assert_int_equal(delay_of("User-agent: *\nCrawl-delay: 5\n"), 5000);
    assert_int_equal(delay_of("User-agent: *\nCrawl-delay: 0.5\n"), 500);
    assert_int_equal(delay_of("User-agent: *\nCrawl-delay: 1.25\n"), 1200);
    assert_int_equal(delay_of("User-agent: *\nCrawl-delay: 99999\n"), LIMIT_WEB_CRAWL_DELAY_MS);
    assert_int_equal(delay_of("User-agent: *\nCrawl-delay: 99999999999999999999\n"), 0);
    assert_int_equal(delay_of("User-agent: *\nCrawl-delay: -1\n"), 0);
    assert_int_equal(delay_of("User-agent: *\nCrawl-delay: soon\n"), 0);
    assert_int_equal(delay_of("User-agent: *\nCrawl-delay: 5.\n"), 0);
    assert_int_equal(delay_of("User-agent: b\nCrawl-delay: 5\nUser-agent: *\nDisallow: /\n"), 0);
    assert_int_equal(delay_of("User-agent: *\nCrawl-delay: 5\nUser-agent: matinee\nAllow: /\n"), 0);
}

/* Only the first bytes count, and a great many patterns with many stars end soon. */
static void test_limits(UNUSED void **state)
{
    struct robots robots;
    size_t size = (size_t)2 * LIMIT_WEB_ROBOTS;
    char *text = malloc(size);
    assert_non_null(text);
    const char group[] = "User-agent: *\n";
    const char rule[] = "Disallow: /*a*a*a*a*a*a*a*a*b\n";
    memcpy(text, group, sizeof group - 1);
    for (size_t at = sizeof group - 1; at < size; at += sizeof rule - 1) {
        size_t left = size - at;
        memcpy(text + at, rule, left < sizeof rule - 1 ? left : sizeof rule - 1);
    }
    robots_read(&arena, (slice){ text, size }, SLICE("matinee"), &robots);
    assert_in_range(robots.count, 1000, LIMIT_WEB_ROBOTS / (sizeof rule - 1) + 1);
    char path[LIMIT_WEB_URL];
    memset(path, 'a', sizeof path);
    path[0] = '/';
    assert_true(robots_allows(&robots, (slice){ path, sizeof path }));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cases, begin, end),
        cmocka_unit_test_setup_teardown(test_delay, begin, end),
        cmocka_unit_test_setup_teardown(test_limits, begin, end),
    };
    return cmocka_run_group_tests_name("robots", tests, NULL, NULL);
}
