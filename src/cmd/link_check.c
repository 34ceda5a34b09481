#include "cmd/link_check.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/limits.h"
#include "export/target.h"
#include "pages/body.h"
#include "pages/render.h"
#include "source/slug_map.h"
#include "text/uri.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

struct slices {
    slice *items;
    size_t count, capacity;
};

struct link_check {
    const struct open_capsule *open;
    const struct page_context *context;
    struct diags *diags;
    struct link_counts counts;
    enum diag_level to_hidden;
    enum diag_level to_closed;
    const struct path_area *area; /* of the page that is checked */
    struct arena arena;
    struct slug_map urls; /* of every page: nearly all links are found among them */
    struct slices dead;   /* targets that were reported at their place in a source, sorted */
    struct buf url;       /* scratch: of the page that is checked */
    struct buf resolved;  /* scratch: what a link means on that page */
    struct buf path;      /* scratch: the same, decoded */
    struct buf target;    /* scratch: of a link in a source */
};

enum verdict {
    VERDICT_OUTSIDE, /* another capsule or protocol */
    VERDICT_GOOD,
    VERDICT_FOLDER, /* works, through a redirect to the same with a slash */
    VERDICT_MOVED,  /* works, through a redirect of capsule.conf */
    VERDICT_GONE,   /* capsule.conf says so */
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

static enum verdict verdict_of(enum sitemap_found result, const struct page *found)
{
    switch (result) {
    case SITEMAP_NEEDS_SLASH:
        return VERDICT_FOLDER;
    case SITEMAP_FOUND:
        if (found->kind == PAGE_RULE) {
            return found->rule->kind == PATH_GONE ? VERDICT_GONE : VERDICT_MOVED;
        }
        return VERDICT_GOOD;
    case SITEMAP_NOT_FOUND:
        break;
    }
    return VERDICT_DEAD;
}

/* When the verdict is VERDICT_DEAD, check->path is what there is not. `page`, when it is not NULL,
 * becomes the page that was found. */
static enum verdict judge(struct link_check *check, slice reference, struct page *page)
{
    slice path;
    if (!target_find_path(&check->open->capsule->conf, buf_slice(&check->url), reference,
                          &check->resolved, &path)) {
        return VERDICT_OUTSIDE;
    }
    check->counts.links++;
    if (page == NULL && slug_map_find(&check->urls, path) != NULL) {
        return VERDICT_GOOD;
    }
    struct page found = { 0 };
    buf_clear(&check->path);
    uri_put_decoded(&check->path, path);
    enum sitemap_found result = sitemap_find(check->open->capsule, buf_slice(&check->path), &found);
    if (page != NULL) {
        *page = found;
    }
    return verdict_of(result, &found);
}

static void set_url(struct link_check *check, const struct page *page)
{
    buf_clear(&check->url);
    page_put_absolute_url(check->context, page, &check->url);
    check->area = page_area(check->open->capsule, page);
}

/* A link that works, but not as its author may think. True when there was something to say; `page`
 * is what was found. */
static bool say_redirected(struct link_check *check, enum verdict verdict,
                           const struct source *source, const char *at, const struct page *page)
{
    if (verdict == VERDICT_GONE) {
        diags_add(check->diags, DIAG_WARNING, source, at,
                  "this link leads to what is gone, as capsule.conf says: %.*s",
                  SLICE_ARG(buf_slice(&check->path)));
    } else if (verdict == VERDICT_MOVED) {
        buf_clear(&check->resolved);
        rule_put_target(check->context, page, &check->resolved);
        diags_add(check->diags, DIAG_WARNING, source, at,
                  "this link leads to a redirect of capsule.conf: write `%.*s`",
                  SLICE_ARG(buf_slice(&check->resolved)));
    }
    return verdict == VERDICT_GONE || verdict == VERDICT_MOVED;
}

/* Of pages that are closed themselves, their readers will know. */
static void say_closed(struct link_check *check, const struct source *source, const char *at,
                       const struct page *page)
{
    const struct capsule *capsule = check->open->capsule;
    const struct path_area *area = page_area(capsule, page);
    if (check->area == capsule->area && !capsule_may_tell(capsule, check->area, area)) {
        diags_add(check->diags, check->to_closed, source, at,
                  "this link leads into a closed area: %.*s",
                  SLICE_ARG(area->scope.path.len > 0 ? area->scope.path : SLICE("/")));
    }
}

/* --- links in sources ------------------------------------------------------------------------- */

static bool is_hidden(const struct link_check *check, const struct review *review)
{
    return review->draft || !review->has_published || review->published > check->context->now;
}

static const struct review *review_of(const struct page *page)
{
    return page->alias != NULL ? page->alias->review : page->review;
}

/* `from` is NULL for a hand-written page. */
static void check_source_link(struct link_check *check, const struct source *source,
                              const struct gemtext_line *line, const struct review *from)
{
    struct page page = { 0 };
    slice label;
    buf_clear(&check->target);
    (void)body_resolve(check->context, line, &label, &check->target);
    slice target = buf_slice(&check->target);
    const char *at = line->url.ptr;
    enum verdict verdict = judge(check, target, &page);
    switch (verdict) {
    case VERDICT_OUTSIDE:
        return;
    case VERDICT_MOVED:
    case VERDICT_GONE:
        (void)say_redirected(check, verdict, source, at, &page);
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
    say_closed(check, source, at, &page);
    const struct review *to = review_of(&page);
    if (to != NULL && is_hidden(check, to) && (from == NULL || !is_hidden(check, from))) {
        diags_add(
            check->diags, check->to_hidden, source, at,
            "this link leads to a review that is not published yet: %.*s (`review:%.*s` would "
            "be plain text until then)",
            SLICE_ARG(to->path), SLICE_ARG(to->slug));
    }
}

static void check_source(struct link_check *check, const struct source *source,
                         const struct gemtext_lines *lines, const struct review *review)
{
    for (size_t i = 0; i < lines->count; i++) {
        enum facet_kind kind;
        slice slug;
        if (gemtext_lines_type(lines, i) != GEMTEXT_LINK) {
            continue;
        }
        const struct gemtext_line line = gemtext_lines_at(lines, i);
        /* At links by name the loader has looked. */
        if (!capsule_split_name(line.url, &kind, &slug)) {
            check_source_link(check, source, &line, review);
        }
    }
}

static void check_sources(struct link_check *check)
{
    const struct capsule *capsule = check->open->capsule;
    for (size_t i = 0; i < capsule_count_reviews(capsule); i++) {
        const struct review *review = capsule_review_at(capsule, i);
        const struct page page = { .kind = PAGE_REVIEW, .review = review };
        const struct source source = { review->path, review->source };
        set_url(check, &page);
        check_source(check, &source, &review->lines, review);
    }
    for (size_t i = 0; i < capsule->page_count; i++) {
        const struct hand_page *hand = &capsule->pages[i];
        const struct page page = { .kind = PAGE_HAND, .hand = hand };
        const struct source source = { hand->path, hand->source };
        set_url(check, &page);
        check_source(check, &source, &hand->lines, NULL);
    }
    sort(&check->dead);
}

/* --- pages ------------------------------------------------------------------------------------ */

static bool collect_url(void *context, const struct page *page)
{
    struct link_check *check = context;
    if (page->kind == PAGE_RULE) {
        return true; /* to a redirect there is more to say than that it is there */
    }
    buf_clear(&check->url);
    page_put_url(check->context, page, &check->url);
    (void)slug_map_claim(&check->urls, arena_copy(&check->arena, buf_slice(&check->url)), NULL);
    return true;
}

/* `text` is gemtext as a client gets it; `name` is what it is called in messages. */
struct shown {
    slice name;
    slice text;
    slice base;      /* before every path that page_put_url has made */
    bool as_written; /* a file of static/: nobody has looked at its links yet */
};

/* A link without the base, as the links in sources are. */
static slice below_base(slice url, slice base)
{
    slice below = slice_from(url, base.len);
    return slice_starts_with(url, base) && slice_starts_with(below, SLICE("/")) ? below : url;
}

static void check_text(struct link_check *check, const struct shown *shown)
{
    const struct source source = { shown->name, shown->text };
    struct gemtext_reader reader = { .rest = shown->text };
    enum gemtext_type type;
    slice raw;
    while (gemtext_next_raw(&reader, &type, &raw)) {
        if (type != GEMTEXT_LINK) {
            continue;
        }
        struct page page = { 0 };
        slice written = gemtext_split(type, raw).url;
        slice url = below_base(written, shown->base);
        enum verdict verdict = judge(check, url, shown->as_written ? &page : NULL);
        if (shown->as_written && !say_redirected(check, verdict, &source, written.ptr, &page) &&
            verdict == VERDICT_GOOD) {
            say_closed(check, &source, written.ptr, &page);
        }
        if (verdict == VERDICT_DEAD && !contains(&check->dead, url)) {
            diags_add(check->diags, DIAG_ERROR, &source, written.ptr,
                      "this link leads nowhere: there is no %.*s",
                      SLICE_ARG(buf_slice(&check->path)));
        }
    }
}

/* Gemtext in static/ is served as it is, and has links as well. */
static void check_static(struct link_check *check, const struct static_file *file)
{
    struct arena arena;
    slice text;
    arena_init(&arena);
    slice name = arena_printf(&arena, "static/%.*s", SLICE_ARG(file->path));
    slice path = arena_printf(&arena, "%s/%.*s", check->open->folder, SLICE_ARG(name));
    const struct source source = { name, SLICE_EMPTY };
    if (file_read(&arena, AT_FDCWD, path.ptr, LIMIT_SOURCE_FILE, &text)) {
        check_text(check, &(struct shown){ .name = name, .text = text, .as_written = true });
    } else {
        diags_add(check->diags, DIAG_WARNING, &source, NULL, "cannot be read: %s", strerror(errno));
    }
    arena_release(&arena);
}

void link_check_page(struct link_check *check, const struct page *page,
                     const struct page_answer *answer, const struct buf *bytes, slice base)
{
    check->counts.pages++;
    set_url(check, page);
    slice url = buf_slice(&check->url);
    const struct source source = { url, SLICE_EMPTY };
    if (url.len > LIMIT_REQUEST_URL) {
        diags_add(check->diags, DIAG_ERROR, &source, NULL,
                  "no client can ask for it: a URL has at most %d bytes", LIMIT_REQUEST_URL);
    }
    if (bytes->failed) {
        diags_add(check->diags, DIAG_ERROR, &source, NULL, "the page is too large");
    } else if (page->kind == PAGE_RULE || !slice_equal(answer->media_type, SLICE("text/gemini"))) {
        return; /* at where redirects lead path_check looks */
    } else if (page->kind == PAGE_STATIC) {
        check_static(check, page->file);
    } else {
        check_text(check, &(struct shown){ .name = url, .text = buf_slice(bytes), .base = base });
    }
}

/* --- both ------------------------------------------------------------------------------------- */

struct link_check *link_check_begin(const struct open_capsule *open, enum diag_level to_hidden,
                                    enum diag_level to_closed, struct diags *diags)
{
    struct arena arena;
    arena_init(&arena);
    struct link_check *check = arena_alloc(&arena, sizeof *check);
    *check = (struct link_check){ .open = open,
                                  .context = &open->context,
                                  .diags = diags,
                                  .to_hidden = to_hidden,
                                  .to_closed = to_closed,
                                  .arena = arena };
    buf_init(&check->url, LIMIT_PAGE);
    buf_init(&check->resolved, LIMIT_PAGE);
    buf_init(&check->path, LIMIT_PAGE);
    buf_init(&check->target, LIMIT_PAGE);
    slug_map_init(&check->urls, &check->arena);
    (void)sitemap_walk(open->capsule, collect_url, check);
    check_sources(check);
    check->counts.links = 0; /* they are on the pages again */
    return check;
}

struct link_counts link_check_end(struct link_check *check)
{
    struct link_counts counts = check->counts;
    struct arena arena = check->arena; /* the struct goes with it */
    buf_release(&check->url);
    buf_release(&check->resolved);
    buf_release(&check->path);
    buf_release(&check->target);
    arena_release(&arena);
    return counts;
}
