#include "check.h"

static void finds_bytes_and_needles(void **state)
{
    (void)state;
    slice s = SLICE("abcabd");
    assert_int_equal(slice_find_byte(s, 'c'), 2);
    assert_int_equal(slice_find_byte(s, 'x'), 6);
    assert_int_equal(slice_find_byte(SLICE_EMPTY, 'x'), 0);
    assert_int_equal(slice_find(s, SLICE("abd")), 3);
    assert_int_equal(slice_find(s, SLICE("abx")), 6);
    assert_int_equal(slice_find(s, SLICE("")), 0);
    assert_int_equal(slice_find(SLICE("ab"), SLICE("abc")), 2);
}

static void compares(void **state)
{
    (void)state;
    assert_true(slice_equal(SLICE_EMPTY, SLICE("")));
    assert_false(slice_equal(SLICE("a"), SLICE("b")));
    assert_true(slice_equal_nocase(SLICE("TiTle"), SLICE("tItLE")));
    assert_true(slice_compare(SLICE("ab"), SLICE("abc")) < 0);
    assert_true(slice_compare(SLICE("b"), SLICE("abc")) > 0);
    assert_int_equal(slice_compare(SLICE_EMPTY, SLICE_EMPTY), 0);
    assert_true(slice_starts_with(SLICE("reviews/x"), SLICE("reviews/")));
    assert_false(slice_starts_with(SLICE("rev"), SLICE("reviews/")));
    assert_true(slice_ends_with(SLICE("x.gmi"), SLICE(".gmi")));
    assert_false(slice_ends_with(SLICE("gmi"), SLICE(".gmi")));
}

static void trims_blanks_only(void **state)
{
    (void)state;
    assert_slice_equal(slice_trim(SLICE(" \t a b \r\n")), "a b");
    assert_slice_equal(slice_trim(SLICE("  ")), "");
    assert_slice_equal(slice_trim_end(SLICE(" a ")), " a");
    assert_slice_equal(slice_from(SLICE("abc"), 9), "");
    assert_slice_equal(slice_head(SLICE("abc"), 2), "ab");
}

static void splits_lines(void **state)
{
    (void)state;
    slice rest = SLICE("one\n\nthree\r\nlast");
    slice line;
    const char *expected[] = { "one", "", "three\r", "last" };
    for (size_t i = 0; i < 4; i++) {
        assert_true(slice_next_line(&rest, &line));
        assert_slice_equal(line, expected[i]);
    }
    assert_false(slice_next_line(&rest, &line));
}

static void parses_numbers(void **state)
{
    (void)state;
    unsigned long n = 0;
    assert_true(slice_to_number(SLICE("0"), 9, &n));
    assert_true(slice_to_number(SLICE("0042"), 100, &n));
    assert_int_equal(n, 42);
    assert_true(slice_to_number(SLICE("65535"), 65535, &n));
    assert_false(slice_to_number(SLICE("65536"), 65535, &n));
    assert_false(slice_to_number(SLICE("99999999999999999999999"), (unsigned long)-1, &n));
    assert_false(slice_to_number(SLICE(""), 9, &n));
    assert_false(slice_to_number(SLICE("-1"), 9, &n));
    assert_false(slice_to_number(SLICE("1 "), 9, &n));
    assert_false(slice_to_number(SLICE("7"), 5, &n));
}

static void hashes_as_fnv_1a(void **state)
{
    (void)state;
    /* Values of the FNV authors' own test suite. */
    assert_true(slice_hash(SLICE(""), SLICE_HASH_SEED) == 0xcbf29ce484222325ull);
    assert_true(slice_hash(SLICE("a"), SLICE_HASH_SEED) == 0xaf63dc4c8601ec8cull);
    assert_true(slice_hash(SLICE("foobar"), SLICE_HASH_SEED) == 0x85944171f73967e8ull);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_bytes_and_needles), cmocka_unit_test(compares),
        cmocka_unit_test(trims_blanks_only),       cmocka_unit_test(splits_lines),
        cmocka_unit_test(parses_numbers),          cmocka_unit_test(hashes_as_fnv_1a),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
