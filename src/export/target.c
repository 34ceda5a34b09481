#include "export/target.h"

#include "base/limits.h"
#include "gemini/host.h"
#include "pages/body.h"
#include "pages/render.h"
#include "text/uri.h"

/* Redirects of capsule.conf that lead to each other are told of elsewhere. */
enum { MOST_MOVES = 5 };

bool target_is_ours(const struct capsule_conf *conf, const struct url *url)
{
    struct buf host;
    bool found = false;
    if (!slice_equal_nocase(url->scheme, SLICE("gemini")) ||
        (url->port != -1 && url->port != 1965 && url->port != (int)conf->port)) {
        return false;
    }
    buf_init(&host, HOST_BYTES);
    if (host_normalise(url->host, false, &host, NULL)) {
        for (size_t i = 0; i < conf->host_count && !found; i++) {
            found = host_matches(conf->hosts[i], buf_slice(&host));
        }
    }
    buf_release(&host);
    return found;
}

bool target_is_image(const struct page *page)
{
    return page->kind == PAGE_STATIC && page->file != NULL &&
           slice_starts_with(page->file->media_type, SLICE("image/"));
}

static slice without_query(slice url)
{
    url = slice_head(url, slice_find_byte(url, '#'));
    return slice_head(url, slice_find_byte(url, '?'));
}

/* A path from the root, with no dots to resolve: what nearly all links are. */
static bool is_plain(slice reference)
{
    return slice_starts_with(reference, SLICE("/")) && !slice_starts_with(reference, SLICE("//")) &&
           slice_find(reference, SLICE("/.")) == reference.len;
}

bool target_find_path(const struct capsule_conf *conf, slice base, slice reference,
                      struct buf *resolved, slice *path)
{
    struct url url;
    buf_clear(resolved);
    if (is_plain(reference)) {
        *path = without_query(reference);
        return true;
    }
    if (!url_resolve(base, reference, resolved) || !url_parse(buf_slice(resolved), &url) ||
        !target_is_ours(conf, &url)) {
        return false;
    }
    *path = url.path.len > 0 ? url.path : SLICE("/");
    return true;
}

/* The same for a link on `page`. */
static bool find_path(const struct export_page *page, slice reference, struct buf *resolved,
                      slice *path)
{
    const struct page_context *context = page->site->context;
    struct buf base;
    buf_init(&base, LIMIT_PAGE);
    if (!is_plain(reference)) {
        buf_puts(&base, "gemini://");
        buf_put(&base, context->host);
        page_put_url(context, page->page, &base);
    }
    bool found =
        target_find_path(&context->capsule->conf, buf_slice(&base), reference, resolved, path);
    buf_release(&base);
    return found;
}

/* The page at `path`, as it stands in a URL, or what it leads to, which is appended to `room`. */
static enum target_where find_page(const struct page_context *context, slice path,
                                   struct page *page, struct buf *room)
{
    struct page found;
    struct buf decoded;
    buf_init(&decoded, LIMIT_PAGE);
    uri_put_decoded(&decoded, path);
    enum sitemap_found result = sitemap_find(context->capsule, buf_slice(&decoded), &found);
    enum target_where where = TARGET_PAGE;
    if (result == SITEMAP_NOT_FOUND || page_area(context->capsule, &found) != NULL ||
        (found.kind == PAGE_RULE && found.rule->kind == PATH_GONE)) {
        where = TARGET_MISSING;
    } else if (found.kind == PAGE_RULE) {
        where = TARGET_ELSEWHERE;
        rule_put_target(context, &found, room); /* which may have to do with `decoded` */
    } else {
        *page = found.kind == PAGE_ALIAS
                    ? (struct page){ .kind = PAGE_REVIEW, .review = found.alias->review }
                    : found;
    }
    buf_release(&decoded);
    return where;
}

static void find_absolute(slice url, struct buf *room, struct target *target)
{
    size_t start = room->len;
    body_put_address(url, room);
    *target =
        (struct target){ .where = TARGET_ELSEWHERE, .url = slice_from(buf_slice(room), start) };
    target->scheme = uri_scheme(target->url);
}

/* Another host or protocol. What cannot even be resolved is left as it is when it says that it is
 * an address, and leads nowhere otherwise. */
static void find_elsewhere(slice reference, slice resolved, struct buf *room, struct target *target)
{
    struct url url;
    if (uri_scheme(reference).len > 0) {
        find_absolute(reference, room, target);
    } else if (url_parse(resolved, &url)) {
        find_absolute(resolved, room, target);
    }
}

/* One step: a page, another host, nothing, or (true) a redirect to what `room` is then. */
static bool step(const struct export_page *page, slice reference, struct buf *room,
                 struct target *target)
{
    struct buf resolved;
    slice path;
    slice scheme = uri_scheme(reference);
    bool may_be_ours = scheme.len == 0 || slice_equal_nocase(scheme, SLICE("gemini"));
    buf_init(&resolved, LIMIT_PAGE);
    if (may_be_ours && find_path(page, reference, &resolved, &path)) {
        target->where = find_page(page->site->context, path, &target->page, room);
    } else {
        find_elsewhere(reference, buf_slice(&resolved), room, target);
    }
    buf_release(&resolved);
    return target->where == TARGET_ELSEWHERE && target->url.len == 0;
}

void target_find(const struct export_page *page, slice reference, struct buf *room,
                 struct target *target)
{
    struct buf moved;
    bool more = true;
    buf_init(&moved, LIMIT_PAGE);
    for (int moves = 0; more && moves <= MOST_MOVES; moves++) {
        buf_clear(room);
        *target = (struct target){ .where = TARGET_MISSING };
        more = step(page, reference, room, target);
        buf_clear(&moved);
        buf_put(&moved, more ? buf_slice(room) : SLICE_EMPTY);
        reference = buf_slice(&moved);
    }
    if (more || room->failed) {
        target->where = TARGET_MISSING;
    }
    buf_release(&moved);
}
