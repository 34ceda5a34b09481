#include "source/conf_paths.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "source/values.h"
#include "text/header.h"
#include "text/uri.h"

#include <stdlib.h>

void path_fail(const struct path_reader *reader, const char *at, const char *message)
{
    diags_add(reader->diags, DIAG_ERROR, reader->source, at, "%s", message);
}

bool path_has_room(const struct path_reader *reader, const char *at, size_t count, size_t most,
                   const char *what)
{
    if (count == most) {
        diags_add(reader->diags, DIAG_ERROR, reader->source, at, "more than %zu %s", most, what);
    }
    return count < most;
}

slice path_take_word(slice *rest)
{
    size_t end = 0;
    while (end < rest->len && rest->ptr[end] != ' ' && rest->ptr[end] != '\t') {
        end++;
    }
    slice word = slice_head(*rest, end);
    *rest = slice_trim(slice_from(*rest, end));
    return word;
}

/* Only of use for messages: which line `at` is on. */
static unsigned line_of(const struct path_reader *reader, const char *at)
{
    struct line_counter lines;
    line_counter_begin(&lines, reader->source->text);
    return line_counter_at(&lines, at);
}

void path_say_twice(const struct path_reader *reader, const char *first, const char *second)
{
    if (!diags_full(reader->diags, reader->source->path)) {
        diags_add(reader->diags, DIAG_ERROR, reader->source, second,
                  "this path is given twice; the first one is on line %u", line_of(reader, first));
    } else {
        path_fail(reader, second, "this path is given twice");
    }
}

/* --- paths --- */

bool path_decode(const struct path_reader *reader, slice written, slice *out)
{
    struct buf decoded;
    buf_init(&decoded, written.len);
    uri_put_decoded(&decoded, written);
    *out = arena_copy(reader->arena, buf_slice(&decoded));
    buf_release(&decoded);
    bool control = false;
    slice rest = *out;
    int32_t c = 0;
    while (utf8_next(&rest, &c)) {
        control = control || utf8_is_control(c) || c == '\t';
    }
    if (control || utf8_find_invalid(*out) < out->len) {
        path_fail(reader, written.ptr, "what this path decodes to is not text");
        return false;
    }
    *out = utf8_nfc(reader->arena, *out);
    return true;
}

bool path_has_dot_segment(slice path)
{
    slice segment;
    while (slice_next_piece(&path, '/', &segment)) {
        if (slice_equal(segment, SLICE(".")) || slice_equal(segment, SLICE(".."))) {
            return true;
        }
    }
    return false;
}

bool path_is_valid(const struct path_reader *reader, slice written)
{
    const char *problem = NULL;
    if (written.ptr[0] != '/') {
        problem = "expected a path with its first slash, such as /old/name.gmi";
    } else if (slice_find_byte(written, '?') < written.len ||
               slice_find_byte(written, '#') < written.len) {
        problem =
            "a path has no `?` and no `#`; write them as %3F and %23 if they belong to a name";
    } else if (slice_find(written, SLICE("%2F")) < written.len ||
               slice_find(written, SLICE("%2f")) < written.len) {
        problem = "nothing is served at a path with %2F; to separate folders, write a slash";
    } else if (slice_find(written, SLICE("//")) < written.len) {
        problem = "two slashes in a row: nothing is served at such a path";
    } else if (path_has_dot_segment(written)) {
        problem = "`.` and `..` are taken out of every request; write the path without them";
    }
    if (problem != NULL) {
        path_fail(reader, written.ptr, problem);
        return false;
    }
    return header_value_fits(reader->source, written.ptr, written, reader->diags);
}

bool path_read_scope(const struct path_reader *reader, slice written, struct path_scope *out)
{
    if (!path_is_valid(reader, written)) {
        return false;
    }
    if (slice_find_byte(written, '*') < written.len) {
        path_fail(
            reader, written.ptr,
            "no `*` here: everything below a path goes with it; write /folder/, or %2A for a star");
        return false;
    }
    if (!path_decode(reader, written, &out->path)) {
        return false;
    }
    if (slice_ends_with(out->path, SLICE("/index.gmi"))) {
        path_fail(
            reader, written.ptr,
            "this is the page of its folder and goes with it; write the path without index.gmi");
        return false;
    }
    out->at = written.ptr;
    if (slice_ends_with(out->path, SLICE("/"))) {
        out->path.len--;
    }
    return true;
}

/* --- languages and listings --- */

static void take_lang(struct path_reader *reader, slice value)
{
    slice path = path_take_word(&value);
    struct path_lang lang = { .lang = value };
    if (!path_read_scope(reader, path, &lang.scope)) {
        return;
    }
    if (!is_language_tag(value)) {
        diags_add(reader->diags, DIAG_ERROR, reader->source,
                  value.len > 0 ? value.ptr : path.ptr + path.len,
                  "expected a language tag such as en, ko or pt-BR behind the path");
        return;
    }
    if (path_has_room(reader, path.ptr, reader->langs.count, LIMIT_CONF_PATHS,
                      "paths with a language")) {
        *ARRAY_ADD(reader->arena, &reader->langs) = lang;
    }
}

static void take_listings(struct path_reader *reader, slice value)
{
    slice written;
    while (header_next_value(&value, &written)) {
        struct path_listing listing;
        if (path_read_scope(reader, written, &listing.scope) &&
            path_has_room(reader, written.ptr, reader->listings.count, LIMIT_CONF_PATHS,
                          "listed folders")) {
            *ARRAY_ADD(reader->arena, &reader->listings) = listing;
        }
    }
}

static int compare_scopes_and_places(const void *a, const void *b)
{
    const struct path_scope *x = a;
    const struct path_scope *y = b;
    int order = path_compare_scopes(a, b);
    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static void finish_langs(struct path_reader *reader, struct path_settings *out)
{
    struct path_lang *langs = reader->langs.items;
    if (reader->langs.count > 1) {
        qsort(langs, reader->langs.count, sizeof *langs, compare_scopes_and_places);
    }
    for (size_t i = 1; i < reader->langs.count; i++) {
        if (slice_equal(langs[i].scope.path, langs[i - 1].scope.path)) {
            path_say_twice(reader, langs[i - 1].scope.at, langs[i].scope.at);
        }
    }
    out->langs = langs;
    out->lang_count = reader->langs.count;
}

static void finish_listings(struct path_reader *reader, struct path_settings *out)
{
    struct path_listing *listings = reader->listings.items;
    if (reader->listings.count > 1) {
        qsort(listings, reader->listings.count, sizeof *listings, compare_scopes_and_places);
    }
    for (size_t i = 1; i < reader->listings.count; i++) {
        if (slice_equal(listings[i].scope.path, listings[i - 1].scope.path)) {
            path_say_twice(reader, listings[i - 1].scope.at, listings[i].scope.at);
        }
    }
    out->listings = listings;
    out->listing_count = reader->listings.count;
}

/* --- all of them --- */

void path_reader_begin(struct path_reader *reader, struct arena *arena, const struct source *source,
                       struct diags *diags)
{
    *reader = (struct path_reader){ .arena = arena, .source = source, .diags = diags };
}

void path_reader_take(struct path_reader *reader, enum path_setting setting, slice value)
{
    switch (setting) {
    case PATHS_CERTIFICATE:
        path_take_certificate(reader, value);
        break;
    case PATHS_CLOSED:
        path_take_closed(reader, value);
        break;
    case PATHS_REDIRECT:
        path_take_redirect(reader, PATH_MOVED, value);
        break;
    case PATHS_REDIRECT_TEMPORARY:
        path_take_redirect(reader, PATH_ELSEWHERE, value);
        break;
    case PATHS_GONE:
        path_take_gone(reader, value);
        break;
    case PATHS_LANG:
        take_lang(reader, value);
        break;
    case PATHS_LISTING:
        take_listings(reader, value);
        break;
    }
}

void path_reader_finish(struct path_reader *reader, struct path_settings *out)
{
    *out = (struct path_settings){ 0 };
    path_finish_areas(reader, out);
    path_finish_rules(reader, out);
    finish_langs(reader, out);
    finish_listings(reader, out);
}
