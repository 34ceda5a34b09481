#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define MATINEE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MATINEE_ASAN 1
#endif
#endif
#ifdef MATINEE_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(ptr, size) ASAN_POISON_MEMORY_REGION((ptr), (size))
#define UNPOISON(ptr, size) ASAN_UNPOISON_MEMORY_REGION((ptr), (size))
#else
#define POISON(ptr, size) ((void)(ptr), (void)(size))
#define UNPOISON(ptr, size) ((void)(ptr), (void)(size))
#endif

/* What a review needs besides its text fits in one block or two, and half of the last one is lost
 * on average; larger requests get a block of their own, of just their size. */
#define BLOCK_SIZE ((size_t)4 * 1024)
#define SHARED_MAX (BLOCK_SIZE / 4)

struct arena_block {
    struct arena_block *older;
    size_t size;
    alignas(max_align_t) char bytes[];
};

static void default_out_of_memory(void)
{
    (void)fputs("matinee: out of memory\n", stderr);
    abort();
}

static void (*out_of_memory)(void) = default_out_of_memory;

void arena_on_out_of_memory(void (*handler)(void))
{
    out_of_memory = handler;
}

void arena_init(struct arena *arena)
{
    *arena = (struct arena){ 0 };
}

void arena_release(struct arena *arena)
{
    struct arena_block *block = arena->blocks;
    while (block != NULL) {
        struct arena_block *older = block->older;
        UNPOISON(block->bytes, block->size);
        free(block);
        block = older;
    }
    arena_init(arena);
}

static struct arena_block *block_new(struct arena *arena, size_t size)
{
    struct arena_block *block = NULL;
    if (size <= SIZE_MAX - sizeof *block) {
        block = calloc(1, sizeof *block + size);
    }
    if (block == NULL) {
        out_of_memory();
        abort(); /* a handler that returns has broken its promise */
    }
    block->size = size;
    arena->total += sizeof *block + size;
    POISON(block->bytes, size);
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    if (size > SIZE_MAX - align) {
        out_of_memory();
        abort();
    }
    /* One byte at least stays poisoned between two allocations under ASan. */
#ifdef MATINEE_ASAN
    size_t rounded = (size / align + 1) * align;
#else
    size_t rounded = (size + align - 1) / align * align;
#endif
    if (rounded > SHARED_MAX) {
        /* A block of its own, put behind the newest one so that its free room stays in use. */
        struct arena_block *block = block_new(arena, rounded);
        if (arena->blocks != NULL) {
            block->older = arena->blocks->older;
            arena->blocks->older = block;
        } else {
            arena->blocks = block;
        }
        UNPOISON(block->bytes, size);
        return block->bytes;
    }
    if (rounded > (size_t)(arena->end - arena->next)) {
        struct arena_block *block = block_new(arena, BLOCK_SIZE);
        block->older = arena->blocks;
        arena->blocks = block;
        arena->next = block->bytes;
        arena->end = block->bytes + BLOCK_SIZE;
    }
    char *result = arena->next;
    arena->next += rounded;
    UNPOISON(result, size);
    return result;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        out_of_memory();
        abort();
    }
    return arena_alloc(arena, count * size);
}

void *arena_copy_array(struct arena *arena, const void *items, size_t count, size_t size)
{
    void *copy = arena_array(arena, count, size);
    if (count > 0) {
        memcpy(copy, items, count * size);
    }
    return copy;
}

slice arena_copy(struct arena *arena, slice s)
{
    char *copy = arena_alloc(arena, s.len + 1);
    if (s.len > 0) {
        memcpy(copy, s.ptr, s.len);
    }
    return (slice){ copy, s.len };
}

void arena_give_back(struct arena *arena, slice text)
{
    struct arena_block **link = &arena->blocks;
    while (*link != NULL && (*link)->bytes != text.ptr) {
        link = &(*link)->older;
    }
    struct arena_block *block = *link;
    /* What is shorter may be the first in a block of several. */
    if (block != NULL && text.len > SHARED_MAX) {
        *link = block->older;
        arena->total -= sizeof *block + block->size;
        UNPOISON(block->bytes, block->size);
        free(block);
    }
}

slice arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    size_t len = length < 0 ? 0 : (size_t)length;
    char *text = arena_alloc(arena, len + 1);
    (void)vsnprintf(text, len + 1, format, again);
    va_end(again);
    va_end(args);
    return (slice){ text, len };
}

void *arena_grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return items;
    }
    size_t wanted = *capacity == 0 ? 8 : *capacity * 2;
    void *grown = arena_array(arena, wanted, size);
    if (count > 0) {
        memcpy(grown, items, count * size);
    }
    *capacity = wanted;
    return grown;
}
