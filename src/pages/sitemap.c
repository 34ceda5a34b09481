#include "pages/sitemap.h"

#include "base/limits.h"
#include "pages/best.h"
#include "pages/pattern.h"
#include "pages/render.h"
#include "text/uri.h"

#include <string.h>

#define GEMTEXT "text/gemini"
#define PLAIN "text/plain"
#define ATOM "application/atom+xml"
#define GEMPUB "application/gpub+zip"

/* Room for every path that a request can have, and for names in static/ that are longer: those
 * nobody can ask for. */
enum { PATH_BYTES = 8192 };

struct row {
    const char *pattern; /* see pattern.h */
    const char *media_type;
    page_renderer *render;
    /** NULL: every page that fits the pattern exists. */
    bool (*exists)(const struct page *page);
    /* A served page with a redirect leads elsewhere; an exported one is rendered. */
    page_redirect *redirect;
    unsigned redirect_status;
    bool dynamic;
    bool is_book;
};

static bool has_sections(const struct page *page)
{
    return page->review->section_count > 0;
}

static bool has_quotes(const struct page *page)
{
    return page->review->quote_count > 0;
}

static bool has_best(const struct page *page)
{
    return best_exists(page->facet, page->value);
}

static bool has_feeds(const struct page *page)
{
    return page->facet->def->has_feeds;
}

/* That of one review would be another name for the review's own. */
static bool has_book(const struct page *page)
{
    return page->facet->def->kind == FACET_TAGS && page->value->review_count > 1;
}

/* The URL space. A review without sections is whole on its own page and has no full.gmi. */
static const struct row rows[PAGE_KINDS] = {
    [PAGE_HOME] = { "/", GEMTEXT, .render = render_home },
    [PAGE_REVIEWS] = { "/reviews/{number}", GEMTEXT, .render = render_reviews },
    [PAGE_REVIEW_TODAY] = { "/reviews/today.gmi", GEMTEXT, .render = render_on_this_day },
    [PAGE_REVIEW_RANDOM] = { "/reviews/random.gmi", GEMTEXT, .render = render_review_today,
                             .redirect_status = 30, .redirect = redirect_review, .dynamic = true },
    [PAGE_BEST] = { "/best/{number}", GEMTEXT, .render = render_best },
    [PAGE_REVIEW] = { "/reviews/{review}/", GEMTEXT, .render = render_review },
    [PAGE_SECTION] = { "/reviews/{review}/{section}.gmi", GEMTEXT, .render = render_section },
    [PAGE_FULL] = { "/reviews/{review}/full.gmi", GEMTEXT, .render = render_full,
                    .exists = has_sections },
    [PAGE_REVIEW_QUOTES] = { "/reviews/{review}/quotes.gmi", GEMTEXT,
                             .render = render_review_quotes, .exists = has_quotes },
    [PAGE_QUOTE] = { "/reviews/{review}/{quote}.gmi", GEMTEXT, .render = render_quote },
    [PAGE_SOURCE] = { "/reviews/{review}/source.txt", PLAIN, .render = render_source },
    [PAGE_QUOTES] = { "/quotes/{number}", GEMTEXT, .render = render_quotes },
    [PAGE_QUOTE_TODAY] = { "/quotes/today.gmi", GEMTEXT, .render = render_quote_today },
    [PAGE_QUOTE_RANDOM] = { "/quotes/random.gmi", GEMTEXT, .render = render_quote_today,
                            .redirect_status = 30, .redirect = redirect_random, .dynamic = true },
    [PAGE_QUOTES_FEED] = { "/quotes/feed.gmi", GEMTEXT, .render = render_feed },
    [PAGE_QUOTES_ATOM] = { "/quotes/atom.xml", ATOM, .render = render_atom },
    [PAGE_FACET] = { "/{facet}/{number}", GEMTEXT, .render = render_facet },
    [PAGE_FACET_VALUE] = { "/{facet}/{value}/{number}", GEMTEXT, .render = render_facet_value },
    [PAGE_FACET_BEST] = { "/{facet}/{value}/best.gmi", GEMTEXT, .render = render_facet_best,
                          .exists = has_best },
    [PAGE_FACET_FEED] = { "/{facet}/{value}/feed.gmi", GEMTEXT, .render = render_feed,
                          .exists = has_feeds },
    [PAGE_FACET_ATOM] = { "/{facet}/{value}/atom.xml", ATOM, .render = render_atom,
                          .exists = has_feeds },
    [PAGE_SEARCH] = { "/search.gmi", GEMTEXT, .render = render_search, .dynamic = true },
    [PAGE_SEARCH_MORE] = { "/search/{results}", GEMTEXT, .render = render_search, .dynamic = true },
    [PAGE_FEED] = { "/feed.gmi", GEMTEXT, .render = render_feed },
    [PAGE_ATOM] = { "/atom.xml", ATOM, .render = render_atom },
    [PAGE_SITEMAP] = { "/sitemap.txt", PLAIN, .render = render_sitemap },
    [PAGE_ROBOTS] = { "/robots.txt", PLAIN, .render = render_robots },
    [PAGE_FAVICON] = { "/favicon.txt", PLAIN, .render = render_favicon },
    [PAGE_BOOK] = { "/{capsule}.gpub", GEMPUB, .is_book = true },
    [PAGE_REVIEW_BOOK] = { "/reviews/{review}/{same}.gpub", GEMPUB, .is_book = true },
    [PAGE_FACET_BOOK] = { "/{facet}/{value}/{same}.gpub", GEMPUB, .exists = has_book,
                          .is_book = true },
    [PAGE_HAND] = { "/{hand}.gmi", GEMTEXT, .render = render_hand },
    [PAGE_STATIC] = { "/{file}", NULL, .render = NULL },
    [PAGE_LISTING] = { "/{folder}", GEMTEXT, .render = render_listing },
    [PAGE_ALIAS] = { "{alias}", GEMTEXT, .render = render_alias, .redirect_status = 31,
                     .redirect = redirect_alias },
    [PAGE_RULE] = { "{rule}", GEMTEXT, .render = render_moved },
};

static bool find_kind(const struct capsule *capsule, enum page_kind kind, slice path,
                      struct page *page)
{
    const struct row *row = &rows[kind];
    *page = (struct page){ .kind = kind };
    return pattern_match(row->pattern, capsule, path, page) &&
           (row->exists == NULL || row->exists(page));
}

/* Files go by their names, so that static/index.gmi is a home page. */
static bool find_file(const struct capsule *capsule, slice path, struct page *page)
{
    static const slice index = { "index.gmi", 9 };
    char named[LIMIT_REQUEST_URL + 16];
    memcpy(named, path.ptr, path.len);
    slice name = { named, path.len };
    if (path.ptr[path.len - 1] == '/') {
        memcpy(named + path.len, index.ptr, index.len);
        name.len += index.len;
    }
    return find_kind(capsule, PAGE_STATIC, name, page);
}

/* Folders have one more name. */
static slice without_index(slice path)
{
    bool is_index = slice_ends_with(path, SLICE("/index.gmi"));
    return is_index ? slice_head(path, path.len - SLICE("index.gmi").len) : path;
}

static bool find_made(const struct capsule *capsule, slice path, struct page *page)
{
    path = without_index(path);
    for (enum page_kind kind = 0; kind < PAGE_STATIC; kind++) {
        if (find_kind(capsule, kind, path, page)) {
            return true;
        }
    }
    return false;
}

static bool find_page(const struct capsule *capsule, slice path, struct page *page)
{
    return find_file(capsule, path, page) || find_made(capsule, path, page) ||
           find_kind(capsule, PAGE_LISTING, without_index(path), page);
}

static bool is_path(slice text)
{
    return text.len > 0 && text.len <= LIMIT_REQUEST_URL && text.ptr[0] == '/';
}

bool sitemap_find_made(const struct capsule *capsule, slice path, struct page *page)
{
    return is_path(path) && find_made(capsule, path, page);
}

enum sitemap_found sitemap_find(const struct capsule *capsule, slice path, struct page *page)
{
    char folder[LIMIT_REQUEST_URL + 1];
    if (!is_path(path)) {
        return SITEMAP_NOT_FOUND;
    }
    if (find_kind(capsule, PAGE_RULE, path, page) || find_page(capsule, path, page)) {
        return SITEMAP_FOUND;
    }
    memcpy(folder, path.ptr, path.len);
    folder[path.len] = '/';
    slice with_slash = { folder, path.len + 1 };
    bool is_folder = path.ptr[path.len - 1] == '/';
    if (!is_folder && path.len < LIMIT_REQUEST_URL && find_page(capsule, with_slash, page)) {
        return SITEMAP_NEEDS_SLASH;
    }
    if (find_kind(capsule, PAGE_ALIAS, path, page) ||
        (!is_folder && find_kind(capsule, PAGE_ALIAS, with_slash, page))) {
        return SITEMAP_FOUND;
    }
    return SITEMAP_NOT_FOUND;
}

struct walk {
    bool overruled; /* visit what capsule.conf hides, and nothing else */
    bool books;     /* visit books, and nothing else */
    const struct capsule *capsule;
    sitemap_visit *visit;
    void *context;
    struct buf name; /* scratch: a file name, or an alias */
};

/* What capsule.conf says of its path is answered instead of it. `path` is scratch. */
static bool is_overruled(const struct capsule *capsule, const struct page *page, struct buf *path)
{
    slice rest;
    const struct path_settings *paths = &capsule->conf.paths;
    if (paths->rule_count == 0 || page->kind == PAGE_RULE) {
        return false;
    }
    buf_clear(path);
    page_put_path(page, path);
    return path_find_rule(paths, buf_slice(path), &rest) != NULL;
}

/* True when the path of `page` leads to another page. */
static bool is_shadowed(struct walk *walk, const struct page *page)
{
    struct page ignored;
    if (page->kind == PAGE_STATIC || page->kind == PAGE_RULE) {
        return false;
    }
    buf_clear(&walk->name);
    if (page->kind == PAGE_LISTING) {
        page_put_path(page, &walk->name);
        if (sitemap_find_made(walk->capsule, buf_slice(&walk->name), &ignored)) {
            return true;
        }
        buf_clear(&walk->name);
    }
    if (page->kind == PAGE_ALIAS) {
        struct page found;
        return sitemap_find(walk->capsule, page->alias->path, &found) != SITEMAP_FOUND ||
               found.alias != page->alias;
    }
    if (walk->capsule->static_count == 0) {
        return false;
    }
    page_put_file_name(page, &walk->name);
    return capsule_find_static(walk->capsule, buf_slice(&walk->name)) != NULL;
}

static bool visit_unless_shadowed(void *context, const struct page *page)
{
    struct walk *walk = context;
    const struct row *row = &rows[page->kind];
    bool is_gone = page->kind == PAGE_RULE && page->rule->kind == PATH_GONE;
    if (is_gone || (row->exists != NULL && !row->exists(page)) ||
        is_overruled(walk->capsule, page, &walk->name) != walk->overruled ||
        is_shadowed(walk, page)) {
        return true;
    }
    return walk->visit(walk->context, page);
}

static bool walk_all(struct walk *walk)
{
    bool going_on = true;
    char room[PATH_BYTES];
    buf_init_on(&walk->name, room, sizeof room);
    for (enum page_kind kind = 0; going_on && kind < PAGE_KINDS; kind++) {
        const struct page page = { .kind = kind };
        going_on =
            rows[kind].is_book != walk->books ||
            pattern_walk(rows[kind].pattern, walk->capsule, &page, visit_unless_shadowed, walk);
    }
    return going_on;
}

bool sitemap_walk(const struct capsule *capsule, sitemap_visit *visit, void *context)
{
    struct walk walk = { .capsule = capsule, .visit = visit, .context = context };
    return walk_all(&walk);
}

bool sitemap_walk_books(const struct capsule *capsule, sitemap_visit *visit, void *context)
{
    struct walk walk = { .capsule = capsule, .visit = visit, .context = context, .books = true };
    return walk_all(&walk);
}

bool sitemap_walk_overruled(const struct capsule *capsule, sitemap_visit *visit, void *context)
{
    struct walk walk = {
        .capsule = capsule, .visit = visit, .context = context, .overruled = true
    };
    return capsule->conf.paths.rule_count == 0 || walk_all(&walk);
}

bool page_is_dynamic(const struct page *page)
{
    return rows[page->kind].dynamic;
}

bool page_is_book(const struct page *page)
{
    return rows[page->kind].is_book;
}

struct page page_of_book(const struct capsule *capsule)
{
    return (struct page){ .kind = PAGE_BOOK, .rest = capsule->slug };
}

/* The path of a page as it is looked up among the settings, in `room`. False when it is longer. */
static bool path_of(const struct page *page, char room[PATH_BYTES], slice *path)
{
    struct buf out;
    buf_init_on(&out, room, PATH_BYTES);
    page_put_path(page, &out);
    *path = buf_slice(&out);
    return !out.failed;
}

const struct path_area *page_area(const struct capsule *capsule, const struct page *page)
{
    char room[PATH_BYTES];
    slice path;
    struct page review = { .kind = PAGE_REVIEW };
    if (capsule->conf.paths.area_count == 0) {
        return NULL;
    }
    if (page->kind == PAGE_ALIAS) {
        review.review = page->alias->review;
        page = &review;
    }
    return path_of(page, room, &path) ? path_find_area(&capsule->conf.paths, path)
                                      : &path_area_of_nobody;
}

bool page_is_open(const struct capsule *capsule, const struct page *page)
{
    struct walk walk = { .capsule = capsule };
    char room[PATH_BYTES];
    buf_init_on(&walk.name, room, sizeof room);
    return page_area(capsule, page) == NULL && !is_overruled(capsule, page, &walk.name) &&
           !is_shadowed(&walk, page);
}

bool page_is_offered(const struct page_context *context, const struct page *page)
{
    if (context->book == NULL) {
        return true;
    }
    switch (page->kind) {
    case PAGE_REVIEW:
        return context->book->is_whole && context->book->holds(context->book->context, page);
    case PAGE_REVIEWS:
    case PAGE_REVIEW_TODAY:
    case PAGE_REVIEW_RANDOM:
    case PAGE_BEST:
    case PAGE_SECTION:
    case PAGE_FULL:
    case PAGE_REVIEW_QUOTES:
    case PAGE_QUOTE:
    case PAGE_SOURCE:
    case PAGE_QUOTE_TODAY:
    case PAGE_QUOTE_RANDOM:
    case PAGE_QUOTES_FEED:
    case PAGE_QUOTES_ATOM:
    case PAGE_FACET_VALUE:
    case PAGE_FACET_BEST:
    case PAGE_FACET_FEED:
    case PAGE_FACET_ATOM:
    case PAGE_FEED:
    case PAGE_ATOM:
        return context->book->holds(context->book->context, page);
    default:
        return true;
    }
}

bool page_is_for(const struct page_context *context, const struct page *page)
{
    const struct capsule *capsule = context->capsule;
    char room[PATH_BYTES];
    struct buf path;
    buf_init_on(&path, room, sizeof room);
    return capsule_may_tell(capsule, context->area, page_area(capsule, page)) &&
           !is_overruled(capsule, page, &path);
}

slice page_lang(const struct capsule *capsule, const struct page *page)
{
    char room[PATH_BYTES];
    slice path;
    const struct path_lang *lang = NULL;
    if (page->review != NULL && page->review->lang.len > 0) {
        return page->review->lang;
    }
    if (capsule->conf.paths.lang_count > 0 && path_of(page, room, &path)) {
        lang = path_find_lang(&capsule->conf.paths, path);
    }
    return lang != NULL ? lang->lang : capsule->conf.lang;
}

static void answer_rule(const struct page_context *context, const struct page *page,
                        struct buf *out, struct page_answer *answer)
{
    static const unsigned statuses[] = {
        [PATH_MOVED] = 31, [PATH_ELSEWHERE] = 30, [PATH_GONE] = 52
    };
    answer->status = statuses[page->rule->kind];
    if (page->rule->kind == PATH_GONE) {
        buf_puts(out, "Gone");
        return;
    }
    size_t begin = out->len;
    rule_put_target(context, page, out);
    answer->takes_query =
        slice_find_byte(slice_from(buf_slice(out), begin), '?') == out->len - begin;
}

void page_render(const struct page_context *context, const struct page *page, struct buf *out,
                 struct page_answer *answer)
{
    const struct row *row = &rows[page->kind];
    slice media_type =
        page->kind == PAGE_STATIC ? page->file->media_type : slice_of(row->media_type);
    *answer = (struct page_answer){ .status = 20, .media_type = media_type };
    if (slice_equal(media_type, SLICE(GEMTEXT))) {
        answer->lang = page_lang(context->capsule, page);
    }
    if (page->kind == PAGE_STATIC || row->is_book) {
        return;
    }
    struct page target;
    if (page->kind == PAGE_RULE && (!context->export || page->rule->kind == PATH_GONE)) {
        answer_rule(context, page, out, answer);
        return;
    }
    if (row->redirect != NULL && !context->export && row->redirect(context, page, &target)) {
        answer->status = row->redirect_status;
        page_put_url(context, &target, out);
        return;
    }
    struct page_context inside = *context;
    inside.area = page_area(context->capsule, page);
    inside.here = page;
    row->render(&inside, page, out);
}

void page_put_path(const struct page *page, struct buf *out)
{
    pattern_put(rows[page->kind].pattern, page, buf_put, out);
}

void page_put_file_name(const struct page *page, struct buf *out)
{
    size_t start = out->len;
    page_put_path(page, out);
    if (out->failed || out->len == start) {
        return;
    }
    /* Every path has its first slash, which a file's name has not. */
    memmove(out->ptr + start, out->ptr + start + 1, out->len - start - 1);
    buf_truncate(out, out->len - 1);
    if (out->len == start || out->ptr[out->len - 1] == '/') {
        buf_puts(out, "index.gmi");
    }
}

void page_put_root(const struct page_context *context, struct buf *out)
{
    if (context->absolute || context->book != NULL) {
        buf_puts(out, "gemini://");
        buf_put(out, context->host);
    }
    buf_put(out, context->base);
}

static void put_served_url(const struct page_context *context, const struct page *page,
                           struct buf *out)
{
    page_put_root(context, out);
    pattern_put(rows[page->kind].pattern, page, uri_put_path, out);
}

/* From one file to another one. Both names are in memory of our own: `out` holds a whole page. */
static void put_relative_url(const struct page *here, const struct page *page, struct buf *out)
{
    char here_room[PATH_BYTES];
    char there_room[PATH_BYTES];
    struct buf from;
    struct buf to;
    buf_init_on(&from, here_room, sizeof here_room);
    buf_init_on(&to, there_room, sizeof there_room);
    page_put_file_name(here, &from);
    page_put_file_name(page, &to);
    uri_put_relative(out, buf_slice(&from), buf_slice(&to));
    out->failed = out->failed || from.failed || to.failed;
}

void page_put_url(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct page home = { .kind = PAGE_HOME };
    if (context->book != NULL && context->book->holds(context->book->context, page)) {
        put_relative_url(context->here != NULL ? context->here : &home, page, out);
    } else {
        put_served_url(context, page, out);
    }
}

void page_put_absolute_url(const struct page_context *context, const struct page *page,
                           struct buf *out)
{
    struct page_context absolute = *context;
    absolute.absolute = true;
    if (context->space != NULL && context->space->origin.len > 0) {
        buf_put(out, context->space->origin);
        if (context->space->put_type != NULL) {
            context->space->put_type(page, out);
        }
        page_put_absolute_path(context, page, out);
    } else {
        put_served_url(&absolute, page, out);
    }
}

void page_put_absolute_path(const struct page_context *context, const struct page *page,
                            struct buf *out)
{
    if (context->space != NULL) {
        buf_put(out, context->space->base);
        context->space->put_path(page, out);
    } else {
        put_served_url(context, page, out);
    }
}
