/* The header of a review. */
#include "parse.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "text/date.h"

static void reads_every_field(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_review(&parsed, "Title: Example Film\n"
                          "Original-Title: 예시 영화\n"
                          "Romanized: Yesi Yeonghwa\n"
                          "Id: urn:uuid:0b5c7d62-33f1-4f0e-9f53-2f1a0a6c8e11\n"
                          "Published: 2025-09-12T20:00:00+09:00\n"
                          "Updated: 2025-09-13\n"
                          "Draft: no\n"
                          "Author: An Author, and another\n"
                          "Lang: en-GB\n"
                          "Kind: film\n"
                          "Year: 2013\n"
                          "Country: South Korea\n"
                          "Language: Korean\n"
                          "Genre: Drama, Comedy-Drama\n"
                          "Director: Hong Example\n"
                          "Writer: Hong Example, Wri Ter\n"
                          "Cast: Kim Example as Yong, Lee Sample as the judge\\, later, Somebody\n"
                          "Runtime: 127 min\n"
                          "Episodes: 16\n"
                          "Platform: Viki\n"
                          "Series: Nights\\, Days, 2\n"
                          "Rating: 9/10\n"
                          "Tags: KoreanFilm, #Courtroom, 🎬\n"
                          "tagline: One line\n"
                          "Summary: A summary, with a comma\n"
                          "Poster: /images/example.jpg | A man | a girl\n"
                          "Related: other, another\n"
                          "Aliases: /2013/old%20name.html, /old\n"
                          "Source: https://example.org/post\n"
                          "Format: 35 mm\n"
                          "\n");
    const struct review *r = &parsed.review;
    assert_diags(&parsed.diags,
                 "reviews/example.gmi:30:1: warning: unknown key `Format`. It is shown as it is.\n"
                 "Format: 35 mm\n^\n");
    assert_true(parsed.ok);
    assert_slice_equal(r->title, "Example Film");
    assert_slice_equal(r->original_title, "예시 영화");
    assert_slice_equal(r->romanized, "Yesi Yeonghwa");
    assert_slice_equal(r->id, "urn:uuid:0b5c7d62-33f1-4f0e-9f53-2f1a0a6c8e11");
    assert_true(r->has_published);
    assert_int_equal(r->published, 1757674800);
    assert_int_equal(r->updated, 1757721600);
    assert_int_equal(r->published_day.day, 12);
    assert_false(r->draft);
    assert_slice_equal(r->author, "An Author, and another");
    assert_slice_equal(r->lang, "en-GB");
    assert_slice_equal(r->kind, "film");
    assert_slice_equal(r->year_text, "2013");
    assert_int_equal(r->year_count, 1);
    assert_slice_equal(r->years[0].slug, "2013");
    assert_slice_equal(r->country, "South Korea");
    assert_slice_equal(r->language, "Korean");
    assert_int_equal(r->genre_count, 2);
    assert_slice_equal(r->genres[1].slug, "comedy-drama");
    assert_int_equal(r->credit_count, 6);
    assert_int_equal(r->credits[0].kind, CREDIT_DIRECTOR);
    assert_int_equal(r->credits[2].kind, CREDIT_WRITER);
    assert_slice_equal(r->credits[2].person.text, "Wri Ter");
    assert_slice_equal(r->credits[3].person.text, "Kim Example");
    assert_slice_equal(r->credits[3].person.slug, "kim-example");
    assert_slice_equal(r->credits[3].role, "Yong");
    assert_slice_equal(r->credits[4].role, "the judge, later");
    assert_slice_equal(r->credits[5].role, "");
    assert_slice_equal(r->runtime, "127 min");
    assert_slice_equal(r->episodes, "16");
    assert_slice_equal(r->platforms[0].slug, "viki");
    assert_slice_equal(r->series.text, "Nights, Days");
    assert_slice_equal(r->series_number, "2");
    assert_slice_equal(r->rating, "9/10");
    assert_int_equal(r->tag_count, 3);
    assert_slice_equal(r->tags[1].text, "Courtroom");
    assert_slice_equal(r->tags[2].text, "🎬");
    assert_slice_equal(r->tags[2].slug, "x1f3ac");
    assert_slice_equal(r->tagline, "One line");
    assert_slice_equal(r->summary, "A summary, with a comma");
    assert_slice_equal(r->poster.path, "images/example.jpg");
    assert_slice_equal(r->poster.alternative, "A man | a girl");
    assert_int_equal(r->related_count, 2);
    assert_slice_equal(r->aliases[0], "/2013/old name.html");
    assert_slice_equal(r->aliases[1], "/old");
    assert_slice_equal(slice_head(slice_of(r->alias_places[1]), 4), "/old");
    assert_slice_equal(r->source_url, "https://example.org/post");
    assert_int_equal(r->fact_count, 1);
    assert_slice_equal(r->facts[0].key, "Format");
    assert_slice_equal(r->facts[0].value, "35 mm");
    parsed_release(&parsed);
}

static void joins_lists_given_on_several_lines(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_review(&parsed, HEADER "Tags: A, B\nCast: X as Y\nTags: C\nCast: Z\nRelated: a\n"
                                 "Related: b\nAliases: /a\nAliases: /b\nGenre: Drama\n"
                                 "Genre: Crime\nPlatform: V\nPlatform: W\n");
    assert_diags(&parsed.diags, "");
    assert_int_equal(parsed.review.tag_count, 3);
    assert_int_equal(parsed.review.credit_count, 2);
    assert_int_equal(parsed.review.related_count, 2);
    assert_int_equal(parsed.review.alias_count, 2);
    assert_int_equal(parsed.review.genre_count, 2);
    assert_int_equal(parsed.review.platform_count, 2);
    parsed_release(&parsed);
}

static void names_keep_their_parentheses(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_review(&parsed, HEADER "Cast: Kim Ji-won (1982) as Ae-ra, Kim Ji-won (1992) as Ha-ri\n");
    assert_diags(&parsed.diags, "");
    assert_slice_equal(parsed.review.credits[0].person.text, "Kim Ji-won (1982)");
    assert_slice_equal(parsed.review.credits[0].person.slug, "kim-ji-won-1982");
    assert_slice_equal(parsed.review.credits[1].person.slug, "kim-ji-won-1992");
    parsed_release(&parsed);
}

static void a_draft_needs_no_date(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_review(&parsed, "Draft: yes\nTitle: T\n");
    assert_true(parsed.ok);
    assert_true(parsed.review.draft);
    assert_false(parsed.review.has_published);
    parsed_release(&parsed);
    /* As the command `new` leaves it, perhaps. */
    parse_review(&parsed, "Title: T\nPublished:\nDraft: yes\n");
    assert_diags(&parsed.diags, "");
    parsed_release(&parsed);
}

static void what_is_to_be_filled_in_is_no_warning(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_review(&parsed, "Title: T\nDraft: yes\nGenre:\nYear:\n");
    assert_diags(&parsed.diags, "");
    parsed_release(&parsed);
    parse_review(&parsed, "Title: T\nPublished: 2025-01-01\nGenre:\n");
    assert_int_equal(parsed.diags.counts[DIAG_WARNING], 1);
    parsed_release(&parsed);
}

#define AT(line, column) "reviews/example.gmi:" line ":" column ": "

static void reports_what_is_wrong_with_a_field(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *diags;
    } cases[] = {
        { "", AT("1", "1") "error: the header has no Title\n" AT(
                  "1", "1") "error: the header has no Published\n" },
        { "Title:\nPublished: 2025-01-01\n", AT("1", "1") "error: Title is empty\nTitle:\n^\n" },
        { "Title: T\nPublished:\n", AT("2", "1") "error: Published is empty\nPublished:\n^\n" },
        { "Title: T\nPublished: soon\n",
          AT("2", "12") "error: expected a date such as 2025-09-12, or with a time, "
                        "2025-09-12T20:00+09:00\nPublished: soon\n           ^\n" },
        { "Title: T\nPublished: 2025-02-30\n",
          AT("2", "12") "error: expected a date such as 2025-09-12, or with a time, "
                        "2025-09-12T20:00+09:00\nPublished: 2025-02-30\n           ^\n" },
        { HEADER "Updated: 2024-01-01\n",
          AT("3", "1") "warning: Updated is before Published\nUpdated: 2024-01-01\n^\n" },
        { HEADER "Title: Again\n",
          AT("3", "1") "error: Title is given twice; the first one is on line 1\n"
                       "Title: Again\n^\n" },
        { HEADER "Rating: 9\nKind: film\nrating: 8\n",
          AT("5", "1") "error: Rating is given twice; the first one is on line 3\nrating: 8\n^\n" },
        { HEADER "Rating:\n",
          AT("3", "1") "warning: Rating is empty and is passed over\nRating:\n^\n" },
        { HEADER "Direktor: X\n", AT("3", "1") "warning: unknown key `Direktor`; did you mean "
                                               "`Director`? It is shown as it is.\n"
                                               "Direktor: X\n^\n" },
        { HEADER "Draft: maybe\n",
          AT("3", "8") "error: expected `yes` or `no`\nDraft: maybe\n       ^\n" },
        { HEADER "Year: 2013-2015\n",
          AT("3", "7") "error: expected a year of four digits, such as 2013\nYear: 2013-2015\n"
                       "      ^\n" },
        { HEADER "Year: 13\n", AT("3", "7") "error: expected a year of four digits, such as 2013\n"
                                            "Year: 13\n      ^\n" },
        { HEADER "Id: 7\n", AT("3", "5") "error: expected `urn:uuid:` and a UUID; leave Id out "
                                         "when there is none\nId: 7\n    ^\n" },
        { HEADER "Id: urn:uuid:0b5c7d62-33f1-4f0e-9f53-2f1a0a6c8e1g\n",
          AT("3", "5") "error: expected `urn:uuid:` and a UUID; leave Id out when there is none\n"
                       "Id: urn:uuid:0b5c7d62-33f1-4f0e-9f53-2f1a0a6c8e1g\n    ^\n" },
        { HEADER "Lang: zh-Hant-TW\n\n", "" },
        { HEADER "Lang: es-419\n\n", "" },
        { HEADER "Lang: English\n",
          AT("3", "7") "error: expected a language tag such as en, ko or pt-BR (the language of "
                       "the film is Language)\nLang: English\n      ^\n" },
        { HEADER "Lang: English (British)\n",
          AT("3", "7") "error: expected a language tag such as en, ko or pt-BR (the language of "
                       "the film is Language)\nLang: English (British)\n      ^\n" },
        { HEADER "Source: somewhere\n",
          AT("3", "9") "error: expected an address such as https://example.org/post\n"
                       "Source: somewhere\n        ^\n" },
        { HEADER "Series: Nights, two\n",
          AT("3", "17") "error: expected a number after the name of the series: `Name, 2`; a comma "
                        "inside the name is written `\\,`\nSeries: Nights, two\n"
                        "                ^\n" },
        { HEADER "Series: Nights, 2, 3\n",
          AT("3", "20") "error: expected nothing after the number in the series\n"
                        "Series: Nights, 2, 3\n                   ^\n" },
        { HEADER "Series: ,\n", AT("3", "9") "error: expected the name of the series and a "
                                             "number: `Name, 2`\nSeries: ,\n        ^\n" },
        { HEADER "Poster: a.png\n",
          AT("3", "14") "warning: the image has no alternative text; add `| what it shows` for "
                        "those who cannot see it\nPoster: a.png\n             ^\n" },
        { HEADER "Poster: | x\n",
          AT("3", "9") "error: expected the path of an image below static/ before the `|`\n"
                       "Poster: | x\n        ^\n" },
        { HEADER "Poster: https://example.org/a.png | x\n",
          AT("3", "9") "error: expected the path of a file below static/, not an address "
                       "elsewhere\nPoster: https://example.org/a.png | x\n        ^\n" },
        { HEADER "Poster: static/a.png | x\n",
          AT("3", "9") "error: the path is one below static/; write `a.png`\n"
                       "Poster: static/a.png | x\n        ^\n" },
        { HEADER "Tags: Café, B, cafe\n",
          AT("3", "16") "warning: `cafe` is the same as `Café`, which is in this list already\n"
                        "Tags: Café, B, cafe\n               ^\n" },
        { HEADER "Cast: as Yong\n",
          AT("3", "7") "error: expected a name before `as`\nCast: as Yong\n      ^\n" },
        { HEADER "Cast: Kim as\n",
          AT("3", "7") "error: expected a role after `as`\nCast: Kim as\n      ^\n" },
        { HEADER "Cast: Kim as A, Kim as B, Kim as A\n",
          AT("3", "27") "warning: `Kim as A` is in this list already\n"
                        "Cast: Kim as A, Kim as B, Kim as A\n                          ^\n" },
        { HEADER "Related: a, b, a\n",
          AT("3", "16") "warning: `a` is in this list already\nRelated: a, b, a\n"
                        "               ^\n" },
        { HEADER "Aliases: old\n",
          AT("3", "10") "error: expected an old path with its first slash, such as "
                        "/2013/old-name.gmi\nAliases: old\n         ^\n" },
        { HEADER "Aliases: /old?x\n",
          AT("3", "10") "error: an old path has no `?` and no `#`\nAliases: /old?x\n"
                        "         ^\n" },
        { HEADER "Aliases: /%00\n",
          AT("3", "10") "error: what this path decodes to is not text\nAliases: /%00\n"
                        "         ^\n" },
        { HEADER "Aliases: /%ff\n",
          AT("3", "10") "error: what this path decodes to is not text\nAliases: /%ff\n"
                        "         ^\n" },
        { HEADER "A line\n\n", AT("3", "1") "error: expected `Key: value`, but there is no colon "
                                            "(the header ends with a blank line)\nA line\n^\n" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct parsed parsed;
        parse_review(&parsed, cases[i].text);
        assert_diags(&parsed.diags, cases[i].diags);
        assert_int_equal(parsed.ok, parsed.diags.counts[DIAG_ERROR] == 0);
        parsed_release(&parsed);
    }
}

static void refuses_what_is_too_long(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "Title",   "Original-Title", "Tags",   "Cast",   "Rating",
        "Related", "Poster",         "Series", "Author", "Aliases"
    };
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
        for (size_t over = 0; over <= 1; over++) {
            struct parsed parsed;
            struct buf text;
            size_t poster = strcmp(keys[i], "Poster") == 0;
            buf_init(&text, 10000);
            buf_printf(&text, "Published: 2025-01-01\n%s%s: /", i > 0 ? "Title: T\n" : "", keys[i]);
            /* The first slash of a poster is not counted. */
            buf_fill(&text, 'a', LIMIT_TITLE - 1u + poster + over);
            buf_puts(&text, poster ? "| alternative\n" : "\n");
            parse_review_at(&parsed, "reviews/example.gmi", buf_slice(&text));
            assert_int_equal(parsed.diags.counts[DIAG_ERROR], over);
            parsed_release(&parsed);
            buf_release(&text);
        }
    }
}

static void limits_the_values_of_a_list(void **state)
{
    (void)state;
    static const char *const keys[] = { "Tags", "Cast", "Writer", "Related", "Genre" };
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
        for (size_t over = 0; over <= 1; over++) {
            struct parsed parsed;
            struct buf text;
            buf_init(&text, 100000);
            buf_puts(&text, HEADER);
            for (size_t n = 0; n < LIMIT_LIST_VALUES + over; n++) {
                buf_printf(&text, "%s: value %zu\n", keys[i], n);
            }
            parse_review_at(&parsed, "reviews/example.gmi", buf_slice(&text));
            assert_int_equal(parsed.diags.counts[DIAG_ERROR], over);
            parsed_release(&parsed);
            buf_release(&text);
        }
    }
}

static void survives_scripts_and_signs_in_names(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_review(&parsed, "Title: 🎬 שלום 기생충\nPublished: 2025-01-01\n"
                          "Tags: 기생충, שלום עולם, 👨‍👩‍👧, ❤️, ❤\n"
                          "Cast: 송강호 as 기택\n");
    assert_int_equal(parsed.diags.counts[DIAG_ERROR], 0);
    assert_slice_equal(parsed.review.tags[0].slug, "기생충");
    assert_slice_equal(parsed.review.tags[1].slug, "שלום-עולם");
    assert_slice_equal(parsed.review.tags[2].slug, "x1f468-200d-1f469-200d-1f467");
    /* The two hearts differ only in how they want to be drawn. */
    assert_int_equal(parsed.review.tag_count, 4);
    assert_int_equal(parsed.diags.counts[DIAG_WARNING], 1);
    assert_slice_equal(parsed.review.credits[0].person.slug, "송강호");
    assert_slice_equal(parsed.review.credits[0].role, "기택");
    parsed_release(&parsed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_field),
        cmocka_unit_test(joins_lists_given_on_several_lines),
        cmocka_unit_test(names_keep_their_parentheses),
        cmocka_unit_test(a_draft_needs_no_date),
        cmocka_unit_test(what_is_to_be_filled_in_is_no_warning),
        cmocka_unit_test(reports_what_is_wrong_with_a_field),
        cmocka_unit_test(refuses_what_is_too_long),
        cmocka_unit_test(limits_the_values_of_a_list),
        cmocka_unit_test(survives_scripts_and_signs_in_names),
    };
    return date_use_zone(SLICE("UTC")) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
