/* A feed or an export: whatever its bytes are, its entries are well-formed text within their
 * limits, and are the same when the bytes come in other pieces. */
#include "base/limits.h"
#include "base/utf8.h"
#include "import/feed.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 65536u

struct run {
    slice rest;
    size_t piece;
    size_t entries;
    unsigned long long hash;
};

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

static ssize_t read_piece(void *context, char *into, size_t room)
{
    struct run *run = context;
    size_t count = run->rest.len < run->piece ? run->rest.len : run->piece;
    count = count < room ? count : room;
    if (count > 0) {
        memcpy(into, run->rest.ptr, count);
    }
    run->rest = slice_from(run->rest, count);
    return (ssize_t)count;
}

static void check_text(struct run *run, slice text, size_t max)
{
    require(text.len <= max);
    require(utf8_find_invalid(text) == text.len);
    require(slice_trim(text).len == text.len);
    run->hash = slice_hash(text, slice_hash(SLICE("/"), run->hash));
}

static bool visit(void *context, const struct entry *entry)
{
    struct run *run = context;
    const slice values[] = {
        entry->id,      entry->title,     entry->url,         entry->path,
        entry->name,    entry->published, entry->updated,     entry->author,
        entry->summary, entry->parent,    entry->in_reply_to,
    };
    for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
        check_text(run, values[i], (size_t)2 * LIMIT_XML_TAG);
    }
    check_text(run, entry->content, LIMIT_ENTRY_CONTENT);
    require((size_t)entry->kind < ENTRY_KINDS);
    require((size_t)entry->status < ENTRY_STATUSES);
    require(entry->labels.count <= LIMIT_ENTRY_LABELS);
    for (size_t i = 0; i < entry->labels.count; i++) {
        check_text(run, entry->labels.items[i], LIMIT_XML_TAG);
        require(i == 0 || !slice_equal(entry->labels.items[i], entry->labels.items[i - 1]));
    }
    run->entries++;
    return true;
}

static bool read_feed(struct run *run, slice text, size_t piece)
{
    struct arena arena;
    struct diags diags;
    struct feed feed;
    const struct byte_stream input = { SLICE("feed.xml"), read_piece, run };
    *run = (struct run){ .rest = text, .piece = piece, .hash = SLICE_HASH_SEED };
    arena_init(&arena);
    diags_init(&diags);
    bool ok = feed_read(&arena, &input, &feed, visit, run, &diags);
    require(ok == (diags.counts[DIAG_ERROR] == 0));
    size_t counted = 0;
    for (size_t kind = 0; kind < ENTRY_KINDS; kind++) {
        for (size_t status = 0; status < ENTRY_STATUSES; status++) {
            counted += feed.entries[kind][status];
        }
    }
    require(counted == run->entries);
    arena_release(&arena);
    diags_release(&diags);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run whole;
    struct run pieces;
    const slice text = { (const char *)data, size };
    if (size > INPUT_MAX) {
        return 0;
    }
    bool ok = read_feed(&whole, text, size);
    bool again = read_feed(&pieces, text, size % 61 + 1);
    /* Of a broken one the pieces decide how far it is read. */
    require(!ok || (again && whole.hash == pieces.hash && whole.entries == pieces.entries));
    return 0;
}
