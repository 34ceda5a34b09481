#include "model/check.h"

#include "base/limits.h"
#include "text/date.h"

#include <stdlib.h>

/* The slugs that a misspelt one is compared with; collected when the first one is met. */
struct candidates {
    slice *items;
    size_t count;
    bool collected;
};

struct check {
    const struct capsule *capsule;
    const struct capsule_parts *parts;
    struct review *const *all;
    size_t all_count;
    struct diags *diags;
    struct arena scratch;
    struct facet hidden[FACET_COUNT]; /* of hidden reviews; only tags and people are built */
    slice *left_out;                  /* those of parts, sorted */
    struct candidates reviews;
    struct candidates values[FACET_COUNT];
    struct candidates statics;
    size_t suggestions;
    int64_t from; /* the moment from which readers see what is looked at */
};

/* --- suggestions --- */

static slice nearest(struct check *check, slice path, slice word, const struct candidates *among)
{
    if (diags_full(check->diags, path) || check->suggestions >= LIMIT_SUGGESTIONS) {
        return SLICE_EMPTY;
    }
    check->suggestions++;
    return diag_nearest(word, among->items, among->count);
}

static const struct candidates *review_candidates(struct check *check)
{
    struct candidates *found = &check->reviews;
    if (!found->collected) {
        found->items = arena_array(&check->scratch, check->all_count, sizeof(slice));
        for (size_t i = 0; i < check->all_count; i++) {
            found->items[found->count++] = check->all[i]->slug;
        }
        found->collected = true;
    }
    return found;
}

static const struct candidates *value_candidates(struct check *check, enum facet_kind kind)
{
    struct candidates *found = &check->values[kind];
    const struct facet *facet = &check->capsule->facets[kind];
    if (!found->collected) {
        found->items = arena_array(&check->scratch, facet->value_count, sizeof(slice));
        for (size_t i = 0; i < facet->value_count; i++) {
            found->items[found->count++] = facet->values[i].slug;
        }
        found->collected = true;
    }
    return found;
}

static const struct candidates *static_candidates(struct check *check)
{
    struct candidates *found = &check->statics;
    if (!found->collected) {
        found->items = arena_array(&check->scratch, check->capsule->static_count, sizeof(slice));
        for (size_t i = 0; i < check->capsule->static_count; i++) {
            found->items[found->count++] = check->capsule->statics[i].path;
        }
        found->collected = true;
    }
    return found;
}

/* --- names of reviews, tags and people --- */

static int compare_slug_with_review(const void *slug, const void *review)
{
    return slice_compare(*(const slice *)slug, (*(const struct review *const *)review)->slug);
}

static const struct review *find_any(const struct check *check, slice slug)
{
    struct review *const *found = check->all_count == 0
                                      ? NULL
                                      : bsearch(&slug, check->all, check->all_count,
                                                sizeof(struct review *), compare_slug_with_review);
    return found == NULL ? NULL : *found;
}

static int compare_slices(const void *a, const void *b)
{
    return slice_compare(*(const slice *)a, *(const slice *)b);
}

static void sort_left_out(struct check *check)
{
    size_t count = check->parts->left_out_count;
    check->left_out = arena_array(&check->scratch, count, sizeof *check->left_out);
    for (size_t i = 0; i < count; i++) {
        check->left_out[i] = check->parts->left_out[i];
    }
    if (count > 1) {
        qsort(check->left_out, count, sizeof *check->left_out, compare_slices);
    }
}

static bool is_left_out(const struct check *check, slice slug)
{
    size_t count = check->parts->left_out_count;
    return count > 0 &&
           bsearch(&slug, check->left_out, count, sizeof *check->left_out, compare_slices) != NULL;
}

static void say_hidden(struct check *check, const struct source *source, const char *at,
                       const struct review *hidden)
{
    if (hidden->draft) {
        diags_add(check->diags, DIAG_WARNING, source, at,
                  "the review `%.*s` is a draft, which no page shows yet", SLICE_ARG(hidden->slug));
        return;
    }
    struct buf day;
    buf_init(&day, 64);
    date_put(&day, hidden->published_day);
    diags_add(check->diags, DIAG_WARNING, source, at,
              "the review `%.*s` is shown from %.*s on, not yet", SLICE_ARG(hidden->slug),
              SLICE_ARG(buf_slice(&day)));
    buf_release(&day);
}

/* The moment from which readers see a review, whatever is shown now. */
static int64_t seen_from(const struct review *review)
{
    return review->draft ? INT64_MAX : review->published;
}

/* True when the review is in an area of its own, so that no list has it. */
static bool is_closed(const struct check *check, const struct review *review)
{
    return !capsule_may_tell(check->capsule, check->capsule->area, review->area);
}

/* True when readers of what is looked at see `review` as well. What nobody sees yet may name what
 * nobody sees yet. */
static bool is_seen(const struct check *check, const struct review *review)
{
    return seen_from(review) <= check->from;
}

static bool is_any_seen(const struct check *check, const struct facet_value *value)
{
    for (size_t i = 0; value != NULL && i < value->mention_count; i++) {
        const struct review *review = value->mentions[i].review;
        if (is_seen(check, review) && !is_closed(check, review)) {
            return true;
        }
    }
    return false;
}

/* A review named by `slug`: a link, a Related or Featured. `at` is where the name stands. */
static void check_review_name(struct check *check, const struct source *source,
                              enum diag_level level, const char *at, slice slug)
{
    const struct review *review = find_any(check, slug);
    if (review != NULL) {
        if (!is_seen(check, review)) {
            say_hidden(check, source, at, review);
        }
        return;
    }
    if (is_left_out(check, slug)) {
        diags_add(check->diags, DIAG_WARNING, source, at,
                  "the review `%.*s` has errors and is left out", SLICE_ARG(slug));
        return;
    }
    slice near = nearest(check, source->path, slug, review_candidates(check));
    if (near.len > 0) {
        diags_add(check->diags, level, source, at,
                  "there is no review `%.*s`; did you mean `%.*s`?", SLICE_ARG(slug),
                  SLICE_ARG(near));
    } else {
        diags_add(check->diags, level, source, at,
                  "there is no review `%.*s` (a review is named by its file, without .gmi)",
                  SLICE_ARG(slug));
    }
}

/* True when readers would see it but for the closed area that it is in. */
static bool is_any_closed(const struct check *check, const struct facet_value *value)
{
    for (size_t i = 0; value != NULL && i < value->mention_count; i++) {
        const struct review *review = value->mentions[i].review;
        if (seen_from(review) <= check->from && is_closed(check, review)) {
            return true;
        }
    }
    return false;
}

static void check_value_name(struct check *check, const struct source *source,
                             enum diag_level level, const char *at, enum facet_kind kind,
                             slice slug)
{
    const char *singular = facet_defs[kind].singular;
    const struct facet_value *shown = facet_find(&check->capsule->facets[kind], slug);
    const struct facet_value *hidden = facet_find(&check->hidden[kind], slug);
    if (is_any_seen(check, shown) || is_any_seen(check, hidden)) {
        return;
    }
    if (is_any_closed(check, hidden)) {
        diags_add(check->diags, DIAG_WARNING, source, at,
                  "only reviews in closed areas have the %s `%.*s`, so it has no page", singular,
                  SLICE_ARG(slug));
        return;
    }
    if (shown != NULL || hidden != NULL) {
        diags_add(check->diags, DIAG_WARNING, source, at,
                  "only reviews that are not shown yet have the %s `%.*s`", singular,
                  SLICE_ARG(slug));
        return;
    }
    slice near = nearest(check, source->path, slug, value_candidates(check, kind));
    if (near.len > 0) {
        diags_add(check->diags, level, source, at, "there is no %s `%.*s`; did you mean `%.*s`?",
                  singular, SLICE_ARG(slug), SLICE_ARG(near));
    } else {
        diags_add(check->diags, level, source, at, "there is no %s `%.*s`", singular,
                  SLICE_ARG(slug));
    }
}

static void check_links(struct check *check, const struct source *source, enum diag_level level,
                        const struct gemtext_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++) {
        enum facet_kind kind = FACET_COUNT;
        slice slug;
        if (gemtext_lines_type(lines, i) != GEMTEXT_LINK ||
            !capsule_split_name(gemtext_lines_at(lines, i).url, &kind, &slug)) {
            continue;
        }
        if (kind == FACET_COUNT) {
            check_review_name(check, source, level, slug.ptr, slug);
        } else {
            check_value_name(check, source, level, slug.ptr, kind, slug);
        }
    }
}

/* --- one review --- */

/* A page does not name a review that its readers cannot open. */
static void say_untold(struct check *check, const struct source *source, const char *at,
                       const struct path_area *readers, const struct review *named)
{
    if (named != NULL && !capsule_may_tell(check->capsule, readers, named->area)) {
        diags_add(check->diags, DIAG_WARNING, source, at,
                  "the review `%.*s` is in a closed area, so no other page names it",
                  SLICE_ARG(named->slug));
    }
}

static void check_related(struct check *check, const struct source *source, enum diag_level level,
                          const struct review *review)
{
    for (size_t i = 0; i < review->related_count; i++) {
        slice slug = review->related[i];
        if (slice_equal(slug, review->slug)) {
            diags_add(check->diags, DIAG_WARNING, source, slug.ptr,
                      "a review is not related to itself");
        } else {
            check_review_name(check, source, level, slug.ptr, slug);
            say_untold(check, source, slug.ptr, review->area, find_any(check, slug));
        }
    }
}

/* The file that a header field names, by its path below static/. */
static void check_file(struct check *check, const struct source *source, enum diag_level level,
                       slice path)
{
    if (path.len == 0 || capsule_find_static(check->capsule, path) != NULL) {
        return;
    }
    slice near = nearest(check, source->path, path, static_candidates(check));
    if (near.len > 0) {
        diags_add(check->diags, level, source, path.ptr,
                  "there is no file static/%.*s; did you mean `%.*s`?", SLICE_ARG(path),
                  SLICE_ARG(near));
    } else {
        diags_add(check->diags, level, source, path.ptr, "there is no file static/%.*s",
                  SLICE_ARG(path));
    }
}

static void check_aliases(struct check *check, const struct source *source,
                          const struct review *review)
{
    for (size_t i = 0; i < review->alias_count; i++) {
        slice path = review->aliases[i];
        const struct alias *alias = capsule_find_alias(check->capsule, path);
        if (alias != NULL && alias->review != review) {
            diags_add(check->diags, DIAG_ERROR, source, review->alias_places[i],
                      "%.*s is also among the Aliases of %.*s, to which it leads", SLICE_ARG(path),
                      SLICE_ARG(alias->review->path));
        }
    }
}

static bool is_hidden(const struct check *check, const struct review *review)
{
    return capsule_find_review(check->capsule, review->slug) != review;
}

static void check_review(struct check *check, const struct review *review)
{
    struct source source = { review->path, review->source };
    /* A draft may name what is not written yet. */
    enum diag_level level = review->draft ? DIAG_WARNING : DIAG_ERROR;
    int64_t now = check->parts->now;
    check->from = seen_from(review) > now ? seen_from(review) : now;
    check_related(check, &source, level, review);
    check_file(check, &source, level, review->poster.path);
    check_file(check, &source, level, review->comments.path);
    if (!is_hidden(check, review)) {
        check_aliases(check, &source, review);
    }
    check_links(check, &source, level, &review->lines);
    check->from = now;
}

/* --- the capsule --- */

static int compare_ids(const void *a, const void *b)
{
    const struct review *x = *(const struct review *const *)a;
    const struct review *y = *(const struct review *const *)b;
    int order = slice_compare(x->id, y->id);
    return order != 0 ? order : slice_compare(x->path, y->path);
}

/* A file that was copied to start a new review carries the Id of the old one: feed readers would
 * then take both for one entry. */
static void check_ids(struct check *check)
{
    const struct review **with_id =
        arena_array(&check->scratch, check->all_count, sizeof(struct review *));
    size_t count = 0;
    for (size_t i = 0; i < check->all_count; i++) {
        if (check->all[i]->id.len > 0) {
            with_id[count++] = check->all[i];
        }
    }
    if (count > 1) {
        qsort(with_id, count, sizeof(struct review *), compare_ids);
    }
    for (size_t i = 1; i < count; i++) {
        if (slice_equal(with_id[i]->id, with_id[i - 1]->id)) {
            struct source source = { with_id[i]->path, with_id[i]->source };
            diags_add(check->diags, DIAG_WARNING, &source, with_id[i]->id.ptr,
                      "%.*s has the same Id, so feed readers take the two for one entry",
                      SLICE_ARG(with_id[i - 1]->path));
        }
    }
}

/* `Closed: /reviews/SLUG/SECTION.gmi` would close nothing: other pages show the same text. */
static void check_areas(struct check *check)
{
    const struct path_settings *paths = &check->capsule->conf.paths;
    const slice above = SLICE("/reviews/");
    for (size_t i = 0; i < paths->area_count; i++) {
        slice path = paths->areas[i].scope.path;
        if (!slice_starts_with(path, above)) {
            continue;
        }
        slice rest = slice_from(path, above.len);
        slice slug = slice_head(rest, slice_find_byte(rest, '/'));
        if (slug.len < rest.len && find_any(check, slug) != NULL) {
            diags_add(check->diags, DIAG_ERROR, &check->parts->conf_source,
                      paths->areas[i].scope.at,
                      "a part of a review cannot be closed, as other pages show it as well; close "
                      "/reviews/%.*s/",
                      SLICE_ARG(slug));
        }
    }
}

static void build_hidden_facets(struct check *check)
{
    const struct review **hidden =
        arena_array(&check->scratch, check->all_count, sizeof(struct review *));
    size_t count = 0;
    for (size_t i = 0; i < check->all_count; i++) {
        if (is_hidden(check, check->all[i]) || is_closed(check, check->all[i])) {
            hidden[count++] = check->all[i];
        }
    }
    facet_build(&check->scratch, FACET_TAGS, hidden, count, &check->hidden[FACET_TAGS]);
    facet_build(&check->scratch, FACET_PEOPLE, hidden, count, &check->hidden[FACET_PEOPLE]);
}

void check_capsule(const struct capsule *capsule, const struct capsule_parts *parts,
                   struct review *const *all, size_t count, struct diags *diags)
{
    struct check check = {
        .capsule = capsule,
        .parts = parts,
        .all = all,
        .all_count = count,
        .diags = diags,
        .from = parts->now,
    };
    arena_init(&check.scratch);
    build_hidden_facets(&check);
    sort_left_out(&check);
    if (capsule->conf.featured.len > 0) {
        check_review_name(&check, &parts->conf_source, DIAG_ERROR, capsule->conf.featured.ptr,
                          capsule->conf.featured);
        say_untold(&check, &parts->conf_source, capsule->conf.featured.ptr, capsule->area,
                   find_any(&check, capsule->conf.featured));
    }
    check_areas(&check);
    for (size_t i = 0; i < count; i++) {
        check_review(&check, all[i]);
    }
    for (size_t i = 0; i < capsule->page_count; i++) {
        const struct hand_page *page = &capsule->pages[i];
        struct source source = { page->path, page->source };
        check_links(&check, &source, DIAG_ERROR, &page->lines);
    }
    check_ids(&check);
    arena_release(&check.scratch);
}
