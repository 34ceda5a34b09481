#include "check.h"

#include "base/attributes.h"
#include "text/header.h"

static void reads_fields_up_to_the_blank_line(void **state)
{
    (void)state;
    struct source source = { SLICE("x"),
                             SLICE("Title:  A: B \nEmpty:\nX-2:v\n\nText: no field\n") };
    struct diags diags;
    struct header_reader reader;
    struct header_field field;
    diags_init(&diags);
    header_begin(&reader, &source, &diags);
    assert_true(header_next(&reader, &field));
    assert_slice_equal(field.key, "Title");
    assert_slice_equal(field.value, "A: B");
    assert_true(header_next(&reader, &field));
    assert_slice_equal(field.key, "Empty");
    assert_slice_equal(field.value, "");
    assert_true(header_next(&reader, &field));
    assert_slice_equal(field.key, "X-2");
    assert_false(header_next(&reader, &field));
    assert_slice_equal(reader.rest, "Text: no field\n");
    assert_int_equal(diags.count, 0);
    diags_release(&diags);
}

static void reports_what_is_no_field(void **state)
{
    (void)state;
    struct source source = { SLICE("x"),
                             SLICE("# A title\nno colon\nBad key: 1\n: none\nGood: 2\n") };
    struct diags diags;
    struct header_reader reader;
    struct header_field field;
    diags_init(&diags);
    header_begin(&reader, &source, &diags);
    assert_true(header_next(&reader, &field));
    assert_slice_equal(field.key, "Good");
    assert_false(header_next(&reader, &field));
    assert_int_equal(diags.counts[DIAG_ERROR], 4);
    assert_int_equal(diags.items[2].line, 3);
    diags_release(&diags);
}

static void allows_comments_where_told_to(void **state)
{
    (void)state;
    struct source source = { SLICE("c"), SLICE("# comment\n\nTitle: T\n\n# more\nHost: h\n") };
    struct diags diags;
    struct header_reader reader;
    struct header_field field;
    diags_init(&diags);
    header_begin(&reader, &source, &diags);
    reader.comments_allowed = true;
    assert_true(header_next(&reader, &field));
    assert_true(header_next(&reader, &field));
    assert_slice_equal(field.key, "Host");
    assert_false(header_next(&reader, &field));
    assert_int_equal(diags.count, 0);
    diags_release(&diags);
}

static void splits_lists(void **state)
{
    (void)state;
    slice rest = SLICE(" one, two\\, three ,, four\\\\,five\\");
    const char *expected[] = { "one", "two, three", "four\\", "five\\" };
    struct buf out;
    slice value;
    buf_init(&out, 100);
    for (size_t i = 0; i < ARRAY_LENGTH(expected); i++) {
        assert_true(header_next_value(&rest, &value));
        assert_int_equal(header_is_escaped(value), i == 1 || i == 2);
        buf_clear(&out);
        header_put_unescaped(&out, value);
        assert_slice_equal(buf_slice(&out), expected[i]);
    }
    assert_false(header_next_value(&rest, &value));
    buf_release(&out);
}

static void list_values_come_back_as_they_were(void **state)
{
    (void)state;
    static const char *const values[] = { "plain", "a, b",     "back\\slash", "end\\",
                                          "\\,",   "a\\\\, b", ",",           "\\\\" };
    for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
        struct buf written;
        struct buf again;
        slice value;
        buf_init(&written, 100);
        buf_init(&again, 100);
        header_put_list_value(&written, slice_of(values[i]));
        buf_puts(&written, ", next");
        slice rest = buf_slice(&written);
        assert_true(header_next_value(&rest, &value));
        header_put_unescaped(&again, value);
        assert_slice_equal(buf_slice(&again), values[i]);
        assert_true(header_next_value(&rest, &value));
        assert_slice_equal(value, "next");
        buf_release(&written);
        buf_release(&again);
    }
}

static void reads_yes_and_no(void **state)
{
    (void)state;
    bool value = false;
    assert_true(header_to_bool(SLICE("YES"), &value));
    assert_true(value);
    assert_true(header_to_bool(SLICE("off"), &value));
    assert_false(value);
    assert_false(header_to_bool(SLICE("maybe"), &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_fields_up_to_the_blank_line),
        cmocka_unit_test(reports_what_is_no_field),
        cmocka_unit_test(allows_comments_where_told_to),
        cmocka_unit_test(splits_lists),
        cmocka_unit_test(list_values_come_back_as_they_were),
        cmocka_unit_test(reads_yes_and_no),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
