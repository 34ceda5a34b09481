#include "check.h"

#include "base/buf.h"

#include <stdint.h>
#include <string.h>

static void grows_and_keeps_its_bytes(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 100000);
    for (int i = 0; i < 1000; i++) {
        buf_printf(&buf, "%03d", i);
    }
    buf_putc(&buf, '.');
    buf_fill(&buf, '-', 3);
    assert_false(buf.failed);
    assert_int_equal(buf.len, 3004);
    assert_slice_equal(slice_from(buf_slice(&buf), 2994), "998999.---");
    assert_int_equal(strlen(buf_string(&buf)), 3004);
    buf_release(&buf);
    assert_null(buf.ptr);
}

static void stops_at_its_maximum_and_stays_failed(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 8);
    buf_puts(&buf, "12345678");
    assert_false(buf.failed);
    buf_putc(&buf, '9');
    assert_true(buf.failed);
    assert_slice_equal(buf_slice(&buf), "12345678");
    buf_truncate(&buf, 2);
    buf_putc(&buf, 'x');
    assert_slice_equal(buf_slice(&buf), "12");
    buf_clear(&buf);
    buf_puts(&buf, "again");
    assert_false(buf.failed);
    assert_string_equal(buf_string(&buf), "again");
    buf_release(&buf);
}

static void writes_numbers(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 100);
    buf_put_number(&buf, 0);
    buf_putc(&buf, ' ');
    buf_put_number(&buf, 1907);
    buf_putc(&buf, ' ');
    buf_put_number(&buf, SIZE_MAX);
    buf_printf(&buf, " %zu", SIZE_MAX);
    slice both = slice_from(buf_slice(&buf), strlen("0 1907 "));
    assert_slice_equal(slice_head(buf_slice(&buf), strlen("0 1907 ")), "0 1907 ");
    assert_int_equal(both.len % 2, 1);
    assert_true(slice_equal(slice_head(both, both.len / 2), slice_from(both, both.len / 2 + 1)));
    buf_release(&buf);
}

/* What is written in one piece fits to the last byte, or not at all. */
static void formats_up_to_its_maximum(void **state)
{
    (void)state;
    for (int more = 290; more <= 310; more++) {
        struct buf buf;
        buf_init(&buf, 600);
        buf_fill(&buf, '-', 300);
        buf_printf(&buf, "%*d", more, 7);
        assert_int_equal(buf.failed, more > 300);
        assert_int_equal(buf.len, more > 300 ? 300 : 300 + more);
        assert_int_equal(strlen(buf_string(&buf)), buf.len);
        buf_release(&buf);
    }
}

static void an_empty_buf_is_an_empty_string(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 0);
    assert_string_equal(buf_string(&buf), "");
    assert_slice_equal(buf_slice(&buf), "");
    buf_release(&buf);
}

static void lends_room(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 16);
    char *room = buf_room(&buf, 4);
    assert_non_null(room);
    memcpy(room, "abc", 3);
    buf_added(&buf, 3);
    assert_slice_equal(buf_slice(&buf), "abc");
    assert_null(buf_room(&buf, 14));
    assert_true(buf.failed);
    buf_release(&buf);
}

static void stays_on_the_room_it_was_given(void **state)
{
    (void)state;
    char room[8];
    struct buf buf;
    buf_init_on(&buf, room, sizeof room);
    buf_puts(&buf, "1234");
    buf_printf(&buf, "%d", 567);
    assert_false(buf.failed);
    assert_string_equal(buf_string(&buf), "1234567");
    assert_ptr_equal(buf.ptr, room);
    buf_putc(&buf, '8');
    assert_true(buf.failed);
    assert_slice_equal(buf_slice(&buf), "1234567");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_keeps_its_bytes),
        cmocka_unit_test(stops_at_its_maximum_and_stays_failed),
        cmocka_unit_test(writes_numbers),
        cmocka_unit_test(formats_up_to_its_maximum),
        cmocka_unit_test(an_empty_buf_is_an_empty_string),
        cmocka_unit_test(lends_room),
        cmocka_unit_test(stays_on_the_room_it_was_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
