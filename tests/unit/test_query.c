#include "check.h"

#include "base/attributes.h"
#include "search/query.h"

#include <string.h>

static void makes_expressions(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        const char *expression;
    } cases[] = {
        { "miracle", "((\"miracle\"))" },
        { "  two   words ", "((\"two\") AND (\"words\"))" },
        { "\"two words\" three", "((\"two words\") AND (\"three\"))" },
        { "“two words”", "((\"two words\"))" },
        { "「two words」", "((\"two words\"))" },
        { "\"never closed", "((\"never closed\"))" },
        { "a\"b c\"d", "((\"a\") AND (\"b c\") AND (\"d\"))" },
        { "mira*", "((\"mira\" *))" },
        { "mira***", "((\"mira\" *))" },
        { "\"cell no\"*", "((\"cell no\" *))" },
        { "m*", "((\"m\"))" }, /* too much begins so */
        { "film -cell", "((\"film\")) NOT ((\"cell\"))" },
        { "-a film -\"b c\"", "((\"film\")) NOT ((\"a\") OR (\"b c\"))" },
        { "tag:courtroom", "(tags : (\"courtroom\"))" },
        { "TAG:\"two words\"", "(tags : (\"two words\"))" },
        { "person: lee film", "(people : (\"lee\") AND (\"film\"))" },
        { "film -tag:horror", "((\"film\")) NOT (tags : (\"horror\"))" },
        { "Re:Zero", "((\"Re:Zero\"))" },
        { "Hwan-kyung", "((\"Hwan-kyung\" OR \"hwankyung\"))" },
        { "don't", "((\"don't\" OR \"dont\"))" },
        { "hwan-ky*", "((\"hwan-ky\" * OR \"hwanky\" *))" },
        { "\"Lee Hwan-kyung\"", "((\"Lee Hwan-kyung\"))" },
        { "a - b", "((\"a\") AND (\"b\"))" },
        { "a 🎬 b", "((\"a\") AND (\"b\"))" },
        { "AND OR NOT NEAR(a b)",
          "((\"AND\") AND (\"OR\") AND (\"NOT\") AND (\"NEAR(a\") AND (\"b)\"))" },
        { "year:2013", "" },
        { "year:2013 gift", "((\"gift\"))" },
        { "ｔａｇ：ｆｉｌｍ", "(tags : (\"film\"))" },
        { "7번방", "((\"7번방\"))" },
        { "7번", "((\"7번\" *))" }, /* one syllable: others may follow */
        { "꽃", "((\"꽃\" *))" },
        { "\"꽃\"", "((\"꽃\"))" },
        { "a\x01\x7F\xFF\x62", "((\"a\") AND (\"b\"))" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct search_query query;
        const char *problem = NULL;
        if (!search_query_parse(slice_of(cases[i].typed), &query, &problem)) {
            fail_msg("%s: %s", cases[i].typed, problem);
        }
        assert_slice_equal(query.expression, cases[i].expression);
    }
}

static void says_what_is_missing(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        const char *in_problem;
    } cases[] = {
        { "", "nothing to look for" },
        { " \t ", "nothing to look for" },
        { "\"\"", "nothing to look for" },
        { "🎬 - * \"", "nothing to look for" },
        { "in:quotes", "nothing to look for" },
        { "in:quotes year:2013", "nothing to look for" },
        { "-cell", "leave out only" },
        { "year:2013 -cell", "leave out only" },
        { "year:", "year:2013" },
        { "year:soon", "year:2013" },
        { "year:2013-soon", "year:2013" },
        { "year:20130", "year:2013" },
        { "-year:2013 a", "before them" },
        { "in:titles a", "in:quotes" },
        { "tag:", "a word is expected" },
        { "person:🎬", "a word is expected" },
        { "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", "At most 16" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct search_query query;
        const char *problem = NULL;
        if (search_query_parse(slice_of(cases[i].typed), &query, &problem) ||
            strstr(problem, cases[i].in_problem) == NULL) {
            fail_msg("%s: %s", cases[i].typed, problem == NULL ? "taken" : problem);
        }
    }
    char long_one[LIMIT_SEARCH_QUERY + 1];
    struct search_query query;
    const char *problem = NULL;
    memset(long_one, 'a', sizeof long_one);
    assert_false(search_query_parse((slice){ long_one, sizeof long_one }, &query, &problem));
    assert_non_null(strstr(problem, "at most 1024 bytes"));
    assert_true(search_query_parse((slice){ long_one, sizeof long_one - 1 }, &query, &problem));
    /* What grows most when it is put into NFC: U+1D160. */
    for (size_t i = 0; i + 4 <= LIMIT_SEARCH_QUERY; i += 4) {
        memcpy(long_one + i, "\xF0\x9D\x85\xA0", 4);
    }
    assert_false(search_query_parse((slice){ long_one, LIMIT_SEARCH_QUERY }, &query, &problem));
}

static void reads_filters(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        unsigned long first, last;
        bool in_quotes;
    } cases[] = {
        { "year:2013", 2013, 2013, false },
        { "year:2010-2019", 2010, 2019, false },
        { "year:2010..2019 a", 2010, 2019, false },
        { "YEAR:2010–2019 b IN:Quotes", 2010, 2019, true },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct search_query query;
        const char *problem = NULL;
        assert_true(search_query_parse(slice_of(cases[i].typed), &query, &problem));
        assert_true(query.has_year);
        assert_int_equal(query.first_year, cases[i].first);
        assert_int_equal(query.last_year, cases[i].last);
        assert_int_equal(query.in_quotes, cases[i].in_quotes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_expressions),
        cmocka_unit_test(says_what_is_missing),
        cmocka_unit_test(reads_filters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
