#include "import/memory.h"

#include "base/limits.h"
#include "import/address.h"
#include "text/slug.h"

#include <openssl/evp.h>
#include <string.h>

/* Parts of a line, now and in the first form, which had no more than a saved page needs. */
enum { PARTS = 9, FIRST_PARTS = 5 };

/* Names tried for one post before giving up on short ones. */
enum { NUMBERED_NAMES = 100000 };

static const slice first_line =
    SLICE_INIT("# matinee imports 2: id, file, written, before, published, "
               "source, origin, address, updated\n");

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

/* True for the path of a file that an import may write. */
static bool is_place(slice file)
{
    static const slice folders[] = { SLICE_INIT("reviews/"), SLICE_INIT("pages/"),
                                     SLICE_INIT("static/comments/"), SLICE_INIT("drafts/") };
    bool inside = false;
    for (size_t i = 0; i < ARRAY_LENGTH(folders); i++) {
        inside = inside || slice_starts_with(file, folders[i]);
    }
    return inside && slice_find(file, SLICE("/../")) == file.len;
}

static bool has_control_character(slice line)
{
    for (size_t i = 0; i < line.len; i++) {
        if ((unsigned char)line.ptr[i] < ' ' && line.ptr[i] != '\t') {
            return true;
        }
    }
    return false;
}

/* False when the line is not one of an entry. */
static bool read_entry(slice line, struct import_entry *out)
{
    if (has_control_character(line)) {
        return false;
    }
    slice parts[PARTS] = { SLICE_EMPTY };
    size_t count = 0;
    bool more = true;
    for (; count < PARTS && more; count++) {
        size_t end = slice_find_byte(line, '\t');
        more = end < line.len;
        parts[count] = slice_head(line, end);
        line = slice_from(line, end + 1);
    }
    if (more || !slice_starts_with(parts[0], SLICE("urn:uuid:")) || !is_place(parts[1])) {
        return false;
    }
    if (count == FIRST_PARTS) {
        *out = (struct import_entry){ .id = parts[0],
                                      .file = parts[1],
                                      .written = parts[2],
                                      .published = parts[3],
                                      .source = parts[4] };
    } else {
        *out = (struct import_entry){ parts[0], parts[1], parts[2], parts[3], parts[4],
                                      parts[5], parts[6], parts[7], parts[8] };
    }
    return count == FIRST_PARTS || count == PARTS;
}

/* Make what is found by a part of `entry` lead to it. */
static void add_to(struct slice_map *map, slice part, struct import_entry *entry)
{
    if (part.len > 0) {
        slice_map_set(map, part, entry);
    }
}

static void take_from(struct slice_map *map, slice part, const struct import_entry *entry)
{
    if (part.len > 0 && slice_map_get(map, part) == entry) {
        slice_map_remove(map, part);
    }
}

static void index_entry(struct memory *memory, struct import_entry *entry)
{
    add_to(&memory->by_file, entry->file, entry);
    add_to(&memory->by_source, entry->source, entry);
    add_to(&memory->by_origin, entry->origin, entry);
    add_to(&memory->by_address, entry->address, entry);
    add_to(&memory->by_path, address_dated_path(entry->address), entry);
}

/* Put `entry`, whose slices live as long as the memory. */
static struct import_entry *put_entry(struct memory *memory, const struct import_entry *entry)
{
    struct import_entry *place = slice_map_get(&memory->by_id, entry->id);
    if (place == NULL) {
        place = arena_alloc(memory->arena, sizeof *place);
        *ARRAY_ADD(memory->arena, &memory->entries) = place;
        slice_map_set(&memory->by_id, entry->id, place);
    } else {
        take_from(&memory->by_file, place->file, place);
        take_from(&memory->by_source, place->source, place);
        take_from(&memory->by_origin, place->origin, place);
        take_from(&memory->by_address, place->address, place);
        take_from(&memory->by_path, address_dated_path(place->address), place);
    }
    *place = *entry;
    index_entry(memory, place);
    return place;
}

void memory_read(struct arena *arena, const struct source *source, struct memory *memory,
                 struct diags *diags)
{
    slice rest = source->text;
    slice line;
    size_t lines = 0;
    *memory = (struct memory){ .arena = arena };
    slice_map_init(&memory->by_id, arena);
    slice_map_init(&memory->by_file, arena);
    slice_map_init(&memory->by_source, arena);
    slice_map_init(&memory->by_origin, arena);
    slice_map_init(&memory->by_address, arena);
    slice_map_init(&memory->by_path, arena);
    while (slice_next_line(&rest, &line)) {
        struct import_entry entry;
        bool whole = rest.len > 0 || slice_ends_with(source->text, SLICE("\n"));
        if (line.len > 0 && line.ptr[line.len - 1] == '\r') {
            line = slice_head(line, line.len - 1);
        }
        if (line.len == 0 || line.ptr[0] == '#') {
            continue;
        }
        lines++;
        if (whole && read_entry(line, &entry)) {
            (void)put_entry(memory, &entry);
        } else if (whole) {
            diags_add(diags, DIAG_WARNING, source, line.ptr,
                      "this line is no import, and is passed over");
        }
    }
    memory->is_untidy = lines != memory->entries.count;
}

void memory_release(struct memory *memory)
{
    slice_map_release(&memory->by_id);
    slice_map_release(&memory->by_file);
    slice_map_release(&memory->by_source);
    slice_map_release(&memory->by_origin);
    slice_map_release(&memory->by_address);
    slice_map_release(&memory->by_path);
}

slice memory_first_line(void)
{
    return first_line;
}

void memory_put_entry(const struct import_entry *entry, struct buf *out)
{
    const slice parts[PARTS] = { entry->id,     entry->file,      entry->written,
                                 entry->before, entry->published, entry->source,
                                 entry->origin, entry->address,   entry->updated };
    for (size_t i = 0; i < PARTS; i++) {
        if (i > 0) {
            buf_putc(out, '\t');
        }
        buf_put(out, parts[i]);
    }
    buf_putc(out, '\n');
}

void memory_put(const struct memory *memory, struct buf *out)
{
    buf_put(out, first_line);
    for (size_t i = 0; i < memory->entries.count; i++) {
        memory_put_entry(memory->entries.items[i], out);
    }
}

struct import_entry *memory_find(const struct memory *memory, slice id)
{
    return slice_map_get(&memory->by_id, id);
}

struct import_entry *memory_find_file(const struct memory *memory, slice file)
{
    return slice_map_get(&memory->by_file, file);
}

struct import_entry *memory_find_source(const struct memory *memory, slice source)
{
    return slice_map_get(&memory->by_source, source);
}

struct import_entry *memory_find_origin(const struct memory *memory, slice origin)
{
    return slice_map_get(&memory->by_origin, origin);
}

struct import_entry *memory_find_address(const struct memory *memory, slice address)
{
    struct import_entry *entry = slice_map_get(&memory->by_address, address);
    if (entry != NULL) {
        return entry;
    }
    entry = slice_map_get(&memory->by_path, address_dated_path(address));
    return entry != NULL && !(address_has_host(address) && address_has_host(entry->address)) ? entry
                                                                                             : NULL;
}

/* A copy in which no part ends early. */
static slice kept(struct arena *arena, slice part)
{
    struct buf out;
    buf_init(&out, part.len + 1);
    for (size_t i = 0; i < part.len; i++) {
        buf_putc(&out, (unsigned char)part.ptr[i] < ' ' ? ' ' : part.ptr[i]);
    }
    slice copy = arena_copy(arena, buf_slice(&out));
    buf_release(&out);
    return copy;
}

static bool is_same(const struct import_entry *a, const struct import_entry *b)
{
    return slice_equal(a->file, b->file) && slice_equal(a->written, b->written) &&
           slice_equal(a->published, b->published) && slice_equal(a->source, b->source) &&
           slice_equal(a->origin, b->origin) && slice_equal(a->address, b->address) &&
           slice_equal(a->updated, b->updated);
}

const struct import_entry *memory_set(struct memory *memory, const struct import_entry *entry)
{
    const struct import_entry *known = memory_find(memory, entry->id);
    struct arena *arena = memory->arena;
    struct import_entry next = {
        .id = known != NULL ? known->id : kept(arena, entry->id),
        .file = kept(arena, entry->file),
        .written = kept(arena, entry->written),
        .published = kept(arena, entry->published),
        .source = kept(arena, entry->source),
        .origin = kept(arena, entry->origin),
        .address = kept(arena, entry->address),
        .updated = kept(arena, entry->updated),
    };
    if (known != NULL && is_same(known, &next)) {
        return NULL;
    }
    if (entry->before.len > 0) {
        next.before = kept(arena, entry->before);
    } else if (known != NULL) {
        next.before = slice_equal(known->written, next.written) ? known->before : known->written;
    }
    return put_entry(memory, &next);
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
    /* What was written the time before last is still there when the last import was cut off. */
    if (entry != NULL &&
        (slice_equal(current, entry->written) || slice_equal(current, entry->before))) {
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

/* The number to try next for `name`. */
static unsigned *next_number(struct slice_map *numbers, slice name)
{
    unsigned *next = slice_map_get(numbers, name);
    if (next == NULL) {
        next = arena_alloc(numbers->arena, sizeof *next);
        *next = 2;
        slice_map_set(numbers, arena_copy(numbers->arena, name), next);
    }
    return next;
}

slice memory_name(struct arena *arena, slice title, slice published, struct slice_map *numbers,
                  bool (*taken)(const void *context, slice name), const void *context)
{
    slice slug = slug_make_never_empty(arena, title);
    if (!taken(context, slug)) {
        return slug;
    }
    slice month = arena_printf(arena, "-%.*s", SLICE_ARG(slice_head(published, 7)));
    slice name = with_suffix(arena, slug, month);
    if (!taken(context, name)) {
        return name;
    }
    unsigned *number = next_number(numbers, name);
    do {
        name =
            with_suffix(arena, slug, arena_printf(arena, "%.*s-%u", SLICE_ARG(month), (*number)++));
    } while (*number < NUMBERED_NAMES && taken(context, name));
    return name;
}
