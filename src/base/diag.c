#include "base/diag.h"

#include "base/limits.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NEAREST_MAX = 64 };

void diags_init(struct diags *diags)
{
    *diags = (struct diags){ 0 };
}

void diags_release(struct diags *diags)
{
    arena_release(&diags->arena);
    diags_init(diags);
}

void diags_clear(struct diags *diags)
{
    diags_release(diags);
}

/* The part of `line` around byte `offset` that is shown, and the caret's column in it. */
static void excerpt(struct diags *diags, struct diag *diag, slice line, size_t offset)
{
    size_t begin = offset > LIMIT_DIAG_EXCERPT / 2 && line.len > LIMIT_DIAG_EXCERPT
                       ? offset - LIMIT_DIAG_EXCERPT / 2
                       : 0;
    while (begin < offset && ((unsigned char)line.ptr[begin] & 0xC0) == 0x80) {
        begin++;
    }
    slice shown = utf8_head(slice_from(line, begin), LIMIT_DIAG_EXCERPT);
    struct buf out;
    buf_init(&out, (size_t)LIMIT_DIAG_EXCERPT * 4);
    slice rest = shown;
    int32_t c = 0;
    while (rest.len > 0) {
        size_t at = begin + (shown.len - rest.len);
        (void)utf8_next(&rest, &c);
        if (utf8_is_control(c)) {
            c = 0xFFFD;
        } else if (c == '\t') {
            c = ' ';
        }
        if (at < offset) {
            diag->caret += (unsigned)utf8_width(c);
        }
        utf8_put(&out, c);
    }
    diag->excerpt = arena_copy(&diags->arena, buf_slice(&out));
    buf_release(&out);
}

static void locate(struct diags *diags, struct diag *diag, slice text, const char *at)
{
    const char *line_start = text.ptr;
    const char *end = text.ptr + text.len;
    diag->line = 1;
    for (const char *p = text.ptr; p < at; p = line_start) {
        const char *newline = memchr(p, '\n', (size_t)(at - p));
        if (newline == NULL) {
            break;
        }
        diag->line++;
        line_start = newline + 1;
    }
    const char *newline =
        line_start < end ? memchr(line_start, '\n', (size_t)(end - line_start)) : NULL;
    slice line = slice_between(line_start, newline ? newline : end);
    diag->column = (unsigned)utf8_length(slice_between(line_start, at)) + 1;
    excerpt(diags, diag, line, (size_t)(at - line_start));
}

/* The new problem, or NULL when it is only counted. */
static struct diag *add(struct diags *diags, enum diag_level level, slice path, const char *format,
                        va_list args) PRINTF_LIKE(4, 0);
static struct diag *add(struct diags *diags, enum diag_level level, slice path, const char *format,
                        va_list args)
{
    if (!slice_equal(path, diags->last_path)) {
        diags->last_path = arena_copy(&diags->arena, path);
        diags->in_file = 0;
    }
    diags->counts[level]++;
    diags->in_file++;
    if (diags->in_file > LIMIT_DIAGS_PER_FILE + 1) {
        return NULL;
    }
    struct diag *diag = ARRAY_ADD(&diags->arena, diags);
    *diag = (struct diag){ .level = level, .path = diags->last_path };
    if (diags->in_file > LIMIT_DIAGS_PER_FILE) {
        diag->level = DIAG_NOTE;
        diag->message = SLICE("too many problems in this file; the rest is not shown");
        return NULL;
    }
    char message[1024];
    int length = vsnprintf(message, sizeof message, format, args);
    if (length < 0) {
        length = 0;
    }
    slice whole = { message,
                    (size_t)length < sizeof message ? (size_t)length : sizeof message - 1 };
    whole = utf8_head(whole, utf8_find_invalid(whole));
    diag->message = arena_copy(&diags->arena, whole);
    return diag;
}

void diags_add(struct diags *diags, enum diag_level level, const struct source *source,
               const char *at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct diag *diag = add(diags, level, source->path, format, args);
    va_end(args);
    if (diag != NULL && at != NULL) {
        locate(diags, diag, source->text, at);
    }
}

void diags_add_line(struct diags *diags, enum diag_level level, slice path, unsigned line,
                    const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct diag *diag = add(diags, level, path, format, args);
    va_end(args);
    if (diag != NULL) {
        diag->line = line;
    }
}

void diags_keep(struct diags *diags, size_t first, bool (*keep)(void *, const struct diag *),
                void *context)
{
    size_t kept = first;
    for (size_t i = first; i < diags->count; i++) {
        const struct diag diag = diags->items[i];
        if (keep(context, &diag)) {
            diags->items[kept++] = diag;
        } else if (diags->counts[diag.level] > 0) {
            diags->counts[diag.level]--;
        }
    }
    diags->count = kept;
}

bool diags_full(const struct diags *diags, slice path)
{
    return diags->in_file >= LIMIT_DIAGS_PER_FILE && slice_equal(path, diags->last_path);
}

void diag_format(const struct diag *diag, struct buf *out)
{
    static const char *const names[DIAG_LEVELS] = { "error", "warning", "note" };
    buf_put(out, diag->path);
    if (diag->line > 0) {
        buf_printf(out, ":%u", diag->line);
    }
    if (diag->column > 0) {
        buf_printf(out, ":%u", diag->column);
    }
    buf_printf(out, ": %s: ", names[diag->level]);
    buf_put(out, diag->message);
    buf_putc(out, '\n');
    if (diag->excerpt.len > 0) {
        buf_put(out, diag->excerpt);
        buf_putc(out, '\n');
        buf_fill(out, ' ', diag->caret);
        buf_puts(out, "^\n");
    }
}

void diags_format(const struct diags *diags, struct buf *out)
{
    for (size_t i = 0; i < diags->count; i++) {
        diag_format(&diags->items[i], out);
    }
}

/* Levenshtein distance by bytes; both words have at most NEAREST_MAX bytes. */
static unsigned distance(slice a, slice b)
{
    unsigned row[NEAREST_MAX + 1];
    for (unsigned j = 0; j <= b.len; j++) {
        row[j] = j;
    }
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            unsigned above = row[j];
            unsigned best = diagonal + (ascii_lower(a.ptr[i - 1]) != ascii_lower(b.ptr[j - 1]));
            if (above + 1 < best) {
                best = above + 1;
            }
            if (row[j - 1] + 1 < best) {
                best = row[j - 1] + 1;
            }
            row[j] = best;
            diagonal = above;
        }
    }
    return row[b.len];
}

slice diag_nearest(slice word, const slice *candidates, size_t count)
{
    slice nearest = SLICE_EMPTY;
    if (word.len == 0 || word.len > NEAREST_MAX) {
        return nearest;
    }
    /* A third of the letters may differ: "Direktor" is Director, "Foo" is nothing. */
    unsigned best = (unsigned)(word.len + 2) / 3 + 1;
    for (size_t i = 0; i < count; i++) {
        slice candidate = candidates[i];
        size_t longer = candidate.len > word.len ? candidate.len : word.len;
        size_t shorter = candidate.len > word.len ? word.len : candidate.len;
        if (candidate.len == 0 || candidate.len > NEAREST_MAX || longer - shorter >= best) {
            continue;
        }
        unsigned d = distance(word, candidate);
        if (d < best) {
            best = d;
            nearest = candidate;
        }
    }
    return nearest;
}
