#include "cmd/link_check.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/limits.h"
#include "gemini/url.h"
#include "pages/body.h"
#include "text/uri.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

struct slices {
    slice *items;
    size_t count, capacity;
};

struct check {
    const struct open_capsule *open;
    const struct page_context *context;
    struct diags *diags;
    struct link_counts *counts;
    enum diag_level to_hidden;
    struct arena arena;
    struct slices urls;  /* of every page, sorted: nearly all links are found among them */
    struct slices dead;  /* targets that were reported at their place in a source, sorted */
    struct buf url;      /* scratch: of the page that is checked */
    struct buf resolved; /* scratch: what a link means on that page */
    struct buf path;     /* scratch: the same, decoded */
    struct buf bytes;    /* scratch: a page */
};

enum verdict {
    VERDICT_OUTSIDE, /* another capsule or protocol */
    VERDICT_GOOD,
    VERDICT_FOLDER, /* works, through a redirect to the same with a slash */
    VERDICT_DEAD,
};

static int compare_slices(const void *a, const void *b)
{
    return slice_compare(*(const slice *)a, *(const slice *)b);
}

static void sort(struct slices *set)
{
    if (set->count > 1) {
        qsort(set->items, set->count, sizeof *set->items, compare_slices);
    }
}

static bool contains(const struct slices *set, slice wanted)
{
    return set->count > 0 &&
           bsearch(&wanted, set->items, set->count, sizeof wanted, compare_slices) != NULL;
}

static slice without_query(slice url)
{
    url = slice_head(url, slice_find_byte(url, '#'));
    return slice_head(url, slice_find_byte(url, '?'));
}

static bool is_our_host(const struct check *check, const struct url *url)
{
    const struct capsule_conf *conf = &check->open->capsule->conf;
    if (!slice_equal_nocase(url->scheme, SLICE("gemini")) ||
        (url->port != -1 && url->port != 1965)) {
        return false;
    }
    for (size_t i = 0; i < conf->host_count; i++) {
        if (slice_equal_nocase(conf->hosts[i], url->host)) {
            return true;
        }
    }
    return false;
}

/* The path that `reference` means on the page check->url. False when it leads out of the capsule.
 */
static bool find_path(struct check *check, slice reference, slice *path)
{
    bool plain = slice_starts_with(reference, SLICE("/")) &&
                 !slice_starts_with(reference, SLICE("//")) &&
                 slice_find(reference, SLICE("/.")) == reference.len;
    if (plain) {
        *path = without_query(reference);
        return true;
    }
    struct url url;
    buf_clear(&check->resolved);
    if (!url_resolve(buf_slice(&check->url), reference, &check->resolved) ||
        !url_parse(buf_slice(&check->resolved), &url) || !is_our_host(check, &url)) {
        return false;
    }
    *path = url.path.len > 0 ? url.path : SLICE("/");
    return true;
}

/* When the verdict is VERDICT_DEAD, check->path is what there is not. `page`, when it is not NULL,
 * becomes the page that was found. */
static enum verdict judge(struct check *check, slice reference, struct page *page)
{
    slice path;
    if (!find_path(check, reference, &path)) {
        return VERDICT_OUTSIDE;
    }
    check->counts->links++;
    if (page == NULL && contains(&check->urls, path)) {
        return VERDICT_GOOD;
    }
    struct page found = { 0 };
    buf_clear(&check->path);
    uri_put_decoded(&check->path, path);
    enum sitemap_found result = sitemap_find(check->open->capsule, buf_slice(&check->path), &found);
    if (page != NULL) {
        *page = found;
    }
    return result == SITEMAP_FOUND         ? VERDICT_GOOD
           : result == SITEMAP_NEEDS_SLASH ? VERDICT_FOLDER
                                           : VERDICT_DEAD;
}

static void set_url(struct check *check, const struct page *page)
{
    buf_clear(&check->url);
    page_put_absolute_url(check->context, page, &check->url);
}

/* --- links in sources ------------------------------------------------------------------------- */

static bool is_hidden(const struct check *check, const struct review *review)
{
    return review->draft || !review->has_published || review->published > check->context->now;
}

static const struct review *review_of(const struct page *page)
{
    return page->alias != NULL ? page->alias->review : page->review;
}

/* `from` is NULL for a hand-written page. */
static void check_source_link(struct check *check, const struct source *source,
                              const struct gemtext_line *line, const struct review *from)
{
    struct page page = { 0 };
    slice label;
    buf_clear(&check->bytes);
    (void)body_resolve(check->context, line, &label, &check->bytes);
    slice target = buf_slice(&check->bytes);
    const char *at = line->url.ptr;
    switch (judge(check, target, &page)) {
    case VERDICT_OUTSIDE:
        return;
    case VERDICT_DEAD:
        diags_add(check->diags, DIAG_ERROR, source, at, "this link leads nowhere: there is no %.*s",
                  SLICE_ARG(buf_slice(&check->path)));
        *ARRAY_ADD(&check->arena, &check->dead) = arena_copy(&check->arena, target);
        return;
    case VERDICT_FOLDER:
        diags_add(check->diags, DIAG_WARNING, source, at, "this is a folder: write `%.*s/`",
                  SLICE_ARG(line->url));
        return;
    case VERDICT_GOOD:
        break;
    }
    const struct review *to = review_of(&page);
    if (to != NULL && is_hidden(check, to) && (from == NULL || !is_hidden(check, from))) {
        diags_add(
            check->diags, check->to_hidden, source, at,
            "this link leads to a review that is not published yet: %.*s (`review:%.*s` would "
            "be plain text until then)",
            SLICE_ARG(to->path), SLICE_ARG(to->slug));
    }
}

static void check_source(struct check *check, const struct source *source,
                         const struct gemtext_line *lines, size_t count,
                         const struct review *review)
{
    for (size_t i = 0; i < count; i++) {
        enum facet_kind kind;
        slice slug;
        /* At links by name the loader has looked. */
        if (lines[i].type == GEMTEXT_LINK && !capsule_split_name(lines[i].url, &kind, &slug)) {
            check_source_link(check, source, &lines[i], review);
        }
    }
}

static void check_sources(struct check *check)
{
    const struct capsule *capsule = check->open->capsule;
    for (size_t i = 0; i < capsule->review_count; i++) {
        const struct review *review = capsule->reviews[i];
        const struct page page = { .kind = PAGE_REVIEW, .review = review };
        const struct source source = { review->path, review->source };
        set_url(check, &page);
        check_source(check, &source, review->lines, review->line_count, review);
    }
    for (size_t i = 0; i < capsule->page_count; i++) {
        const struct hand_page *hand = &capsule->pages[i];
        const struct page page = { .kind = PAGE_HAND, .hand = hand };
        const struct source source = { hand->path, hand->source };
        set_url(check, &page);
        check_source(check, &source, hand->lines, hand->line_count, NULL);
    }
    sort(&check->dead);
}

/* --- pages ------------------------------------------------------------------------------------ */

static bool collect_url(void *context, const struct page *page)
{
    struct check *check = context;
    buf_clear(&check->url);
    page_put_url(check->context, page, &check->url);
    *ARRAY_ADD(&check->arena, &check->urls) = arena_copy(&check->arena, buf_slice(&check->url));
    return true;
}

/* `text` is a page as a client gets it; `name` is what it is called in messages. */
static void check_text(struct check *check, slice name, slice text)
{
    const struct source source = { name, text };
    struct gemtext_reader reader = { .rest = text };
    struct gemtext_line line;
    while (gemtext_next(&reader, &line)) {
        if (line.type != GEMTEXT_LINK) {
            continue;
        }
        enum verdict verdict = judge(check, line.url, NULL);
        if (verdict == VERDICT_DEAD && !contains(&check->dead, line.url)) {
            diags_add(check->diags, DIAG_ERROR, &source, line.url.ptr,
                      "this link leads nowhere: there is no %.*s",
                      SLICE_ARG(buf_slice(&check->path)));
        }
    }
}

/* Gemtext in static/ is served as it is, and has links as well. */
static void check_static(struct check *check, const struct static_file *file)
{
    struct arena arena;
    slice text;
    arena_init(&arena);
    slice name = arena_printf(&arena, "static/%.*s", SLICE_ARG(file->path));
    slice path = arena_printf(&arena, "%s/%.*s", check->open->folder, SLICE_ARG(name));
    const struct source source = { name, SLICE_EMPTY };
    if (file_read(&arena, AT_FDCWD, path.ptr, LIMIT_SOURCE_FILE, &text)) {
        check_text(check, name, text);
    } else {
        diags_add(check->diags, DIAG_WARNING, &source, NULL, "cannot be read: %s", strerror(errno));
    }
    arena_release(&arena);
}

static bool check_page(void *context, const struct page *page)
{
    struct check *check = context;
    struct page_answer answer;
    check->counts->pages++;
    set_url(check, page);
    slice url = buf_slice(&check->url);
    const struct source source = { url, SLICE_EMPTY };
    if (url.len > LIMIT_REQUEST_URL) {
        diags_add(check->diags, DIAG_ERROR, &source, NULL,
                  "no client can ask for it: a URL has at most %d bytes", LIMIT_REQUEST_URL);
    }
    buf_clear(&check->bytes);
    page_render(check->context, page, &check->bytes, &answer);
    if (check->bytes.failed) {
        diags_add(check->diags, DIAG_ERROR, &source, NULL, "the page is too large");
    } else if (!slice_equal(answer.media_type, SLICE("text/gemini"))) {
        return true;
    } else if (page->kind == PAGE_STATIC) {
        check_static(check, page->file);
    } else {
        check_text(check, url, buf_slice(&check->bytes));
    }
    return true;
}

void link_check(const struct open_capsule *open, enum diag_level to_hidden,
                struct link_counts *counts, struct diags *diags)
{
    struct check check = { .open = open,
                           .context = &open->context,
                           .diags = diags,
                           .counts = counts,
                           .to_hidden = to_hidden };
    struct buf *const scratch[] = { &check.url, &check.resolved, &check.path, &check.bytes };
    *counts = (struct link_counts){ 0 };
    arena_init(&check.arena);
    for (size_t i = 0; i < ARRAY_LENGTH(scratch); i++) {
        buf_init(scratch[i], LIMIT_PAGE);
    }
    (void)sitemap_walk(open->capsule, collect_url, &check);
    sort(&check.urls);
    check_sources(&check);
    counts->links = 0; /* they are on the pages again */
    (void)sitemap_walk(open->capsule, check_page, &check);
    for (size_t i = 0; i < ARRAY_LENGTH(scratch); i++) {
        buf_release(scratch[i]);
    }
    arena_release(&check.arena);
}
