#include "check.h"

#include "base/diag.h"
#include "base/limits.h"

#include <string.h>

static slice printed(struct diags *diags, struct buf *out)
{
    buf_clear(out);
    diags_format(diags, out);
    return buf_slice(out);
}

static void names_the_place(void **state)
{
    (void)state;
    struct source source = { SLICE("reviews/x.gmi"), SLICE("Title: X\nGenre: 한 Drma\n") };
    const char *at = strstr(source.text.ptr, "Drma");
    struct diags diags;
    struct buf out;
    diags_init(&diags);
    buf_init(&out, 10000);
    diags_add(&diags, DIAG_ERROR, &source, at, "unknown genre `%s`", "Drma");
    diags_add(&diags, DIAG_NOTE, &source, NULL, "the whole file");
    /* A wide character is one column of the message and two before the caret. */
    assert_slice_equal(printed(&diags, &out), "reviews/x.gmi:2:10: error: unknown genre `Drma`\n"
                                              "Genre: 한 Drma\n"
                                              "          ^\n"
                                              "reviews/x.gmi: note: the whole file\n");
    assert_int_equal(diags.counts[DIAG_ERROR], 1);
    assert_int_equal(diags.counts[DIAG_NOTE], 1);
    diags_clear(&diags);
    assert_int_equal(diags.count, 0);
    buf_release(&out);
    diags_release(&diags);
}

static void names_the_line_of_what_is_not_kept(void **state)
{
    (void)state;
    struct diags diags;
    struct buf out;
    diags_init(&diags);
    buf_init(&out, 10000);
    diags_add_line(&diags, DIAG_ERROR, SLICE("feed.xml"), 7, "no `%s`", "end");
    diags_add_line(&diags, DIAG_WARNING, SLICE("feed.xml"), 0, "odd");
    assert_slice_equal(printed(&diags, &out), "feed.xml:7: error: no `end`\n"
                                              "feed.xml: warning: odd\n");
    buf_release(&out);
    diags_release(&diags);
}

static void works_at_the_edges_of_a_text(void **state)
{
    (void)state;
    struct diags diags;
    struct buf out;
    diags_init(&diags);
    buf_init(&out, 10000);
    struct source empty = { SLICE("e"), SLICE("") };
    diags_add(&diags, DIAG_ERROR, &empty, empty.text.ptr, "empty");
    struct source one = { SLICE("o"), SLICE("a\n") };
    diags_add(&diags, DIAG_WARNING, &one, one.text.ptr + 2, "at the end");
    assert_slice_equal(printed(&diags, &out), "e:1:1: error: empty\n"
                                              "o:2:1: warning: at the end\n");
    buf_release(&out);
    diags_release(&diags);
}

static void shows_a_part_of_a_long_line_and_no_control_bytes(void **state)
{
    (void)state;
    static char text[100000];
    struct diags diags;
    struct buf out;
    memset(text, 'x', sizeof text);
    text[50000] = '!';
    text[50001] = '\x1B';
    struct source source = { SLICE("long"), { text, sizeof text } };
    diags_init(&diags);
    buf_init(&out, 10000);
    diags_add(&diags, DIAG_ERROR, &source, text + 50000, "here");
    slice shown = printed(&diags, &out);
    assert_true(slice_starts_with(shown, SLICE("long:1:50001: error: here\n")));
    assert_true(shown.len < 3 * LIMIT_DIAG_EXCERPT);
    assert_int_equal(slice_find_byte(shown, '\x1B'), shown.len);
    /* The caret stands under the exclamation mark. */
    slice line;
    slice caret;
    (void)slice_next_line(&shown, &line);
    (void)slice_next_line(&shown, &line);
    (void)slice_next_line(&shown, &caret);
    assert_int_equal(slice_find_byte(line, '!'), slice_find_byte(caret, '^'));
    buf_release(&out);
    diags_release(&diags);
}

static void bounds_the_problems_of_a_file(void **state)
{
    (void)state;
    struct source bad = { SLICE("bad"), SLICE("x") };
    struct source other = { SLICE("other"), SLICE("x") };
    struct diags diags;
    diags_init(&diags);
    for (int i = 0; i < 1000; i++) {
        diags_add(&diags, DIAG_ERROR, &bad, bad.text.ptr, "again");
    }
    diags_add(&diags, DIAG_ERROR, &other, NULL, "still told");
    assert_int_equal(diags.count, LIMIT_DIAGS_PER_FILE + 2);
    assert_int_equal(diags.counts[DIAG_ERROR], 1001);
    assert_int_equal(diags.items[LIMIT_DIAGS_PER_FILE].level, DIAG_NOTE);
    assert_slice_equal(diags.items[LIMIT_DIAGS_PER_FILE + 1].message, "still told");
    diags_release(&diags);
}

static void suggests_what_was_meant(void **state)
{
    (void)state;
    const slice keys[] = { SLICE("Title"), SLICE("Director"), SLICE("Tags"), SLICE("Tagline") };
    assert_slice_equal(diag_nearest(SLICE("Direktor"), keys, 4), "Director");
    assert_slice_equal(diag_nearest(SLICE("tag"), keys, 4), "Tags");
    assert_slice_equal(diag_nearest(SLICE("titel"), keys, 4), "Title");
    assert_slice_equal(diag_nearest(SLICE("Budget"), keys, 4), "");
    assert_slice_equal(diag_nearest(SLICE(""), keys, 4), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_place),
        cmocka_unit_test(names_the_line_of_what_is_not_kept),
        cmocka_unit_test(works_at_the_edges_of_a_text),
        cmocka_unit_test(shows_a_part_of_a_long_line_and_no_control_bytes),
        cmocka_unit_test(bounds_the_problems_of_a_file),
        cmocka_unit_test(suggests_what_was_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
