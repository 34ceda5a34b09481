/* conf_areas.c: client certificates and the areas that they open. */
#include "base/limits.h"
#include "source/conf_paths.h"
#include "source/values.h"
#include "text/header.h"

#include <stdlib.h>

static int compare_certificates(const void *a, const void *b)
{
    const struct named_certificate *x = a;
    const struct named_certificate *y = b;
    int order = slice_compare(x->name, y->name);
    if (order == 0) {
        order = path_compare_fingerprints(&x->fingerprint, &y->fingerprint);
    }
    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static bool is_name(slice name)
{
    return slice_find_byte(name, ',') == name.len && slice_find_byte(name, '\\') == name.len &&
           slice_find_byte(name, '/') == name.len;
}

/* 64 hexadecimal digits, with or without colons between pairs of them. Returns how many digits
 * there are, -1 when something else stands among them. */
static int read_digits(slice text, struct fingerprint *out)
{
    int digits = 0;
    for (size_t i = 0; i < text.len; i++) {
        int value = ascii_hex_digit(text.ptr[i]);
        bool is_between = text.ptr[i] == ':' && digits > 0 && digits % 2 == 0 && i + 1 < text.len &&
                          text.ptr[i - 1] != ':';
        if (value < 0 && !is_between) {
            return -1;
        }
        if (value >= 0) {
            size_t at = (size_t)digits / 2;
            if (at < sizeof out->bytes) {
                unsigned high = digits % 2 == 0 ? 0 : (unsigned)out->bytes[at] << 4;
                out->bytes[at] = (unsigned char)(high | (unsigned)value);
            }
            digits++;
        }
    }
    return digits;
}

static bool read_fingerprint(const struct path_reader *reader, slice written,
                             struct fingerprint *out)
{
    enum { DIGITS = 64, DIGITS_OF_SHA_1 = 40, DIGITS_OF_MD5 = 32 };
    const slice prefix = SLICE("sha256:");
    slice text = written;
    if (slice_equal_nocase(slice_head(text, prefix.len), prefix)) {
        text = slice_from(text, prefix.len);
    }
    int digits = read_digits(text, out);
    if (digits == DIGITS) {
        return true;
    }
    if (digits == DIGITS_OF_SHA_1 || digits == DIGITS_OF_MD5) {
        path_fail(
            reader, written.ptr,
            "this is an SHA-1 or MD5 fingerprint; expected SHA-256, of 64 hexadecimal digits");
    } else if (digits >= 0) {
        diags_add(reader->diags, DIAG_ERROR, reader->source, written.ptr,
                  "a SHA-256 fingerprint has 64 hexadecimal digits, this one has %d", digits);
    } else {
        path_fail(reader, written.ptr,
                  "expected the SHA-256 fingerprint of a certificate or of its key: 64 hexadecimal "
                  "digits, with or without colons");
    }
    return false;
}

void path_take_certificate(struct path_reader *reader, slice value)
{
    slice name = path_take_word(&value);
    struct named_certificate certificate = { .name = name, .at = name.ptr };
    if (!is_name(name)) {
        path_fail(reader, name.ptr,
                  "expected a name without commas and slashes, then a fingerprint: kim 92:6c:…");
        return;
    }
    if (value.len == 0) {
        path_fail(reader, name.ptr + name.len,
                  "expected the SHA-256 fingerprint of the certificate or of its key behind its "
                  "name");
    } else {
        (void)!read_fingerprint(reader, path_take_word(&value), &certificate.fingerprint);
        /* What is left is a comment. */
    }
    /* One that is wrong is known all the same: the names of closed areas are looked for among all
     * of them, and a capsule.conf with errors is not used. */
    if (header_value_fits(reader->source, name.ptr, name, reader->diags) &&
        path_has_room(reader, name.ptr, reader->certificates.count, LIMIT_CONF_CERTIFICATES,
                      "certificates")) {
        *ARRAY_ADD(reader->arena, &reader->certificates) = certificate;
    }
}

void path_take_closed(struct path_reader *reader, slice value)
{
    slice path = path_take_word(&value);
    slice name;
    struct path_scope scope;
    if (!path_read_scope(reader, path, &scope)) {
        return;
    }
    size_t before = reader->names.count;
    while (header_next_value(&value, &name)) {
        if (!path_has_room(reader, name.ptr, reader->names.count, LIMIT_CONF_PATHS, "names")) {
            return;
        }
        *ARRAY_ADD(reader->arena, &reader->names) = (struct area_name){ scope, name };
    }
    if (reader->names.count == before) {
        diags_add(reader->diags, DIAG_ERROR, reader->source, path.ptr + path.len,
                  "expected whom this is open to: names of `Certificate:` lines, separated by "
                  "commas");
    }
}

static int compare_area_names(const void *a, const void *b)
{
    const struct area_name *x = a;
    const struct area_name *y = b;
    int order = path_compare_scopes(&x->scope, &y->scope);
    return order != 0 ? order : (x->name.ptr > y->name.ptr) - (x->name.ptr < y->name.ptr);
}

/* The certificates called `name`: `*count` of them from the returned one on, at most
 * LIMIT_CONF_DEVICES, as more are an error. NULL when there is none. */
static const struct named_certificate *find_named(const struct path_reader *reader, slice name,
                                                  size_t *count)
{
    const struct named_certificate *all = reader->certificates.items;
    size_t total = reader->certificates.count;
    size_t first = 0;
    size_t high = total;
    while (first < high) {
        size_t middle = first + (high - first) / 2;
        if (slice_compare(all[middle].name, name) < 0) {
            first = middle + 1;
        } else {
            high = middle;
        }
    }
    *count = 0;
    while (*count < LIMIT_CONF_DEVICES && first + *count < total &&
           slice_equal(all[first + *count].name, name)) {
        ++*count;
    }
    return *count > 0 ? &all[first] : NULL;
}

static void say_unknown_name(const struct path_reader *reader, slice name)
{
    slice near = SLICE_EMPTY;
    if (!diags_full(reader->diags, reader->source->path)) {
        slice *known = arena_array(reader->arena, reader->certificates.count + 1, sizeof *known);
        for (size_t i = 0; i < reader->certificates.count; i++) {
            known[i] = reader->certificates.items[i].name;
        }
        near = diag_nearest(name, known, reader->certificates.count);
    }
    if (near.len > 0) {
        diags_add(reader->diags, DIAG_ERROR, reader->source, name.ptr,
                  "there is no certificate `%.*s`; did you mean `%.*s`?",
                  SLICE_ARG(slice_head(name, LIMIT_TITLE)), SLICE_ARG(near));
    } else {
        diags_add(
            reader->diags, DIAG_ERROR, reader->source, name.ptr,
            "there is no certificate `%.*s`; a line `Certificate: %.*s 92:6c:…` would name it",
            SLICE_ARG(slice_head(name, LIMIT_TITLE)), SLICE_ARG(slice_head(name, LIMIT_TITLE)));
    }
}

/* Sorted by name; the same fingerprint under one name is of no use. */
static void sort_certificates(struct path_reader *reader)
{
    struct named_certificate *items = reader->certificates.items;
    size_t of_one_name = 0;
    if (reader->certificates.count > 1) {
        qsort(items, reader->certificates.count, sizeof *items, compare_certificates);
    }
    for (size_t i = 0; i < reader->certificates.count; i++) {
        bool same_name = i > 0 && slice_equal(items[i].name, items[i - 1].name);
        of_one_name = same_name ? of_one_name + 1 : 1;
        if (same_name &&
            path_compare_fingerprints(&items[i].fingerprint, &items[i - 1].fingerprint) == 0) {
            diags_add(reader->diags, DIAG_WARNING, reader->source, items[i].at,
                      "this fingerprint of %.*s is given twice", SLICE_ARG(items[i].name));
        } else if (of_one_name == LIMIT_CONF_DEVICES + 1) {
            diags_add(reader->diags, DIAG_ERROR, reader->source, items[i].at,
                      "more than %d certificates of %.*s", LIMIT_CONF_DEVICES,
                      SLICE_ARG(items[i].name));
        }
    }
}

/* Names [first, end) are of one area. */
static void fill_area(const struct path_reader *reader, size_t first, size_t end,
                      struct path_area *area)
{
    size_t room = 0;
    size_t count = 0;
    area->scope = reader->names.items[first].scope;
    for (size_t i = first; i < end; i++) {
        (void)find_named(reader, reader->names.items[i].name, &count);
        room += count;
    }
    struct fingerprint *admitted = arena_array(reader->arena, room, sizeof *admitted);
    size_t used = 0;
    for (size_t i = first; i < end; i++) {
        const struct named_certificate *found =
            find_named(reader, reader->names.items[i].name, &count);
        for (size_t k = 0; k < count; k++) {
            admitted[used++] = found[k].fingerprint;
        }
    }
    if (used > 1) {
        qsort(admitted, used, sizeof *admitted, path_compare_fingerprints);
    }
    area->admitted = admitted;
    area->admitted_count = used;
}

void path_finish_areas(struct path_reader *reader, struct path_settings *out)
{
    struct area_name *names = reader->names.items;
    size_t count = reader->names.count;
    sort_certificates(reader);
    for (size_t i = 0; i < count; i++) {
        size_t certificates = 0;
        if (find_named(reader, names[i].name, &certificates) == NULL) {
            say_unknown_name(reader, names[i].name);
        }
    }
    if (count > 1) {
        qsort(names, count, sizeof *names, compare_area_names);
    }
    out->areas = arena_array(reader->arena, count, sizeof *out->areas);
    for (size_t first = 0, end = 0; first < count; first = end) {
        while (end < count && slice_equal(names[end].scope.path, names[first].scope.path)) {
            end++;
        }
        fill_area(reader, first, end, &out->areas[out->area_count++]);
    }
}
