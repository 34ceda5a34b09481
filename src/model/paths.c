#include "model/paths.h"

#include "base/limits.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

const struct path_area path_area_of_nobody = { .admitted_count = 0 };

/* --- paths with all below them --- */

int path_compare_scopes(const void *a, const void *b)
{
    return slice_compare(((const struct path_scope *)a)->path,
                         ((const struct path_scope *)b)->path);
}

static int compare_path_with_scope(const void *path, const void *scope)
{
    return slice_compare(*(const slice *)path, ((const struct path_scope *)scope)->path);
}

bool path_go_up(slice *path)
{
    if (path->len == 0) {
        return false;
    }
    do {
        path->len--;
    } while (path->len > 0 && path->ptr[path->len] != '/');
    return true;
}

/* The longest scope that `path` is in: the path itself is looked for, then what is left of it with
 * one segment less, and so on. The items start with a struct path_scope. */
static const void *find_scope(const void *items, size_t count, size_t size, slice path)
{
    int32_t room[2 * LIMIT_REQUEST_URL + 1];
    if (count == 0) {
        return NULL;
    }
    path = utf8_nfc_in(path, room, ARRAY_LENGTH(room));
    for (;;) {
        const void *found = bsearch(&path, items, count, size, compare_path_with_scope);
        if (found != NULL || !path_go_up(&path)) {
            return found;
        }
    }
}

const struct path_area *path_find_area(const struct path_settings *settings, slice path)
{
    return find_scope(settings->areas, settings->area_count, sizeof *settings->areas, path);
}

const struct path_lang *path_find_lang(const struct path_settings *settings, slice path)
{
    return find_scope(settings->langs, settings->lang_count, sizeof *settings->langs, path);
}

bool path_is_listed(const struct path_settings *settings, slice path)
{
    return find_scope(settings->listings, settings->listing_count, sizeof *settings->listings,
                      path) != NULL;
}

/* --- who may enter --- */

int path_compare_fingerprints(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct fingerprint));
}

bool path_admits(const struct path_area *area, const unsigned char fingerprint[32])
{
    return area->admitted_count > 0 &&
           bsearch(fingerprint, area->admitted, area->admitted_count, sizeof *area->admitted,
                   path_compare_fingerprints) != NULL;
}

/* --- redirects and what is gone --- */

int path_compare_rules(const void *a, const void *b)
{
    const struct path_rule *x = a;
    const struct path_rule *y = b;
    if (x->has_star != y->has_star) {
        return x->has_star ? 1 : -1;
    }
    if (x->has_star && x->before.len != y->before.len) {
        return x->before.len > y->before.len ? -1 : 1;
    }
    if (x->has_star && x->after.len != y->after.len) {
        return x->after.len > y->after.len ? -1 : 1;
    }
    int order = slice_compare(x->before, y->before);
    return order != 0 ? order : slice_compare(x->after, y->after);
}

static int compare_path_with_rule(const void *path, const void *rule)
{
    return slice_compare(*(const slice *)path, ((const struct path_rule *)rule)->before);
}

static const struct path_rule *find_exact(const struct path_settings *settings, slice path)
{
    char folder[LIMIT_REQUEST_URL + 1];
    const struct path_rule *found = bsearch(&path, settings->rules, settings->exact_count,
                                            sizeof *settings->rules, compare_path_with_rule);
    if (found != NULL || path.len > LIMIT_REQUEST_URL || slice_ends_with(path, SLICE("/"))) {
        return found;
    }
    memcpy(folder, path.ptr, path.len);
    folder[path.len] = '/';
    const slice with_slash = { folder, path.len + 1 };
    return bsearch(&with_slash, settings->rules, settings->exact_count, sizeof *settings->rules,
                   compare_path_with_rule);
}

static bool fits(const struct path_rule *rule, slice path, slice *rest)
{
    slice folder = slice_head(rule->before, rule->before.len - 1);
    if (rule->after.len == 0 && slice_ends_with(rule->before, SLICE("/")) &&
        slice_equal(path, folder)) {
        *rest = slice_from(path, path.len);
        return true;
    }
    if (path.len < rule->before.len + rule->after.len || !slice_starts_with(path, rule->before) ||
        !slice_ends_with(path, rule->after)) {
        return false;
    }
    *rest = slice_between(path.ptr + rule->before.len, path.ptr + path.len - rule->after.len);
    return true;
}

const struct path_rule *path_find_rule(const struct path_settings *settings, slice path,
                                       slice *rest)
{
    *rest = SLICE_EMPTY;
    if (settings->rule_count == 0) {
        return NULL;
    }
    if (slice_ends_with(path, SLICE("/index.gmi"))) {
        path.len -= SLICE("index.gmi").len;
    }
    if (settings->exact_count > 0) {
        const struct path_rule *found = find_exact(settings, path);
        if (found != NULL) {
            return found;
        }
    }
    for (size_t i = settings->exact_count; i < settings->rule_count; i++) {
        if (fits(&settings->rules[i], path, rest)) {
            return &settings->rules[i];
        }
    }
    return NULL;
}
