#include "import/html_links.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "import/phrase.h"
#include "text/uri.h"

#include <string.h>
#include <uriparser/Uri.h>

/* Longest name of an image's file that is shown, in bytes. */
enum { FILE_NAME_BYTES = 80 };

static bool is_absolute(slice url)
{
    return slice_find(url, SLICE("://")) == uri_scheme(url).len && uri_scheme(url).len > 0;
}

/* Blanks and bytes that no address may hold, percent-encoded; line breaks in it taken out, as
 * browsers do. */
static slice cleaned(struct arena *arena, slice written)
{
    struct buf out;
    buf_init(&out, 3 * written.len + 1);
    slice rest = slice_trim(written);
    for (size_t i = 0; i < rest.len; i++) {
        slice byte = { rest.ptr + i, 1 };
        if (byte.ptr[0] != '\n' && byte.ptr[0] != '\r' && byte.ptr[0] != '\t') {
            uri_put_written(&out, byte);
        }
    }
    slice url = arena_copy(arena, buf_slice(&out));
    buf_release(&out);
    return url;
}

/* `reference` as seen from `base` (RFC 3986, section 5). */
static bool join(struct arena *arena, slice base, slice reference, slice *url)
{
    UriUriA from;
    UriUriA to;
    UriUriA whole;
    const char *error = NULL;
    bool ok = false;
    if (uriParseSingleUriExA(&from, base.ptr, base.ptr + base.len, &error) != URI_SUCCESS) {
        return false;
    }
    if (uriParseSingleUriExA(&to, reference.ptr, reference.ptr + reference.len, &error) ==
        URI_SUCCESS) {
        if (uriAddBaseUriA(&whole, &to, &from) == URI_SUCCESS) {
            int chars = 0;
            if (uriToStringCharsRequiredA(&whole, &chars) == URI_SUCCESS && chars > 0) {
                char *text = arena_alloc(arena, (size_t)chars + 1);
                ok = uriToStringA(text, &whole, chars + 1, NULL) == URI_SUCCESS;
                *url = slice_of(text);
            }
            uriFreeUriMembersA(&whole);
        }
        uriFreeUriMembersA(&to);
    }
    uriFreeUriMembersA(&from);
    return ok;
}

static bool is_file_of_saved_page(slice url)
{
    slice first = phrase_starts_with(url, SLICE("./")) ? slice_from(url, 2) : url;
    first = slice_head(first, slice_find_byte(first, '/'));
    return phrase_starts_with(first, SLICE("file:")) || slice_ends_with(first, SLICE("_files")) ||
           slice_ends_with(first, SLICE(".files")) || slice_ends_with(first, SLICE("_data"));
}

enum html_link html_link_resolve(struct arena *arena, slice base, slice written, slice *url)
{
    static const slice scripts[] = { SLICE_INIT("javascript"), SLICE_INIT("vbscript"),
                                     SLICE_INIT("about"), SLICE_INIT("blob") };
    *url = SLICE_EMPTY;
    written = slice_trim(written);
    if (written.len == 0) {
        return HTML_LINK_NONE;
    }
    if (written.ptr[0] == '#') {
        return HTML_LINK_WITHIN;
    }
    if (phrase_starts_with(written, SLICE("data:"))) {
        return HTML_LINK_DATA;
    }
    if (written.len > LIMIT_HTML_URL) {
        return HTML_LINK_TOO_LONG;
    }
    slice link = cleaned(arena, written);
    slice scheme = uri_scheme(link);
    for (size_t i = 0; i < ARRAY_LENGTH(scripts); i++) {
        if (slice_equal_nocase(scheme, scripts[i])) {
            return HTML_LINK_SCRIPT;
        }
    }
    if (link.len == 0) {
        return HTML_LINK_NONE;
    }
    if (is_file_of_saved_page(link)) {
        return HTML_LINK_LOCAL;
    }
    if (scheme.len > 0) {
        *url = link;
    } else if (is_absolute(base)) {
        size_t mark = slice_find_byte(link, '#');
        if (mark < link.len && slice_equal(slice_head(link, mark), base)) {
            return HTML_LINK_WITHIN;
        }
        if (!join(arena, base, link, url)) {
            return HTML_LINK_LOCAL;
        }
    } else if (slice_starts_with(link, SLICE("//")) && link.len > 2) {
        *url = arena_printf(arena, "https:%.*s", SLICE_ARG(link));
    } else {
        return HTML_LINK_LOCAL;
    }
    if (url->len > 2 * LIMIT_HTML_URL) {
        *url = SLICE_EMPTY;
        return HTML_LINK_TOO_LONG;
    }
    return HTML_LINK_OK;
}

/* --- images ----------------------------------------------------------------------------------- */

/* Without query and fragment. */
static slice path_of(slice url)
{
    url = slice_head(url, slice_find_byte(url, '#'));
    return slice_head(url, slice_find_byte(url, '?'));
}

static bool has_image_extension(slice path)
{
    static const slice extensions[] = { SLICE_INIT(".jpg"),  SLICE_INIT(".jpeg"),
                                        SLICE_INIT(".png"),  SLICE_INIT(".gif"),
                                        SLICE_INIT(".webp"), SLICE_INIT(".avif"),
                                        SLICE_INIT(".svg"),  SLICE_INIT(".bmp") };
    for (size_t i = 0; i < ARRAY_LENGTH(extensions); i++) {
        size_t len = extensions[i].len;
        if (path.len > len && slice_equal_nocase(slice_from(path, path.len - len), extensions[i])) {
            return true;
        }
    }
    return false;
}

bool html_link_is_blogger_image(slice url)
{
    size_t scheme = slice_find(url, SLICE("://"));
    slice host = slice_from(url, scheme + 3);
    host = slice_head(host, slice_find_byte(host, '/'));
    return slice_ends_with(host, SLICE(".bp.blogspot.com")) ||
           slice_ends_with(host, SLICE(".googleusercontent.com")) ||
           slice_ends_with(host, SLICE(".ggpht.com"));
}

bool html_link_is_image(slice url)
{
    return has_image_extension(path_of(url)) || html_link_is_blogger_image(url);
}

/* `s320`, `s1600-h`, `w640-h480`, `w640-h480-p-k-no-nu`, `s72-c`. */
static bool is_size(slice part)
{
    if (part.len < 2 || (part.ptr[0] != 's' && part.ptr[0] != 'w' && part.ptr[0] != 'h') ||
        part.ptr[1] < '0' || part.ptr[1] > '9') {
        return false;
    }
    size_t i = 1;
    while (i < part.len && part.ptr[i] >= '0' && part.ptr[i] <= '9') {
        i++;
    }
    return i == part.len || part.ptr[i] == '-';
}

slice html_link_largest(struct arena *arena, slice url)
{
    if (!html_link_is_blogger_image(url)) {
        return url;
    }
    size_t last = 0;
    for (size_t i = 0; i < url.len; i++) {
        last = url.ptr[i] == '/' ? i : last;
    }
    size_t equals = last + slice_find_byte(slice_from(url, last), '=');
    if (equals < url.len && is_size(slice_from(url, equals + 1))) {
        return arena_printf(arena, "%.*s=s0", SLICE_ARG(slice_head(url, equals)));
    }
    size_t before = last;
    while (before > 0 && url.ptr[before - 1] != '/') {
        before--;
    }
    if (before > 0 && is_size(slice_between(url.ptr + before, url.ptr + last))) {
        return arena_printf(arena, "%.*ss0%.*s", SLICE_ARG(slice_head(url, before)),
                            SLICE_ARG(slice_from(url, last)));
    }
    return url;
}

/* The address in a srcset with the largest width or density. */
static slice largest_of_set(slice set)
{
    slice best = SLICE_EMPTY;
    unsigned long best_size = 0;
    slice url;
    while (phrase_next_word(&set, &url)) {
        unsigned long size = 1;
        slice rest = set;
        slice size_text;
        /* An address may hold commas; one that ends in a comma has no size. */
        if (!slice_ends_with(url, SLICE(",")) && phrase_next_word(&rest, &size_text)) {
            size_text = slice_head(size_text, slice_find_byte(size_text, ','));
            if (size_text.len > 1 &&
                slice_to_number(slice_head(size_text, size_text.len - 1), 100000, &size)) {
                set = rest;
            }
        } else if (slice_ends_with(url, SLICE(","))) {
            url = slice_head(url, url.len - 1);
        }
        if (size > best_size) {
            best_size = size;
            best = url;
        }
    }
    return best;
}

slice html_link_of_image(const struct html_node *node)
{
    slice set = html_value(node, HTML_SRCSET);
    slice waiting = html_value(node, HTML_DATA_ORIGINAL);
    slice source = html_value(node, HTML_SRC);
    slice best = set.len > 0 && set.len < LIMIT_HTML_VALUE - 4 ? largest_of_set(set) : SLICE_EMPTY;
    if (best.len > 0 && !phrase_starts_with(best, SLICE("data:"))) {
        return best;
    }
    return waiting.len > 0 ? waiting : source;
}

slice html_link_file_name(struct arena *arena, slice url)
{
    struct buf name;
    slice path = path_of(url);
    if (!has_image_extension(path)) {
        return SLICE_EMPTY;
    }
    for (size_t i = path.len; i > 0; i--) {
        if (path.ptr[i - 1] == '/') {
            path = slice_from(path, i);
            break;
        }
    }
    buf_init(&name, path.len + 1);
    uri_put_decoded(&name, path);
    slice text = buf_slice(&name);
    slice result = SLICE_EMPTY;
    bool plain = text.len <= FILE_NAME_BYTES && utf8_find_invalid(text) == text.len;
    slice rest = text;
    int32_t c = 0;
    while (plain && utf8_next(&rest, &c)) {
        plain = !utf8_is_control(c) && utf8_class(c) != UTF8_SPACE && c != 0xFEFF;
    }
    if (plain) {
        result = utf8_nfc(arena, arena_copy(arena, text));
    }
    buf_release(&name);
    return result;
}

/* --- players ---------------------------------------------------------------------------------- */

slice html_link_of_player(struct arena *arena, slice url)
{
    static const struct {
        slice begin;
        const char *page;
    } players[] = {
        { SLICE_INIT("youtube.com/embed/"), "https://www.youtube.com/watch?v=" },
        { SLICE_INIT("youtube-nocookie.com/embed/"), "https://www.youtube.com/watch?v=" },
        { SLICE_INIT("youtube.com/v/"), "https://www.youtube.com/watch?v=" },
        { SLICE_INIT("player.vimeo.com/video/"), "https://vimeo.com/" },
    };
    size_t scheme = slice_find(url, SLICE("://"));
    slice rest = slice_from(url, scheme + 3);
    rest = phrase_starts_with(rest, SLICE("www.")) ? slice_from(rest, 4) : rest;
    for (size_t i = 0; i < ARRAY_LENGTH(players); i++) {
        if (!slice_starts_with(rest, players[i].begin)) {
            continue;
        }
        slice id = slice_from(rest, players[i].begin.len);
        size_t end = 0;
        while (end < id.len && id.ptr[end] != '?' && id.ptr[end] != '&' && id.ptr[end] != '/' &&
               id.ptr[end] != '#') {
            end++;
        }
        if (end > 0) {
            return arena_printf(arena, "%s%.*s", players[i].page, SLICE_ARG(slice_head(id, end)));
        }
    }
    return url;
}
