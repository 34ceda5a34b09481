#include "import/address.h"

#include "base/buf.h"
#include "import/phrase.h"
#include "text/uri.h"

/* Blogger shows name.blogspot.com under the domain of the reader's country, too. */
static slice without_country(slice host)
{
    static const slice blogspot = SLICE_INIT(".blogspot.");
    size_t at = slice_find(host, blogspot);
    return at < host.len ? slice_head(host, at + blogspot.len - 1) : host;
}

static void put_host(struct buf *out, slice authority)
{
    slice host = slice_from(authority, slice_find_byte(authority, '@') < authority.len
                                           ? slice_find_byte(authority, '@') + 1
                                           : 0);
    if (phrase_starts_with(host, SLICE("www."))) {
        host = slice_from(host, 4);
    }
    if (slice_ends_with(host, SLICE(":80"))) {
        host = slice_head(host, host.len - 3);
    } else if (slice_ends_with(host, SLICE(":443"))) {
        host = slice_head(host, host.len - 4);
    }
    size_t begin = out->len;
    for (size_t i = 0; i < host.len; i++) {
        buf_putc(out, ascii_lower(host.ptr[i]));
    }
    slice small = slice_from(buf_slice(out), begin);
    slice kept = without_country(small);
    if (kept.len < small.len) {
        buf_truncate(out, begin + kept.len);
        buf_puts(out, ".com");
    }
}

slice address_key(struct arena *arena, slice url)
{
    struct buf key;
    slice rest = slice_trim(url);
    buf_init(&key, 3 * rest.len + 8);
    rest = slice_head(rest, slice_find_byte(rest, '#'));
    if (phrase_starts_with(rest, SLICE("http://")) || phrase_starts_with(rest, SLICE("https://")) ||
        slice_starts_with(rest, SLICE("//"))) {
        rest = slice_from(rest, slice_find(rest, SLICE("//")) + 2);
        size_t slash = slice_find_byte(rest, '/');
        size_t query = slice_find_byte(rest, '?');
        put_host(&key, slice_head(rest, slash < query ? slash : query));
        rest = slice_from(rest, slash < query ? slash : query);
    } else if (!slice_starts_with(rest, SLICE("/"))) {
        rest = SLICE_EMPTY;
    }
    slice path = slice_head(rest, slice_find_byte(rest, '?'));
    slice query = slice_from(rest, path.len);
    while (slice_ends_with(path, SLICE("/"))) {
        path = slice_head(path, path.len - 1);
    }
    bool is_post = path.len > 0 || phrase_starts_with(query, SLICE("?p=")) ||
                   phrase_starts_with(query, SLICE("?page_id="));
    uri_put_decoded(&key, path);
    if (path.len == 0) {
        buf_put(&key, query);
    }
    slice result = is_post ? arena_copy(arena, buf_slice(&key)) : SLICE_EMPTY;
    buf_release(&key);
    return result;
}

static bool are_digits(slice s, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i >= s.len || s.ptr[i] < '0' || s.ptr[i] > '9') {
            return false;
        }
    }
    return true;
}

slice address_path(slice key)
{
    return slice_from(key, slice_find_byte(key, '/'));
}

slice address_dated_path(slice key)
{
    slice path = address_path(key);
    /* /2008/05/ and a name */
    bool dated = path.len > 9 && are_digits(slice_from(path, 1), 4) && path.ptr[5] == '/' &&
                 are_digits(slice_from(path, 6), 2) && path.ptr[8] == '/';
    return dated ? path : SLICE_EMPTY;
}

bool address_has_host(slice key)
{
    return key.len > 0 && key.ptr[0] != '/';
}
