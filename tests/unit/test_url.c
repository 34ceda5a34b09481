/* URLs in parts, and references resolved (the examples of RFC 3986, 5.4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attributes.h"
#include "gemini/url.h"

#include <string.h>

static void assert_slice(const char *text, slice got, const char *wanted)
{
    if ((wanted == NULL) != (got.ptr == NULL) || !slice_equal(got, slice_of(wanted))) {
        fail_msg("%s: got `%.*s`, wanted `%s`", text, SLICE_ARG(got), wanted ? wanted : "(none)");
    }
}

static void test_parts(UNUSED void **state)
{
    static const struct {
        const char *text, *scheme, *userinfo, *host;
        int port;
        const char *path, *query, *fragment;
    } cases[] = {
        { "gemini://h", "gemini", NULL, "h", -1, "", NULL, NULL },
        { "gemini://h/", "gemini", NULL, "h", -1, "/", NULL, NULL },
        { "Gemini://H.Example:1965/a//b?c?d#e", "Gemini", NULL, "H.Example", 1965, "/a//b", "c?d",
          "e" },
        { "gemini://u:p@h:/", "gemini", "u:p", "h", -1, "/", NULL, NULL },
        { "gemini://@h?", "gemini", "", "h", -1, "", "", NULL },
        { "gemini://h#", "gemini", NULL, "h", -1, "", NULL, "" },
        { "gemini://h/#a?b", "gemini", NULL, "h", -1, "/", NULL, "a?b" },
        { "gemini://[::1]:80/%41/../", "gemini", NULL, "::1", 80, "/%41/../", NULL, NULL },
        { "gemini://[v1.x]/", "gemini", NULL, "[v1.x]", -1, "/", NULL, NULL },
        { "file:///x", "file", NULL, "", -1, "/x", NULL, NULL },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct url url;
        const char *text = cases[i].text;
        if (!url_parse(slice_of(text), &url)) {
            fail_msg("%s is refused", text);
        }
        assert_slice(text, url.scheme, cases[i].scheme);
        assert_slice(text, url.userinfo, cases[i].userinfo);
        assert_slice(text, url.host, cases[i].host);
        assert_int_equal(url.port, cases[i].port);
        assert_slice(text, url.path, cases[i].path);
        assert_slice(text, url.query, cases[i].query);
        assert_int_equal(url.has_query, cases[i].query != NULL);
        assert_slice(text, url.fragment, cases[i].fragment);
        assert_int_equal(url.has_fragment, cases[i].fragment != NULL);
    }
}

static void test_kind_of_host(UNUSED void **state)
{
    struct url url;
    assert_true(url_parse(SLICE("gemini://127.0.0.1/"), &url));
    assert_true(url.host_is_ipv4 && !url.host_is_ipv6);
    assert_true(url_parse(SLICE("gemini://[::1]/"), &url));
    assert_true(!url.host_is_ipv4 && url.host_is_ipv6);
    assert_true(url_parse(SLICE("gemini://127.0.0.256/"), &url));
    assert_true(!url.host_is_ipv4 && !url.host_is_ipv6);
}

static void test_no_url(UNUSED void **state)
{
    static const char *const texts[] = {
        "",
        "/",
        "a",
        "//h/",
        "mailto:a@b",
        "gemini:/x",
        "gemini:x",
        "gemini://[/",
        "gemini://h/%",
        "gemini://h:x/",
        "gemini://h:65536/",
        "gemini://h:0/",
        "gemini://h/a b",
        "gemini://a:b:c/",
    };
    struct url url;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        if (url_parse(slice_of(texts[i]), &url)) {
            fail_msg("%s is taken", texts[i]);
        }
    }
    assert_false(url_parse(SLICE_EMPTY, &url));
    assert_false(url_parse((slice){ "gemini://h/\0", 12 }, &url));
}

static void test_resolve(UNUSED void **state)
{
    static const char base[] = "http://a/b/c/d;p?q";
    static const struct {
        const char *reference, *result;
    } cases[] = {
        { "g:h", "g:h" },
        { "g", "http://a/b/c/g" },
        { "./g", "http://a/b/c/g" },
        { "g/", "http://a/b/c/g/" },
        { "/g", "http://a/g" },
        { "//g", "http://g" },
        { "?y", "http://a/b/c/d;p?y" },
        { "g?y", "http://a/b/c/g?y" },
        { "#s", "http://a/b/c/d;p?q#s" },
        { "g#s", "http://a/b/c/g#s" },
        { "g?y#s", "http://a/b/c/g?y#s" },
        { ";x", "http://a/b/c/;x" },
        { "g;x", "http://a/b/c/g;x" },
        { "g;x?y#s", "http://a/b/c/g;x?y#s" },
        { "", "http://a/b/c/d;p?q" },
        { ".", "http://a/b/c/" },
        { "./", "http://a/b/c/" },
        { "..", "http://a/b/" },
        { "../", "http://a/b/" },
        { "../g", "http://a/b/g" },
        { "../..", "http://a/" },
        { "../../", "http://a/" },
        { "../../g", "http://a/g" },
        { "../../../g", "http://a/g" },
        { "../../../../g", "http://a/g" },
        { "/./g", "http://a/g" },
        { "/../g", "http://a/g" },
        { "g.", "http://a/b/c/g." },
        { ".g", "http://a/b/c/.g" },
        { "g..", "http://a/b/c/g.." },
        { "..g", "http://a/b/c/..g" },
        { "./../g", "http://a/b/g" },
        { "./g/.", "http://a/b/c/g/" },
        { "g/./h", "http://a/b/c/g/h" },
        { "g/../h", "http://a/b/c/h" },
        { "g;x=1/./y", "http://a/b/c/g;x=1/y" },
        { "g;x=1/../y", "http://a/b/c/y" },
        { "g?y/./x", "http://a/b/c/g?y/./x" },
        { "g?y/../x", "http://a/b/c/g?y/../x" },
        { "g#s/./x", "http://a/b/c/g#s/./x" },
        { "http:g", "http:g" },
        { "gemini://h:1966/x/../y", "gemini://h:1966/y" },
    };
    struct buf out;
    buf_init(&out, 4096);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        buf_clear(&out);
        if (!url_resolve(slice_of(base), slice_of(cases[i].reference), &out)) {
            fail_msg("%s cannot be resolved", cases[i].reference);
        }
        assert_slice(cases[i].reference, buf_slice(&out), cases[i].result);
    }
    buf_clear(&out);
    assert_true(url_resolve(SLICE("gemini://h"), SLICE("a"), &out));
    assert_slice("a", buf_slice(&out), "gemini://h/a");
    buf_clear(&out);
    buf_puts(&out, "=> ");
    assert_true(url_resolve(SLICE("gemini://[::1]:99/a/"), SLICE("../b/?c"), &out));
    assert_slice("../b/?c", buf_slice(&out), "=> gemini://[::1]:99/b/?c");
    buf_release(&out);
}

static void test_unresolvable(UNUSED void **state)
{
    struct buf out;
    buf_init(&out, 20);
    assert_false(url_resolve(SLICE("not absolute"), SLICE("a"), &out));
    assert_false(url_resolve(SLICE("/a"), SLICE("b"), &out));
    assert_false(url_resolve(SLICE("gemini://h/"), SLICE("a b"), &out));
    assert_false(url_resolve(SLICE("gemini://h/"), SLICE("%"), &out));
    assert_false(url_resolve(SLICE("gemini://h/"), SLICE("a:/.//b"), &out));
    assert_int_equal(out.len, 0);
    assert_false(url_resolve(SLICE("gemini://h/"), SLICE("a-name-that-is-too-long"), &out));
    assert_true(out.failed);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),        cmocka_unit_test(test_kind_of_host),
        cmocka_unit_test(test_no_url),       cmocka_unit_test(test_resolve),
        cmocka_unit_test(test_unresolvable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
