#include "import.h"

#include "base/attributes.h"

#include <string.h>

static void check_import(const char *page, const char *expected)
{
    struct imported imported;
    assert_slice_equal(import_page(&imported, page), expected);
    imported_release(&imported);
}

static void a_page_that_is_no_review(void **state)
{
    (void)state;
    check_import("A walk\n\nWe went out.\n\nWe came back.\nLate.\n",
                 "Title: A walk\n\nWe went out.\n\nWe came back.\nLate.\n");
    check_import("We went out and came back and then we talked of it for so long that there was no "
                 "telling any more which of the two had been the walk, and which was only the way "
                 "home, as it so often goes with walks and with talk of them.\n",
                 "Title: We went out and came back and then we talked of it for so\xE2\x80\xA6\n\n"
                 "We went out and came back and then we talked of it for so long that there was no "
                 "telling any more which of the two had been the walk, and which was only the way "
                 "home, as it so often goes with walks and with talk of them.\n");
    check_import("***\n\n---\n", "Title: page\n\n ***\n\n---\n");
}

static void titles(void **state)
{
    (void)state;
    static const struct {
        const char *page;
        const char *header;
    } cases[] = {
        { "The Attic\n", "Title: The Attic\n" },
        { "The Attic (1998)\n", "Title: The Attic\nYear: 1998\n" },
        { "The Attic (1998): a house\n",
          "Title: The Attic\nYear: 1998\nSummary: The Attic (1998): a house\n" },
        { "The Attic \xE2\x80\x93 a house\n", "Title: The Attic\nTagline: a house\n" },
        { "\xE2\x80\x9CThe Attic\xE2\x80\x9D \xE2\x80\x94 a house\n",
          "Title: The Attic\nTagline: a house\n" },
        { "The Attic (다락방)\n", "Title: The Attic\nOriginal-Title: 다락방\n" },
        { "The Attic (다락방, 1998)\n", "Title: The Attic\nOriginal-Title: 다락방\nYear: 1998\n" },
        { "The Attic (Season 2)\n", "Title: The Attic (Season 2)\n" },
        { "Movie Review: The Attic\n", "Title: The Attic\n" },
        { "[Review] The Attic (1998)\n", "Title: The Attic\nYear: 1998\n" },
        { "The Attic | Film Review\n", "Title: The Attic\n" },
        { "The Attic \xE2\x80\x94 review\n", "Title: The Attic\n" },
        { "The Peer Review\n", "Title: The Peer Review\n" },
        { "\"The Attic\" and \"The Cellar\"\n", "Title: \"The Attic\" and \"The Cellar\"\n" },
        { "다락방 (The Attic)\n", "Title: 다락방 (The Attic)\n" },
        { "The Attic in one line\n\nThe Attic \xE2\x80\x93 a house\n\nText.\n",
          "Title: The Attic\nTagline: a house\nSummary: The Attic in one line\n" },
        { "A film that stayed\n\nOverview\n\nTitle: The Attic\n",
          "Title: The Attic\nSummary: A film that stayed\n" },
        { "The Attic: a house\n\nThe Attic\n\nOverview\n\nTitle: The Attic\n",
          "Title: The Attic\nSummary: The Attic: a house\n" },
        { "\xE2\x80\x98The Attic\xE2\x80\x99 - a house\n\nOverview\n\nTitle: The Attic (1998)\n",
          "Title: The Attic\nYear: 1998\nTagline: a house\n" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct imported imported;
        slice text = import_page(&imported, cases[i].page);
        slice header = slice_head(text, slice_find(text, SLICE("\n\n")) + 1);
        assert_slice_equal(header, cases[i].header);
        imported_release(&imported);
    }
}

static void facts_under_an_overview(void **state)
{
    (void)state;
    check_import(
        "T\n\nOverview\n\nTitle: The Attic\nStarring: Ann Example (Mina), Ben Sample as the "
        "clerk, Cy Instance (1982), and Dee Case\nGenres: Drama / Family\n"
        "Running Time: 1 hr 40 min\nNetwork: Nine\nBox Office: small\nDraft: never\n\n"
        "Plot\n\nText.\n",
        "Title: The Attic\nKind: film\nGenre: Drama, Family\n"
        "Cast: Ann Example as Mina, Ben Sample as the clerk, Cy Instance (1982), Dee Case\n"
        "Runtime: 1 hr 40 min\nNetwork: Nine\nSummary: T\n\n"
        "## Overview\n* Box Office: small\n* Draft: never\n\n## Plot\nText.\n");
    /* A value on the line behind its key; prose under the heading stays there. */
    check_import("T\n\nDetails\n\nDirector:\nAnn Example\nNumber of Episodes:\n12\n\n"
                 "It was made in a year.\n",
                 "Title: T\nKind: drama\nDirector: Ann Example\nEpisodes: 12\n\n"
                 "## Details\nIt was made in a year.\n");
}

static void facts_without_a_heading(void **state)
{
    (void)state;
    check_import("T\n\nDirector: Ann Example\nYear: 1998\nSeats: forty\n\nText.\n",
                 "Title: T\nYear: 1998\nDirector: Ann Example\nSeats: forty\n\nText.\n");
    /* One such line is text. */
    check_import("T\n\nDirector: Ann Example\n\nText.\n",
                 "Title: T\n\nDirector: Ann Example\n\nText.\n");
    /* A year that is none stays as it is, and gives the year. */
    check_import("T\n\nOverview\nDirector: Ann Example\nReleased: May 1998\n",
                 "Title: T\nYear: 1998\nDirector: Ann Example\n\n## Overview\n"
                 "* Released: May 1998\n");
}

static void lists_hold_a_value_once(void **state)
{
    (void)state;
    struct imported imported;
    struct buf told;
    buf_init(&told, 1 << 20);
    slice text = import_page(&imported, "T\n\nOverview\nGenre: Drama, drama, Crime\n"
                                        "Main Cast: as, Ann, ANN\n\n#One #one #two\n");
    assert_slice_equal(text, "Title: T\nGenre: Drama, Crime\nCast: Ann\nTags: One, two\n\n");
    report_put(&imported.report, &told);
    assert_holds(buf_slice(&told), "line 4: Genre: \"drama\" is left out");
    assert_holds(buf_slice(&told), "line 5: Cast: \"as\" is left out");
    assert_holds(buf_slice(&told), "line 5: Cast: \"ANN\" is left out");
    assert_holds(buf_slice(&told),
                 "line 7: left out, being tags already or too many for a list: #one");
    buf_release(&told);
    imported_release(&imported);
}

static void sections(void **state)
{
    (void)state;
    check_import(
        "T\n\nIntroduction:\nShort.\n\nWhat Stays With You\n\n"
        "A paragraph that is long enough to need a heading above it.\n\n"
        "This line is short, but ends like prose.\n\nSo did this one\n\n**Verdict**\n\nYes.\n",
        "Title: T\n\n## Introduction\nShort.\n\n## What Stays With You\n"
        "A paragraph that is long enough to need a heading above it.\n\n"
        "This line is short, but ends like prose.\n\nSo did this one\n\n## Verdict\nYes.\n");
}

static void scenes(void **state)
{
    (void)state;
    check_import(
        "T\n\nBest Scenes\n\nThe Stairs: She counts them.\n\n2. No. 7, Again \xE2\x80\x93 He "
        "waits.\n\nthis one: is prose.\n\nIt is long. The end: it ends.\n\nCast\n\n"
        "The Stairs: no scene here.\n",
        "Title: T\n\n## Best Scenes\n### The Stairs\nShe counts them.\n\n"
        "### 2. No. 7, Again\nHe waits.\n\nthis one: is prose.\n\n"
        "It is long. The end: it ends.\n\n## Cast\nThe Stairs: no scene here.\n");
    /* Names alone above their text. */
    check_import(
        "T\n\nHighlights\n\nThe stairs\n\nShe counts them, all thirty-nine, every night of "
        "her life.\n\nThe door\n\nNobody opens it, and for an hour nobody has to ask why "
        "not.\n",
        "Title: T\n\n## Highlights\n### The stairs\nShe counts them, all thirty-nine, every "
        "night of her life.\n\n### The door\nNobody opens it, and for an hour nobody has to "
        "ask why not.\n");
}

static void quotes(void **state)
{
    (void)state;
    check_import(
        "T\n\nQuotes\n\n\"One.\" \xE2\x80\x93 Ann, on the stairs She means it.\n\n"
        "\"Two.\"\n\xE2\x80\x94 Ben, below\nHe does not.\n\n\"Three.\"\n\nNobody's line.\n\n"
        "\"Four.\" - Cy\n\nThe last word.\n\nAnd one more.\n",
        "Title: T\n\n## Quotes\n> One.\n\xE2\x80\x94 Ann, on the stairs\nShe means it.\n\n"
        "> Two.\n\xE2\x80\x94 Ben, below\nHe does not.\n\n> Three.\n\nNobody's line.\n\n"
        "> Four.\n\xE2\x80\x94 Cy\nThe last word.\n\nAnd one more.\n");
}

static void tags(void **state)
{
    (void)state;
    check_import(
        "T\n\nText.\n\nHashtags\n#One, #Two\n#셋\n\nTags: #Four\n\n#5 is a number, not a tag\n",
        "Title: T\nTags: One, Two, 셋, Four\n\nText.\n\n #5 is a number, not a tag\n");
}

static void nothing_turns_into_something_else(void **state)
{
    (void)state;
    check_import("T\n\n# a\n\n=> b\n\n> c\n\n``` d\n\n*e\n\nDraft: yes\n\n## Cast {#full}\n",
                 "Title: T\n\n # a\n\n => b\n\n > c\n\n ``` d\n\n *e\n\nDraft: yes\n\n"
                 " ## Cast {#full}\n");
    check_import("T, and \\, more\n\n#a\\ #b\n", "Title: T, and \\, more\nTags: a\\\\, b\n\n");
}

/* What the caller knows of a post is written among what was recognised. */
static void facts_of_the_caller(void **state)
{
    (void)state;
    static const char *const aliases[] = { "/2013/05/a.html", "/2013/05/a-html", "/a,b/\\,c",
                                           "/2013/05/a.html" };
    struct imported imported;
    struct buf out;
    buf_init(&out, 1 << 16);
    (void)import_page(&imported, "T\n\nText.\n\n#One\n");
    struct facts *facts = &imported.shape.facts;
    assert_true(facts_set(facts, FACT_DRAFT, SLICE("yes")));
    assert_true(facts_set(facts, FACT_PUBLISHED, SLICE("2013-05-06")));
    assert_true(facts_set(facts, FACT_UPDATED, SLICE("2013-05-07")));
    assert_true(facts_set(facts, FACT_AUTHOR, SLICE("Ann Example")));
    assert_true(facts_set(facts, FACT_POSTER, SLICE("images/a.jpg | A stair")));
    for (size_t i = 0; i < ARRAY_LENGTH(aliases); i++) {
        assert_int_equal(facts_add(facts, FACT_ALIASES, slice_of(aliases[i])), i < 3);
    }
    assert_true(emit(&imported.shape, &out, &imported.report));
    assert_slice_equal(buf_slice(&out),
                       "Title: T\nPublished: 2013-05-06\nUpdated: 2013-05-07\nDraft: yes\n"
                       "Author: Ann Example\nTags: One\nPoster: images/a.jpg | A stair\n"
                       "Aliases: /2013/05/a.html, /2013/05/a-html, /a\\,b/\\\\\\,c\n\nText.\n");
    buf_release(&out);
    imported_release(&imported);
}

static void long_lines_are_divided(void **state)
{
    (void)state;
    struct imported imported;
    struct buf page;
    buf_init(&page, 1 << 22);
    buf_puts(&page, "T\n\nQuotes\n\n\"");
    for (int i = 0; i < 20000; i++) {
        buf_puts(&page, "word ");
    }
    buf_puts(&page, "end\" \xE2\x80\x93 Ann, in a hurry She ");
    buf_fill(&page, 'x', 200000);
    slice text = import_page(&imported, buf_string(&page));
    slice line;
    size_t words = 0;
    size_t letters = 0;
    while (slice_next_line(&text, &line)) {
        assert_true(line.len <= 65536);
        for (size_t i = 0; i < line.len; i++) {
            letters += line.ptr[i] == 'x';
        }
        for (slice rest = line; slice_find(rest, SLICE("word")) < rest.len; words++) {
            rest = slice_from(rest, slice_find(rest, SLICE("word")) + 4);
        }
    }
    assert_int_equal(words, 20000);
    assert_int_equal(letters, 200000);
    assert_int_equal(imported.report.quotes, 1);
    buf_release(&page);
    imported_release(&imported);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_that_is_no_review),
        cmocka_unit_test(titles),
        cmocka_unit_test(facts_under_an_overview),
        cmocka_unit_test(facts_without_a_heading),
        cmocka_unit_test(lists_hold_a_value_once),
        cmocka_unit_test(sections),
        cmocka_unit_test(scenes),
        cmocka_unit_test(quotes),
        cmocka_unit_test(tags),
        cmocka_unit_test(nothing_turns_into_something_else),
        cmocka_unit_test(facts_of_the_caller),
        cmocka_unit_test(long_lines_are_divided),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
