#include "text/header.h"

#include "base/limits.h"

void header_begin(struct header_reader *reader, const struct source *source, struct diags *diags)
{
    *reader = (struct header_reader){ .source = source, .rest = source->text, .diags = diags };
}

static bool is_key(slice key)
{
    for (size_t i = 0; i < key.len; i++) {
        char c = key.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(i > 0 && ((c >= '0' && c <= '9') || c == '-'))) {
            return false;
        }
    }
    return key.len > 0;
}

/* A field, or an error that says what is wrong with the line. */
static bool read_field(struct header_reader *reader, slice line, struct header_field *field)
{
    size_t colon = slice_find_byte(line, ':');
    slice key = slice_trim(slice_head(line, colon));
    if (colon < line.len && is_key(key)) {
        field->key = key;
        field->value = slice_trim(slice_from(line, colon + 1));
        return true;
    }
    if (line.ptr[0] == '#' || slice_starts_with(line, SLICE("=>")) || line.ptr[0] == '>') {
        diags_add(reader->diags, DIAG_ERROR, reader->source, line.ptr,
                  "expected `Key: value`; a blank line has to separate the header from the text");
    } else if (colon == line.len) {
        diags_add(
            reader->diags, DIAG_ERROR, reader->source, line.ptr,
            "expected `Key: value`, but there is no colon (the header ends with a blank line)");
    } else {
        diags_add(reader->diags, DIAG_ERROR, reader->source, line.ptr,
                  "a key is made of letters, digits and hyphens");
    }
    return false;
}

bool header_next(struct header_reader *reader, struct header_field *field)
{
    slice line;
    while (slice_next_line(&reader->rest, &line)) {
        slice trimmed = slice_trim(line);
        if (trimmed.len == 0) {
            if (reader->comments_allowed) {
                continue;
            }
            return false;
        }
        if (reader->comments_allowed && trimmed.ptr[0] == '#') {
            continue;
        }
        if (read_field(reader, trimmed, field)) {
            return true;
        }
    }
    return false;
}

bool header_next_value(slice *rest, slice *value)
{
    while (rest->len > 0) {
        size_t end = 0;
        while (end < rest->len && rest->ptr[end] != ',') {
            end += rest->ptr[end] == '\\' && end + 1 < rest->len ? 2 : 1;
        }
        *value = slice_trim(slice_head(*rest, end));
        *rest = slice_from(*rest, end + 1);
        if (value->len > 0) {
            return true;
        }
    }
    return false;
}

static bool is_escape(slice value, size_t at)
{
    return value.ptr[at] == '\\' && at + 1 < value.len &&
           (value.ptr[at + 1] == ',' || value.ptr[at + 1] == '\\');
}

bool header_is_escaped(slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (is_escape(value, i)) {
            return true;
        }
    }
    return false;
}

void header_put_unescaped(struct buf *out, slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (is_escape(value, i)) {
            i++;
        }
        buf_putc(out, value.ptr[i]);
    }
}

static void put_flat(struct buf *out, slice value, bool escape)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (escape && (c == ',' || is_escape(value, i) || (c == '\\' && i + 1 == value.len))) {
            buf_putc(out, '\\');
            if (c == '\\') {
                buf_putc(out, c);
                continue;
            }
        }
        buf_putc(out, c == '\n' || c == '\r' ? ' ' : c);
    }
}

void header_put(struct buf *out, slice key, slice value)
{
    buf_put(out, key);
    buf_puts(out, ": ");
    put_flat(out, slice_trim(value), false);
    buf_putc(out, '\n');
}

void header_put_list_value(struct buf *out, slice value)
{
    put_flat(out, slice_trim(value), true);
}

bool header_to_bool(slice value, bool *out)
{
    static const char *const words[2][3] = { { "no", "false", "off" }, { "yes", "true", "on" } };
    for (int truth = 0; truth < 2; truth++) {
        for (int i = 0; i < 3; i++) {
            if (slice_equal_nocase(value, slice_of(words[truth][i]))) {
                *out = truth == 1;
                return true;
            }
        }
    }
    return false;
}

bool header_value_fits(const struct source *source, const char *at, slice text, struct diags *diags)
{
    if (text.len <= LIMIT_TITLE) {
        return true;
    }
    diags_add(diags, DIAG_ERROR, source, at, "this is %zu bytes long; the longest may have %d",
              text.len, LIMIT_TITLE);
    return false;
}

void header_unknown_key(const struct source *source, slice key, const slice *known, size_t count,
                        enum diag_level level, const char *what_then, struct diags *diags)
{
    slice near = SLICE_EMPTY;
    if (!diags_full(diags, source->path)) {
        near = diag_nearest(key, known, count);
    }
    if (near.len > 0) {
        diags_add(diags, level, source, key.ptr, "unknown key `%.*s`; did you mean `%.*s`?%s",
                  SLICE_ARG(key), SLICE_ARG(near), what_then);
    } else {
        diags_add(diags, level, source, key.ptr, "unknown key `%.*s`.%s", SLICE_ARG(key),
                  what_then);
    }
}

void line_counter_begin(struct line_counter *counter, slice text)
{
    *counter = (struct line_counter){ text.ptr, 1 };
}

unsigned line_counter_at(struct line_counter *counter, const char *at)
{
    while (counter->at < at) {
        counter->line += *counter->at++ == '\n';
    }
    return counter->line;
}
