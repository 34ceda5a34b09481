#include "check.h"

#include "base/attributes.h"
#include "text/gemtext.h"

static void reads_every_type(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum gemtext_type type;
        unsigned level;
        const char *text;
        const char *url;
    } cases[] = {
        { "plain", GEMTEXT_TEXT, 0, "plain", "" },
        { " # indented", GEMTEXT_TEXT, 0, " # indented", "" },
        { "", GEMTEXT_BLANK, 0, "", "" },
        { " \t ", GEMTEXT_BLANK, 0, "", "" },
        { "# One", GEMTEXT_HEADING, 1, "One", "" },
        { "##Two ", GEMTEXT_HEADING, 2, "Two", "" },
        { "### Three", GEMTEXT_HEADING, 3, "Three", "" },
        { "#### four", GEMTEXT_HEADING, 3, "# four", "" },
        { "* item", GEMTEXT_ITEM, 0, "item", "" },
        { "*no item", GEMTEXT_TEXT, 0, "*no item", "" },
        { "> said", GEMTEXT_QUOTE, 0, "said", "" },
        { ">said", GEMTEXT_QUOTE, 0, "said", "" },
        { ">", GEMTEXT_QUOTE, 0, "", "" },
        { "=> /x Label here", GEMTEXT_LINK, 0, "Label here", "/x" },
        { "=>/x", GEMTEXT_LINK, 0, "", "/x" },
        { "=>\t/x\tLabel", GEMTEXT_LINK, 0, "Label", "/x" },
        { "=>", GEMTEXT_TEXT, 0, "=>", "" },
        { "=>   ", GEMTEXT_TEXT, 0, "=>   ", "" },
        { "with cr\r", GEMTEXT_TEXT, 0, "with cr", "" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct gemtext_reader reader = { .rest = slice_of(cases[i].line) };
        struct gemtext_line line;
        if (reader.rest.len == 0) {
            reader.rest = SLICE("\n");
        }
        assert_true(gemtext_next(&reader, &line));
        assert_int_equal(line.type, cases[i].type);
        assert_int_equal(line.level, cases[i].level);
        assert_slice_equal(line.text, cases[i].text);
        assert_slice_equal(line.url, cases[i].url);
        assert_false(gemtext_next(&reader, &line));
    }
}

static void keeps_preformatted_text(void **state)
{
    (void)state;
    struct gemtext_reader reader = { .rest =
                                         SLICE("```art\n# no heading\n\n=> no link\n```\n# yes") };
    static const enum gemtext_type expected[] = { GEMTEXT_FENCE,    GEMTEXT_VERBATIM,
                                                  GEMTEXT_VERBATIM, GEMTEXT_VERBATIM,
                                                  GEMTEXT_FENCE,    GEMTEXT_HEADING };
    struct gemtext_line line;
    for (size_t i = 0; i < ARRAY_LENGTH(expected); i++) {
        assert_true(gemtext_next(&reader, &line));
        assert_int_equal(line.type, expected[i]);
    }
    assert_false(gemtext_next(&reader, &line));
}

static void a_text_line_stays_a_text_line(void **state)
{
    (void)state;
    static const char *const hostile[] = { "# x",  "## x", "* x", "*x",     "> x",   ">x",
                                           "=> x", "=>x",  "```", "```alt", "plain", "- x" };
    for (size_t i = 0; i < ARRAY_LENGTH(hostile); i++) {
        struct buf out;
        struct gemtext_line line;
        buf_init(&out, 1000);
        gemtext_text(&out, slice_of(hostile[i]));
        struct gemtext_reader reader = { .rest = buf_slice(&out) };
        assert_true(gemtext_next(&reader, &line));
        assert_int_equal(line.type, GEMTEXT_TEXT);
        assert_slice_equal(slice_trim(line.text), hostile[i]);
        assert_false(gemtext_next(&reader, &line));
        /* Written again as it was read, it is not escaped a second time. */
        size_t once = out.len;
        gemtext_line(&out, &line);
        assert_int_equal(out.len, 2 * once);
        buf_release(&out);
    }
}

static void writes_each_type_on_its_own_line(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 10000);
    gemtext_heading(&out, 1, SLICE("Title\nwith break"));
    gemtext_blank(&out);
    gemtext_blank(&out);
    gemtext_link(&out, SLICE("/a"), SLICE(" Label\r\n=> /b "));
    gemtext_link(&out, SLICE("/b"), SLICE(""));
    gemtext_item(&out, SLICE("item"));
    gemtext_quote(&out, SLICE("said"));
    gemtext_quote(&out, SLICE(""));
    gemtext_text(&out, SLICE("\n\n# text\nmore"));
    gemtext_preformatted(&out, SLICE("alt"), SLICE("a\n```b\n"));
    assert_slice_equal(buf_slice(&out), "# Title with break\n\n"
                                        "=> /a Label => /b\n"
                                        "=> /b\n"
                                        "* item\n"
                                        "> said\n"
                                        ">\n"
                                        " # text more\n"
                                        "```alt\na\n ```b\n```\n");
    buf_release(&out);
}

static void writes_lines_in_pieces(void **state)
{
    (void)state;
    static const struct {
        enum gemtext_type type;
        const char *pieces[3];
        const char *expected;
    } cases[] = {
        { GEMTEXT_TEXT, { "one", ", ", "two" }, "one, two\n" },
        { GEMTEXT_TEXT, { "=", "> x" }, " => x\n" },
        { GEMTEXT_TEXT, { "``", "`" }, " ```\n" },
        { GEMTEXT_TEXT, { "# a", "b" }, " # ab\n" },
        { GEMTEXT_TEXT, { "a\n# b", "\r\n", "=> c" }, "a # b  => c\n" },
        { GEMTEXT_TEXT, { "" }, "\n" },
        { GEMTEXT_LINK, { "/x", " ", "a\n=> /y" }, "=> /x a => /y\n" },
        { GEMTEXT_HEADING, { "a", "\n", "# b" }, "## a # b\n" },
        { GEMTEXT_ITEM, { "* a" }, "* * a\n" },
        { GEMTEXT_QUOTE, { "> a" }, "> > a\n" },
    };
    struct buf out;
    buf_init(&out, 1000);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        buf_clear(&out);
        gemtext_text(&out, SLICE("before"));
        size_t start = out.len;
        gemtext_begin(&out, cases[i].type, 2);
        for (size_t j = 0; j < ARRAY_LENGTH(cases[i].pieces); j++) {
            gemtext_put(&out, slice_of(cases[i].pieces[j]));
        }
        gemtext_end(&out, cases[i].type);
        assert_slice_equal(slice_from(buf_slice(&out), start), cases[i].expected);
    }
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_type),
        cmocka_unit_test(keeps_preformatted_text),
        cmocka_unit_test(a_text_line_stays_a_text_line),
        cmocka_unit_test(writes_each_type_on_its_own_line),
        cmocka_unit_test(writes_lines_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
