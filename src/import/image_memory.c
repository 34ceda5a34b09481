#include "import/image_memory.h"

#include "base/limits.h"

enum { PARTS = 5, HASH_DIGITS = 64 };

/* Longest etag or date that is kept, in bytes: real ones have 40. */
enum { VALIDATOR_BYTES = 512 };

static const slice first_line =
    SLICE_INIT("# matinee images 1: url, file, SHA-256, etag, modified");
static const slice none = SLICE_INIT("-");

slice image_memory_first_line(void)
{
    return first_line;
}

static bool is_clean(slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7F) {
            return false;
        }
    }
    return true;
}

/* A file right below images/, not a hidden one. */
static bool is_path(slice path)
{
    slice name = slice_from(path, 7);
    return slice_starts_with(path, SLICE("images/")) && name.len > 0 && name.ptr[0] != '.' &&
           slice_find_byte(name, '/') == name.len && is_clean(name) && name.len < 250;
}

static bool is_hash(slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (ascii_hex_digit(text.ptr[i]) < 0) {
            return false;
        }
    }
    return text.len == HASH_DIGITS;
}

static bool read_entry(slice line, struct image_entry *out)
{
    slice parts[PARTS];
    size_t count = 0;
    while (count < PARTS && slice_next_piece(&line, '\t', &parts[count])) {
        count++;
    }
    if (count < PARTS || line.len > 0 || parts[0].len == 0 || !is_path(parts[1]) ||
        !is_hash(parts[2])) {
        return false;
    }
    for (size_t i = 0; i < PARTS; i++) {
        if (!is_clean(parts[i])) {
            return false;
        }
    }
    *out = (struct image_entry){ parts[0], parts[1], parts[2], parts[3], parts[4] };
    out->etag = slice_equal(out->etag, none) ? SLICE_EMPTY : out->etag;
    out->modified = slice_equal(out->modified, none) ? SLICE_EMPTY : out->modified;
    return true;
}

/* One address more, or less, that the file stands for. */
static void count_user(struct image_memory *memory, slice path, bool more)
{
    size_t *users = slice_map_get(&memory->by_path, path);
    if (users == NULL) {
        users = arena_alloc(memory->arena, sizeof *users);
        slice_map_set(&memory->by_path, path, users);
    }
    *users = more ? *users + 1 : *users - 1;
}

/* `entry` has texts that live as long as the memory. */
static bool place(struct image_memory *memory, const struct image_entry *entry)
{
    struct image_entry *known = slice_map_get(&memory->by_url, entry->url);
    if (known != NULL) {
        count_user(memory, known->path, false);
        memory->untidy = true;
    } else if (memory->count >= LIMIT_IMAGES) {
        return false;
    } else {
        known = arena_alloc(memory->arena, sizeof *known);
        *ARRAY_ADD(memory->arena, memory) = known;
        slice_map_set(&memory->by_url, entry->url, known);
    }
    *known = *entry;
    slice_map_set(&memory->by_hash, known->hash, known);
    count_user(memory, known->path, true);
    return true;
}

void image_memory_read(struct arena *arena, const struct source *source,
                       struct image_memory *memory, struct diags *diags)
{
    slice rest = source->text;
    slice line;
    *memory = (struct image_memory){ .arena = arena };
    slice_map_init(&memory->by_url, arena);
    slice_map_init(&memory->by_hash, arena);
    slice_map_init(&memory->by_path, arena);
    memory->untidy =
        rest.len > 0 && (!slice_starts_with(rest, first_line) || rest.ptr[rest.len - 1] != '\n');
    while (slice_next_line(&rest, &line)) {
        struct image_entry entry;
        if (slice_equal(line, first_line)) {
            continue;
        }
        if (!read_entry(line, &entry)) {
            memory->untidy = true;
            diags_add(diags, DIAG_WARNING, source, line.ptr,
                      "this line is no picture, and is passed over");
        } else if (!place(memory, &entry)) {
            memory->untidy = true;
            diags_add(diags, DIAG_WARNING, source, line.ptr,
                      "more than %u pictures: the rest is passed over", LIMIT_IMAGES);
            break;
        }
    }
}

static void put_or_none(struct buf *out, slice text)
{
    buf_putc(out, '\t');
    buf_put(out, text.len > 0 ? text : none);
}

void image_memory_put_entry(const struct image_entry *entry, struct buf *out)
{
    buf_put(out, entry->url);
    put_or_none(out, entry->path);
    put_or_none(out, entry->hash);
    put_or_none(out, entry->etag);
    put_or_none(out, entry->modified);
    buf_putc(out, '\n');
}

void image_memory_put(const struct image_memory *memory, struct buf *out)
{
    buf_put(out, first_line);
    buf_putc(out, '\n');
    for (size_t i = 0; i < memory->count; i++) {
        image_memory_put_entry(memory->items[i], out);
    }
}

void image_memory_release(struct image_memory *memory)
{
    slice_map_release(&memory->by_url);
    slice_map_release(&memory->by_hash);
    slice_map_release(&memory->by_path);
}

const struct image_entry *image_memory_find(const struct image_memory *memory, slice url)
{
    return slice_map_get(&memory->by_url, url);
}

const struct image_entry *image_memory_find_hash(const struct image_memory *memory, slice hash)
{
    const struct image_entry *entry = slice_map_get(&memory->by_hash, hash);
    /* It may have got other contents since. */
    return entry == NULL || !slice_equal(entry->hash, hash) ? NULL : entry;
}

size_t image_memory_users(const struct image_memory *memory, slice path)
{
    const size_t *users = slice_map_get(&memory->by_path, path);
    return users == NULL ? 0 : *users;
}

static slice copy_validator(struct arena *arena, slice text)
{
    return text.len > VALIDATOR_BYTES || !is_clean(text) ? SLICE_EMPTY : arena_copy(arena, text);
}

bool image_memory_set(struct image_memory *memory, const struct image_entry *entry)
{
    struct arena *arena = memory->arena;
    const struct image_entry copy = { arena_copy(arena, entry->url), arena_copy(arena, entry->path),
                                      arena_copy(arena, entry->hash),
                                      copy_validator(arena, entry->etag),
                                      copy_validator(arena, entry->modified) };
    return place(memory, &copy);
}
