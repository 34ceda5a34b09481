#include "check.h"

#include "base/attributes.h"
#include "import/format.h"
#include "import/heading.h"
#include "import/phrase.h"
#include "import/written_date.h"
#include "text/uuid.h"

static void sentences_end(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        bool ends;
    } cases[] = {
        { "end.", true },   { "end!", true }, { "end?\"", true }, { "end.\xE2\x80\x9D", true },
        { "(end.)", true }, { "end", false }, { "No.", false },   { "Dr.", false },
        { "(Mr.", false },  { "K.", false },  { "end,", false },  { "\xE2\x80\xA6", true },
        { "", false },      { "\"", false },  { "\"Dr.", false },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        assert_int_equal(phrase_ends_sentence(slice_of(cases[i].word)), cases[i].ends);
    }
}

static void bare_words(void **state)
{
    (void)state;
    assert_slice_equal(phrase_bare(SLICE("\xE2\x80\x9CYong-gu\xE2\x80\x99s,\xE2\x80\x9D")),
                       "Yong-gu");
    assert_slice_equal(phrase_bare(SLICE("don't")), "don't");
    assert_slice_equal(phrase_bare(SLICE("...")), "");
    assert_slice_equal(phrase_unquoted(SLICE("\xE2\x80\x98It\xE2\x80\x99s\xE2\x80\x99")),
                       "It\xE2\x80\x99s");
    assert_slice_equal(phrase_unquoted(SLICE("\"It")), "\"It");
    assert_slice_equal(phrase_unquoted(SLICE("\"")), "\"");
}

static void titles_are_compared(void **state)
{
    (void)state;
    static const struct {
        const char *line, *title;
        size_t prefix;
    } cases[] = {
        { "The Attic: a house", "the attic", 9 },
        { "\xE2\x80\x9CThe Attic\xE2\x80\x9D \xE2\x80\x94 a house", "The Attic", 15 },
        { "The Attics", "The Attic", 0 },
        { "It\xE2\x80\x99s me", "It's Me", 9 },
        { "The", "The Attic", 0 },
        { "The Attic", "", 0 },
        { "", "The Attic", 0 },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        assert_int_equal(phrase_title_prefix(slice_of(cases[i].line), slice_of(cases[i].title)),
                         cases[i].prefix);
    }
    assert_true(phrase_same_title(SLICE("\"The Attic\""), SLICE("The attic")));
    assert_false(phrase_same_title(SLICE("The Attic II"), SLICE("The Attic")));
    assert_false(phrase_same_title(SLICE_EMPTY, SLICE_EMPTY));
}

static void years(void **state)
{
    (void)state;
    assert_slice_equal(phrase_find_year(SLICE("May 12345, 1998")), "1998");
    assert_slice_equal(phrase_find_year(SLICE("1066, 2013")), "2013");
    assert_slice_equal(phrase_find_year(SLICE("99")), "");
}

static void headings(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum heading known;
        bool likely;
    } cases[] = {
        { "Overview", HEADING_FACTS, true },
        { "OVERVIEW:", HEADING_FACTS, true },
        { "## Overview", HEADING_FACTS, true },
        { "1. Introduction", HEADING_OTHER, true },
        { "\xF0\x9F\x8E\xAC Memorable Quotes", HEADING_QUOTES, true },
        { "Highlight Scenes / Unforgettable Moments", HEADING_SCENES, true },
        { "Behind the Scenes", HEADING_OTHER, true },
        { "Memorable Lines", HEADING_QUOTES, true },
        { "These lines stay with you", HEADING_NONE, false },
        { "The lines stay.", HEADING_NONE, false },
        { "Why It\xE2\x80\x99s Special", HEADING_OTHER, true },
        { "Hashtags", HEADING_TAGS, true },
        { "What Stays With You", HEADING_NONE, true },
        { "The ending", HEADING_NONE, true },
        { "a small letter", HEADING_NONE, false },
        { "One two three four five and some more words", HEADING_NONE, false },
        { "등장인물", HEADING_OTHER, true },
        { "\"I promise\"", HEADING_NONE, false },
        { "", HEADING_NONE, false },
        { "***", HEADING_NONE, false },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        slice line = slice_of(cases[i].line);
        if (heading_known(line) != cases[i].known || heading_is_likely(line) != cases[i].likely) {
            print_error("case %zu: %s\n", i, cases[i].line);
        }
        assert_int_equal(heading_known(line), cases[i].known);
        assert_int_equal(heading_is_likely(line), cases[i].likely);
    }
    assert_slice_equal(heading_text(SLICE("## **Cast:**")), "Cast");
    assert_slice_equal(heading_text(SLICE("Cast:")), "Cast");
}

static void written_dates(void **state)
{
    (void)state;
    static const struct {
        const char *text, *day;
    } cases[] = {
        { "September 12, 2025", "2025-09-12" },
        { "Friday, 12 Sept 2025", "2025-09-12" },
        { "Posted on Sep 2nd, 2025", "2025-09-02" },
        { "Date: 2025-09-12", "2025-09-12" },
        { "2025. 9. 12.", "2025-09-12" },
        { "May 5 2025", "2025-05-05" },
        { "9/12/2025", "" },
        { "12.9.2025", "" },
        { "September 31, 2025", "" },
        { "September 2025", "" },
        { "May", "" },
        { "In May 2025, on the 5th", "" },
        { "The 12 September 2025 it was", "" },
        { "", "" },
        { " ,. ", "" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buf out;
        buf_init(&out, 64);
        bool found = written_date_put(&out, slice_of(cases[i].text));
        assert_slice_equal(buf_slice(&out), cases[i].day);
        assert_int_equal(found, out.len > 0);
        buf_release(&out);
    }
}

static void formats(void **state)
{
    (void)state;
    static const struct {
        slice content;
        enum import_format format;
    } cases[] = {
        { SLICE_INIT("Title\n"), FORMAT_PAGE_TEXT },
        { SLICE_INIT(""), FORMAT_PAGE_TEXT },
        { SLICE_INIT("[Spoilers] below"), FORMAT_PAGE_TEXT },
        { SLICE_INIT("{not json}"), FORMAT_PAGE_TEXT },
        { SLICE_INIT("\xEF\xBB\xBF \n<!DOCTYPE html>"), FORMAT_HTML },
        { SLICE_INIT("<HTML>"), FORMAT_HTML },
        { SLICE_INIT("<?xml version='1.0'?>\n<feed xmlns='…'>"), FORMAT_FEED },
        { SLICE_INIT("<?xml version='1.0'?><rss>"), FORMAT_FEED },
        { SLICE_INIT("<?xml version='1.0'?><svg/>"), FORMAT_XML },
        { SLICE_INIT("<?xml version='1.0'?><html/>"), FORMAT_HTML },
        { SLICE_INIT("{ \"version\": 1 }"), FORMAT_JSON },
        { SLICE_INIT("PK\x03\x04…"), FORMAT_ZIP },
        { SLICE_INIT("\x1F\x8B…"), FORMAT_GZIP },
        { SLICE_INIT("%PDF-1.7"), FORMAT_PDF },
        { SLICE_INIT("{\\rtf1"), FORMAT_RTF },
        { SLICE_INIT("\xFF\xFET\0"), FORMAT_UTF16 },
        { SLICE_INIT("\x89PNG\r\n"), FORMAT_IMAGE },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        assert_int_equal(import_format_of(cases[i].content), cases[i].format);
        assert_non_null(import_format_name(cases[i].format));
    }
}

static void identities(void **state)
{
    (void)state;
    struct buf first;
    struct buf second;
    buf_init(&first, 64);
    buf_init(&second, 64);
    assert_true(uuid_put_named(&first, SLICE("https://example.org/a")));
    assert_true(uuid_put_named(&second, SLICE("https://example.org/a")));
    /* For ever: feeds know reviews by it. */
    assert_slice_equal(buf_slice(&first), "urn:uuid:2d84dea5-5d12-5187-ac98-83eabafeec8f");
    assert_true(slice_equal(buf_slice(&first), buf_slice(&second)));
    buf_clear(&second);
    assert_true(uuid_put_random(&second));
    assert_int_equal(second.len, first.len);
    assert_int_equal(second.ptr[9 + 14], '4');
    assert_false(slice_equal(buf_slice(&first), buf_slice(&second)));
    buf_release(&first);
    buf_release(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_end),
        cmocka_unit_test(bare_words),
        cmocka_unit_test(titles_are_compared),
        cmocka_unit_test(years),
        cmocka_unit_test(headings),
        cmocka_unit_test(written_dates),
        cmocka_unit_test(formats),
        cmocka_unit_test(identities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
