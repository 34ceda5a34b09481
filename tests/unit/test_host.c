#include "check.h"

#include "base/attributes.h"
#include "gemini/host.h"

#include <string.h>

#define LABEL_63 "abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwxyz"

static void normalises(void **state)
{
    (void)state;
    static const struct {
        const char *written, *kept;
    } cases[] = {
        { "localhost", "localhost" },
        { "Example.ORG", "example.org" },
        { "example.org.", "example.org" },
        { "a_b.example", "a_b.example" },
        { "r3---sn.example", "r3---sn.example" },
        { "3com.example", "3com.example" },
        { LABEL_63 ".example", LABEL_63 ".example" },
        /* Other scripts. */
        { "bücher.example", "xn--bcher-kva.example" },
        { "BÜCHER.Example.", "xn--bcher-kva.example" },
        { "bu\xCC\x88"
          "cher.example",
          "xn--bcher-kva.example" },
        { "XN--Bcher-KVA.example", "xn--bcher-kva.example" },
        { "영화.한국", "xn--vj5bo21a.xn--3e0b707e" },
        { "例え。jp", "xn--r8jz45g.jp" },
        { "straße.example", "xn--strae-oqa.example" },
        { "xn--ls8h.example", "xn--ls8h.example" },
        { "ｅｘａｍｐｌｅ.org", "example.org" },
        { "büch_er.example", "xn--bch_er-3ya.example" },
        /* Addresses. */
        { "192.0.2.7", "192.0.2.7" },
        { "::1", "::1" },
        { "[::1]", "::1" },
        { "[2001:DB8:0:0::1]", "2001:db8::1" },
        { "2001:0db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
        { "::ffff:192.0.2.7", "::ffff:192.0.2.7" },
        /* Patterns. */
        { "*.Example.org", "*.example.org" },
        { "*.bücher.example.", "*.xn--bcher-kva.example" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buf out;
        const char *problem = NULL;
        buf_init(&out, 1024);
        buf_puts(&out, "=");
        if (!host_normalise(slice_of(cases[i].written), true, &out, &problem)) {
            print_error("%s: %s\n", cases[i].written, problem);
            fail();
        }
        assert_slice_equal(slice_from(buf_slice(&out), 1), cases[i].kept);
        buf_release(&out);
    }
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    static const char plain[] = "expected the name of a host, such as example.org";
    static const char alone[] = "expected the name of a host alone, without scheme and port";
    static const char number[] = "expected an IP address, or the name of a host: this is neither";
    static const char *const rules = "expected a name that the rules for internationalised names "
                                     "allow";
    static const char *const begin = "expected `*.` at the begin";
    const struct {
        const char *written, *problem;
    } cases[] = {
        { "", plain },
        { ".", plain },
        { "..", plain },
        { "a..b", plain },
        { ".a", plain },
        { "a..", plain },
        { "-a", plain },
        { "a b", plain },
        { "a\tb", plain },
        { "a%62", plain },
        { "me@a", plain },
        { LABEL_63 "x.example", plain },
        { "[]", plain },
        { "[a]", plain },
        { "gemini://a", alone },
        { "a:1965", alone },
        { "a/b", alone },
        { "[::1", alone },
        { "::1::", alone },
        { "[::1].", alone },
        { "fe80::1%eth0", "expected an address without a zone" },
        { "256.1.1.1", number },
        { "1.2.3", number },
        { "1965", number },
        { "[192.0.2.7]", number },
        { "a.*", begin },
        { "*", begin },
        { "*a.example", begin },
        { "*.*.example", begin },
        { "*.192.0.2.7", begin },
        { "\xFF.example", rules },
        { "a\xE2\x80\xAE"
          "b.example",
          rules },
        { "\xCC\x88"
          "a.example",
          rules },
        { "a b\xC3\xA9", rules },
        { "１.２.３.４.５", rules },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buf out;
        const char *problem = "";
        buf_init(&out, 1024);
        buf_puts(&out, "=");
        if (host_normalise(slice_of(cases[i].written), true, &out, &problem)) {
            print_error("%s was taken for a host\n", cases[i].written);
            fail();
        }
        assert_slice_equal(buf_slice(&out), "=");
        if (!slice_starts_with(slice_of(problem), slice_of(cases[i].problem))) {
            print_error("%s: %s\n", cases[i].written, problem);
            fail();
        }
        buf_release(&out);
    }
}

static void takes_patterns_where_they_are_allowed_alone(void **state)
{
    (void)state;
    struct buf out;
    const char *problem = NULL;
    buf_init(&out, 1024);
    assert_false(host_normalise(SLICE("*.example.org"), false, &out, &problem));
    assert_non_null(strstr(problem, "where a pattern is allowed"));
    /* 253 bytes are a name; with a star before it they are too many. */
    char longest[HOST_BYTES];
    memset(longest, 'a', sizeof longest);
    for (size_t i = 63; i < sizeof longest; i += 64) {
        longest[i] = '.';
    }
    assert_true(host_normalise((slice){ longest, sizeof longest }, false, &out, NULL));
    buf_clear(&out);
    longest[0] = '*';
    longest[1] = '.';
    assert_true(host_normalise((slice){ longest, sizeof longest }, true, &out, NULL));
    assert_int_equal(out.len, HOST_BYTES);
    buf_release(&out);
    /* Room for the name, and none for the star. */
    char too_long[HOST_BYTES + 2];
    memcpy(too_long, "*.", 2);
    memcpy(too_long + 2, longest, sizeof longest);
    too_long[2] = too_long[3] = 'a';
    buf_init(&out, HOST_BYTES);
    assert_false(host_normalise((slice){ too_long, sizeof too_long }, true, &out, NULL));
    assert_int_equal(out.len, 0);
    buf_release(&out);
}

static void matches_one_label(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *host;
        bool matches;
    } cases[] = {
        { "example.org", "example.org", true },
        { "example.org", "www.example.org", false },
        { "*.example.org", "www.example.org", true },
        { "*.example.org", "xn--bcher-kva.example.org", true },
        { "*.example.org", "example.org", false },
        { "*.example.org", "a.b.example.org", false },
        { "*.example.org", ".example.org", false },
        { "*.example.org", "*.example.org", false },
        { "*.org", "example.org", true },
        { "*.0.2.7", "192.0.2.7", false },
        { "192.0.2.7", "192.0.2.7", true },
        { "::1", "::1", true },
        { "*.example.org", "", false },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        assert_int_equal(host_matches(slice_of(cases[i].pattern), slice_of(cases[i].host)),
                         cases[i].matches);
    }
}

static void shows(void **state)
{
    (void)state;
    static const struct {
        const char *host, *shown, *file;
    } cases[] = {
        { "example.org", "example.org", "example.org" },
        { "xn--bcher-kva.example", "bücher.example", "xn--bcher-kva.example" },
        { "*.xn--bcher-kva.example", "*.bücher.example", "wildcard_.xn--bcher-kva.example" },
        { "xn--vj5bo21a.xn--3e0b707e", "영화.한국", "xn--vj5bo21a.xn--3e0b707e" },
        { "::1", "::1", "::1" },
        /* Not a name by the rules, or not one that would lead back. */
        { "xn--ls8h.example", "xn--ls8h.example", "xn--ls8h.example" },
        { "xn--a.example", "xn--a.example", "xn--a.example" },
        { "xn--example", "xn--example", "xn--example" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buf out;
        buf_init(&out, 1024);
        host_put_shown(slice_of(cases[i].host), &out);
        assert_slice_equal(buf_slice(&out), cases[i].shown);
        buf_clear(&out);
        host_put_file_name(slice_of(cases[i].host), &out);
        assert_slice_equal(buf_slice(&out), cases[i].file);
        buf_release(&out);
    }
}

static void tells_addresses(void **state)
{
    (void)state;
    unsigned char address[16];
    assert_int_equal(host_to_address(SLICE("192.0.2.7"), address), 4);
    assert_int_equal(address[3], 7);
    assert_int_equal(host_to_address(SLICE("::1"), address), 16);
    assert_int_equal(address[15], 1);
    assert_int_equal(host_to_address(SLICE("example.org"), address), 0);
    assert_int_equal(host_to_address(SLICE_EMPTY, address), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normalises),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(takes_patterns_where_they_are_allowed_alone),
        cmocka_unit_test(matches_one_label),
        cmocka_unit_test(shows),
        cmocka_unit_test(tells_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
