#include "check.h"

#include "source/slug_map.h"

static void claims_each_slug_once(void **state)
{
    (void)state;
    struct arena arena;
    struct slug_map map;
    int value = 0;
    arena_init(&arena);
    slug_map_init(&map, &arena);
    assert_null(slug_map_find(&map, SLICE("a")));
    assert_true(slug_map_claim(&map, SLICE("a"), &value));
    assert_false(slug_map_claim(&map, SLICE("a"), NULL));
    assert_ptr_equal(slug_map_find(&map, SLICE("a"))->value, &value);
    assert_null(slug_map_find(&map, SLICE("b")));
    arena_release(&arena);
}

static void numbers_the_ones_that_are_taken(void **state)
{
    (void)state;
    struct arena arena;
    struct slug_map map;
    arena_init(&arena);
    slug_map_init(&map, &arena);
    assert_slice_equal(slug_map_claim_numbered(&map, SLICE("a"), NULL), "a");
    assert_true(slug_map_claim(&map, SLICE("a-3"), NULL));
    assert_slice_equal(slug_map_claim_numbered(&map, SLICE("a"), NULL), "a-2");
    assert_slice_equal(slug_map_claim_numbered(&map, SLICE("a"), NULL), "a-4");
    assert_slice_equal(slug_map_claim_numbered(&map, SLICE("a-3"), NULL), "a-3-2");
    arena_release(&arena);
}

static void grows(void **state)
{
    (void)state;
    struct arena arena;
    struct slug_map map;
    arena_init(&arena);
    slug_map_init(&map, &arena);
    for (int i = 0; i < 5000; i++) {
        assert_true(slug_map_claim(&map, arena_printf(&arena, "%d", i), NULL));
    }
    for (int i = 0; i < 5000; i++) {
        assert_non_null(slug_map_find(&map, arena_printf(&arena, "%d", i)));
    }
    assert_int_equal(map.count, 5000);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_each_slug_once),
        cmocka_unit_test(numbers_the_ones_that_are_taken),
        cmocka_unit_test(grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
