/* How soon a process that died comes back. */
#include "check.h"

#include "server/backoff.h"
#include "server/clock.h"

static void test_at_once_then_slower(void **state)
{
    (void)state;
    static const int64_t waits[] = { 0, 200, 400, 800, 1600, 3200, 6400, 12800, 12800, 12800 };
    struct backoff backoff = { 0 };
    int64_t now = 50000;
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        backoff.started = now;
        now += 10;
        assert_int_equal(backoff_next(&backoff, now) - now, waits[i]);
    }
}

static void test_forgiven_when_it_has_lived(void **state)
{
    (void)state;
    struct backoff backoff = { .started = 1000 };
    (void)backoff_next(&backoff, 1001);
    assert_int_equal(backoff_next(&backoff, 1001), 1201);
    backoff.started = 2000;
    assert_int_equal(backoff_next(&backoff, 12000), 12000);
}

static void test_timeouts(void **state)
{
    (void)state;
    assert_int_equal(clock_timeout(5, CLOCK_NEVER), -1);
    assert_int_equal(clock_timeout(5, 5), 0);
    assert_int_equal(clock_timeout(5, 1), 0);
    assert_int_equal(clock_timeout(5, 105), 100);
    assert_int_equal(clock_timeout(5, CLOCK_NEVER - 1), 3600 * 1000);
    assert_true(clock_ms() <= clock_ms());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_at_once_then_slower),
        cmocka_unit_test(test_forgiven_when_it_has_lived),
        cmocka_unit_test(test_timeouts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
