/* normalise.c: bytes from a disk into text that the parsers can trust. */
#include "base/limits.h"
#include "base/utf8.h"
#include "source/review.h"

/* What was found on the way through a text. */
struct text_check {
    const struct source *source;
    struct diags *diags;
    bool has_returns; /* of CRLF */
    bool may_compose; /* it holds what may not be in NFC */
};

/* What is wrong with one line, at most one problem of each kind. */
struct line_check {
    const struct source *source;
    struct diags *diags;
    unsigned marks; /* combining marks in a row */
    bool control_found, return_found, marks_found;
};

static void check_code_point(struct line_check *check, const char *at, bool at_end, int32_t c)
{
    if (c == '\r' && at_end) {
        return; /* of CRLF */
    }
    if (c == '\r' && !check->return_found) {
        check->return_found = true;
        diags_add(check->diags, DIAG_ERROR, check->source, at,
                  "a carriage return without a line feed; lines end in LF or CRLF");
    } else if (c != '\r' && utf8_is_control(c) && !check->control_found) {
        check->control_found = true;
        diags_add(check->diags, DIAG_ERROR, check->source, at, "the control character U+%04X%s",
                  (unsigned)c,
                  c == 0 ? " (NUL); is this a text file?" : " does not belong in text");
    }
    check->marks = utf8_class(c) == UTF8_MARK ? check->marks + 1 : 0;
    if (check->marks > LIMIT_MARKS && !check->marks_found) {
        check->marks_found = true;
        diags_add(check->diags, DIAG_ERROR, check->source, at,
                  "more than %d combining marks on one letter", LIMIT_MARKS);
    }
}

/* Say what is wrong with a line that is not good. */
static void report_line(const struct source *source, slice line, struct diags *diags)
{
    struct line_check check = { .source = source, .diags = diags };
    if (line.len > LIMIT_SOURCE_LINE) {
        diags_add(diags, DIAG_ERROR, source, line.ptr,
                  "a line of %zu bytes; the longest may have %u", line.len, LIMIT_SOURCE_LINE);
        return;
    }
    size_t invalid = utf8_find_invalid(line);
    if (invalid < line.len) {
        diags_add(diags, DIAG_ERROR, source, line.ptr + invalid,
                  "the byte 0x%02X is not UTF-8; save the file as UTF-8",
                  (unsigned)(unsigned char)line.ptr[invalid]);
    }
    bool whole = invalid >= line.len;
    slice rest = slice_head(line, invalid);
    int32_t c = 0;
    while (rest.len > 0) {
        const char *at = rest.ptr;
        (void)utf8_next(&rest, &c);
        check_code_point(&check, at, whole && rest.len == 0, c);
    }
}

/* True when nothing is wrong with `line`; what stays to be done with it is noted. */
static bool is_good(struct text_check *check, slice line)
{
    unsigned marks = 0;
    int32_t c = 0;
    if (line.len > LIMIT_SOURCE_LINE) {
        return false;
    }
    while (line.len > 0) {
        const bool ascii = (unsigned char)line.ptr[0] < 0x80;
        const size_t plain = ascii ? utf8_plain_run(line) : 0;
        if (plain > 0) {
            line = slice_from(line, plain);
            marks = 0;
            continue;
        }
        const size_t used = utf8_decode(line, &c);
        line = slice_from(line, used);
        if (used > 0 && c == '\r' && line.len == 0) {
            check->has_returns = true;
            return true;
        }
        if (used == 0 || utf8_is_control(c)) {
            return false;
        }
        const bool alone = utf8_stands_alone(c);
        check->may_compose |= !alone;
        marks = !alone && utf8_class(c) == UTF8_MARK ? marks + 1 : 0;
        if (marks > LIMIT_MARKS) {
            return false;
        }
    }
    return true;
}

static void check_text(struct text_check *check)
{
    slice rest = check->source->text;
    slice line;
    size_t lines = 0;
    while (rest.len > 0) {
        if (++lines > LIMIT_SOURCE_LINES) {
            diags_add(check->diags, DIAG_ERROR, check->source, rest.ptr, "more than %u lines",
                      LIMIT_SOURCE_LINES);
            return;
        }
        /* Most lines are printable ASCII: nothing to look at. */
        size_t plain = utf8_plain_run(rest);
        if ((plain == rest.len || rest.ptr[plain] == '\n') && plain <= LIMIT_SOURCE_LINE) {
            rest = slice_from(rest, plain + 1);
        } else if (slice_next_line(&rest, &line) && !is_good(check, line)) {
            report_line(check->source, line, check->diags);
        }
    }
}

/* A BOM says what the text is; the UTF-8 one is dropped, the others are an error. */
static bool drop_bom(struct source *source, struct diags *diags)
{
    if (slice_starts_with(source->text, SLICE("\xEF\xBB\xBF"))) {
        source->text = slice_from(source->text, 3);
    } else if (slice_starts_with(source->text, SLICE("\xFF\xFE")) ||
               slice_starts_with(source->text, SLICE("\xFE\xFF"))) {
        diags_add(diags, DIAG_ERROR, source, NULL, "this is UTF-16 text; save the file as UTF-8");
        return false;
    }
    return true;
}

static slice drop_returns(struct arena *arena, slice text)
{
    char *copy = arena_alloc(arena, text.len);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '\r') {
            copy[len++] = text.ptr[i];
        }
    }
    return (slice){ copy, len };
}

bool source_normalise(struct arena *arena, struct source *source, struct diags *diags)
{
    size_t errors = diags->counts[DIAG_ERROR];
    slice raw = source->text;
    struct text_check check = { .source = source, .diags = diags };
    if (!drop_bom(source, diags)) {
        return false;
    }
    check_text(&check);
    if (diags->counts[DIAG_ERROR] > errors) {
        return false;
    }
    if (check.has_returns) {
        source->text = drop_returns(arena, source->text);
        arena_give_back(arena, raw);
        raw = source->text;
    }
    if (check.may_compose) {
        slice composed = utf8_nfc(arena, source->text);
        if (composed.ptr != source->text.ptr) {
            source->text = composed;
            arena_give_back(arena, raw);
        }
    }
    return true;
}
