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

static void put_page_url(const struct page_context *context, const struct page *page,
                         struct buf *out)
{
    buf_puts(out, "gemini://");
    buf_put(out, context->host);
    page_put_url(context, page, out);
}

static slice without_query(slice url)
{
    url = slice_head(url, slice_find_byte(url, '#'));
    return slice_head(url, slice_find_byte(url, '?'));
}

/* The page at the decoded `path`, which may lead on to `*next`, written to `room`. */
static enum target_where find_page(const struct export_page *from, slice path, struct page *page,
                                   struct buf *room)
{
    const struct page_context *context = from->site->context;
    struct page found;
    if (sitemap_find(context->capsule, path, &found) == SITEMAP_NOT_FOUND ||
        page_area(context->capsule, &found) != NULL) {
        return TARGET_MISSING;
    }
    if (found.kind == PAGE_ALIAS) {
        found = (struct page){ .kind = PAGE_REVIEW, .review = found.alias->review };
    }
    if (found.kind != PAGE_RULE) {
        *page = found;
        return TARGET_PAGE;
    }
    if (found.rule->kind == PATH_GONE) {
        return TARGET_MISSING;
    }
    rule_put_target(context, &found, room);
    return TARGET_ELSEWHERE;
}

static void find_absolute(slice url, struct buf *room, struct target *target)
{
    size_t start = room->len;
    body_put_address(url, room);
    *target =
        (struct target){ .where = TARGET_ELSEWHERE, .url = slice_from(buf_slice(room), start) };
    target->scheme = uri_scheme(target->url);
}

/* One step: a page, another host, nothing, or (true) a redirect to what `room` ends in, from
 * `*start` on. */
static bool step(const struct export_page *page, slice reference, struct buf *room, size_t *start,
                 struct target *target)
{
    const struct page_context *context = page->site->context;
    struct url url;
    slice scheme = uri_scheme(reference);
    slice path = without_query(reference);
    if (scheme.len > 0 && !slice_equal_nocase(scheme, SLICE("gemini"))) {
        find_absolute(reference, room, target);
        return false;
    }
    bool plain = slice_starts_with(reference, SLICE("/")) &&
                 !slice_starts_with(reference, SLICE("//")) &&
                 slice_find(reference, SLICE("/.")) == reference.len;
    if (!plain) {
        struct buf base;
        buf_init(&base, LIMIT_PAGE);
        put_page_url(context, page->page, &base);
        size_t resolved = room->len;
        bool ok = url_resolve(buf_slice(&base), reference, room);
        buf_release(&base);
        slice absolute = slice_from(buf_slice(room), resolved);
        bool parsed = ok && url_parse(absolute, &url);
        if (!parsed || !target_is_ours(&context->capsule->conf, &url)) {
            if (scheme.len > 0) {
                find_absolute(reference, room, target);
            } else if (parsed) {
                *target =
                    (struct target){ TARGET_ELSEWHERE, .url = absolute, .scheme = url.scheme };
            }
            return false;
        }
        path = url.path.len > 0 ? url.path : SLICE("/");
    }
    struct buf decoded;
    buf_init(&decoded, LIMIT_PAGE);
    uri_put_decoded(&decoded, path);
    *start = room->len;
    target->where = find_page(page, buf_slice(&decoded), &target->page, room);
    buf_release(&decoded);
    return target->where == TARGET_ELSEWHERE;
}

void target_find(const struct export_page *page, slice reference, struct buf *room,
                 struct target *target)
{
    struct buf moved;
    size_t start = 0;
    buf_init(&moved, LIMIT_PAGE);
    buf_clear(room);
    *target = (struct target){ .where = TARGET_MISSING };
    for (int moves = 0; step(page, reference, room, &start, target); moves++) {
        buf_clear(&moved);
        buf_put(&moved, slice_from(buf_slice(room), start));
        buf_clear(room);
        reference = buf_slice(&moved);
        *target = (struct target){ .where = TARGET_MISSING };
        if (moves == MOST_MOVES) {
            break;
        }
    }
    if (room->failed) {
        target->where = TARGET_MISSING;
    }
    buf_release(&moved);
}
