#include "check.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

static void gives_zeroed_aligned_room(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    for (size_t size = 0; size < 9000; size = size * 2 + 1) {
        unsigned char *room = arena_alloc(&arena, size);
        assert_int_equal((uintptr_t)room % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(room[i], 0);
        }
        memset(room, 0xFF, size);
    }
    arena_release(&arena);
    assert_null(arena.blocks);
}

static void copies_end_with_nul(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    slice copy = arena_copy(&arena, slice_head(SLICE("abcdef"), 3));
    assert_string_equal(copy.ptr, "abc");
    assert_int_equal(copy.len, 3);
    assert_slice_equal(arena_printf(&arena, "%d-%s", 7, "x"), "7-x");
    assert_string_equal(arena_copy(&arena, SLICE_EMPTY).ptr, "");
    arena_release(&arena);
}

static void arrays_grow_and_keep_their_items(void **state)
{
    (void)state;
    struct arena arena;
    struct {
        int *items;
        size_t count, capacity;
    } numbers = { 0 };
    arena_init(&arena);
    for (int i = 0; i < 5000; i++) {
        *ARRAY_ADD(&arena, &numbers) = i;
    }
    assert_int_equal(numbers.count, 5000);
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(numbers.items[i], i);
    }
    arena_release(&arena);
}

static void takes_back_long_texts(void **state)
{
    (void)state;
    static char bytes[5000];
    struct arena arena;
    arena_init(&arena);
    slice shortest = arena_copy(&arena, SLICE("first in its block"));
    size_t before = arena.total;
    for (size_t i = 0; i < 3; i++) {
        slice text = arena_copy(&arena, (slice){ bytes, sizeof bytes - i });
        slice other = arena_copy(&arena, (slice){ bytes, sizeof bytes });
        assert_true(arena.total > before + 2 * text.len);
        arena_give_back(&arena, text);
        arena_give_back(&arena, other);
        assert_int_equal(arena.total, before);
    }
    arena_give_back(&arena, shortest);
    arena_give_back(&arena, (slice){ bytes, sizeof bytes });
    arena_give_back(&arena, SLICE_EMPTY);
    assert_int_equal(arena.total, before);
    assert_string_equal(shortest.ptr, "first in its block");
    arena_release(&arena);
    slice alone = arena_copy(&arena, (slice){ bytes, sizeof bytes });
    arena_give_back(&arena, alone);
    assert_null(arena.blocks);
    assert_string_equal(arena_copy(&arena, SLICE("goes on")).ptr, "goes on");
    arena_release(&arena);
}

static jmp_buf without_memory;

static void jump(void)
{
    longjmp(without_memory, 1);
}

static void says_so_when_memory_runs_out(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    arena_on_out_of_memory(jump);
    if (setjmp(without_memory) == 0) {
        (void)arena_array(&arena, SIZE_MAX / 2, 4);
        fail_msg("a product that overflows was allocated");
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_zeroed_aligned_room),        cmocka_unit_test(copies_end_with_nul),
        cmocka_unit_test(arrays_grow_and_keep_their_items), cmocka_unit_test(takes_back_long_texts),
        cmocka_unit_test(says_so_when_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
