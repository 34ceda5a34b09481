#include "mirror/feed_address.h"

#include "base/attributes.h"
#include "base/limits.h"

/* `url` without its query. */
static slice without_query(slice url)
{
    return slice_head(url, slice_find_byte(url, '?'));
}

/* What is before and behind the first `part` in `text`. */
static bool split(slice text, slice part, slice *before, slice *behind)
{
    size_t at = slice_find(text, part);
    *before = slice_head(text, at);
    *behind = slice_from(text, at + part.len);
    return at < text.len;
}

/* `…/feeds/posts/default`, and by the blog's number `…/feeds/12345/posts/default`; `full` and
 * `summary` are names for forms of the same; a label may follow: `/-/Drama`. */
static bool split_blogger(slice url, slice *before, slice *behind)
{
    slice rest;
    slice number;
    url = without_query(url);
    if (split(url, SLICE("/feeds/posts/"), before, behind)) {
        return true;
    }
    if (!split(url, SLICE("/feeds/"), before, &rest) ||
        !split(rest, SLICE("/posts/"), &number, behind) || number.len == 0) {
        return false;
    }
    for (size_t i = 0; i < number.len; i++) {
        if (number.ptr[i] < '0' || number.ptr[i] > '9') {
            return false;
        }
    }
    *before = slice_between(url.ptr, number.ptr + number.len);
    return true;
}

/* The same of comments or pages. */
static bool is_companion(slice url)
{
    slice path = without_query(url);
    return slice_find(path, SLICE("/feeds/")) < path.len &&
           (slice_ends_with(path, SLICE("/comments/default")) ||
            slice_ends_with(path, SLICE("/pages/default")));
}

enum feed_paging feed_address_paging(slice url)
{
    slice before;
    slice behind;
    if (split_blogger(url, &before, &behind) || is_companion(url)) {
        return PAGING_BLOGGER;
    }
    slice path = without_query(url);
    bool is_wordpress =
        slice_ends_with(path, SLICE("/feed/")) || slice_ends_with(path, SLICE("/feed")) ||
        slice_ends_with(path, SLICE("/feed/atom/")) || slice_ends_with(url, SLICE("?feed=rss2"));
    return is_wordpress ? PAGING_WORDPRESS : PAGING_LINKS;
}

/* Is `alt=json` in the query? */
static bool is_json(slice url)
{
    slice query = slice_from(url, without_query(url).len + 1);
    slice piece;
    while (slice_next_piece(&query, '&', &piece)) {
        if (slice_equal(piece, SLICE("alt=json"))) {
            return true;
        }
    }
    return false;
}

slice feed_address_page(struct arena *arena, slice url, enum feed_paging paging,
                        unsigned long start, unsigned long page)
{
    bool has_query = slice_find_byte(url, '?') < url.len;
    switch (paging) {
    case PAGING_BLOGGER:
        /* `redirect=false`: not where the blogger sends readers of the feed, which does not know of
         * pages. */
        return arena_printf(arena, "%.*s?%sredirect=false&start-index=%lu&max-results=%d",
                            SLICE_ARG(without_query(url)), is_json(url) ? "alt=json&" : "", start,
                            LIMIT_MIRROR_ENTRIES);
    case PAGING_WORDPRESS:
        return page == 1 ? url
                         : arena_printf(arena, "%.*s%cpaged=%lu", SLICE_ARG(url),
                                        has_query ? '&' : '?', page);
    default:
        return url;
    }
}

slice feed_address_companion(struct arena *arena, slice url, const char *of)
{
    slice before;
    slice behind;
    if (!split_blogger(url, &before, &behind) || slice_find_byte(behind, '/') < behind.len) {
        return SLICE_EMPTY;
    }
    bool by_number = slice_find(before, SLICE("/feeds/")) < before.len;
    return arena_printf(arena, "%.*s%s/%s/default%s", SLICE_ARG(before), by_number ? "" : "/feeds",
                        of, is_json(url) ? "?alt=json" : "");
}

const slice *feed_address_usual(struct arena *arena, slice origin, size_t *count)
{
    static const char *const paths[] = {
        "/feeds/posts/default", "/feed/", "/atom.xml", "/rss.xml", "/feed.xml", "/index.xml"
    };
    slice *list = arena_array(arena, ARRAY_LENGTH(paths), sizeof *list);
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        list[i] = arena_printf(arena, "%.*s%s", SLICE_ARG(origin), paths[i]);
    }
    *count = ARRAY_LENGTH(paths);
    return list;
}
