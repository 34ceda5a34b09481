#include "import/image_name.h"

#include "base/attributes.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "text/slug.h"
#include "text/uri.h"

/* Room for a number behind the longest name: `-100000`. */
#define NAME_BYTES (LIMIT_IMAGE_NAME - 8)

/* Runs of letters and digits that nobody would type: addresses of Blogger's pictures have 150 of
 * them, hashes 32 to 64, identifiers 16. */
enum { RUN_WITH_DIGITS = 16, RUN_OF_LETTERS = 30 };

static slice slug_of(struct arena *arena, slice text)
{
    struct buf slug;
    buf_init(&slug, (size_t)LIMIT_IMAGE_NAME * 4);
    slug_put(&slug, slice_head(text, utf8_find_invalid(text)), NAME_BYTES);
    slice name = arena_copy(arena, buf_slice(&slug));
    buf_release(&slug);
    return name;
}

/* The last part of the path that holds anything. */
static slice last_part(slice url)
{
    url = slice_head(url, slice_find_byte(url, '#'));
    url = slice_head(url, slice_find_byte(url, '?'));
    url = slice_from(url, slice_find(url, SLICE("://")) + 3);
    slice path = slice_from(url, slice_find_byte(url, '/'));
    while (slice_ends_with(path, SLICE("/"))) {
        path.len--;
    }
    size_t at = path.len;
    while (at > 0 && path.ptr[at - 1] != '/') {
        at--;
    }
    return slice_from(path, at);
}

/* Without what looks like the extension of a file. */
static slice without_extension(slice name)
{
    size_t dot = name.len;
    while (dot > 0 && name.ptr[dot - 1] != '.') {
        dot--;
    }
    return dot > 1 && name.len - dot >= 2 && name.len - dot <= 5 ? slice_head(name, dot - 1) : name;
}

static bool is_made_up(slice name)
{
    size_t run = 0;
    size_t digits = 0;
    bool letters = false;
    for (size_t i = 0; i < name.len; i++) {
        char c = ascii_lower(name.ptr[i]);
        bool digit = c >= '0' && c <= '9';
        bool letter = c >= 'a' && c <= 'z';
        letters = letters || letter || (unsigned char)c >= 0x80;
        run = digit || letter ? run + 1 : 0;
        digits = run == 0 ? 0 : digits + (digit ? 1 : 0);
        if (run >= RUN_OF_LETTERS || (run >= RUN_WITH_DIGITS && digits >= 2)) {
            return true;
        }
    }
    return !letters;
}

slice image_name_of_url(struct arena *arena, slice url)
{
    struct buf once;
    struct buf twice;
    slice part = last_part(url);
    /* Addresses of this kind end in an identifier, and have no names. */
    if (slice_find(url, SLICE("/img/a/")) < url.len) {
        return SLICE_EMPTY;
    }
    buf_init(&once, part.len + 1);
    buf_init(&twice, part.len + 1);
    uri_put_decoded(&once, part);
    /* Blogger's addresses are encoded twice where a file's name had a blank or a letter of another
     * script. */
    uri_put_decoded(&twice, buf_slice(&once));
    slice name = without_extension(buf_slice(&twice));
    name =
        is_made_up(name) || utf8_find_invalid(name) < name.len ? SLICE_EMPTY : slug_of(arena, name);
    buf_release(&once);
    buf_release(&twice);
    return name;
}

slice image_name_of_text(struct arena *arena, slice text)
{
    slice name = slug_of(arena, text);
    return name.len > 0 ? name : SLICE("picture");
}

slice image_extension(slice type)
{
    static const struct {
        slice type;
        slice extension;
    } types[] = {
        { SLICE_INIT("image/jpeg"), SLICE_INIT("jpg") },
        { SLICE_INIT("image/png"), SLICE_INIT("png") },
        { SLICE_INIT("image/gif"), SLICE_INIT("gif") },
        { SLICE_INIT("image/webp"), SLICE_INIT("webp") },
        { SLICE_INIT("image/avif"), SLICE_INIT("avif") },
        { SLICE_INIT("image/bmp"), SLICE_INIT("bmp") },
        { SLICE_INIT("image/x-ms-bmp"), SLICE_INIT("bmp") },
        { SLICE_INIT("image/vnd.microsoft.icon"), SLICE_INIT("ico") },
        { SLICE_INIT("image/x-icon"), SLICE_INIT("ico") },
        { SLICE_INIT("image/svg+xml"), SLICE_INIT("svg") },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        if (slice_equal(type, types[i].type)) {
            return types[i].extension;
        }
    }
    return SLICE_EMPTY;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* `onload=` and the like. */
static bool is_handler(slice rest)
{
    size_t i = 2;
    if (!slice_equal_nocase(slice_head(rest, 2), SLICE("on"))) {
        return false;
    }
    while (i < rest.len && ascii_lower(rest.ptr[i]) >= 'a' && ascii_lower(rest.ptr[i]) <= 'z') {
        i++;
    }
    size_t end = i;
    while (end < rest.len && is_blank(rest.ptr[end])) {
        end++;
    }
    return i > 2 && end < rest.len && rest.ptr[end] == '=';
}

/* What stands behind a `<` is an element that does something, or may hide one. */
static bool is_active(slice rest)
{
    /* `animate` and `set` can write an address. */
    static const slice elements[] = {
        SLICE_INIT("script"), SLICE_INIT("foreignObject"), SLICE_INIT("iframe"),
        SLICE_INIT("object"), SLICE_INIT("embed"),         SLICE_INIT("handler"),
        SLICE_INIT("audio"),  SLICE_INIT("video"),         SLICE_INIT("animate"),
        SLICE_INIT("set"),    SLICE_INIT("!ENTITY"),       SLICE_INIT("?xml-stylesheet"),
    };
    slice name = slice_head(rest, 64);
    for (size_t i = 0; i < name.len; i++) {
        if (is_blank(name.ptr[i]) || name.ptr[i] == '>' || name.ptr[i] == '/') {
            name = slice_head(name, i);
        }
    }
    slice local = slice_from(name, slice_find_byte(name, ':') + 1);
    for (size_t i = 0; i < ARRAY_LENGTH(elements); i++) {
        if (slice_equal_nocase(name, elements[i]) || slice_equal_nocase(local, elements[i])) {
            return true;
        }
    }
    return false;
}

/* The text up to a colon ends in `script`; browsers take no notice of line breaks and tabs. */
static bool ends_in_script(slice text)
{
    static const char word[] = "script";
    size_t left = sizeof word - 1;
    for (size_t i = text.len; i > 0 && left > 0; i--) {
        char c = ascii_lower(text.ptr[i - 1]);
        if (!is_blank(c) && c != word[--left]) {
            return false;
        }
    }
    return left == 0;
}

bool image_svg_is_plain(slice bytes)
{
    if (utf8_find_invalid(bytes) < bytes.len || slice_find_byte(bytes, '\0') < bytes.len) {
        return false;
    }
    for (size_t i = 0; i < bytes.len; i++) {
        slice rest = slice_from(bytes, i + 1);
        switch (bytes.ptr[i]) {
        case '<':
            if (is_active(rest)) {
                return false;
            }
            break;
        case ':':
            if (ends_in_script(slice_head(bytes, i))) {
                return false;
            }
            break;
        case '&':
            if (slice_starts_with(rest, SLICE("#"))) {
                return false;
            }
            break;
        case ' ':
        case '\t':
        case '\r':
        case '\n':
        case '"':
        case '\'':
        case '/':
            if (is_handler(rest)) {
                return false;
            }
            break;
        default:
            break;
        }
    }
    return true;
}
