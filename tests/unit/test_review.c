/* The text of a review: lines, sections, quotes. The header is in test_fields.c. */
#include "parse.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "text/date.h"

static const char shape[] = HEADER "Cast: Ann Actor as Mira, Bo Actor as the grown son\n"
                                   "\n"
                                   "The lede.\n"
                                   "\n"
                                   "## Story\n"
                                   "One two three.\n"
                                   "\n"
                                   "### A scene\n"
                                   "Four five.\n"
                                   "=> review:other Another\n"
                                   "\n"
                                   "## Lines\n"
                                   "> I never\n"
                                   ">\n"
                                   "> said so.\n"
                                   "— Mira, at the door\n"
                                   "A remark.\n"
                                   "Another paragraph.\n"
                                   "\n"
                                   "> Wait!\n"
                                   "-- The Grown Son\n"
                                   "\n"
                                   "> An ordinary quote.\n";

static void finds_sections_and_quotes(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_review(&parsed, shape);
    assert_diags(&parsed.diags, "");
    assert_true(parsed.ok);
    const struct review *review = &parsed.review;
    assert_slice_equal(review->slug, "example");
    assert_int_equal(review->lede.first, 0);
    assert_int_equal(review->lede.end, 1);
    assert_int_equal(review->section_count, 2);
    assert_slice_equal(review->sections[0].heading, "Story");
    assert_slice_equal(review->sections[0].id, "story");
    assert_int_equal(review->sections[0].lines.first, 3);
    assert_int_equal(review->sections[0].lines.end, 8);
    assert_int_equal(review->sections[0].first_sub, 0);
    assert_int_equal(review->sections[0].end_sub, 1);
    assert_int_equal(review->sections[0].words, 7);
    assert_slice_equal(review->subsections[0].heading, "A scene");
    assert_int_equal(review->subsections[0].line, 5);
    assert_int_equal(review->sections[1].first_sub, 1);
    assert_int_equal(review->sections[1].end_sub, 1);

    assert_int_equal(review->quote_count, 2);
    const struct quote *quote = &review->quotes[0];
    assert_slice_equal(quote->id, "quote-i-never-said-so");
    assert_int_equal(quote->lines.end - quote->lines.first, 3);
    assert_slice_equal(quote->speaker.text, "Mira");
    assert_slice_equal(quote->context, "at the door");
    assert_slice_equal(gemtext_lines_at(&review->lines, quote->commentary).text, "A remark.");
    assert_int_equal(quote->section, 1);
    assert_ptr_equal(quote->actor, &review->credits[0]);
    quote = &review->quotes[1];
    assert_slice_equal(quote->speaker.text, "The Grown Son");
    assert_slice_equal(quote->context, "");
    assert_int_equal(quote->commentary, NO_LINE);
    assert_ptr_equal(quote->actor, &review->credits[1]);
    assert_ptr_equal(review->best_quote, &review->quotes[0]);
    parsed_release(&parsed);
}

static void a_review_without_sections_is_all_lede(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_review(&parsed, HEADER "\n\n\nOne.\n\nTwo.\n\n\n");
    assert_true(parsed.ok);
    assert_int_equal(parsed.review.section_count, 0);
    assert_int_equal(parsed.review.lede.first, 2);
    assert_int_equal(parsed.review.lede.end, 5);
    parsed_release(&parsed);

    parse_review(&parsed, HEADER);
    assert_diags(&parsed.diags, "");
    assert_int_equal(parsed.review.lines.count, 0);
    assert_int_equal(parsed.review.lede.end, 0);
    assert_null(parsed.review.best_quote);
    parsed_release(&parsed);
}

static void gives_ids_to_sections(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        const char *ids; /* with a blank between them */
    } cases[] = {
        { "## Story\n## Story\n## Story\n", "story story-2 story-3" },
        { "## Story\n## Story 2\n## Story\n", "story story-2 story-3" },
        { "## Story\n## Pinned {#story}\n", "story-2 story" },
        { "## Full\n## Quotes\n## Source\n## Index\n## full\n",
          "full-section quotes-section source-section index-section full-section-2" },
        { "## Quote of the day\n", "section-quote-of-the-day" },
        { "## 기억에 남는 장면\n", "기억에-남는-장면" },
        { "## 🎬\n## 🎬\n## !?\n", "x1f3ac x1f3ac-2 x21-3f" },
        { "## שלום עולם\n", "שלום-עולם" },
        { "## A {b} c\n## {#only-id} \n## d {#e\n", "a-b-c only-id d-e" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct parsed parsed;
        struct buf text;
        struct buf ids;
        buf_init(&text, 10000);
        buf_init(&ids, 10000);
        buf_printf(&text, HEADER "\n%s", cases[i].body);
        parse_review_at(&parsed, "reviews/example.gmi", buf_slice(&text));
        for (size_t s = 0; s < parsed.review.section_count; s++) {
            buf_printf(&ids, "%s%.*s", s > 0 ? " " : "", SLICE_ARG(parsed.review.sections[s].id));
        }
        assert_slice_equal(buf_slice(&ids), cases[i].ids);
        buf_release(&text);
        buf_release(&ids);
        parsed_release(&parsed);
    }
}

static void takes_pins_out_of_headings(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_review(&parsed, HEADER "\n## The Ending {#ending}\n> Yes.\n— She, at last {#yes}\n");
    assert_diags(&parsed.diags, "");
    assert_slice_equal(parsed.review.sections[0].heading, "The Ending");
    assert_slice_equal(parsed.review.sections[0].id, "ending");
    assert_slice_equal(gemtext_lines_at(&parsed.review.lines, 0).text, "The Ending");
    assert_slice_equal(parsed.review.quotes[0].id, "quote-yes");
    assert_slice_equal(parsed.review.quotes[0].context, "at last");
    assert_slice_equal(gemtext_lines_at(&parsed.review.lines, 2).text, "— She, at last");
    parsed_release(&parsed);
}

static void gives_ids_to_quotes(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_review(&parsed,
                 HEADER "\n"
                        "> One two three four five six seven eight nine ten, and on.\n— A\n"
                        "\n"
                        "> One two three four five six seven eight nine ten, and off.\n— A\n"
                        "\n"
                        "> Named.\n— A {#quote-mine}\n"
                        "\n"
                        "> Mine\n— A\n"
                        "\n"
                        "> 🤐\n— A\n");
    assert_diags(&parsed.diags, "");
    const struct quote *quotes = parsed.review.quotes;
    assert_int_equal(parsed.review.quote_count, 5);
    assert_slice_equal(quotes[0].id, "quote-one-two-three-four-five-six-seven-eight-nine-ten");
    /* The six digits come from the line alone, so they are the same wherever it stands. */
    assert_int_equal(quotes[1].id.len, quotes[0].id.len + 7);
    assert_true(slice_starts_with(quotes[1].id, quotes[0].id));
    assert_slice_equal(quotes[2].id, "quote-mine");
    assert_true(slice_starts_with(quotes[3].id, SLICE("quote-mine-")));
    assert_slice_equal(quotes[4].id, "quote-x1f910");
    parsed_release(&parsed);
}

static void warns_of_a_line_quoted_twice(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_review(&parsed, HEADER "\n> No.\n— A\n\n> No.\n— B\n\n> No.\n— C\n");
    assert_true(parsed.ok);
    assert_int_equal(parsed.diags.counts[DIAG_WARNING], 2);
    assert_int_equal(parsed.diags.items[0].line, 7);
    const struct quote *quotes = parsed.review.quotes;
    assert_false(slice_equal(quotes[0].id, quotes[1].id));
    assert_false(slice_equal(quotes[1].id, quotes[2].id));
    parsed_release(&parsed);
}

static void knows_what_is_no_quote(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        size_t quotes;
        size_t warnings;
    } cases[] = {
        { "> A line\n", 0, 0 },
        { "> A line\nText.\n", 0, 0 },
        { "> A line\n\n— Somebody\n", 0, 1 },
        { "> A line\n- Somebody\n", 0, 1 },
        { "> A line\n– Somebody\n", 1, 0 },
        { "> A line\n―Somebody\n", 1, 0 },
        { "> A line\n  -- Somebody\n", 1, 0 },
        { "— Somebody\n", 0, 0 },
        { "```\n> A line\n— Somebody\n```\n", 0, 0 },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct parsed parsed;
        struct buf text;
        buf_init(&text, 10000);
        buf_printf(&text, HEADER "\n%s", cases[i].body);
        parse_review_at(&parsed, "reviews/example.gmi", buf_slice(&text));
        assert_true(parsed.ok);
        assert_int_equal(parsed.review.quote_count, cases[i].quotes);
        assert_int_equal(parsed.diags.counts[DIAG_WARNING], cases[i].warnings);
        buf_release(&text);
        parsed_release(&parsed);
    }
}

static void finds_the_actor(void **state)
{
    (void)state;
    static const struct {
        const char *cast;
        const char *speaker;
        const char *actor; /* NULL: nobody */
    } cases[] = {
        { "A B as Mira, C D as Tom", "Tom", "C D" },
        { "A B as Mira", "MIRA", "A B" },
        { "A B as Zoë", "Zoe", "A B" },
        { "A B as the young Mira, C D as the grown Mira", "Mira", "A B" },
        { "A B as young Mira, C D as Mira", "Mira", "C D" },
        { "A B as young Mira, C D as Mira", "Young Mira", "A B" },
        { "A B as the judge", "Judge", "A B" },
        { "A B as Judge", "The judge", "A B" },
        { "A B as Mira", "Old Mira", NULL },
        { "A B, C D", "C D", "C D" },
        { "A B as Mira", "Somebody", NULL },
        { "A B as 미라", "미라", "A B" },
        { "A B as Mira Sol", "Mira", NULL },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct parsed parsed;
        struct buf text;
        buf_init(&text, 10000);
        buf_printf(&text, HEADER "Director: C D\nCast: %s\n\n> Line\n— %s, then\n", cases[i].cast,
                   cases[i].speaker);
        parse_review_at(&parsed, "reviews/example.gmi", buf_slice(&text));
        assert_true(parsed.ok);
        const struct credit *actor = parsed.review.quotes[0].actor;
        if (cases[i].actor == NULL) {
            assert_null(actor);
        } else {
            assert_non_null(actor);
            assert_slice_equal(actor->person.text, cases[i].actor);
            assert_int_equal(actor->kind, CREDIT_CAST);
        }
        buf_release(&text);
        parsed_release(&parsed);
    }
}

static void finds_the_best_quote(void **state)
{
    (void)state;
    static const char *const names[] = { "two", "quote-two" };
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        struct parsed parsed;
        struct buf text;
        buf_init(&text, 10000);
        buf_printf(&text, HEADER "Best-Quote: %s\n\n> One\n— A\n\n> Two\n— A\n", names[i]);
        parse_review_at(&parsed, "reviews/example.gmi", buf_slice(&text));
        assert_diags(&parsed.diags, "");
        assert_ptr_equal(parsed.review.best_quote, &parsed.review.quotes[1]);
        assert_slice_equal(parsed.review.best_quote_id, "quote-two");
        buf_release(&text);
        parsed_release(&parsed);
    }
}

static void reports_what_is_wrong_with_the_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *diags;
    } cases[] = {
        { HEADER "\n# Title\n",
          "reviews/example.gmi:4:1: error: a heading with one `#` is the title, which stands in "
          "the header; sections start with `##`\n# Title\n^\n" },
        { HEADER "\n##\n", "reviews/example.gmi:4:1: error: this heading is empty\n##\n^\n" },
        { HEADER "\n## {#x}\n",
          "reviews/example.gmi:4:1: error: this heading is empty\n## {#x}\n^\n" },
        { HEADER "\n### Sub\n",
          "reviews/example.gmi:4:1: warning: a sub-section before the first section (`##`)\n"
          "### Sub\n^\n" },
        { HEADER "\n## A\n#### B\n",
          "reviews/example.gmi:5:1: warning: headings have at most three levels; this is read as "
          "`###`\n#### B\n^\n" },
        { HEADER "\n## A {#Big One}\n",
          "reviews/example.gmi:4:8: error: an id is made of small letters, digits and single "
          "hyphens; write {#big-one}\n## A {#Big One}\n       ^\n" },
        { HEADER "\n## A {#full}\n",
          "reviews/example.gmi:4:8: error: the id `full` is reserved for another page of the "
          "review\n## A {#full}\n       ^\n" },
        { HEADER "\n## A {#x}\n## B {#x}\n",
          "reviews/example.gmi:5:8: error: the id `x` is that of another section, too\n"
          "## B {#x}\n       ^\n" },
        { HEADER "\n## A\n### B {#x}\n",
          "reviews/example.gmi:5:9: warning: a sub-section has no page of its own, so it needs no "
          "id\n### B {#x}\n        ^\n" },
        { HEADER "\nText\n```art\n# Not a title\n",
          "reviews/example.gmi:5:1: warning: this preformatted block has no closing line of three "
          "back-ticks\n```art\n^\n" },
        { HEADER "\n=>\n",
          "reviews/example.gmi:4:1: warning: a link without an address is read as text\n=>\n^\n" },
        { HEADER "\n=> images/a.PNG\n",
          "reviews/example.gmi:4:16: warning: the link to an image has no label; say what it "
          "shows for those who cannot see it\n=> images/a.PNG\n               ^\n" },
        { HEADER "\n> A\n— , in the yard\n",
          "reviews/example.gmi:5:1: error: expected who speaks after the dash: `— Speaker, what "
          "was going on`\n— , in the yard\n^\n" },
        { HEADER "\n>\n— Mira\n", "reviews/example.gmi:4:1: error: this quote is empty\n>\n^\n" },
        { HEADER "\n> A\n— B {#a}\n\n> C\n— B {#quote-a}\n",
          "reviews/example.gmi:8:7: error: the id `quote-a` is that of another quote, too\n"
          "— B {#quote-a}\n      ^\n" },
        { HEADER "Best-Quote: promisse\n\n> Promise\n— A\n",
          "reviews/example.gmi:3:13: error: no quote has the id `promisse`; did you mean "
          "`promise`?\nBest-Quote: promisse\n            ^\n" },
        { HEADER "Best-Quote: x\n\nText\n",
          "reviews/example.gmi:3:13: error: no quote has the id `x` (it is made of the quote's "
          "first words)\nBest-Quote: x\n            ^\n" },
        /* Columns count code points, the caret counts terminal columns. */
        { HEADER "\n## 한글 {#A}\n",
          "reviews/example.gmi:4:9: error: an id is made of small letters, digits and single "
          "hyphens; write {#a}\n## 한글 {#A}\n          ^\n" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct parsed parsed;
        parse_review(&parsed, cases[i].text);
        assert_diags(&parsed.diags, cases[i].diags);
        assert_int_equal(parsed.ok, parsed.diags.counts[DIAG_ERROR] == 0);
        parsed_release(&parsed);
    }
}

static void closes_an_open_block(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_review(&parsed, HEADER "\n## A\n```\nart");
    const struct review *review = &parsed.review;
    assert_int_equal(review->lines.count, 4);
    assert_int_equal(gemtext_lines_type(&review->lines, 3), GEMTEXT_FENCE);
    assert_int_equal(review->sections[0].lines.end, 4);
    assert_ptr_equal(gemtext_lines_at(&review->lines, 3).raw.ptr,
                     review->source.ptr + review->source.len);
    parsed_release(&parsed);
}

static void wants_the_file_named_by_its_slug(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *slug; /* NULL: an error */
        const char *message;
    } cases[] = {
        { "reviews/example-film.gmi", "example-film", NULL },
        { "reviews/2025/기생충.gmi", "기생충", NULL },
        /* A file system that takes letters apart (NFD). */
        { "reviews/\xE1\x84\x80\xE1\x85\xB5.gmi", "기", NULL },
        { "reviews/Example Film.gmi", NULL,
          "the name of the file is the review's address; rename it to example-film.gmi" },
        { "reviews/café.gmi", NULL,
          "the name of the file is the review's address; rename it to cafe.gmi" },
        { "reviews/🎬.gmi", NULL,
          "the name of the file is the review's address, and needs a letter or a digit" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct parsed parsed;
        parse_review_at(&parsed, cases[i].path, SLICE(HEADER));
        assert_int_equal(parsed.ok, cases[i].slug != NULL);
        if (cases[i].slug != NULL) {
            assert_slice_equal(parsed.review.slug, cases[i].slug);
        } else {
            assert_slice_equal(parsed.diags.items[0].message, cases[i].message);
        }
        parsed_release(&parsed);
    }
}

static void reads_hand_written_pages(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *text;
        const char *name; /* NULL: an error */
        const char *title;
    } cases[] = {
        { "pages/about.gmi", "# About us\nText\n# More\n", "about", "About us" },
        { "pages/about.gmi", "Text\n```\n# art\n```\n## Sub\n", "about", "about" },
        { "pages/about.gmi", "", "about", "about" },
        { "pages/feed.gmi", "# Feed\n", NULL, NULL },
        { "pages/index.gmi", "# Index\n", NULL, NULL },
        { "pages/search.gmi", "# Search\n", NULL, NULL },
        { "pages/more/about.gmi", "# About\n", NULL, NULL },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct parsed parsed;
        parsed_begin(&parsed, cases[i].path, slice_of(cases[i].text));
        parsed.ok = hand_page_parse(&parsed.arena, &parsed.source, &parsed.page, &parsed.diags);
        assert_int_equal(parsed.ok, cases[i].name != NULL);
        if (cases[i].name != NULL) {
            assert_slice_equal(parsed.page.name, cases[i].name);
            assert_slice_equal(parsed.page.title, cases[i].title);
        }
        parsed_release(&parsed);
    }
}

/* A text made of `head` and `count` times `piece`, where a `%zu` is the number. */
static slice repeated(struct buf *text, const char *head, const char *piece, size_t count)
{
    slice before = slice_of(piece);
    size_t mark = slice_find(before, SLICE("%zu"));
    buf_init(text, (size_t)64 * 1024 * 1024);
    buf_puts(text, head);
    for (size_t i = 0; i < count; i++) {
        buf_put(text, slice_head(before, mark));
        if (mark < before.len) {
            buf_printf(text, "%zu", i);
            buf_put(text, slice_from(before, mark + 3));
        }
    }
    return buf_slice(text);
}

static void large_texts_take_linear_time(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        const char *piece;
        size_t count;
        size_t sections, quotes;
    } cases[] = {
        { HEADER "\n", "A paragraph of some words, number %zu of them.\n\n", 22000, 0, 0 },
        { HEADER "\n## Lines\n", "> Line %zu\n— Mira, here\nWhy.\n\n", 2000, 1, 2000 },
        { HEADER "\n", "> Again\n— Mira, here\n\n", 20000, 0, 20000 },
        { HEADER "\n", "## Same\n", 20000, 20000, 0 },
        { HEADER "\n## Same-2\n", "## Same\n", 20000, 20001, 0 },
        { HEADER "\n", "## 기억에 남는 장면\n", 20000, 20000, 0 },
        { HEADER, "Unknown%zu: value\n", 20000, 0, 0 },
        { HEADER, "Title: again %zu\n", 20000, 0, 0 },
        { HEADER "\n", "=>\n", 100000, 0, 0 },
        { HEADER "\n", "# No\n", 100000, 0, 0 },
        { HEADER "\n", "\n", 240000, 0, 0 },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct parsed parsed;
        struct buf text;
        slice all = repeated(&text, cases[i].head, cases[i].piece, cases[i].count);
        double before = seconds_used();
        parse_review_at(&parsed, "reviews/example.gmi", all);
        double used = seconds_used() - before;
        /* Each takes some hundredths of a second; quadratic time would be minutes. */
        assert_true(used < 10);
        assert_int_equal(parsed.review.section_count, cases[i].sections);
        assert_int_equal(parsed.review.quote_count, cases[i].quotes);
        assert_true(parsed.diags.count <= LIMIT_DIAGS_PER_FILE + 1);
        parsed_release(&parsed);
        buf_release(&text);
    }
}

/* A quote of 4 MB, and many that begin with the same words. */
static void a_long_quote_is_compared_in_linear_time(void **state)
{
    (void)state;
    static const char words[] = "> The same words, more of them than an identity takes, and then ";
    struct parsed parsed;
    struct buf text;
    buf_init(&text, LIMIT_SOURCE_FILE);
    buf_puts(&text, HEADER "\n");
    for (int i = 0; i < 70; i++) {
        buf_puts(&text, words);
        buf_fill(&text, 'x', 60000);
        buf_putc(&text, '\n');
    }
    buf_puts(&text, "— Mira\n\n");
    for (int i = 0; i < 30000; i++) {
        buf_printf(&text, "%s%d\n-- Tom\n", words, i);
    }
    double before = seconds_used();
    parse_review_at(&parsed, "reviews/example.gmi", buf_slice(&text));
    assert_true(seconds_used() - before < 4);
    assert_int_equal(parsed.review.quote_count, 30001);
    parsed_release(&parsed);
    buf_release(&text);
}

static void ids_stay_unique(void **state)
{
    (void)state;
    struct parsed parsed;
    struct buf text;
    slice all = repeated(&text, HEADER "\n## Same-3\n## Same-2 2\n", "## Same\n", 500);
    parse_review_at(&parsed, "reviews/example.gmi", all);
    for (size_t a = 0; a < parsed.review.section_count; a++) {
        assert_true(parsed.review.sections[a].id.len > 0);
        for (size_t b = a + 1; b < parsed.review.section_count; b++) {
            assert_false(slice_equal(parsed.review.sections[a].id, parsed.review.sections[b].id));
        }
    }
    parsed_release(&parsed);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_sections_and_quotes),
        cmocka_unit_test(a_review_without_sections_is_all_lede),
        cmocka_unit_test(gives_ids_to_sections),
        cmocka_unit_test(takes_pins_out_of_headings),
        cmocka_unit_test(gives_ids_to_quotes),
        cmocka_unit_test(warns_of_a_line_quoted_twice),
        cmocka_unit_test(knows_what_is_no_quote),
        cmocka_unit_test(finds_the_actor),
        cmocka_unit_test(finds_the_best_quote),
        cmocka_unit_test(reports_what_is_wrong_with_the_text),
        cmocka_unit_test(closes_an_open_block),
        cmocka_unit_test(wants_the_file_named_by_its_slug),
        cmocka_unit_test(reads_hand_written_pages),
        cmocka_unit_test(large_texts_take_linear_time),
        cmocka_unit_test(a_long_quote_is_compared_in_linear_time),
        cmocka_unit_test(ids_stay_unique),
    };
    return date_use_zone(SLICE("UTC")) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
