/* Objects that are taken and given back. */
#include "check.h"

#include "base/pool.h"

#include <stdint.h>
#include <string.h>

static void test_objects_are_zeroed(void **state)
{
    (void)state;
    static const unsigned char zeros[100];
    struct pool pool;
    pool_init(&pool, sizeof zeros);
    for (int i = 0; i < 3; i++) {
        unsigned char *object = pool_take(&pool);
        assert_non_null(object);
        assert_memory_equal(object, zeros, sizeof zeros);
        assert_int_equal((uintptr_t)object % sizeof(void *), 0);
        memset(object, 0xff, sizeof zeros);
        pool_give(&pool, object);
    }
    pool_release(&pool);
}

static void test_a_burst_is_not_kept(void **state)
{
    (void)state;
    static void *objects[1000];
    struct pool pool;
    pool_init(&pool, 1);
    for (size_t i = 0; i < 1000; i++) {
        objects[i] = pool_take(&pool);
        assert_non_null(objects[i]);
    }
    for (size_t i = 0; i < 1000; i++) {
        pool_give(&pool, objects[i]);
    }
    assert_true(pool.count <= 64);
    pool_release(&pool);
    assert_int_equal(pool.count, 0);
    assert_null(pool.spare);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objects_are_zeroed),
        cmocka_unit_test(test_a_burst_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
