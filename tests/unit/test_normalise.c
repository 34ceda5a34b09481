#include "parse.h"

#include "base/attributes.h"
#include "base/limits.h"

static void makes_text_normal(void **state)
{
    (void)state;
    static const struct {
        slice in;
        const char *out;
    } cases[] = {
        { { "a\nb\n", 4 }, "a\nb\n" },
        { { "\xEF\xBB\xBF"
            "a\n",
            5 },
          "a\n" },
        { { "a\r\nb\r\n\r\n", 8 }, "a\nb\n\n" },
        { { "a\r\nb\r", 5 }, "a\nb" },
        { { "e\xCC\x81\n", 4 }, "\xC3\xA9\n" },
        { { "\xE1\x84\x80\xE1\x85\xB5", 6 }, "기" },
        { { "\t\n", 2 }, "\t\n" },
        { { "", 0 }, "" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct parsed parsed;
        parsed_begin(&parsed, "x", cases[i].in);
        assert_true(source_normalise(&parsed.arena, &parsed.source, &parsed.diags));
        assert_slice_equal(parsed.source.text, cases[i].out);
        assert_diags(&parsed.diags, "");
        parsed_release(&parsed);
    }
}

static void refuses_what_is_no_text(void **state)
{
    (void)state;
    static const struct {
        slice in;
        const char *diags;
    } cases[] = {
        { { "ab\ncd\0ef\n", 9 },
          "x:2:3: error: the control character U+0000 (NUL); is this a text file?\n"
          "cd\xEF\xBF\xBD"
          "ef\n  ^\n" },
        { { "a\033[1mb\n", 7 },
          "x:1:2: error: the control character U+001B does not belong in text\n"
          "a\xEF\xBF\xBD[1mb\n ^\n" },
        { { "한a\xFF"
            "b\n",
            7 },
          "x:1:3: error: the byte 0xFF is not UTF-8; save the file as UTF-8\n"
          "한a\xEF\xBF\xBD"
          "b\n   ^\n" },
        { { "caf\xE9\nna\xEFve\n", 11 },
          "x:1:4: error: the byte 0xE9 is not UTF-8; save the file as UTF-8\n"
          "caf\xEF\xBF\xBD\n   ^\n"
          "x:2:3: error: the byte 0xEF is not UTF-8; save the file as UTF-8\n"
          "na\xEF\xBF\xBDve\n  ^\n" },
        { { "a\xED\xA0\x80\n", 5 },
          "x:1:2: error: the byte 0xED is not UTF-8; save the file as UTF-8\n"
          "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\n ^\n" },
        { { "a\rb\n", 4 },
          "x:1:2: error: a carriage return without a line feed; lines end in LF or CRLF\n"
          "a\xEF\xBF\xBD"
          "b\n ^\n" },
        { { "\xFF\xFEt\0", 4 }, "x: error: this is UTF-16 text; save the file as UTF-8\n" },
        { { "a\xE2\x80\xA8"
            "b\n",
            6 },
          "x:1:2: error: the control character U+2028 does not belong in text\n"
          "a\xEF\xBF\xBD"
          "b\n ^\n" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct parsed parsed;
        parsed_begin(&parsed, "x", cases[i].in);
        assert_false(source_normalise(&parsed.arena, &parsed.source, &parsed.diags));
        assert_diags(&parsed.diags, cases[i].diags);
        parsed_release(&parsed);
    }
}

/* `count` times `unit` as one line. */
static slice long_line(struct buf *line, const char *unit, size_t count)
{
    buf_init(line, (size_t)16 * 1024 * 1024);
    for (size_t i = 0; i < count; i++) {
        buf_puts(line, unit);
    }
    return buf_slice(line);
}

static void refuses_long_lines(void **state)
{
    (void)state;
    static const struct {
        const char *unit;
        size_t count;
        bool ok;
    } cases[] = {
        { "a", LIMIT_SOURCE_LINE, true },
        { "a", LIMIT_SOURCE_LINE + 1, false },
        { "기", LIMIT_SOURCE_LINE / 3, true },
        { "a", 1024 * 1024, false },
        { "\xFF", 1024 * 1024, false },
        { "\n", LIMIT_SOURCE_LINES, true },
        { "\n", LIMIT_SOURCE_LINES + 1, false },
        /* Marks that canonical order would have to sort. */
        { "\xCC\x81\xCC\xA3", 15, true },
        { "\xCC\x81\xCC\xA3", 16, false },
        { "\xCC\x81\xCC\xA3", 16000, false },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct parsed parsed;
        struct buf line;
        parsed_begin(&parsed, "x", long_line(&line, cases[i].unit, cases[i].count));
        bool ok = source_normalise(&parsed.arena, &parsed.source, &parsed.diags);
        assert_int_equal(ok, cases[i].ok);
        assert_int_equal(parsed.diags.count, !cases[i].ok);
        parsed_release(&parsed);
        buf_release(&line);
    }
}

static void reports_each_line_once(void **state)
{
    (void)state;
    struct parsed parsed;
    struct buf text;
    parsed_begin(&parsed, "x", long_line(&text, "\xFF\xFF\xFF\n", 200000));
    assert_false(source_normalise(&parsed.arena, &parsed.source, &parsed.diags));
    assert_int_equal(parsed.diags.counts[DIAG_ERROR], 200000);
    assert_int_equal(parsed.diags.count, LIMIT_DIAGS_PER_FILE + 1);
    parsed_release(&parsed);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_text_normal),
        cmocka_unit_test(refuses_what_is_no_text),
        cmocka_unit_test(refuses_long_lines),
        cmocka_unit_test(reports_each_line_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
