/* arena.h: memory that is freed all at once. Layer: base (includes slice.h).
 *
 * A source file's bytes and structs live in one arena, a snapshot's indexes in another, so freeing
 * is one call and nothing can be freed twice. Arenas belong to the loader and to commands, never to
 * the path of a request: when memory runs out, arena_alloc does not return but calls the handler
 * that cmd/ has set (it says so and ends the process; an older snapshot goes on being served).
 * Under AddressSanitizer room that was not handed out is poisoned. */
#ifndef MATINEE_BASE_ARENA_H
#define MATINEE_BASE_ARENA_H

#include "base/attributes.h"
#include "base/slice.h"

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
    char *next;                 /* free room of the newest block */
    char *end;
    size_t total; /* bytes asked from the system */
};

/** An empty arena. Allocates nothing yet. */
void arena_init(struct arena *arena);
/** Free everything; the arena is then as after arena_init. */
void arena_release(struct arena *arena);

/** `size` zeroed bytes, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);
/** `count` zeroed items of `size` bytes; the product is checked. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/** A copy of `count` items of `size` bytes: of an array that was grown elsewhere, in exact size. */
void *arena_copy_array(struct arena *arena, const void *items, size_t count, size_t size);
/** A copy of `s` that lives as long as the arena; a NUL that is not counted follows it. */
slice arena_copy(struct arena *arena, slice s);
/** Free `text`, which came from this arena, when it was so long that it has a block of its own; any
 * other text, and one that is from elsewhere, stays as it is. */
void arena_give_back(struct arena *arena, slice text);
/** A formatted string, NUL-terminated (not counted). */
slice arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/** Set what happens when memory runs out; it must not return. The default writes a line, aborts. */
void arena_on_out_of_memory(void (*handler)(void));

/**
 * Growable arrays in an arena:
 *
 *     struct { struct quote *items; size_t count, capacity; } quotes = { 0 };
 *     *ARRAY_ADD(arena, &quotes) = (struct quote){ … };
 *
 * The old items are copied when the array grows and their room is kept until the arena is released,
 * so at most twice the final size is used.
 */
#define ARRAY_ADD(arena, array)                                                               \
    ((array)->items = arena_grow((arena), (array)->items, (array)->count, &(array)->capacity, \
                                 sizeof *(array)->items),                                     \
     &(array)->items[(array)->count++])
void *arena_grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size);

#endif
