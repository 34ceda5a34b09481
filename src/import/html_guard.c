#include "import/html_guard.h"

#include "base/limits.h"
#include "import/phrase.h"

struct scan {
    struct arena *arena;
    slice text;
    size_t at;
    char *copy; /* NULL until something is blanked */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f';
}

static bool is_letter(char c)
{
    return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

static bool at_end(const struct scan *scan)
{
    return scan->at >= scan->text.len;
}

static char here(const struct scan *scan)
{
    return at_end(scan) ? '\0' : scan->text.ptr[scan->at];
}

static void skip_blanks(struct scan *scan)
{
    while (!at_end(scan) && (is_blank(here(scan)) || here(scan) == '/')) {
        scan->at++;
    }
}

static void skip_attribute(struct scan *scan)
{
    do {
        scan->at++;
    } while (!at_end(scan) && !is_blank(here(scan)) && here(scan) != '>' && here(scan) != '=');
    size_t name_end = scan->at;
    skip_blanks(scan);
    if (here(scan) != '=') {
        scan->at = name_end;
        return;
    }
    scan->at++;
    skip_blanks(scan);
    char quote = here(scan);
    if (quote == '"' || quote == '\'') {
        scan->at++;
        scan->at += slice_find_byte(slice_from(scan->text, scan->at), quote) + 1;
        return;
    }
    while (!at_end(scan) && !is_blank(here(scan)) && here(scan) != '>') {
        scan->at++;
    }
}

static void blank_out(struct scan *scan, size_t begin)
{
    size_t end = scan->at < scan->text.len ? scan->at : scan->text.len;
    if (scan->copy == NULL) {
        scan->copy = (char *)arena_copy(scan->arena, scan->text).ptr;
    }
    for (size_t i = begin; i < end; i++) {
        /* Lines keep their numbers. */
        scan->copy[i] = scan->copy[i] == '\n' ? '\n' : ' ';
    }
}

/* The attributes of the tag whose name we are behind. */
static void skip_attributes(struct scan *scan)
{
    size_t count = 0;
    for (skip_blanks(scan); !at_end(scan) && here(scan) != '>'; skip_blanks(scan)) {
        size_t begin = scan->at;
        skip_attribute(scan);
        if (++count > LIMIT_HTML_ATTRIBUTES) {
            blank_out(scan, begin);
        }
    }
}

static void skip_past(struct scan *scan, slice end)
{
    slice rest = slice_from(scan->text, scan->at);
    scan->at += slice_find(rest, end);
}

/* To the end tag of a script or a style sheet, in which tags are none. */
static void skip_raw(struct scan *scan, slice name)
{
    while (!at_end(scan)) {
        skip_past(scan, SLICE("</"));
        if (phrase_starts_with(slice_from(scan->text, scan->at + 2), name)) {
            return;
        }
        scan->at += 2;
    }
}

static void skip_tag(struct scan *scan)
{
    size_t begin = scan->at + 1;
    if (slice_starts_with(slice_from(scan->text, scan->at), SLICE("<!--"))) {
        skip_past(scan, SLICE("-->"));
        return;
    }
    scan->at++;
    if (!is_letter(here(scan))) {
        return;
    }
    while (!at_end(scan) && !is_blank(here(scan)) && here(scan) != '>' && here(scan) != '/') {
        scan->at++;
    }
    slice name = slice_head(slice_from(scan->text, begin), scan->at - begin);
    skip_attributes(scan);
    if (slice_equal_nocase(name, SLICE("script")) || slice_equal_nocase(name, SLICE("style"))) {
        skip_raw(scan, name);
    }
}

slice html_guard_attributes(struct arena *arena, slice text)
{
    struct scan scan = { .arena = arena, .text = text };
    while (!at_end(&scan)) {
        scan.at += slice_find_byte(slice_from(text, scan.at), '<');
        if (!at_end(&scan)) {
            skip_tag(&scan);
        }
    }
    return scan.copy != NULL ? (slice){ scan.copy, text.len } : text;
}
