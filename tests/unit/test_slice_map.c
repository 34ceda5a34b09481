#include "base/slice_map.h"
#include "check.h"

static void finds_what_was_put(void **state)
{
    (void)state;
    struct arena arena;
    struct slice_map map;
    int one = 1;
    int two = 2;
    arena_init(&arena);
    slice_map_init(&map, &arena);
    assert_null(slice_map_get(&map, SLICE("a")));
    slice_map_set(&map, SLICE("a"), &one);
    assert_ptr_equal(slice_map_get(&map, SLICE("a")), &one);
    slice_map_set(&map, SLICE("a"), &two);
    assert_ptr_equal(slice_map_get(&map, SLICE("a")), &two);
    assert_false(slice_map_claim(&map, SLICE("a"), &one));
    assert_ptr_equal(slice_map_get(&map, SLICE("a")), &two);
    assert_null(slice_map_get(&map, SLICE("ab")));
    assert_true(slice_map_claim(&map, SLICE_EMPTY, &one));
    assert_ptr_equal(slice_map_get(&map, SLICE("")), &one);
    slice_map_release(&map);
    arena_release(&arena);
}

static void holds_many(void **state)
{
    (void)state;
    enum { NAMES = 20000 };
    static int values[NAMES];
    struct arena arena;
    struct slice_map map;
    arena_init(&arena);
    slice_map_init(&map, &arena);
    for (int i = 0; i < NAMES; i++) {
        assert_true(slice_map_claim(&map, arena_printf(&arena, "name %d", i), &values[i]));
    }
    for (int i = 0; i < NAMES; i++) {
        assert_ptr_equal(slice_map_get(&map, arena_printf(&arena, "name %d", i)), &values[i]);
    }
    slice_map_release(&map);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_put),
        cmocka_unit_test(holds_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
