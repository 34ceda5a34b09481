#include "check.h"

#include "text/gemtext_lines.h"

#include <string.h>

static void gives_back_what_the_reader_read(void **state)
{
    (void)state;
    const slice text = SLICE("Text\n\n \t\n# One\n##Two\n####four\n* item\n> said\n=> /x A label\n"
                             "=>/y\n=>\n```alt \n# art\n\n```\r\n last");
    struct arena arena;
    struct gemtext_lines lines;
    struct gemtext_line read;
    struct gemtext_reader reader = { .rest = text };
    arena_init(&arena);
    assert_null(gemtext_lines_read(&arena, text, &lines));
    for (size_t i = 0; i < lines.count; i++) {
        const struct gemtext_line kept = gemtext_lines_at(&lines, i);
        assert_true(gemtext_next(&reader, &read));
        assert_int_equal(gemtext_lines_type(&lines, i), read.type);
        assert_memory_equal(&kept, &read, sizeof kept);
    }
    assert_false(gemtext_next(&reader, &read));
    arena_release(&arena);
}

static void closes_what_is_open(void **state)
{
    (void)state;
    const slice text = SLICE("```\na\n```\n```b\nc\n");
    struct arena arena;
    struct gemtext_lines lines;
    arena_init(&arena);
    assert_ptr_equal(gemtext_lines_read(&arena, text, &lines), strstr(text.ptr, "```b"));
    assert_int_equal(lines.count, 6);
    assert_int_equal(gemtext_lines_type(&lines, 5), GEMTEXT_FENCE);
    assert_ptr_equal(gemtext_lines_at(&lines, 5).raw.ptr, text.ptr + text.len);
    assert_slice_equal(gemtext_lines_at(&lines, 5).raw, "");
    assert_null(gemtext_lines_read(&arena, SLICE_EMPTY, &lines));
    assert_int_equal(lines.count, 0);
    arena_release(&arena);
}

static void cuts_a_line(void **state)
{
    (void)state;
    const slice text = SLICE("## A heading {#id}\nText\n");
    struct arena arena;
    struct gemtext_lines lines;
    arena_init(&arena);
    assert_null(gemtext_lines_read(&arena, text, &lines));
    gemtext_lines_cut(&lines, 0, text.ptr + strlen("## A heading"));
    assert_slice_equal(gemtext_lines_at(&lines, 0).text, "A heading");
    assert_int_equal(gemtext_lines_at(&lines, 0).level, 2);
    gemtext_lines_cut(&lines, 0, text.ptr + strlen("##"));
    assert_slice_equal(gemtext_lines_at(&lines, 0).text, "");
    assert_int_equal(gemtext_lines_type(&lines, 0), GEMTEXT_HEADING);
    assert_slice_equal(gemtext_lines_at(&lines, 1).text, "Text");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_what_the_reader_read),
        cmocka_unit_test(closes_what_is_open),
        cmocka_unit_test(cuts_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
