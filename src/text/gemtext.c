#include "text/gemtext.h"

#include <string.h>

static slice drop_cr(slice line)
{
    return line.len > 0 && line.ptr[line.len - 1] == '\r' ? slice_head(line, line.len - 1) : line;
}

static bool is_fence(slice line)
{
    return line.len > 0 && line.ptr[0] == '`' && slice_starts_with(line, SLICE("```"));
}

/* `=>` blanks URL [blanks label]; without a URL the line is plain text. */
static bool is_link(slice raw)
{
    return slice_starts_with(raw, SLICE("=>")) && slice_trim(slice_from(raw, 2)).len > 0;
}

static unsigned heading_level(slice raw)
{
    unsigned level = 0;
    while (level < 3 && level < raw.len && raw.ptr[level] == '#') {
        level++;
    }
    return level;
}

/* Outside of preformatted text. */
static enum gemtext_type type_of(slice raw)
{
    if (slice_trim(raw).len == 0) {
        return GEMTEXT_BLANK;
    }
    switch (raw.ptr[0]) {
    case '*':
        return slice_starts_with(raw, SLICE("* ")) ? GEMTEXT_ITEM : GEMTEXT_TEXT;
    case '>':
        return GEMTEXT_QUOTE;
    case '#':
        return GEMTEXT_HEADING;
    case '=':
        return is_link(raw) ? GEMTEXT_LINK : GEMTEXT_TEXT;
    default:
        return GEMTEXT_TEXT;
    }
}

static void split_link(slice raw, struct gemtext_line *line)
{
    slice rest = slice_trim(slice_from(raw, 2));
    size_t end = 0;
    while (end < rest.len && rest.ptr[end] != ' ' && rest.ptr[end] != '\t') {
        end++;
    }
    line->url = slice_head(rest, end);
    line->text = slice_trim(slice_from(rest, end));
}

struct gemtext_line gemtext_split(enum gemtext_type type, slice raw)
{
    struct gemtext_line line = { .type = type, .text = raw, .raw = raw };
    switch (type) {
    case GEMTEXT_TEXT:
    case GEMTEXT_VERBATIM:
        break;
    case GEMTEXT_BLANK:
        line.text = slice_head(raw, 0);
        break;
    case GEMTEXT_LINK:
        split_link(raw, &line);
        break;
    case GEMTEXT_HEADING:
        line.level = heading_level(raw);
        line.text = slice_trim(slice_from(raw, line.level));
        break;
    case GEMTEXT_ITEM:
        line.text = slice_trim(slice_from(raw, 2));
        break;
    case GEMTEXT_QUOTE:
        line.text = slice_trim(slice_from(raw, 1));
        break;
    case GEMTEXT_FENCE:
        line.text = slice_trim(slice_from(raw, 3));
        break;
    }
    return line;
}

bool gemtext_next_raw(struct gemtext_reader *reader, enum gemtext_type *type, slice *raw)
{
    if (!slice_next_line(&reader->rest, raw)) {
        return false;
    }
    *raw = drop_cr(*raw);
    if (is_fence(*raw)) {
        *type = GEMTEXT_FENCE;
        reader->preformatted = !reader->preformatted;
    } else {
        *type = reader->preformatted ? GEMTEXT_VERBATIM : type_of(*raw);
    }
    return true;
}

bool gemtext_next(struct gemtext_reader *reader, struct gemtext_line *line)
{
    enum gemtext_type type;
    slice raw;
    if (!gemtext_next_raw(reader, &type, &raw)) {
        return false;
    }
    *line = gemtext_split(type, raw);
    return true;
}

/* `text` on one line: every run of line breaks becomes one blank. */
static void put_line(struct buf *out, slice text)
{
    slice piece;
    bool first = true;
    while (slice_next_line(&text, &piece)) {
        piece = drop_cr(piece);
        if (piece.len == 0) {
            continue;
        }
        if (!first) {
            buf_putc(out, ' ');
        }
        buf_put(out, piece);
        first = false;
    }
    buf_putc(out, '\n');
}

void gemtext_heading(struct buf *out, unsigned level, slice text)
{
    buf_fill(out, '#', level);
    buf_putc(out, ' ');
    put_line(out, slice_trim(text));
}

/* A `*` needs its blank to be an item, but clients are lenient, so it is escaped either way. */
static bool looks_like_another_type(slice text)
{
    const char first = text.len > 0 ? text.ptr[0] : ' ';
    return first == '#' || first == '*' || first == '>' || is_fence(text) ||
           (first == '=' && slice_starts_with(text, SLICE("=>")));
}

void gemtext_text(struct buf *out, slice text)
{
    while (text.len > 0 && (text.ptr[0] == '\n' || text.ptr[0] == '\r')) {
        text = slice_from(text, 1);
    }
    if (looks_like_another_type(text)) {
        buf_putc(out, ' ');
    }
    put_line(out, text);
}

void gemtext_link(struct buf *out, slice url, slice label)
{
    buf_puts(out, "=> ");
    buf_put(out, url);
    label = slice_trim(label);
    if (label.len > 0) {
        buf_putc(out, ' ');
    }
    put_line(out, label);
}

void gemtext_item(struct buf *out, slice text)
{
    buf_puts(out, "* ");
    put_line(out, slice_trim(text));
}

void gemtext_quote(struct buf *out, slice text)
{
    text = slice_trim(text);
    buf_puts(out, text.len > 0 ? "> " : ">");
    put_line(out, text);
}

static void put_fence(struct buf *out, slice alternative)
{
    buf_puts(out, "```");
    put_line(out, slice_trim(alternative));
}

void gemtext_preformatted(struct buf *out, slice alternative, slice body)
{
    slice line;
    put_fence(out, alternative);
    while (slice_next_line(&body, &line)) {
        line = drop_cr(line);
        if (is_fence(line)) {
            buf_putc(out, ' ');
        }
        buf_put(out, line);
        buf_putc(out, '\n');
    }
    put_fence(out, SLICE_EMPTY);
}

void gemtext_blank(struct buf *out)
{
    slice written = buf_slice(out);
    if (written.len > 0 && !slice_ends_with(written, SLICE("\n\n"))) {
        buf_putc(out, '\n');
    }
}

void gemtext_line(struct buf *out, const struct gemtext_line *line)
{
    switch (line->type) {
    case GEMTEXT_TEXT:
        gemtext_text(out, line->text);
        break;
    case GEMTEXT_BLANK:
        gemtext_blank(out);
        break;
    case GEMTEXT_LINK:
        gemtext_link(out, line->url, line->text);
        break;
    case GEMTEXT_HEADING:
        gemtext_heading(out, line->level, line->text);
        break;
    case GEMTEXT_ITEM:
        gemtext_item(out, line->text);
        break;
    case GEMTEXT_QUOTE:
        gemtext_quote(out, line->text);
        break;
    case GEMTEXT_FENCE:
        put_fence(out, line->text);
        break;
    case GEMTEXT_VERBATIM:
        buf_put(out, line->text);
        buf_putc(out, '\n');
        break;
    }
}

void gemtext_begin(struct buf *out, enum gemtext_type type, unsigned level)
{
    if (type == GEMTEXT_HEADING) {
        buf_fill(out, '#', level);
        buf_putc(out, ' ');
    } else if (type == GEMTEXT_LINK) {
        buf_puts(out, "=> ");
    } else if (type == GEMTEXT_ITEM) {
        buf_puts(out, "* ");
    } else if (type == GEMTEXT_QUOTE) {
        buf_puts(out, "> ");
    }
}

void gemtext_put(struct buf *out, slice piece)
{
    size_t done = 0;
    for (size_t i = 0; i < piece.len; i++) {
        if (piece.ptr[i] == '\n' || piece.ptr[i] == '\r') {
            buf_put(out, slice_between(piece.ptr + done, piece.ptr + i));
            buf_putc(out, ' ');
            done = i + 1;
        }
    }
    buf_put(out, slice_from(piece, done));
}

void gemtext_end(struct buf *out, enum gemtext_type type)
{
    size_t start = out->len;
    while (type == GEMTEXT_TEXT && start > 0 && out->ptr[start - 1] != '\n') {
        start--;
    }
    if (type == GEMTEXT_TEXT && looks_like_another_type(slice_from(buf_slice(out), start)) &&
        buf_room(out, 1) != NULL) {
        memmove(out->ptr + start + 1, out->ptr + start, out->len - start);
        out->ptr[start] = ' ';
        buf_added(out, 1);
    }
    buf_putc(out, '\n');
}
