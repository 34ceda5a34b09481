#include "check.h"

#include "text/uri.h"

static void encodes_paths(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1000);
    uri_put_path(&out, SLICE("/reviews/7번/a b?c#d%e.gmi"));
    assert_slice_equal(buf_slice(&out), "/reviews/7%EB%B2%88/a%20b%3Fc%23d%25e.gmi");
    buf_clear(&out);
    uri_put_written(&out, SLICE("https://x.example/a%20b?q=1&r=é#f\x7F"));
    assert_slice_equal(buf_slice(&out), "https://x.example/a%20b?q=1&r=%C3%A9#f%7F");
    buf_clear(&out);
    uri_put_written(&out, SLICE("/100%/50%2/%zz/%41%"));
    assert_slice_equal(buf_slice(&out), "/100%25/50%252/%25zz/%41%25");
    buf_clear(&out);
    uri_put_host(&out, SLICE("https://a\"b@bücher.example:1965"));
    assert_slice_equal(buf_slice(&out), "https://a%22b@bücher.example:1965");
    buf_release(&out);
}

static void every_byte_comes_back(void **state)
{
    (void)state;
    char all[256];
    struct buf encoded;
    struct buf decoded;
    for (int i = 0; i < 256; i++) {
        all[i] = (char)i;
    }
    buf_init(&encoded, 1000);
    buf_init(&decoded, 1000);
    uri_put_path(&encoded, (slice){ all, sizeof all });
    uri_put_decoded(&decoded, buf_slice(&encoded));
    assert_true(slice_equal(buf_slice(&decoded), (slice){ all, sizeof all }));
    buf_clear(&decoded);
    uri_put_decoded(&decoded, SLICE("%4g%%41%4"));
    assert_slice_equal(buf_slice(&decoded), "%4g%A%4");
    buf_release(&encoded);
    buf_release(&decoded);
}

static void leads_from_file_to_file(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        { "index.html", "index.html", "index.html" },
        { "index.html", "a/b.html", "a/b.html" },
        { "a/b/c.html", "a/b/d.html", "d.html" },
        { "a/b/c.html", "a/d.html", "../d.html" },
        { "a/b/c.html", "ab/c.html", "../../ab/c.html" },
        { "ab/c", "a/b/c", "../a/b/c" },
        { "x", "a:b", "./a:b" },
        { "x", "a/b:c", "a/b:c" },
        { "a/x", "b:c", "../b:c" },
        { "x", "a b&c?d#e%", "a%20b&c%3Fd%23e%25" },
    };
    struct buf out;
    buf_init(&out, 1000);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        buf_clear(&out);
        uri_put_relative(&out, slice_of(cases[i][0]), slice_of(cases[i][1]));
        assert_slice_equal(buf_slice(&out), cases[i][2]);
    }
    buf_release(&out);
}

static void finds_schemes(void **state)
{
    (void)state;
    assert_slice_equal(uri_scheme(SLICE("gemini://x/")), "gemini");
    assert_slice_equal(uri_scheme(SLICE("mailto:a@b")), "mailto");
    assert_slice_equal(uri_scheme(SLICE("review:x")), "review");
    assert_slice_equal(uri_scheme(SLICE("/a:b")), "");
    assert_slice_equal(uri_scheme(SLICE("a/b:c")), "");
    assert_slice_equal(uri_scheme(SLICE("7up:x")), "");
    assert_slice_equal(uri_scheme(SLICE("x")), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodes_paths),
        cmocka_unit_test(every_byte_comes_back),
        cmocka_unit_test(leads_from_file_to_file),
        cmocka_unit_test(finds_schemes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
