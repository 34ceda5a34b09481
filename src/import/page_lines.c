#include "import/page_lines.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "import/phrase.h"

#include <stdlib.h>
#include <string.h>

enum {
    /* The widest lines that a page is wrapped to, in code points; browsers take 72 to 80. */
    WRAP_WIDTH = 100,
    /* Line ends that look wrapped, at least, before a page is taken for one that is. */
    WRAP_ENDS = 8,
};

static bool is_invisible(int32_t c)
{
    return c == 0xFEFF || c == 0x200B || c == 0xAD;
}

static bool is_break(int32_t c)
{
    return c == '\n' || c == '\r' || c == 0x0B || c == 0x0C || c == 0x85 || c == 0x2028 ||
           c == 0x2029;
}

/* Take the next line off `*rest` and put it, cleaned, at `into`, which has room for it. */
static slice clean_line(slice *rest, char *into, unsigned *number, size_t *controls)
{
    size_t len = 0;
    bool gap = false;
    int32_t c = 0;
    slice before = *rest;
    while (utf8_next(rest, &c)) {
        if (is_break(c)) {
            if (c == '\r' && rest->len > 0 && rest->ptr[0] == '\n') {
                *rest = slice_from(*rest, 1);
            }
            *number += c == '\n' || c == '\r';
            break;
        }
        size_t bytes = before.len - rest->len;
        bool control = utf8_is_control(c);
        *controls += control;
        if (control || utf8_class(c) == UTF8_SPACE) {
            gap = len > 0;
        } else if (!is_invisible(c)) {
            if (gap) {
                into[len++] = ' ';
                gap = false;
            }
            memcpy(into + len, before.ptr, bytes);
            len += bytes;
        }
        before = *rest;
    }
    return (slice){ into, len };
}

/* False when there are more lines than a review can hold. */
static bool split_lines(struct arena *arena, slice text, struct page_lines *lines,
                        struct report *report)
{
    /* Cleaning never makes a line longer, so all lines fit where the text would. */
    char *into = arena_alloc(arena, text.len + 1);
    unsigned number = 1;
    unsigned first_control = 0;
    size_t controls = 0;
    bool joined = false;
    while (text.len > 0 && lines->count <= LIMIT_SOURCE_LINES) {
        unsigned here = number;
        size_t before = controls;
        slice line = clean_line(&text, into, &number, &controls);
        if (controls > before && first_control == 0) {
            first_control = here;
        }
        if (line.len > 0) {
            *ARRAY_ADD(arena, lines) = (struct page_line){
                .text = utf8_nfc(arena, line), .number = here, .last = here, .joined = joined
            };
            into += line.len;
        }
        joined = line.len > 0;
    }
    if (controls > 0) {
        report_note(report, first_control, "%zu control character%s became blanks", controls,
                    controls == 1 ? "" : "s");
    }
    return lines->count <= LIMIT_SOURCE_LINES;
}

static int by_text_then_place(const void *a, const void *b)
{
    const struct page_line *x = *(struct page_line *const *)a;
    const struct page_line *y = *(struct page_line *const *)b;
    int order = slice_compare(x->text, y->text);
    return order != 0 ? order : (x > y) - (x < y);
}

/* Count how often each line stands on the page. */
static void count_lines(struct arena *arena, struct page_lines *lines)
{
    struct page_line **sorted = arena_array(arena, lines->count, sizeof *sorted);
    for (size_t i = 0; i < lines->count; i++) {
        sorted[i] = &lines->items[i];
    }
    if (lines->count > 1) {
        qsort(sorted, lines->count, sizeof(struct page_line *), by_text_then_place);
    }
    for (size_t i = 0; i < lines->count;) {
        size_t end = i + 1;
        while (end < lines->count && slice_equal(sorted[end]->text, sorted[i]->text)) {
            end++;
        }
        for (size_t j = i; j < end; j++) {
            sorted[j]->times = end - i;
            sorted[j]->first = (size_t)(sorted[i] - lines->items);
        }
        i = end;
    }
}

/* --- lines that were wrapped ------------------------------------------------------------------ */

/* The longest line that has several words: none of an address that could not be broken. */
static size_t widest(const struct page_lines *lines)
{
    size_t width = 0;
    for (size_t i = 0; i < lines->count; i++) {
        slice text = lines->items[i].text;
        if (slice_find_byte(text, ' ') < text.len) {
            size_t length = utf8_length(text);
            width = length > width ? length : width;
        }
    }
    return width;
}

/* True when line `i` stands right under the one before because its first word did not fit there. */
static bool is_wrapped(const struct page_lines *lines, size_t i, size_t width)
{
    if (i == 0 || !lines->items[i].joined) {
        return false;
    }
    slice rest = lines->items[i].text;
    slice word = SLICE_EMPTY;
    (void)phrase_next_word(&rest, &word);
    return utf8_length(lines->items[i - 1].text) + 1 + utf8_length(word) > width;
}

/* The width that the page was wrapped to, or 0: most lines right under another are there because
 * their first word did not fit. */
static size_t wrap_width(const struct page_lines *lines)
{
    size_t width = widest(lines);
    size_t ends = 0;
    size_t wrapped = 0;
    for (size_t i = 0; width <= WRAP_WIDTH && i < lines->count; i++) {
        ends += lines->items[i].joined;
        wrapped += is_wrapped(lines, i, width);
    }
    return wrapped >= WRAP_ENDS && wrapped * 2 > ends ? width : 0;
}

/* Whether a blank stood where the line was broken: not after a hyphen or a dash inside a word. */
static bool had_blank(slice before)
{
    static const char *const dashes[] = { "-", "\xE2\x80\x93", "\xE2\x80\x94" };
    for (size_t i = 0; i < ARRAY_LENGTH(dashes); i++) {
        slice dash = slice_of(dashes[i]);
        if (slice_ends_with(before, dash)) {
            return before.len == dash.len || before.ptr[before.len - dash.len - 1] == ' ';
        }
    }
    return true;
}

/* Make wrapped paragraphs whole again. */
static void unwrap(struct arena *arena, struct page_lines *lines, size_t width)
{
    struct buf text;
    size_t kept = 0;
    buf_init(&text, (size_t)-1);
    for (size_t i = 0; i < lines->count;) {
        struct page_line line = lines->items[i];
        buf_clear(&text);
        buf_put(&text, line.text);
        for (i++; i < lines->count && is_wrapped(lines, i, width); i++) {
            buf_puts(&text, had_blank(buf_slice(&text)) ? " " : "");
            buf_put(&text, lines->items[i].text);
            line.last = lines->items[i].number;
        }
        line.text = line.last > line.number ? arena_copy(arena, buf_slice(&text)) : line.text;
        /* Lines are only written where all have been read: at or before the last one read. */
        lines->items[kept++] = line;
    }
    lines->count = kept;
    buf_release(&text);
}

/* On a page without blank lines every line is a paragraph: standing together tells nothing. */
static void part_lines(struct page_lines *lines)
{
    for (size_t i = 1; i < lines->count; i++) {
        if (!lines->items[i].joined) {
            return;
        }
    }
    for (size_t i = 1; i < lines->count; i++) {
        lines->items[i].joined = false;
    }
}

/* --- the whole page --------------------------------------------------------------------------- */

/* Where more combining marks follow each other than any writing has, or the end. */
static const char *find_marks(slice text)
{
    unsigned marks = 0;
    int32_t c = 0;
    slice rest = text;
    while (marks <= LIMIT_MARKS && utf8_next(&rest, &c)) {
        if (!is_invisible(c)) { /* they are dropped, so they part nothing */
            marks = utf8_class(c) == UTF8_MARK ? marks + 1 : 0;
        }
    }
    return marks > LIMIT_MARKS ? rest.ptr : text.ptr + text.len;
}

static bool is_text(const struct source *source, struct diags *diags)
{
    slice text = source->text;
    size_t invalid = utf8_find_invalid(text);
    const char *nul = invalid > 0 ? memchr(text.ptr, '\0', invalid) : NULL;
    if (nul != NULL) {
        diags_add(diags, DIAG_ERROR, source, nul, "a NUL byte: this is not a text file");
        return false;
    }
    if (invalid < text.len) {
        diags_add(diags, DIAG_ERROR, source, text.ptr + invalid,
                  "not UTF-8: byte 0x%02x is out of place here (save the page as UTF-8 text)",
                  (unsigned)(unsigned char)text.ptr[invalid]);
        return false;
    }
    const char *marks = find_marks(text);
    if (text.len > 0 && marks < text.ptr + text.len) {
        diags_add(diags, DIAG_ERROR, source, marks, "more than %d combining marks on one letter",
                  LIMIT_MARKS);
        return false;
    }
    return true;
}

bool page_lines_read(struct arena *arena, const struct source *source, struct page_lines *lines,
                     struct report *report, struct diags *diags)
{
    *lines = (struct page_lines){ 0 };
    if (!is_text(source, diags)) {
        return false;
    }
    if (!split_lines(arena, source->text, lines, report)) {
        diags_add(diags, DIAG_ERROR, source, NULL, "more than %u lines: this is no page",
                  LIMIT_SOURCE_LINES);
        return false;
    }
    size_t width = wrap_width(lines);
    if (width > 0) {
        unwrap(arena, lines, width);
        report_note(report, 0, "lines were wrapped at %zu characters; paragraphs are whole again",
                    width);
    }
    part_lines(lines);
    count_lines(arena, lines);
    return true;
}
