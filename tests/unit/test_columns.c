/* Text in lines of a width: what stays together, what is broken, what is made safe. */
#include "check.h"

#include "base/attributes.h"
#include "export/columns.h"

enum { MOST = 700 };

static void check_lines(const char *text, size_t columns, const char *const *expected)
{
    struct buf clean;
    slice line;
    buf_init(&clean, 1 << 20);
    columns_put_clean(&clean, slice_of(text));
    slice rest = buf_slice(&clean);
    for (; *expected != NULL; expected++) {
        assert_true(columns_next(&rest, columns, MOST, &line));
        assert_slice_equal(line, *expected);
    }
    assert_false(columns_next(&rest, columns, MOST, &line));
    buf_release(&clean);
}

#define assert_lines(text, columns, ...) \
    check_lines(text, columns, (const char *const[]){ __VA_ARGS__, NULL })

static void words_stay_whole(UNUSED void **state)
{
    assert_lines("one", 10, "one");
    assert_lines("one two three", 7, "one two", "three");
    assert_lines("one two three", 6, "one", "two", "three");
    assert_lines("one two", 7, "one two");
    assert_lines("one  two   three", 8, "one  two", "three");
    assert_lines("  one two ", 20, "one two");
    assert_lines("exactly ten more", 11, "exactly ten", "more");
}

static void what_is_longer_than_a_line_is_broken(UNUSED void **state)
{
    assert_lines("abcdefgh", 5, "abcde", "fgh");
    assert_lines("a bcdefghij k", 5, "a", "bcdef", "ghij", "k");
}

static void addresses_are_not(UNUSED void **state)
{
    assert_lines("see https://example.org/a/long/one now", 10, "see",
                 "https://example.org/a/long/one", "now");
    assert_lines("<gemini://example.org/>", 10, "<gemini://example.org/>");
}

static void wide_letters_are_two_columns(UNUSED void **state)
{
    assert_int_equal(columns_of(SLICE("한국어 abc")), 10);
    assert_lines("한국 영화 제목", 9, "한국 영화", "제목");
    assert_lines("한국 영화 제목", 8, "한국", "영화", "제목");
    /* A word of Korean is broken when there is no other way, between syllables. */
    assert_lines("일곱번방의선물", 6, "일곱번", "방의선", "물");
    /* A combining mark takes no column, and stays with its letter. */
    assert_lines("cafe\xCC\x81 au", 7, "cafe\xCC\x81 au");
}

static void chinese_and_japanese_are_broken_between_letters(UNUSED void **state)
{
    assert_lines("これは長い文です", 8, "これは長", "い文です");
    /* Neither before a closing mark nor behind an opening one. */
    assert_lines("これは長。文です", 8, "これは", "長。文で", "す");
    assert_lines("これは「文です」", 8, "これは", "「文で", "す」");
    assert_lines("abc これは", 8, "abc これ", "は");
}

static void no_line_has_more_bytes_than_it_may(UNUSED void **state)
{
    struct buf text;
    slice line;
    size_t sum = 0;
    buf_init(&text, 1 << 20);
    buf_puts(&text, "https://");
    for (size_t i = 0; i < 2000; i++) {
        buf_puts(&text, i % 2 ? "e\xCC\x81" : "\xCC\x82");
    }
    slice rest = buf_slice(&text);
    size_t length = rest.len;
    while (columns_next(&rest, 67, MOST, &line)) {
        assert_true(line.len <= MOST && line.len > 0);
        sum += line.len;
    }
    assert_int_equal(sum, length);
    buf_release(&text);
}

static void text_is_made_safe(UNUSED void **state)
{
    static const struct {
        const char *text;
        const char *clean;
        const char *verbatim;
    } cases[] = {
        { "plain", "plain", "plain" },
        { "\ttab\there ", "tab here", "        tab     here" },
        { "한\tb", "한 b", "한      b" },
        { "a\x1b[2Jb\rc\nd", "a [2Jb c d", "a [2Jb c d" },
        { "a\x7f\xC2\x9Bz\xE2\x80\xA8y", "a  z y", "a  z y" },
        { "bad \xff\xc3 bytes", "bad \xEF\xBF\xBD\xEF\xBF\xBD bytes",
          "bad \xEF\xBF\xBD\xEF\xBF\xBD bytes" },
        { "\x01\x02", "", "" },
        { "\x01 \x02x\x03 ", "x", "   x" },
    };
    struct buf out;
    buf_init(&out, 1 << 16);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        buf_clear(&out);
        columns_put_clean(&out, slice_of(cases[i].text));
        assert_slice_equal(buf_slice(&out), cases[i].clean);
        buf_clear(&out);
        columns_put_verbatim(&out, slice_of(cases[i].text));
        assert_slice_equal(slice_trim_end(buf_slice(&out)), cases[i].verbatim);
    }
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_stay_whole),
        cmocka_unit_test(what_is_longer_than_a_line_is_broken),
        cmocka_unit_test(addresses_are_not),
        cmocka_unit_test(wide_letters_are_two_columns),
        cmocka_unit_test(chinese_and_japanese_are_broken_between_letters),
        cmocka_unit_test(no_line_has_more_bytes_than_it_may),
        cmocka_unit_test(text_is_made_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
