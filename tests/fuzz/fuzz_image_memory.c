/* The memory of stored pictures: whatever the file holds, what is read of it names files right
 * below images/ alone, and is read again as it was written. */
#include "import/image_memory.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 65536u

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

static void check_entry(const struct image_memory *memory, const struct image_entry *entry)
{
    require(slice_starts_with(entry->path, SLICE("images/")));
    slice name = slice_from(entry->path, 7);
    require(name.len > 0 && name.ptr[0] != '.' && slice_find_byte(name, '/') == name.len);
    require(entry->hash.len == 64 && entry->url.len > 0);
    require(image_memory_find(memory, entry->url) == entry);
    require(image_memory_users(memory, entry->path) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct diags diags;
    struct image_memory memory;
    struct image_memory again;
    struct buf out;
    struct buf same;
    const struct source source = { SLICE("images"), { (const char *)data, size } };
    if (size > INPUT_MAX) {
        return 0;
    }
    arena_init(&arena);
    diags_init(&diags);
    buf_init(&out, (size_t)4 * INPUT_MAX);
    buf_init(&same, (size_t)4 * INPUT_MAX);
    image_memory_read(&arena, &source, &memory, &diags);
    for (size_t i = 0; i < memory.count; i++) {
        check_entry(&memory, memory.items[i]);
    }
    image_memory_put(&memory, &out);
    diags_clear(&diags);
    const struct source written = { SLICE("images"), buf_slice(&out) };
    image_memory_read(&arena, &written, &again, &diags);
    require(diags.count == 0 && !again.untidy && again.count == memory.count);
    image_memory_put(&again, &same);
    require(!out.failed && slice_equal(buf_slice(&out), buf_slice(&same)));
    image_memory_release(&memory);
    image_memory_release(&again);
    buf_release(&out);
    buf_release(&same);
    diags_release(&diags);
    arena_release(&arena);
    return 0;
}
