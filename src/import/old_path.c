#include "import/old_path.h"

#include "base/attributes.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "text/uri.h"

/* Folders that a capsule has itself, and all below them. */
static const slice folders[] = {
    SLICE_INIT("quotes"), SLICE_INIT("tags"),   SLICE_INIT("people"),
    SLICE_INIT("years"),  SLICE_INIT("genres"), SLICE_INIT("platforms"),
};

/* Files in its root. */
static const slice files[] = {
    SLICE_INIT("index.gmi"),   SLICE_INIT("feed.gmi"),   SLICE_INIT("atom.xml"),
    SLICE_INIT("sitemap.txt"), SLICE_INIT("robots.txt"), SLICE_INIT("favicon.txt"),
};

/* `path` is decoded. */
static bool is_text(slice path)
{
    slice rest = path;
    int32_t c = 0;
    if (utf8_find_invalid(path) < path.len) {
        return false;
    }
    while (utf8_next(&rest, &c)) {
        if (utf8_is_control(c) || c == '\t') {
            return false;
        }
    }
    return true;
}

static bool has_dot_segment(slice path)
{
    slice segment;
    while (slice_next_piece(&path, '/', &segment)) {
        if (slice_equal(segment, SLICE(".")) || slice_equal(segment, SLICE(".."))) {
            return true;
        }
    }
    return false;
}

static bool is_one_of(const slice *list, size_t count, slice name)
{
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(list[i], name)) {
            return true;
        }
    }
    return false;
}

/* True when the capsule answers there itself. */
static bool is_page(const struct target *target, slice path)
{
    slice rest = slice_from(path, 1);
    slice first = slice_head(rest, slice_find_byte(rest, '/'));
    rest = slice_from(rest, first.len + 1);
    slice second = slice_head(rest, slice_find_byte(rest, '/'));
    if (is_one_of(folders, ARRAY_LENGTH(folders), first)) {
        return true;
    }
    if (slice_equal(first, SLICE("reviews"))) {
        return second.len == 0 || slice_ends_with(second, SLICE(".gmi")) ||
               slice_map_get(&target->reviews, second) != NULL;
    }
    return rest.len == 0 && is_one_of(files, ARRAY_LENGTH(files), first);
}

/* True when there is a file for it. */
static bool is_file(const struct target *target, slice path)
{
    struct buf file;
    buf_init(&file, path.len + 8);
    buf_puts(&file, "static");
    buf_put(&file, path);
    bool there = target_has(target, buf_slice(&file));
    buf_clear(&file);
    buf_puts(&file, "pages");
    buf_put(&file, path);
    there = there || slice_map_get(&target->named, buf_slice(&file)) != NULL ||
            (slice_ends_with(path, SLICE(".gmi")) && target_has(target, buf_slice(&file)));
    buf_release(&file);
    return there;
}

const char *old_path_problem(const struct target *target, slice path)
{
    const char *problem = NULL;
    struct buf decoded;
    buf_init(&decoded, path.len + 1);
    uri_put_decoded(&decoded, path);
    slice plain = buf_slice(&decoded);
    if (!slice_starts_with(path, SLICE("/")) || slice_find(path, SLICE("//")) < path.len ||
        slice_find(path, SLICE("%2F")) < path.len || slice_find(path, SLICE("%2f")) < path.len ||
        !is_text(plain) || has_dot_segment(plain)) {
        problem = "no request can have such a path";
    } else if (is_page(target, plain) || is_file(target, plain)) {
        problem = "the capsule has a page of its own there";
    }
    buf_release(&decoded);
    return problem;
}
