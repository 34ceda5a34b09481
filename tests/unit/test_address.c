#include "check.h"

#include "base/attributes.h"
#include "import/address.h"

static void makes_keys(void **state)
{
    (void)state;
    static const struct {
        const char *url, *key, *path;
    } cases[] = {
        { "https://blog.example/2024/05/the-attic.html", "blog.example/2024/05/the-attic.html",
          "/2024/05/the-attic.html" },
        { "http://www.Blog.example:80/2024/05/the-attic.html?m=1#more",
          "blog.example/2024/05/the-attic.html", "/2024/05/the-attic.html" },
        { "http://attic.blogspot.co.uk/2024/05/a.html", "attic.blogspot.com/2024/05/a.html",
          "/2024/05/a.html" },
        { "//attic.blogspot.com/2024/05/a.html", "attic.blogspot.com/2024/05/a.html",
          "/2024/05/a.html" },
        { "https://blog.example/%ED%95%9C/?m=1", "blog.example/\xED\x95\x9C", "" },
        { "https://blog.example/p/about.html", "blog.example/p/about.html", "" },
        { "/2024/05/the-attic.html", "/2024/05/the-attic.html", "/2024/05/the-attic.html" },
        { "https://blog.example/?p=12", "blog.example?p=12", "" },
        { "https://someone@blog.example/a/", "blog.example/a", "" },
        { "https://blog.example/2024/05/", "blog.example/2024/05", "" },
        { "https://blog.example/", "", "" },
        { "https://blog.example", "", "" },
        { "https://blog.example/?q=attic", "", "" },
        { "gemini://blog.example/a", "", "" },
        { "mailto:someone@blog.example", "", "" },
        { "a.html", "", "" },
        { "", "", "" },
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        slice key = address_key(&arena, slice_of(cases[i].url));
        assert_slice_equal(key, cases[i].key);
        assert_slice_equal(address_dated_path(key), cases[i].path);
    }
    assert_true(address_has_host(SLICE("blog.example/a")));
    assert_false(address_has_host(SLICE("/a")));
    assert_false(address_has_host(SLICE_EMPTY));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(makes_keys) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
