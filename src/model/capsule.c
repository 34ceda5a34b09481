#include "model/capsule.h"

#include "base/limits.h"
#include "model/check.h"
#include "text/slug.h"

#include <stdlib.h>

/* Slug first; among files with one slug the first by path, which is the one that stays. */
static int compare_slug_and_path(const void *a, const void *b)
{
    const struct review *x = *(const struct review *const *)a;
    const struct review *y = *(const struct review *const *)b;
    int order = slice_compare(x->slug, y->slug);
    return order != 0 ? order : slice_compare(x->path, y->path);
}

/* Newest first. A draft without a date is what is being written now: it stands before all. */
static int compare_newest_first(const void *a, const void *b)
{
    const struct review *x = *(const struct review *const *)a;
    const struct review *y = *(const struct review *const *)b;
    if (x->has_published != y->has_published) {
        return x->has_published ? 1 : -1;
    }
    if (x->published != y->published) {
        return x->published > y->published ? -1 : 1;
    }
    return slice_compare(x->slug, y->slug);
}

/* The reviews of `parts` sorted by slug, each slug once. */
static struct review **sort_and_separate(struct arena *arena, const struct capsule_parts *parts,
                                         size_t *count, struct diags *diags)
{
    struct review **all = arena_array(arena, parts->review_count, sizeof(struct review *));
    for (size_t i = 0; i < parts->review_count; i++) {
        all[i] = parts->reviews[i];
    }
    if (parts->review_count > 1) {
        qsort(all, parts->review_count, sizeof(struct review *), compare_slug_and_path);
    }
    size_t kept = 0;
    for (size_t i = 0; i < parts->review_count; i++) {
        if (kept > 0 && slice_equal(all[kept - 1]->slug, all[i]->slug)) {
            struct source source = { all[i]->path, all[i]->source };
            diags_add(diags, DIAG_ERROR, &source, NULL,
                      "%.*s has the same name, so both would be at /reviews/%.*s/; that one is "
                      "served, rename this one",
                      SLICE_ARG(all[kept - 1]->path), SLICE_ARG(all[i]->slug));
            continue;
        }
        all[kept++] = all[i];
    }
    *count = kept;
    return all;
}

static bool is_visible(const struct review *review, const struct capsule_parts *parts)
{
    return parts->show_drafts || (!review->draft && review->published <= parts->now);
}

/* The one address that this room knows; everything else about addresses is in pages/sitemap. */
static const struct path_area *find_area(const struct capsule_parts *parts,
                                         const struct review *review)
{
    struct buf path;
    if (parts->conf.paths.area_count == 0) {
        return NULL;
    }
    buf_init(&path, LIMIT_SLUG + 16);
    buf_puts(&path, "/reviews/");
    buf_put(&path, review->slug);
    const struct path_area *area =
        path.failed ? &path_area_of_nobody : path_find_area(&parts->conf.paths, buf_slice(&path));
    buf_release(&path);
    return area;
}

/* To write what is there already would cost a copy of the page of memory it is in, for each review,
 * while workers of before share it. */
static void set_area(struct review *review, const struct path_area *area)
{
    if (review->area != area) {
        review->area = area;
    }
}

static void set_place(struct review *review, size_t place)
{
    if (review->place != (uint32_t)place) {
        review->place = (uint32_t)place;
    }
}

/* Split what is visible into the listed reviews and those in closed areas. */
static void collect_listed(struct review *const *visible, size_t count, struct capsule *out)
{
    size_t listed = 0;
    for (size_t i = 0; i < count; i++) {
        listed += capsule_may_tell(out, out->area, visible[i]->area);
    }
    for (size_t i = 0; i < count; i++) {
        if (capsule_may_tell(out, out->area, visible[i]->area)) {
            out->reviews[out->review_count++] = visible[i];
            set_place(visible[i], listed - out->review_count);
        } else {
            out->closed[out->closed_count++] = visible[i];
            set_place(visible[i], REVIEW_UNLISTED);
        }
    }
}

static void collect_visible(struct arena *arena, const struct capsule_parts *parts,
                            struct review **all, size_t count, struct capsule *out)
{
    struct review **visible = arena_array(arena, count, sizeof(struct review *));
    size_t visible_count = 0;
    out->reviews = arena_array(arena, count, sizeof(struct review *));
    out->closed = arena_array(arena, count, sizeof(struct review *));
    out->by_slug = arena_array(arena, count, sizeof(struct review *));
    for (size_t i = 0; i < count; i++) {
        set_area(all[i], find_area(parts, all[i]));
        if (is_visible(all[i], parts)) {
            visible[visible_count] = all[i];
            out->by_slug[visible_count++] = all[i];
            continue;
        }
        set_place(all[i], REVIEW_UNLISTED);
        if (!all[i]->draft && (out->next_change == 0 || all[i]->published < out->next_change)) {
            out->next_change = all[i]->published;
        }
    }
    if (visible_count > 1) {
        qsort(visible, visible_count, sizeof(struct review *), compare_newest_first);
    }
    collect_listed(visible, visible_count, out);
}

static void collect_quotes(struct arena *arena, struct capsule *out)
{
    size_t count = 0;
    for (size_t i = 0; i < out->review_count; i++) {
        count += out->reviews[i]->quote_count;
    }
    out->quotes = arena_array(arena, count, sizeof *out->quotes);
    for (size_t i = 0; i < out->review_count; i++) {
        const struct review *review = out->reviews[i];
        for (size_t q = 0; q < review->quote_count; q++) {
            out->quotes[out->quote_count++] = (struct quote_ref){ review, &review->quotes[q] };
        }
    }
}

static int compare_aliases(const void *a, const void *b)
{
    const struct alias *x = a;
    const struct alias *y = b;
    int order = slice_compare(x->path, y->path);
    return order != 0 ? order : slice_compare(x->review->slug, y->review->slug);
}

/* All aliases of visible reviews; check_capsule says which of them are given twice. */
static void collect_aliases(struct arena *arena, struct capsule *out)
{
    size_t count = 0;
    size_t review_count = capsule_count_reviews(out);
    for (size_t i = 0; i < review_count; i++) {
        count += out->by_slug[i]->alias_count;
    }
    out->aliases = arena_array(arena, count, sizeof *out->aliases);
    for (size_t i = 0; i < review_count; i++) {
        for (size_t a = 0; a < out->by_slug[i]->alias_count; a++) {
            out->aliases[out->alias_count++] =
                (struct alias){ out->by_slug[i]->aliases[a], out->by_slug[i] };
        }
    }
    if (out->alias_count > 1) {
        qsort(out->aliases, out->alias_count, sizeof *out->aliases, compare_aliases);
    }
    size_t kept = 0;
    for (size_t i = 0; i < out->alias_count; i++) {
        if (kept == 0 || !slice_equal(out->aliases[kept - 1].path, out->aliases[i].path)) {
            out->aliases[kept++] = out->aliases[i];
        }
    }
    out->alias_count = kept;
}

/* Folders whose first file is statics[index]: those that its path does not share with the file
 * before it. `path` is scratch. */
static void add_folders(struct arena *arena, struct capsule *out, size_t index, size_t *capacity,
                        struct buf *path)
{
    slice file = out->statics[index].path;
    slice before = index > 0 ? out->statics[index - 1].path : SLICE_EMPTY;
    bool shared = true;
    for (size_t i = 0; i < file.len; i++) {
        shared = shared && i < before.len && before.ptr[i] == file.ptr[i];
        if (file.ptr[i] != '/' || shared) {
            continue;
        }
        buf_clear(path);
        buf_putc(path, '/');
        buf_put(path, slice_head(file, i));
        if (!path_is_listed(&out->conf.paths, buf_slice(path))) {
            continue;
        }
        struct static_folder folder = { slice_head(file, i + 1), index, index };
        while (folder.end < out->static_count &&
               slice_starts_with(out->statics[folder.end].path, folder.path)) {
            folder.end++;
        }
        out->folders = arena_grow(arena, out->folders, out->folder_count, capacity, sizeof folder);
        out->folders[out->folder_count++] = folder;
    }
}

/* They come out sorted, as the files are. */
static void collect_folders(struct arena *arena, struct capsule *out)
{
    size_t capacity = 0;
    struct buf path;
    if (out->conf.paths.listing_count == 0) {
        return;
    }
    buf_init(&path, LIMIT_PAGE);
    for (size_t i = 0; i < out->static_count; i++) {
        add_folders(arena, out, i, &capacity, &path);
    }
    buf_release(&path);
}

/* What has no place in the order is left out. */
enum { RATINGS = 1001, NOWHERE = RATINGS };

static unsigned place_by_rating(const struct review *review)
{
    return review->rating_share == RATING_NONE ? NOWHERE : RATINGS - 1 - review->rating_share;
}

static unsigned place_by_day(const struct review *review)
{
    const struct date day = review->published_day;
    return review->has_published && !review->draft ? 32 * day.month + day.day : NOWHERE;
}

/* The listed reviews in the order of what `place` says of them, of equal ones the newer first. */
static const struct review **sort_listed(struct arena *arena, const struct capsule *capsule,
                                         unsigned (*place)(const struct review *), size_t *count)
{
    size_t starts[NOWHERE + 2] = { 0 };
    for (size_t i = 0; i < capsule->review_count; i++) {
        starts[place(capsule->reviews[i]) + 1]++;
    }
    for (size_t i = 0; i <= NOWHERE; i++) {
        starts[i + 1] += starts[i];
    }
    *count = starts[NOWHERE];
    const struct review **sorted = arena_array(arena, *count, sizeof(struct review *));
    for (size_t i = 0; i < capsule->review_count; i++) {
        const unsigned at = place(capsule->reviews[i]);
        if (at != NOWHERE) {
            sorted[starts[at]++] = capsule->reviews[i];
        }
    }
    return sorted;
}

void capsule_index(struct arena *arena, const struct capsule_parts *parts, struct capsule *out,
                   struct diags *diags)
{
    size_t count = 0;
    *out = (struct capsule){
        .conf = parts->conf,
        .conf_source = parts->conf_source,
        .slug = slug_make_never_empty(arena, parts->conf.title),
        .area = path_find_area(&parts->conf.paths, SLICE("/")),
        .pages = parts->pages,
        .page_count = parts->page_count,
        .statics = parts->statics,
        .static_count = parts->static_count,
    };
    struct review **all = sort_and_separate(arena, parts, &count, diags);
    collect_visible(arena, parts, all, count, out);
    out->featured = capsule_find_review(out, parts->conf.featured);
    if (out->featured != NULL && !capsule_may_tell(out, out->area, out->featured->area)) {
        out->featured = NULL;
    }
    if (out->featured == NULL && out->review_count > 0) {
        out->featured = out->reviews[0];
    }
    collect_folders(arena, out);
    collect_quotes(arena, out);
    collect_aliases(arena, out);
    for (int kind = 0; kind < FACET_COUNT; kind++) {
        facet_build(arena, (enum facet_kind)kind, out->reviews, out->review_count,
                    &out->facets[kind]);
    }
    out->by_rating = sort_listed(arena, out, place_by_rating, &out->rated_count);
    out->by_day = sort_listed(arena, out, place_by_day, &out->day_count);
    check_capsule(out, parts, all, count, diags);
}

size_t capsule_count_reviews(const struct capsule *capsule)
{
    return capsule->review_count + capsule->closed_count;
}

const struct review *capsule_review_at(const struct capsule *capsule, size_t index)
{
    size_t listed = capsule->review_count;
    return index < listed ? capsule->reviews[index] : capsule->closed[index - listed];
}

const struct review *capsule_newer(const struct capsule *capsule, const struct review *review)
{
    return review->place < capsule->review_count && capsule->review_count - review->place > 1
               ? capsule->reviews[capsule->review_count - 2 - review->place]
               : NULL;
}

const struct review *capsule_older(const struct capsule *capsule, const struct review *review)
{
    return review->place > 0 && review->place < capsule->review_count
               ? capsule->reviews[capsule->review_count - review->place]
               : NULL;
}

static int compare_slug_with_review(const void *slug, const void *review)
{
    return slice_compare(*(const slice *)slug, (*(const struct review *const *)review)->slug);
}

const struct review *capsule_find_review(const struct capsule *capsule, slice slug)
{
    size_t count = capsule_count_reviews(capsule);
    if (count == 0) {
        return NULL;
    }
    const struct review **found =
        bsearch(&slug, capsule->by_slug, count, sizeof(struct review *), compare_slug_with_review);
    return found == NULL ? NULL : *found;
}

static int compare_name_with_page(const void *name, const void *page)
{
    return slice_compare(*(const slice *)name, ((const struct hand_page *)page)->name);
}

const struct hand_page *capsule_find_page(const struct capsule *capsule, slice name)
{
    return capsule->page_count == 0 ? NULL
                                    : bsearch(&name, capsule->pages, capsule->page_count,
                                              sizeof *capsule->pages, compare_name_with_page);
}

static int compare_path_with_static(const void *path, const void *file)
{
    return slice_compare(*(const slice *)path, ((const struct static_file *)file)->path);
}

const struct static_file *capsule_find_static(const struct capsule *capsule, slice path)
{
    return capsule->static_count == 0 ? NULL
                                      : bsearch(&path, capsule->statics, capsule->static_count,
                                                sizeof *capsule->statics, compare_path_with_static);
}

static int compare_path_with_folder(const void *path, const void *folder)
{
    return slice_compare(*(const slice *)path, ((const struct static_folder *)folder)->path);
}

const struct static_folder *capsule_find_folder(const struct capsule *capsule, slice path)
{
    return capsule->folder_count == 0 ? NULL
                                      : bsearch(&path, capsule->folders, capsule->folder_count,
                                                sizeof *capsule->folders, compare_path_with_folder);
}

static int compare_path_with_alias(const void *path, const void *alias)
{
    return slice_compare(*(const slice *)path, ((const struct alias *)alias)->path);
}

const struct alias *capsule_find_alias(const struct capsule *capsule, slice path)
{
    return capsule->alias_count == 0 ? NULL
                                     : bsearch(&path, capsule->aliases, capsule->alias_count,
                                               sizeof *capsule->aliases, compare_path_with_alias);
}

bool capsule_may_tell(const struct capsule *capsule, const struct path_area *page,
                      const struct path_area *what)
{
    return what == NULL || what == capsule->area || what == page;
}

bool capsule_split_name(slice target, enum facet_kind *kind, slice *slug)
{
    static const struct {
        slice scheme;
        enum facet_kind kind;
    } schemes[] = {
        { { "review:", 7 }, FACET_COUNT },
        { { "tag:", 4 }, FACET_TAGS },
        { { "person:", 7 }, FACET_PEOPLE },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(schemes); i++) {
        if (slice_starts_with(target, schemes[i].scheme)) {
            *kind = schemes[i].kind;
            *slug = slice_from(target, schemes[i].scheme.len);
            return true;
        }
    }
    return false;
}

bool capsule_resolve_name(const struct capsule *capsule, slice target, const struct review **review,
                          const struct facet **facet, const struct facet_value **value)
{
    enum facet_kind kind = FACET_COUNT;
    slice slug;
    *review = NULL;
    *facet = NULL;
    *value = NULL;
    if (!capsule_split_name(target, &kind, &slug)) {
        return false;
    }
    if (kind == FACET_COUNT) {
        *review = capsule_find_review(capsule, slug);
        return true;
    }
    *value = facet_find(&capsule->facets[kind], slug);
    *facet = *value == NULL ? NULL : &capsule->facets[kind];
    return true;
}
