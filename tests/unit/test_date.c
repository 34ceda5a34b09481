#include "check.h"

#include "base/attributes.h"
#include "text/date.h"

#include <stdlib.h>

static void reads_days_that_exist(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        { "2025-09-12", true },  { "2024-02-29", true },  { "2025-02-29", false },
        { "1900-02-29", false }, { "2000-02-29", true },  { "2025-13-01", false },
        { "2025-00-01", false }, { "2025-01-00", false }, { "2025-04-31", false },
        { "0000-01-01", false }, { "2025-9-12", false },  { "2025-09-12x", false },
        { "2025/09/12", false }, { "", false },           { "２025-09-1", false },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct date day;
        assert_int_equal(date_parse(slice_of(cases[i].text), &day), cases[i].good);
    }
}

static void reads_moments(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        long long moment; /* -1: refused */
    } cases[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "2025-09-12T03:04:05Z", 1757646245 },
        { "2025-09-12T03:04Z", 1757646240 },
        { "2025-09-12t03:04:05.678z", 1757646245 },
        { "2025-09-12T12:04:05+09:00", 1757646245 },
        { "2025-09-11T22:04:05-05:00", 1757646245 },
        { "2025-09-12", 1757602800 },          /* midnight in Seoul */
        { "2025-09-12T12:04:05", 1757646245 }, /* a time of the zone */
        { "2025-09-12 12:04", 1757646240 },
        { "2025-09-12T24:00:00Z", -1 },
        { "2025-09-12T03:60:00Z", -1 },
        { "2025-09-12T03:04:05+9", -1 },
        { "2025-09-12T", -1 },
        { "2025-09-12T03:04:05.Z", -1 },
        { "yesterday", -1 },
    };
    assert_true(date_use_zone(SLICE("Asia/Seoul")));
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int64_t moment = 0;
        bool good = date_parse_moment(slice_of(cases[i].text), &moment);
        assert_int_equal(good, cases[i].moment >= 0);
        if (good) {
            assert_int_equal(moment, cases[i].moment);
        }
    }
}

static void knows_zones(void **state)
{
    (void)state;
    assert_true(date_use_zone(SLICE("+09:00")));
    assert_int_equal(date_of(1757646245 + 11 * 3600).day, 12);
    assert_int_equal(date_of(1757646245 + 12 * 3600).day, 13);
    assert_true(date_use_zone(SLICE("-03:30")));
    assert_int_equal(date_of(3 * 3600).day, 31);
    assert_int_equal(date_of(4 * 3600).day, 1);
    assert_false(date_use_zone(SLICE("Mars/Olympus")));
    assert_false(date_use_zone(SLICE("../../../etc/passwd")));
    assert_false(date_use_zone(SLICE("/etc/localtime")));
    assert_false(date_use_zone(SLICE("")));
    assert_false(date_use_zone(SLICE("+9:00")));
    assert_true(date_use_zone(SLICE("UTC")));
    assert_int_equal(date_of(0).year, 1970);
    /* A day of the end of summer time has 25 hours. */
    assert_true(date_use_zone(SLICE("Europe/Berlin")));
    struct date day = { 2025, 10, 26 };
    assert_int_equal(date_begin(date_next(day)) - date_begin(day), 25 * 3600);
    assert_int_equal(date_offset(date_begin(day)), 120);
    assert_int_equal(date_offset(date_begin(date_next(day))), 60);
    /* Before 1893 every place had its own time, 53 minutes and 28 seconds here. */
    assert_int_equal(date_offset(date_begin((struct date){ 1850, 1, 1 })), 0);
}

static void writes_and_compares(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 100);
    date_put(&out, (struct date){ 987, 1, 2 });
    buf_putc(&out, ' ');
    date_put_moment(&out, 1757646245);
    assert_slice_equal(buf_slice(&out), "0987-01-02 2025-09-12T03:04:05Z");
    buf_clear(&out);
    date_put_moment_at(&out, 1757646245, 0);
    buf_putc(&out, ' ');
    date_put_moment_at(&out, 1757646245, 9 * 60);
    buf_putc(&out, ' ');
    date_put_moment_at(&out, 1757646245, -(3 * 60 + 30));
    assert_slice_equal(buf_slice(&out), "2025-09-12T03:04:05Z 2025-09-12T12:04:05+09:00 "
                                        "2025-09-11T23:34:05-03:30");
    buf_release(&out);
    struct date last = { 2024, 12, 31 };
    struct date first = date_next(last);
    assert_int_equal(first.year, 2025);
    assert_true(date_compare(last, first) < 0);
    assert_true(date_compare((struct date){ 2025, 2, 1 }, first) > 0);
    assert_int_equal(date_compare(first, (struct date){ 2025, 1, 1 }), 0);
    assert_int_equal(date_next((struct date){ 2024, 2, 28 }).day, 29);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_days_that_exist),
        cmocka_unit_test(reads_moments),
        cmocka_unit_test(knows_zones),
        cmocka_unit_test(writes_and_compares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
