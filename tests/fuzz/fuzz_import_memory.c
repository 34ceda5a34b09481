/* What earlier imports wrote: whatever the file's bytes are, what was read of it and is written
 * again is read as the same, and no entry leads out of its folder. */
#include "base/limits.h"
#include "import/memory.h"

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

static void check_entries(struct memory *memory)
{
    for (size_t i = 0; i < memory->entries.count; i++) {
        const struct import_entry *entry = memory->entries.items[i];
        require(memory_find(memory, entry->id) == entry);
        require(entry->file.ptr[0] != '/' && entry->file.ptr[0] != '.');
        require(slice_find(entry->file, SLICE("/../")) == entry->file.len);
        require(memory_set(memory, entry) == NULL || entry->id.len > 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct diags diags;
    struct memory first;
    struct memory second;
    struct buf once;
    struct buf twice;
    const struct source source = { SLICE("imports"), { (const char *)data, size } };
    if (size > INPUT_MAX) {
        return 0;
    }
    arena_init(&arena);
    diags_init(&diags);
    buf_init(&once, LIMIT_IMPORT_MEMORY);
    buf_init(&twice, LIMIT_IMPORT_MEMORY);
    memory_read(&arena, &source, &first, &diags);
    memory_put(&first, &once);
    const struct source again = { SLICE("imports"), buf_slice(&once) };
    memory_read(&arena, &again, &second, &diags);
    memory_put(&second, &twice);
    require(slice_equal(buf_slice(&once), buf_slice(&twice)));
    require(!second.is_untidy);
    check_entries(&second);
    memory_release(&first);
    memory_release(&second);
    buf_release(&once);
    buf_release(&twice);
    diags_release(&diags);
    arena_release(&arena);
    return 0;
}
