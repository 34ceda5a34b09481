#include "parse.h"

#include "base/utf8.h"
#include "search/passage.h"

#include <string.h>

/* `section|passage`, the section by its id; `?` before it when nothing was found. */
static void expect(struct parsed *parsed, const char *typed, const char *expected)
{
    static struct search_query query;
    struct passage passage;
    struct buf out;
    const char *problem = NULL;
    if (!search_query_parse(slice_of(typed), &query, &problem)) {
        fail_msg("%s: %s", typed, problem);
    }
    passage_find(&parsed->review, &query, &passage);
    buf_init(&out, 10000);
    buf_puts(&out, passage.found ? "" : "?");
    if (passage.section != NULL) {
        buf_put(&out, passage.section->id);
    }
    buf_putc(&out, '|');
    passage_put(&passage, &out);
    if (!slice_equal(buf_slice(&out), slice_of(expected))) {
        fail_msg("%s: \"%.*s\", not \"%s\"", typed, SLICE_ARG(buf_slice(&out)), expected);
    }
    buf_release(&out);
}

static const char review[] =
    "Title: The Gift\nPublished: 2025-09-12\nTagline: Under a plum tree\n"
    "Summary: A father and his girl.\nCast: Ryu Seung as Yong\n\n"
    "First lines of all.\n\n"
    "## Overall Story\nA balloon rises.\n\n=> https://example.org The wall of Hwan-kyung\n\n"
    "## The School Bag\nIt is yellow. It is lost, and the balloon is by the wall.\n\n"
    "## 마지막\n7번방의 선물을 아버지가 가져왔다. 그 남자.\n\n"
    "> I promise,\n> always.\n— Yong\nHe does.\n";

static void finds_the_passage(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        const char *expected;
    } cases[] = {
        { "lines", "|First lines of all." },
        { "balloon", "overall-story|A balloon rises." },
        { "balloon wall",
          "the-school-bag|It is yellow. It is lost, and the balloon is by the wall." },
        { "wall", "overall-story|The wall of Hwan-kyung" },
        { "hwankyung", "overall-story|The wall of Hwan-kyung" },
        { "\"hwan kyung\"", "overall-story|The wall of Hwan-kyung" },
        { "\"it is lost\"",
          "the-school-bag|It is yellow. It is lost, and the balloon is by the wall." },
        { "\"wall of balloon\"", "?|Under a plum tree" },
        { "school bag",
          "the-school-bag|It is yellow. It is lost, and the balloon is by the wall." },
        { "yell*", "the-school-bag|It is yellow. It is lost, and the balloon is by the wall." },
        { "번방", "마지막|7번방의 선물을 아버지가 가져왔다. 그 남자." },
        { "7번", "마지막|7번방의 선물을 아버지가 가져왔다. 그 남자." },
        { "지", "마지막|7번방의 선물을 아버지가 가져왔다. 그 남자." },
        { "\"그 남자\"", "마지막|7번방의 선물을 아버지가 가져왔다. 그 남자." },
        { "always", "마지막|always." },
        { "father", "|A father and his girl." },
        { "balloon -rises", "overall-story|A balloon rises." },
        { "gift", "?|Under a plum tree" },
        { "tag:drama", "?|Under a plum tree" },
        { "person:yong", "마지막|— Yong" },
        { "year:2013", "?|Under a plum tree" },
    };
    struct parsed parsed;
    parse_review(&parsed, review);
    assert_true(parsed.ok);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        expect(&parsed, cases[i].typed, cases[i].expected);
    }
    parsed_release(&parsed);
}

static void shows_a_part_of_a_long_line(void **state)
{
    (void)state;
    struct parsed parsed;
    struct buf text;
    buf_init(&text, 100000);
    buf_puts(&text, HEADER "\n## One\nneedle alone");
    for (size_t i = 0; i < 100; i++) {
        buf_puts(&text, " some words");
    }
    buf_puts(&text, " a needle in the hay");
    for (size_t i = 0; i < 100; i++) {
        buf_puts(&text, " more words");
    }
    buf_puts(&text, "\n\n## Two\n");
    for (size_t i = 0; i < 1000; i++) {
        buf_puts(&text, "가나다라마바사아자차카타파하");
    }
    buf_puts(&text, "\n");
    parse_review_at(&parsed, "reviews/example.gmi", buf_slice(&text));
    assert_true(parsed.ok);
    expect(&parsed, "hay needle",
           "one|… some words some words some words some words some words a needle in the "
           "hay more words more words more words more words more words more words more "
           "words more words more words more words more words more words more words more "
           "words more words …");
    static struct search_query query;
    struct passage passage;
    const char *problem = NULL;
    assert_true(search_query_parse(SLICE("파하가나"), &query, &problem));
    passage_find(&parsed.review, &query, &passage);
    assert_true(passage.found && passage.end - passage.begin <= 240);
    buf_clear(&text);
    passage_put(&passage, &text);
    assert_int_equal(utf8_find_invalid(buf_slice(&text)), text.len);
    parsed_release(&parsed);
    buf_release(&text);
}

static void a_review_without_text_has_none(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_review(&parsed, HEADER);
    assert_true(parsed.ok);
    expect(&parsed, "example", "?|");
    parsed_release(&parsed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_passage),
        cmocka_unit_test(shows_a_part_of_a_long_line),
        cmocka_unit_test(a_review_without_text_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
