#include "cmd/path_check.h"

#include "base/arena.h"
#include "base/limits.h"
#include "export/target.h"
#include "pages/render.h"
#include "pages/sitemap.h"
#include "text/uri.h"

#include <stdlib.h>

struct check {
    const struct capsule *capsule;
    const struct path_settings *paths;
    struct diags *diags;
    struct arena arena;
    bool *area_used; /* for each area: there is something in it */
    bool *lang_used;
    size_t *hidden; /* for each rule: how many pages it hides */
    slice *example; /* … and the first one */
    struct buf path;
    struct buf target;
};

/* --- is there anything? ----------------------------------------------------------------------- */

/* The page is in an area, and in those around it. */
static bool mark_scopes(void *context, const struct page *page)
{
    struct check *check = context;
    buf_clear(&check->path);
    page_put_path(page, &check->path);
    slice path = buf_slice(&check->path);
    const struct path_area *area = path_find_area(check->paths, path);
    while (area != NULL) {
        check->area_used[area - check->paths->areas] = true;
        path = area->scope.path;
        area = path_go_up(&path) ? path_find_area(check->paths, path) : NULL;
    }
    const struct path_lang *lang = path_find_lang(check->paths, buf_slice(&check->path));
    while (lang != NULL) {
        check->lang_used[lang - check->paths->langs] = true;
        path = lang->scope.path;
        lang = path_go_up(&path) ? path_find_lang(check->paths, path) : NULL;
    }
    return true;
}

static bool is_folder(struct check *check, slice path)
{
    if (path.len == 0) {
        return check->capsule->folder_count > 0;
    }
    buf_clear(&check->path);
    buf_put(&check->path, slice_from(path, 1));
    buf_putc(&check->path, '/');
    return capsule_find_folder(check->capsule, buf_slice(&check->path)) != NULL;
}

static void check_scopes(struct check *check)
{
    const struct path_settings *paths = check->paths;
    if (paths->area_count + paths->lang_count > 0) {
        (void)sitemap_walk(check->capsule, mark_scopes, check);
    }
    for (size_t i = 0; i < paths->area_count; i++) {
        if (!check->area_used[i]) {
            diags_add(check->diags, DIAG_WARNING, &check->capsule->conf_source,
                      paths->areas[i].scope.at,
                      "there is nothing at %.*s or below it, so nothing is closed",
                      SLICE_ARG(paths->areas[i].scope.path));
        }
    }
    for (size_t i = 0; i < paths->lang_count; i++) {
        if (!check->lang_used[i]) {
            diags_add(check->diags, DIAG_WARNING, &check->capsule->conf_source,
                      paths->langs[i].scope.at, "there is nothing at %.*s or below it",
                      SLICE_ARG(paths->langs[i].scope.path));
        }
    }
    for (size_t i = 0; i < paths->listing_count; i++) {
        slice path = paths->listings[i].scope.path;
        if (!is_folder(check, path)) {
            diags_add(check->diags, DIAG_WARNING, &check->capsule->conf_source,
                      paths->listings[i].scope.at,
                      "there is no folder static%.*s, or nothing is in it", SLICE_ARG(path));
        }
    }
}

/* --- redirects -------------------------------------------------------------------------------- */

static bool note_hidden(void *context, const struct page *page)
{
    struct check *check = context;
    slice rest;
    buf_clear(&check->path);
    page_put_path(page, &check->path);
    const struct path_rule *rule = path_find_rule(check->paths, buf_slice(&check->path), &rest);
    if (rule != NULL && page->kind != PAGE_ALIAS) { /* of which address_check has told */
        size_t i = (size_t)(rule - check->paths->rules);
        if (check->hidden[i]++ == 0) {
            check->example[i] = arena_copy(&check->arena, buf_slice(&check->path));
        }
    }
    return true;
}

static void say_hidden(struct check *check, size_t i)
{
    const struct source *source = &check->capsule->conf_source;
    const char *at = check->paths->rules[i].at;
    if (check->hidden[i] == 1) {
        diags_add(check->diags, DIAG_WARNING, source, at,
                  "there is something at %.*s, which is not served because of this line",
                  SLICE_ARG(check->example[i]));
    } else if (check->hidden[i] > 1) {
        diags_add(check->diags, DIAG_WARNING, source, at,
                  "%zu pages or files are not served because of this line, such as %.*s",
                  check->hidden[i], SLICE_ARG(check->example[i]));
    }
}

/* The path in this capsule that `page`, a redirect, leads to, into check->path. False when it leads
 * elsewhere. */
static bool put_target_path(struct check *check, const struct page *page)
{
    const struct page_context context = { .capsule = check->capsule };
    struct url url;
    buf_clear(&check->target);
    rule_put_target(&context, page, &check->target);
    slice path = buf_slice(&check->target);
    if (page->rule->target_is_url) {
        if (!url_parse(path, &url) || !target_is_ours(&check->capsule->conf, &url)) {
            return false;
        }
        path = url.path.len > 0 ? url.path : SLICE("/");
    }
    buf_clear(&check->path);
    uri_put_decoded(&check->path, slice_head(path, slice_find_byte(path, '?')));
    return !check->path.failed;
}

/* Follow it as a client does. What a `*` stands for is not known: a word is taken. */
static void follow(struct check *check, const struct path_rule *rule)
{
    struct page page = { .kind = PAGE_RULE, .rule = rule, .rest = SLICE("x") };
    bool is_guess = false;
    for (int steps = 0; put_target_path(check, &page); steps++) {
        is_guess = is_guess || page.rule->target_has_star;
        if (steps == LIMIT_REDIRECTS) {
            diags_add(
                check->diags, DIAG_ERROR, &check->capsule->conf_source, rule->target_at,
                "this redirect leads round in a circle, or through more than five others: %.*s",
                SLICE_ARG(buf_slice(&check->path)));
            return;
        }
        /* The path that is looked up has to outlive what is found, which borrows from it. */
        slice path = arena_copy(&check->arena, buf_slice(&check->path));
        enum sitemap_found found = sitemap_find(check->capsule, path, &page);
        if (found == SITEMAP_NOT_FOUND && !is_guess) {
            diags_add(check->diags, DIAG_ERROR, &check->capsule->conf_source, rule->target_at,
                      "this redirect leads nowhere: there is no %.*s", SLICE_ARG(path));
        }
        if (found != SITEMAP_FOUND || page.kind != PAGE_RULE) {
            return;
        }
        if (page.rule->kind == PATH_GONE) {
            diags_add(check->diags, DIAG_WARNING, &check->capsule->conf_source, rule->target_at,
                      "this redirect leads to what is gone: %.*s", SLICE_ARG(path));
            return;
        }
    }
}

static int compare_places(const void *a, const void *b)
{
    const struct path_rule *x = *(const struct path_rule *const *)a;
    const struct path_rule *y = *(const struct path_rule *const *)b;
    return (x->at > y->at) - (x->at < y->at);
}

static void check_rules(struct check *check)
{
    size_t count = check->paths->rule_count;
    const struct path_rule **as_written =
        arena_array(&check->arena, count, sizeof(struct path_rule *));
    (void)sitemap_walk_overruled(check->capsule, note_hidden, check);
    for (size_t i = 0; i < count; i++) {
        as_written[i] = &check->paths->rules[i];
    }
    if (count > 1) {
        qsort(as_written, count, sizeof(struct path_rule *), compare_places);
    }
    for (size_t i = 0; i < count; i++) {
        say_hidden(check, (size_t)(as_written[i] - check->paths->rules));
        if (as_written[i]->kind != PATH_GONE) {
            follow(check, as_written[i]);
        }
    }
}

void path_check(const struct capsule *capsule, struct diags *diags)
{
    struct check check = { .capsule = capsule, .paths = &capsule->conf.paths, .diags = diags };
    arena_init(&check.arena);
    buf_init(&check.path, LIMIT_PAGE);
    buf_init(&check.target, LIMIT_PAGE);
    check.area_used = arena_array(&check.arena, check.paths->area_count, sizeof(bool));
    check.lang_used = arena_array(&check.arena, check.paths->lang_count, sizeof(bool));
    check.hidden = arena_array(&check.arena, check.paths->rule_count, sizeof(size_t));
    check.example = arena_array(&check.arena, check.paths->rule_count, sizeof(slice));
    check_scopes(&check);
    check_rules(&check);
    buf_release(&check.path);
    buf_release(&check.target);
    arena_release(&check.arena);
}
