#include "import/memory.h"

#include "base/limits.h"
#include "text/slug.h"

#include <openssl/evp.h>
#include <string.h>

enum { PARTS = 5 };

/* Names tried for one post before giving up on short ones. */
enum { NUMBERED_NAMES = 100000 };

static const char first_line[] = "# matinee imports 1: id, file, written, published, source";

slice memory_hash(struct arena *arena, slice bytes)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (EVP_Digest(bytes.len > 0 ? bytes.ptr : "", bytes.len, digest, &length, EVP_sha256(),
                   NULL) != 1) {
        return SLICE_EMPTY;
    }
    char *hex = arena_alloc(arena, (size_t)length * 2 + 1);
    for (unsigned i = 0; i < length; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    return (slice){ hex, (size_t)length * 2 };
}

/* False when the line has not as many parts as an entry. */
static bool read_entry(slice line, struct import_entry *out)
{
    slice parts[PARTS];
    size_t count = 0;
    slice part;
    while (count < PARTS && slice_next_piece(&line, '\t', &part)) {
        parts[count++] = part;
    }
    if (count < PARTS || line.len > 0 || !slice_starts_with(parts[0], SLICE("urn:uuid:")) ||
        !slice_starts_with(parts[1], SLICE("reviews/"))) {
        return false;
    }
    *out = (struct import_entry){ parts[0], parts[1], parts[2], parts[3], parts[4] };
    return true;
}

void memory_read(struct arena *arena, const struct source *source, struct memory *memory,
                 struct diags *diags)
{
    slice rest = source->text;
    slice line;
    *memory = (struct memory){ .arena = arena };
    while (slice_next_line(&rest, &line)) {
        struct import_entry entry;
        line = slice_trim_end(line);
        if (line.len == 0 || line.ptr[0] == '#') {
            continue;
        }
        if (read_entry(line, &entry)) {
            *ARRAY_ADD(arena, memory) = entry;
        } else {
            diags_add(diags, DIAG_WARNING, source, line.ptr,
                      "this line is no import, and is passed over");
        }
    }
}

void memory_put(const struct memory *memory, struct buf *out)
{
    buf_puts(out, first_line);
    buf_putc(out, '\n');
    for (size_t i = 0; i < memory->count; i++) {
        const struct import_entry *entry = &memory->items[i];
        buf_printf(out, "%.*s\t%.*s\t%.*s\t%.*s\t%.*s\n", SLICE_ARG(entry->id),
                   SLICE_ARG(entry->file), SLICE_ARG(entry->written), SLICE_ARG(entry->published),
                   SLICE_ARG(entry->source));
    }
}

struct import_entry *memory_find(const struct memory *memory, slice id)
{
    for (size_t i = 0; i < memory->count; i++) {
        if (slice_equal(memory->items[i].id, id)) {
            return &memory->items[i];
        }
    }
    return NULL;
}

struct import_entry *memory_find_source(const struct memory *memory, slice source)
{
    for (size_t i = 0; i < memory->count; i++) {
        if (slice_equal(memory->items[i].source, source)) {
            return &memory->items[i];
        }
    }
    return NULL;
}

void memory_set(struct memory *memory, const struct import_entry *entry)
{
    struct import_entry *place = memory_find(memory, entry->id);
    struct arena *arena = memory->arena;
    if (place == NULL) {
        place = ARRAY_ADD(arena, memory);
    }
    *place = (struct import_entry){ arena_copy(arena, entry->id), arena_copy(arena, entry->file),
                                    arena_copy(arena, entry->written),
                                    arena_copy(arena, entry->published),
                                    arena_copy(arena, entry->source) };
}

enum write_plan memory_plan(const struct import_entry *entry, slice current, slice made,
                            bool overwrite)
{
    if (current.len == 0) {
        return WRITE_NEW;
    }
    if (slice_equal(current, made)) {
        return WRITE_NOT;
    }
    if (entry != NULL && slice_equal(current, entry->written)) {
        return WRITE_AGAIN;
    }
    if (overwrite) {
        return WRITE_OVER;
    }
    return entry != NULL && slice_equal(made, entry->written) ? WRITE_KEEP : WRITE_BESIDE;
}

/* `slug` with `suffix` behind it, cut so that both fit in a slug. */
static slice with_suffix(struct arena *arena, slice slug, slice suffix)
{
    struct buf name;
    buf_init(&name, (size_t)LIMIT_SLUG * 8);
    slug_put(&name, slug, LIMIT_SLUG - suffix.len);
    buf_put(&name, suffix);
    slice result = arena_copy(arena, buf_slice(&name));
    buf_release(&name);
    return result;
}

slice memory_name(struct arena *arena, slice title, slice published,
                  bool (*taken)(const void *context, slice name), const void *context)
{
    slice slug = slug_make_never_empty(arena, title);
    if (!taken(context, slug)) {
        return slug;
    }
    slice month = arena_printf(arena, "-%.*s", SLICE_ARG(slice_head(published, 7)));
    slice name = with_suffix(arena, slug, month);
    for (unsigned number = 2; number < NUMBERED_NAMES && taken(context, name); number++) {
        name = with_suffix(arena, slug, arena_printf(arena, "%.*s-%u", SLICE_ARG(month), number));
    }
    return name;
}
