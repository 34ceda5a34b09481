/* Any bytes as a header: its lines are read as those of a review and of capsule.conf, and what is
 * found lies in the text and survives being written again. */
#include "base/arena.h"
#include "base/limits.h"
#include "source/review.h"
#include "text/header.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

static bool is_inside(slice part, slice whole)
{
    return part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len;
}

/* What a value stands for, written as a value of a list, stands for the same. */
static void check_value(slice value)
{
    struct buf meant;
    struct buf written;
    struct buf again;
    buf_init(&meant, value.len + 1);
    buf_init(&written, value.len * 2 + 16);
    buf_init(&again, value.len * 2 + 16);
    header_put_unescaped(&meant, value);
    require(header_is_escaped(value) == !slice_equal(value, buf_slice(&meant)));
    slice trimmed = slice_trim(buf_slice(&meant));
    bool one_line = slice_find_byte(trimmed, '\n') == trimmed.len &&
                    slice_find_byte(trimmed, '\r') == trimmed.len;
    if (trimmed.len > 0 && one_line) {
        slice found;
        header_put_list_value(&written, trimmed);
        slice rest = buf_slice(&written);
        require(header_next_value(&rest, &found));
        require(rest.len == 0);
        header_put_unescaped(&again, found);
        require(slice_equal(buf_slice(&again), trimmed));
    }
    require(!meant.failed && !written.failed && !again.failed);
    buf_release(&meant);
    buf_release(&written);
    buf_release(&again);
}

static void read_header(const struct source *source, bool comments_allowed)
{
    struct header_reader reader;
    struct header_field field;
    struct diags diags;
    diags_init(&diags);
    header_begin(&reader, source, &diags);
    reader.comments_allowed = comments_allowed;
    while (header_next(&reader, &field)) {
        require(field.key.len > 0 && is_inside(field.key, source->text));
        require(is_inside(field.value, source->text));
        slice rest = field.value;
        slice value;
        while (header_next_value(&rest, &value)) {
            require(value.len > 0 && is_inside(value, field.value));
            check_value(value);
        }
    }
    require(reader.rest.len == 0 || is_inside(reader.rest, source->text));
    diags_release(&diags);
}

/* What was said of a path is found there, and at what is below it. */
static void check_paths(const struct path_settings *paths)
{
    slice rest;
    char room[4096];
    for (size_t i = 0; i < paths->area_count; i++) {
        const struct path_area *area = &paths->areas[i];
        slice path = area->scope.path;
        require(path.len == 0 || (path.ptr[0] == '/' && path.ptr[path.len - 1] != '/'));
        require(area->admitted_count > 0);
        require(path_admits(area, area->admitted[area->admitted_count - 1].bytes));
        if (path.len <= LIMIT_REQUEST_URL) {
            require(path_find_area(paths, path) == area);
            memcpy(room, path.ptr, path.len);
            room[path.len] = '/';
            require(path_find_area(paths, (slice){ room, path.len + 1 }) == area);
        }
    }
    for (size_t i = 0; i < paths->lang_count; i++) {
        require(paths->langs[i].scope.path.len > LIMIT_REQUEST_URL ||
                path_find_lang(paths, paths->langs[i].scope.path) == &paths->langs[i]);
    }
    for (size_t i = 0; i < paths->rule_count; i++) {
        const struct path_rule *rule = &paths->rules[i];
        require(rule->has_star == (i >= paths->exact_count));
        require(rule->target_before.len + rule->target_after.len <= LIMIT_TITLE);
        require(rule->has_star || path_find_rule(paths, rule->before, &rest) == rule);
        if (rule->before.len + rule->after.len < sizeof room) {
            memcpy(room, rule->before.ptr, rule->before.len);
            memcpy(room + rule->before.len, rule->after.ptr, rule->after.len);
            slice path = { room, rule->before.len + rule->after.len };
            require(path_find_rule(paths, path, &rest) != NULL);
            require(rest.len == 0 || is_inside(rest, path));
        }
    }
}

static void read_conf(slice text)
{
    struct arena arena;
    struct diags diags;
    struct source source = { SLICE("capsule.conf"), text };
    struct capsule_conf conf;
    arena_init(&arena);
    diags_init(&diags);
    if (source_normalise(&arena, &source, &diags) && conf_parse(&arena, &source, &conf, &diags)) {
        require(conf.title.len > 0 && conf.timezone.len > 0 && conf.host_count > 0);
        for (size_t i = 0; i < conf.host_count; i++) {
            require(conf.hosts[i].len > 0 && !slice_ends_with(conf.hosts[i], SLICE(".")));
        }
        check_paths(&conf.paths);
    }
    arena_release(&arena);
    diags_release(&diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slice text = { (const char *)data, size };
    struct source source = { SLICE("fuzz"), text };
    if (size == 0) {
        return 0;
    }
    read_header(&source, false);
    read_header(&source, true);
    read_conf(text);
    return 0;
}
