#include "import/albums.h"

#include "base/buf.h"
#include "base/limits.h"
#include "import/html_links.h"
#include "text/uri.h"

#include <errno.h>
#include <jansson.h>

/* A file of an album that is no side file. */
struct album_picture {
    const struct archive_file *file;
    slice folder;
    struct album_picture *same_name;
    struct album_picture *same_plain;
    struct album_picture *same_title;
};

static slice name_of(slice path)
{
    size_t at = path.len;
    while (at > 0 && path.ptr[at - 1] != '/') {
        at--;
    }
    return slice_from(path, at);
}

static bool is_side_file(slice path)
{
    return path.len > 5 && slice_equal_nocase(slice_from(path, path.len - 5), SLICE(".json"));
}

/* The name in small letters, each sign as `_`: Takeout writes those so that no system allows in
 * names. */
static slice plain_name(struct arena *arena, slice name)
{
    slice copy = arena_copy(arena, name);
    char *at = (char *)copy.ptr;
    for (size_t i = 0; i < copy.len; i++) {
        char c = ascii_lower(at[i]);
        bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
                    (unsigned char)c >= 0x80;
        at[i] = kept ? c : '_';
    }
    return copy;
}

/* Where the number of `cover(1).jpg` begins; the length of the name when it has none. */
static size_t number_at(slice name)
{
    size_t dot = name.len;
    while (dot > 0 && name.ptr[dot - 1] != '.') {
        dot--;
    }
    size_t end = dot > 0 ? dot - 1 : name.len;
    size_t at = end;
    if (at < 3 || name.ptr[at - 1] != ')') {
        return name.len;
    }
    at--;
    while (at > 0 && name.ptr[at - 1] >= '0' && name.ptr[at - 1] <= '9') {
        at--;
    }
    return at > 1 && at < end - 1 && name.ptr[at - 1] == '(' ? at - 1 : name.len;
}

/* --- by name ---------------------------------------------------------------------------------- */

static void add_picture(struct albums *albums, const struct archive_file *file)
{
    struct arena *arena = &albums->arena;
    struct album_picture *picture = arena_alloc(arena, sizeof *picture);
    slice name = name_of(file->path);
    slice plain = plain_name(arena, name);
    picture->file = file;
    picture->folder = slice_head(file->path, file->path.len - name.len);
    picture->same_name = slice_map_get(&albums->by_name, name);
    picture->same_plain = slice_map_get(&albums->by_plain, plain);
    slice_map_set(&albums->by_name, name, picture);
    slice_map_set(&albums->by_plain, plain, picture);
    slice_map_set(&albums->by_path, file->path, picture);
}

void albums_open(struct albums *albums, struct archive *archive)
{
    *albums = (struct albums){ .archive = archive };
    arena_init(&albums->arena);
    slice_map_init(&albums->by_path, &albums->arena);
    slice_map_init(&albums->by_name, &albums->arena);
    slice_map_init(&albums->by_plain, &albums->arena);
    slice_map_init(&albums->by_title, &albums->arena);
    slice_map_init(&albums->by_url, &albums->arena);
    for (size_t i = 0; i < archive->albums.count; i++) {
        if (!is_side_file(archive->albums.items[i].path)) {
            add_picture(albums, &archive->albums.items[i]);
        }
    }
}

void albums_close(struct albums *albums)
{
    slice_map_release(&albums->by_path);
    slice_map_release(&albums->by_name);
    slice_map_release(&albums->by_plain);
    slice_map_release(&albums->by_title);
    slice_map_release(&albums->by_url);
    arena_release(&albums->arena);
}

/* --- side files ------------------------------------------------------------------------------- */

/* The picture that the side file at `path` stands beside: `stairs.jpg.json`,
 * `stairs.jpg.supplemental-metadata.json`, or the same cut short anywhere behind the extension. */
static struct album_picture *picture_of_side(const struct albums *albums, slice path)
{
    slice stem = slice_head(path, path.len - 5);
    size_t name = path.len - name_of(path).len;
    while (stem.len > name) {
        struct album_picture *picture = slice_map_get(&albums->by_path, stem);
        if (picture != NULL) {
            return picture;
        }
        while (stem.len > name && stem.ptr[stem.len - 1] != '.') {
            stem.len--;
        }
        stem.len -= stem.len > name ? 1 : 0;
    }
    return NULL;
}

static void take_side(struct albums *albums, struct album_picture *picture, json_t *side)
{
    static const char *const titles[] = { "title", "filename", "fileName", "name" };
    struct arena *arena = &albums->arena;
    const char *key = NULL;
    json_t *value = NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(titles); i++) {
        const char *title = json_string_value(json_object_get(side, titles[i]));
        if (title != NULL && title[0] != '\0') {
            slice name = arena_copy(arena, slice_of(title));
            picture->same_title = slice_map_get(&albums->by_title, name);
            slice_map_set(&albums->by_title, name, picture);
            break;
        }
    }
    json_object_foreach(side, key, value)
    {
        slice url = slice_of(json_string_value(value));
        if (slice_starts_with(url, SLICE("https://")) || slice_starts_with(url, SLICE("http://"))) {
            url = arena_copy(arena, html_link_largest(arena, url));
            slice_map_set(&albums->by_url, url, picture);
        }
    }
}

/* All of them, once, when the names alone do not tell. What is none says nothing. */
static void read_sides(struct albums *albums)
{
    struct archive *archive = albums->archive;
    albums->sides_read = true;
    for (size_t i = 0; i < archive->albums.count; i++) {
        const struct archive_file *file = &archive->albums.items[i];
        struct album_picture *picture =
            is_side_file(file->path) ? picture_of_side(albums, file->path) : NULL;
        struct arena arena;
        slice text;
        arena_init(&arena);
        if (picture != NULL && archive_read(archive, file, &arena, LIMIT_SIDE_FILE, &text)) {
            json_t *side = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
            if (json_is_object(side)) {
                take_side(albums, picture, side);
            }
            json_decref(side);
        }
        arena_release(&arena);
    }
}

/* --- which one it is -------------------------------------------------------------------------- */

/* The name of its file that a blog's address ends in; empty when it has none. */
static slice name_in_url(struct arena *arena, slice url)
{
    struct buf once;
    struct buf twice;
    url = slice_head(url, slice_find_byte(url, '#'));
    url = slice_head(url, slice_find_byte(url, '?'));
    slice part = name_of(url);
    size_t equals = part.len;
    while (equals > 0 && part.ptr[equals - 1] != '=') {
        equals--;
    }
    /* A size behind the name: `stairs.jpg=w640-h480`. */
    if (equals > 0 && slice_find_byte(slice_from(part, equals), '.') == part.len - equals) {
        part = slice_head(part, equals - 1);
    }
    buf_init(&once, part.len + 1);
    buf_init(&twice, part.len + 1);
    uri_put_decoded(&once, part);
    for (size_t i = 0; i < once.len; i++) {
        once.ptr[i] = once.ptr[i] == '+' ? ' ' : once.ptr[i];
    }
    /* Blogger encodes names that were encoded. */
    uri_put_decoded(&twice, buf_slice(&once));
    for (size_t i = 0; once.len != twice.len && i < twice.len; i++) {
        twice.ptr[i] = twice.ptr[i] == '+' ? ' ' : twice.ptr[i];
    }
    slice name = arena_copy(arena, buf_slice(&twice));
    buf_release(&once);
    buf_release(&twice);
    return name;
}

enum list { SAME_NAME, SAME_PLAIN, SAME_TITLE };

static const struct album_picture *next_of(const struct album_picture *picture, enum list list)
{
    return list == SAME_NAME    ? picture->same_name
           : list == SAME_PLAIN ? picture->same_plain
                                : picture->same_title;
}

/* The largest of the list; NULL, with `*several`, when two of one folder differ. */
static const struct album_picture *choose(const struct album_picture *first, enum list list,
                                          bool *several)
{
    const struct album_picture *best = first;
    for (const struct album_picture *at = first; at != NULL; at = next_of(at, list)) {
        /* Those of a folder stand next to each other. */
        const struct album_picture *next = next_of(at, list);
        if (next != NULL && slice_equal(next->folder, at->folder) &&
            next->file->size != at->file->size) {
            *several = true;
            return NULL;
        }
        best = at->file->size > best->file->size ? at : best;
    }
    return best;
}

/* Beside the picture `name` there are others that would be called so, had it not been taken. */
static bool has_numbered(const struct albums *albums, struct arena *arena,
                         const struct album_picture *picture)
{
    slice path = picture->file->path;
    slice name = name_of(path);
    size_t dot = path.len;
    while (dot > path.len - name.len && path.ptr[dot - 1] != '.') {
        dot--;
    }
    size_t stem = dot > path.len - name.len ? dot - 1 : path.len;
    slice second = arena_printf(arena, "%.*s(1)%.*s", SLICE_ARG(slice_head(path, stem)),
                                SLICE_ARG(slice_from(path, stem)));
    const struct album_picture *other = slice_map_get(&albums->by_path, second);
    return number_at(name) == name.len && other != NULL && other->file->size != picture->file->size;
}

static const struct album_picture *find(struct albums *albums, struct arena *arena, slice url,
                                        bool *several)
{
    if (!html_link_is_blogger_image(url)) {
        return NULL;
    }
    slice name = name_in_url(arena, url);
    const struct album_picture *found =
        choose(slice_map_get(&albums->by_name, name), SAME_NAME, several);
    if (found != NULL && !has_numbered(albums, arena, found)) {
        return found;
    }
    *several = *several || found != NULL;
    if (!albums->sides_read) {
        read_sides(albums);
    }
    const struct album_picture *told =
        slice_map_get(&albums->by_url, html_link_largest(arena, url));
    if (told != NULL || *several) {
        return told;
    }
    found = choose(slice_map_get(&albums->by_title, name), SAME_TITLE, several);
    if (found != NULL || *several) {
        return found;
    }
    return choose(slice_map_get(&albums->by_plain, plain_name(arena, name)), SAME_PLAIN, several);
}

static enum image_got get(void *context, struct arena *arena, const struct image_request *request,
                          struct image_answer *answer)
{
    struct albums *albums = context;
    bool several = false;
    const struct album_picture *found = find(albums, arena, request->url, &several);
    if (found == NULL) {
        answer->reason = several ? SLICE("the albums hold several of this name")
                                 : SLICE("it is not in the albums");
        return IMAGE_GONE;
    }
    if (!archive_read(albums->archive, found->file, arena, request->max, &answer->bytes)) {
        answer->reason = errno == EFBIG ? SLICE("its file in the albums is too large")
                                        : SLICE("its file in the albums cannot be read");
        return IMAGE_GONE;
    }
    return IMAGE_BYTES;
}

struct image_source albums_source(struct albums *albums)
{
    return (struct image_source){ get, albums };
}
