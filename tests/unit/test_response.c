/* Header lines, written and read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attributes.h"
#include "base/limits.h"
#include "gemini/response.h"

#include <string.h>

#define LINE(literal)                \
    {                                \
        literal, sizeof(literal) - 1 \
    }

static void test_put_header(UNUSED void **state)
{
    static const struct {
        enum status status;
        slice meta;
        const char *header;
    } cases[] = {
        { STATUS_SUCCESS, LINE("text/gemini; lang=en"), "20 text/gemini; lang=en\r\n" },
        { STATUS_REDIRECT_PERMANENT, LINE("/reviews/a/"), "31 /reviews/a/\r\n" },
        { STATUS_SLOW_DOWN, LINE("30"), "44 30\r\n" },
        { STATUS_NOT_FOUND, LINE(""), "51 Not found\r\n" },
        { STATUS_NOT_FOUND, LINE("a\r\n20 text/plain"), "51 a  20 text/plain\r\n" },
        { STATUS_NOT_FOUND, LINE("a\tb\0c\x1b[m\x7f"), "51 a b c [m \r\n" },
        { STATUS_INPUT, LINE("\xEC\x98\x81\xC2\x85?"), "10 \xEC\x98\x81 ?\r\n" },
        { STATUS_NOT_FOUND, LINE("\xFF"), "51 \xEF\xBF\xBD\r\n" },
    };
    struct buf out;
    buf_init(&out, 4096);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        buf_clear(&out);
        response_put_header(&out, cases[i].status, cases[i].meta);
        assert_string_equal(buf_string(&out), cases[i].header);
    }
    buf_release(&out);
}

static void test_every_status_has_a_meta(UNUSED void **state)
{
    static const enum status all[] = {
        STATUS_INPUT,
        STATUS_SUCCESS,
        STATUS_REDIRECT,
        STATUS_SLOW_DOWN,
        STATUS_TEMPORARY_FAILURE,
        STATUS_REDIRECT_PERMANENT,
        STATUS_NOT_FOUND,
        STATUS_PERMANENT_FAILURE,
        STATUS_SERVER_UNAVAILABLE,
        STATUS_PROXY_REFUSED,
        STATUS_GONE,
        STATUS_BAD_REQUEST,
    };
    struct buf out;
    buf_init(&out, 4096);
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++) {
        int status = 0;
        slice meta;
        buf_clear(&out);
        response_put_header(&out, all[i], SLICE_EMPTY);
        slice line = slice_head(buf_slice(&out), out.len - 2);
        assert_true(response_parse_header(line, &status, &meta));
        assert_int_equal(status, all[i]);
        assert_true(meta.len > 0);
    }
    buf_release(&out);
}

static void test_long_meta_is_cut(UNUSED void **state)
{
    char meta[LIMIT_META + 10];
    struct buf out;
    buf_init(&out, 4096);
    memset(meta, 'x', sizeof meta);
    response_put_header(&out, STATUS_NOT_FOUND, (slice){ meta, LIMIT_META });
    assert_int_equal(out.len, 3 + LIMIT_META + 2);
    buf_clear(&out);
    response_put_header(&out, STATUS_NOT_FOUND, (slice){ meta, sizeof meta });
    assert_int_equal(out.len, 3 + LIMIT_META + 2);
    /* A code point is never cut in two. */
    memcpy(meta + LIMIT_META - 1, "\xEC\x98\x81", 3);
    buf_clear(&out);
    response_put_header(&out, STATUS_NOT_FOUND, (slice){ meta, sizeof meta });
    assert_int_equal(out.len, 3 + LIMIT_META - 1 + 2);
    buf_release(&out);
}

static void test_put_type(UNUSED void **state)
{
    static const struct {
        slice type, lang;
        const char *meta;
    } cases[] = {
        { LINE("text/gemini"), LINE(""), "text/gemini" },
        { LINE("text/gemini"), LINE("en"), "text/gemini; lang=en" },
        { LINE("text/gemini"), LINE("ko-KR,en"), "text/gemini; lang=ko-KR,en" },
        { LINE("text/gemini"), LINE("en; charset=x"), "text/gemini" },
        { LINE("text/gemini"), LINE("e n"), "text/gemini" },
    };
    struct buf out;
    buf_init(&out, 4096);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        buf_clear(&out);
        response_put_type(&out, cases[i].type, cases[i].lang);
        assert_string_equal(buf_string(&out), cases[i].meta);
    }
    buf_release(&out);
}

static void test_parse_header(UNUSED void **state)
{
    static const struct {
        slice line;
        int status;
        const char *meta;
    } good[] = {
        { LINE("20 text/gemini"), 20, "text/gemini" },
        { LINE("29 text/plain; charset=utf-8"), 29, "text/plain; charset=utf-8" },
        { LINE("10 \xEC\x98\x81?"), 10, "\xEC\x98\x81?" },
        { LINE("31 gemini://h/"), 31, "gemini://h/" },
        { LINE("51"), 51, "" },
        { LINE("51 "), 51, "" },
        { LINE("44 30"), 44, "30" },
        { LINE("60 A certificate"), 60, "A certificate" },
    };
    static const slice bad[] = {
        LINE(""),          LINE("2"),           LINE("20"),      LINE("20 "),
        LINE("30 "),       LINE("10"),          LINE("200 x"),   LINE("20text/gemini"),
        LINE("20\tx"),     LINE("00 x"),        LINE("70 x"),    LINE("99 x"),
        LINE(" 20 x"),     LINE("2x y"),        LINE("x0 y"),    LINE("20 a\tb"),
        LINE("51 a\x1b["), LINE("51 a\rb"),     LINE("51 a\0b"), LINE("51 \xFF"),
        LINE("<html>"),    LINE("51 \xC2\x9b"),
    };
    int status = 0;
    slice meta;
    for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
        assert_true(response_parse_header(good[i].line, &status, &meta));
        assert_int_equal(status, good[i].status);
        assert_true(slice_equal(meta, slice_of(good[i].meta)));
    }
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        if (response_parse_header(bad[i], &status, &meta)) {
            fail_msg("`%.*s` is taken", SLICE_ARG(bad[i]));
        }
    }
    char line[3 + LIMIT_META + 1];
    memset(line, 'x', sizeof line);
    memcpy(line, "51 ", 3);
    assert_true(response_parse_header((slice){ line, sizeof line - 1 }, &status, &meta));
    assert_false(response_parse_header((slice){ line, sizeof line }, &status, &meta));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put_header),       cmocka_unit_test(test_every_status_has_a_meta),
        cmocka_unit_test(test_long_meta_is_cut), cmocka_unit_test(test_put_type),
        cmocka_unit_test(test_parse_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
