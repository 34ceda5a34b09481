/* conf_redirects.c: what has moved, and what is gone. */
#include "base/limits.h"
#include "gemini/url.h"
#include "source/conf_paths.h"
#include "source/values.h"
#include "text/header.h"
#include "text/uri.h"

#include <stdlib.h>

/* A path, perhaps with one `*`. */
static bool read_pattern(const struct path_reader *reader, slice written, struct path_rule *rule)
{
    size_t star = slice_find_byte(written, '*');
    slice after = slice_from(written, star + 1);
    rule->at = written.ptr;
    rule->has_star = star < written.len;
    if (!path_is_valid(reader, written)) {
        return false;
    }
    if (slice_find_byte(after, '*') < after.len) {
        path_fail(reader, after.ptr + slice_find_byte(after, '*'),
                  "one `*` is all there may be; it stands for any text, slashes as well");
        return false;
    }
    if (!path_decode(reader, slice_head(written, star), &rule->before) ||
        !path_decode(reader, after, &rule->after)) {
        return false;
    }
    slice *end = rule->has_star ? &rule->after : &rule->before;
    if (slice_ends_with(*end, SLICE("/index.gmi"))) {
        end->len -= SLICE("index.gmi").len; /* which is what it is compared with */
    }
    return true;
}

/* What is wrong with an absolute URL as a target, or NULL. `encoded` is the one that is sent. */
static const char *what_is_wrong_with_url(slice encoded, size_t star)
{
    struct url url;
    if (!url_parse(encoded, &url) || url.host.len == 0) {
        return "expected a path with its first slash, or a whole URL such as gemini://example.org/";
    }
    if (slice_find_byte(url.host, '%') < url.host.len) {
        return "the host of this URL has to be written as it is sent, in ASCII (xn--…)";
    }
    if (star < encoded.len && encoded.ptr + star < url.path.ptr) {
        return "a `*` may stand in the path only, not in the name of a host";
    }
    return NULL;
}

static bool read_target(const struct path_reader *reader, slice written, struct path_rule *rule)
{
    struct buf out;
    const char *problem = NULL;
    if (!header_value_fits(reader->source, written.ptr, written, reader->diags)) {
        return false;
    }
    buf_init(&out, written.len * 3);
    uri_put_written(&out, written);
    slice encoded = arena_copy(reader->arena, buf_slice(&out));
    buf_release(&out);
    size_t star = slice_find_byte(encoded, '*');
    slice after = slice_from(encoded, star + 1);
    rule->target_at = written.ptr;
    rule->target_has_star = star < encoded.len;
    rule->target_is_url = written.ptr[0] != '/';
    rule->target_before = slice_head(encoded, star);
    rule->target_after = after;
    if (rule->target_is_url) {
        problem = what_is_wrong_with_url(encoded, star);
    } else if (slice_find(encoded, SLICE("//")) < slice_find_byte(encoded, '?')) {
        problem = "two slashes in a row: nothing is served at such a path";
    } else if (path_has_dot_segment(slice_head(encoded, slice_find_byte(encoded, '?')))) {
        problem = "write the path without `.` and `..`";
    }
    if (problem == NULL && slice_find_byte(encoded, '#') < encoded.len) {
        problem = "a redirect leads to a page, not to a part of one: no `#`";
    }
    if (problem == NULL && slice_find_byte(after, '*') < after.len) {
        problem = "one `*` is all there may be";
    }
    if (problem == NULL && rule->target_has_star && !rule->has_star) {
        problem = "there is a `*` here and none in the path before";
    }
    if (problem != NULL) {
        path_fail(reader, written.ptr, problem);
        return false;
    }
    return header_value_fits(reader->source, written.ptr, encoded, reader->diags);
}

static void add_rule(struct path_reader *reader, const struct path_rule *rule)
{
    if (path_has_room(reader, rule->at, reader->rules.count, LIMIT_CONF_PATHS,
                      "redirected paths") &&
        (!rule->has_star || path_has_room(reader, rule->at, reader->patterns, LIMIT_CONF_PATTERNS,
                                          "redirected paths with a `*`"))) {
        reader->patterns += rule->has_star;
        *ARRAY_ADD(reader->arena, &reader->rules) = *rule;
    }
}

void path_take_redirect(struct path_reader *reader, enum path_rule_kind kind, slice value)
{
    slice path = path_take_word(&value);
    struct path_rule rule = { .kind = kind };
    if (!read_pattern(reader, path, &rule)) {
        return;
    }
    if (value.len == 0) {
        diags_add(reader->diags, DIAG_ERROR, reader->source, path.ptr + path.len,
                  "expected where it leads behind the path: /old/* /new/*");
        return;
    }
    slice target = path_take_word(&value);
    if (value.len > 0) {
        path_fail(
            reader, value.ptr,
            "expected a path and where it leads, with one blank between them; a blank in a path "
            "is %20");
        return;
    }
    if (read_target(reader, target, &rule)) {
        add_rule(reader, &rule);
    }
}

void path_take_gone(struct path_reader *reader, slice value)
{
    slice written;
    while (header_next_value(&value, &written)) {
        struct path_rule rule = { .kind = PATH_GONE };
        if (read_pattern(reader, written, &rule)) {
            add_rule(reader, &rule);
        }
    }
}

static int compare_rules(const void *a, const void *b)
{
    const struct path_rule *x = a;
    const struct path_rule *y = b;
    int order = path_compare_rules(a, b);
    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

void path_finish_rules(struct path_reader *reader, struct path_settings *out)
{
    struct path_rule *rules = reader->rules.items;
    size_t count = reader->rules.count;
    if (count > 1) {
        qsort(rules, count, sizeof *rules, compare_rules);
    }
    for (size_t i = 1; i < count; i++) {
        if (path_compare_rules(&rules[i], &rules[i - 1]) == 0) {
            path_say_twice(reader, rules[i - 1].at, rules[i].at);
        }
    }
    out->rules = rules;
    out->rule_count = count;
    out->exact_count = count - reader->patterns;
}
