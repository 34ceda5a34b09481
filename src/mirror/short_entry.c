#include "mirror/short_entry.h"

#include "base/attributes.h"

/* WordPress cuts after 55 words; behind its sign may stand a link to the post. */
enum { CUT_BYTES = 4000 };

/* Blogger's jump break, and WordPress's: a link to the place on the page where the feed's text
 * ends. */
static bool has_jump(slice content, slice url)
{
    static const slice jump = SLICE_INIT("#more");
    slice rest = content;
    if (url.len == 0) {
        return false;
    }
    for (;;) {
        size_t at = slice_find(rest, url);
        if (at == rest.len) {
            return false;
        }
        rest = slice_from(rest, at + url.len);
        if (slice_starts_with(rest, jump)) {
            return true;
        }
    }
}

bool short_entry(const struct entry *entry, bool is_blogger)
{
    static const slice signs[] = { SLICE_INIT("[&#8230;]"), SLICE_INIT("[&hellip;]"),
                                   SLICE_INIT("[\xE2\x80\xA6]"), SLICE_INIT("[...]") };
    slice content = entry->content;
    if (content.len == 0) {
        return entry->summary.len > 0 || !is_blogger;
    }
    if (has_jump(content, entry->url)) {
        return true;
    }
    for (size_t i = 0; content.len <= CUT_BYTES && i < ARRAY_LENGTH(signs); i++) {
        if (slice_find(content, signs[i]) < content.len) {
            return true;
        }
    }
    return false;
}
