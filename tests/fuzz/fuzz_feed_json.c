/* A feed in JSON: whatever its bytes are, its entries are well-formed text within their limits. */
#include "base/limits.h"
#include "base/utf8.h"
#include "import/feed_json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 65536u

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

static ssize_t read_rest(void *context, char *into, size_t room)
{
    slice *rest = context;
    slice piece = slice_head(*rest, room);
    if (piece.len > 0) {
        memcpy(into, piece.ptr, piece.len);
    }
    *rest = slice_from(*rest, piece.len);
    return (ssize_t)piece.len;
}

static bool visit(void *context, const struct entry *entry)
{
    const slice values[] = {
        entry->id,      entry->title,     entry->url,     entry->path,
        entry->name,    entry->published, entry->updated, entry->author,
        entry->summary, entry->parent,    entry->content,
    };
    for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
        require(values[i].len <= LIMIT_ENTRY_CONTENT);
        require(utf8_find_invalid(values[i]) == values[i].len);
    }
    ++*(size_t *)context;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct diags diags;
    struct feed feed;
    size_t entries = 0;
    slice rest = { (const char *)data, size };
    const struct byte_stream input = { SLICE("feed.json"), read_rest, &rest };
    if (size > INPUT_MAX) {
        return 0;
    }
    arena_init(&arena);
    diags_init(&diags);
    bool ok = feed_json_read(&arena, &input, &feed, visit, &entries, &diags);
    require(ok == (diags.counts[DIAG_ERROR] == 0));
    arena_release(&arena);
    diags_release(&diags);
    return 0;
}
