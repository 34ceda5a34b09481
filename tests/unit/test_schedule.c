/* schedule: when files are read again, whatever is done to the clock. */
#include "check.h"

#include "server/clock.h"
#include "server/schedule.h"

enum { WALL = 1750000000 };

static void the_first_change_is_taken_at_once_then_one_a_second(void **state)
{
    (void)state;
    struct schedule schedule;
    schedule_begin(&schedule, 5000, WALL);
    assert_true(schedule.reload_at == CLOCK_NEVER);
    schedule_plan(&schedule, 5000, 50);
    assert_int_equal(schedule.reload_at, 5050);
    /* What comes meanwhile is in it; it is never put off. */
    schedule_plan(&schedule, 5040, 50);
    assert_int_equal(schedule.reload_at, 5050);
    schedule_plan(&schedule, 5045, 1000);
    assert_int_equal(schedule.reload_at, 5050);
    schedule_reload(&schedule, 5052);
    assert_true(schedule.reload_at == CLOCK_NEVER);
    schedule_plan(&schedule, 5100, 50);
    assert_int_equal(schedule.reload_at, 6052);
    schedule_reload(&schedule, 6052);
    schedule_plan(&schedule, 6100, 1000);
    assert_int_equal(schedule.reload_at, 7100);
    schedule_plan(&schedule, 6500, 50);
    assert_int_equal(schedule.reload_at, 7052);
}

static void wakes_for_moments_and_to_look_at_the_clock(void **state)
{
    (void)state;
    struct schedule schedule;
    schedule_begin(&schedule, 5000, WALL);
    assert_int_equal(schedule_due(&schedule, 5000, WALL, INT64_MAX), 65000);
    assert_int_equal(schedule_due(&schedule, 5000, WALL, WALL + 3600), 65000);
    assert_int_equal(schedule_due(&schedule, 5000, WALL, WALL + 7), 12000);
    /* A moment that is past: soon, and never at once, which would be a loop. */
    assert_int_equal(schedule_due(&schedule, 5000, WALL, WALL), 5100);
    assert_int_equal(schedule_due(&schedule, 5000, WALL, WALL - 1000), 5100);
    assert_int_equal(schedule_due(&schedule, 5000, WALL, INT64_MIN), 5100);
    /* A reload that is planned hides no moment, and the other way round. */
    schedule_plan(&schedule, 5000, 10000);
    assert_int_equal(schedule_due(&schedule, 5000, WALL, WALL + 7), 12000);
    assert_int_equal(schedule_due(&schedule, 5000, WALL, WALL + 70), 15000);
}

static void sees_that_the_clock_was_set_back(void **state)
{
    (void)state;
    struct schedule schedule;
    schedule_begin(&schedule, 5000, WALL);
    assert_int_equal(schedule_look(&schedule, 5000, WALL), 0);
    assert_int_equal(schedule_look(&schedule, 65999, WALL + 60), 0);
    /* The rest of a second, and what a clock is corrected by all the time. */
    assert_int_equal(schedule_look(&schedule, 66500, WALL + 60), 0);
    assert_int_equal(schedule_look(&schedule, 67500, WALL + 60), 0);
    assert_int_equal(schedule_look(&schedule, 68500, WALL + 60 - 3599), 3600);
    /* Said once. */
    assert_int_equal(schedule_look(&schedule, 69500, WALL + 60 - 3598), 0);
    /* Forward, and after a sleep. */
    assert_int_equal(schedule_look(&schedule, 70500, WALL + 1000000), 0);
    assert_int_equal(schedule_look(&schedule, 71500, WALL + 1000001), 0);
    /* To the year 1970. */
    assert_int_equal(schedule_look(&schedule, 72500, 0), WALL + 1000002);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_change_is_taken_at_once_then_one_a_second),
        cmocka_unit_test(wakes_for_moments_and_to_look_at_the_clock),
        cmocka_unit_test(sees_that_the_clock_was_set_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
