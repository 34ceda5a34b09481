/* Addresses of the web in one spelling. */
#include "check.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "web/web_url.h"

#include <string.h>

static const struct {
    const char *written;
    const char *text; /* NULL: none */
    const char *origin;
    const char *path;
} cases[] = {
    { "https://example.org", "https://example.org/", "https://example.org", "/" },
    { "http://Example.ORG:80/a?b#c", "http://Example.ORG/a?b", "http://example.org", "/a?b" },
    { "https://example.org:8443/", "https://example.org:8443/", "https://example.org:8443", "/" },
    { "HTTP://example.org/a/../b/./c", "http://example.org/b/c", "http://example.org", "/b/c" },
    { " https://example.org/x \n", "https://example.org/x", "https://example.org", "/x" },
    { "https://example.org/a b", "https://example.org/a%20b", "https://example.org", "/a%20b" },
    { "https://example.org/\xE3\x83\x84", "https://example.org/%E3%83%84", "https://example.org",
      "/%E3%83%84" },
    { "https://example.org?q=1", "https://example.org/?q=1", "https://example.org", "/?q=1" },
    { "http://[::1]:8080/", "http://[::1]:8080/", "http://[::1]:8080", "/" },
    { "http://127.1/", "http://127.0.0.1/", "http://127.0.0.1", "/" },
    { "", NULL, NULL, NULL },
    { "example.org", NULL, NULL, NULL },
    { "/a", NULL, NULL, NULL },
    { "//example.org/a", NULL, NULL, NULL },
    { "ftp://example.org/", NULL, NULL, NULL },
    { "file:///etc/passwd", NULL, NULL, NULL },
    { "gopher://example.org/", NULL, NULL, NULL },
    { "data:text/plain,x", NULL, NULL, NULL },
    { "javascript:alert(1)", NULL, NULL, NULL },
    { "http://", NULL, NULL, NULL },
    { "http://user@example.org/", NULL, NULL, NULL },
    { "http://user:word@example.org/", NULL, NULL, NULL },
    { "http://example.org:99999/", NULL, NULL, NULL },
    { "http://exa mple.org/", NULL, NULL, NULL },
};

static void test_cases(UNUSED void **state)
{
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct web_url url;
        slice problem;
        bool ok = web_url_read(&arena, slice_of(cases[i].written), &url, &problem);
        if (ok != (cases[i].text != NULL)) {
            fail_msg("%s: %s", cases[i].written, ok ? "is taken" : "is not taken");
        }
        if (ok) {
            assert_slice_equal(url.text, cases[i].text);
            assert_slice_equal(url.origin, cases[i].origin);
            assert_slice_equal(url.path, cases[i].path);
        }
    }
    arena_release(&arena);
}

static void test_too_long(UNUSED void **state)
{
    char written[LIMIT_WEB_URL + 8];
    struct arena arena;
    struct web_url url;
    slice problem;
    arena_init(&arena);
    memset(written, 'a', sizeof written);
    memcpy(written, "http://x/", 9);
    assert_true(web_url_read(&arena, (slice){ written, LIMIT_WEB_URL }, &url, &problem));
    assert_false(web_url_read(&arena, (slice){ written, LIMIT_WEB_URL + 1 }, &url, &problem));
    assert_slice_equal(problem, "an address that is too long");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_too_long),
    };
    return cmocka_run_group_tests_name("web_url", tests, NULL, NULL);
}
