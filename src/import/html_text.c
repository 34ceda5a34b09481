#include "import/html_text.h"

#include "base/limits.h"
#include "base/utf8.h"

/* NFC makes two marks of some. */
enum { MARKS = LIMIT_MARKS / 2 };

static bool is_invisible(int32_t c)
{
    return c == 0xFEFF || c == 0x200B || c == 0xAD || c == 0x2060;
}

/* True when `c` is one mark too many. */
static bool is_pile(struct html_line *line, int32_t c)
{
    if (utf8_class(c) != UTF8_MARK) {
        line->marks = 0;
        return false;
    }
    if (line->marks == MARKS) {
        line->left_out++;
        return true;
    }
    line->marks++;
    return false;
}

void html_line_init(struct html_line *line)
{
    *line = (struct html_line){ 0 };
    buf_init(&line->text, (size_t)-1);
}

void html_line_release(struct html_line *line)
{
    buf_release(&line->text);
}

void html_line_clear(struct html_line *line)
{
    buf_clear(&line->text);
    line->gap = false;
    line->letters = 0;
    line->bold = 0;
    line->bold_end = 0;
    line->linked = 0;
    line->marks = 0;
}

void html_line_put(struct html_line *line, slice text, struct html_style style)
{
    slice before = text;
    bool leads = style.bold && line->bold_end == line->text.len;
    int32_t c = 0;
    while (utf8_next(&text, &c)) {
        enum utf8_class class = utf8_class(c);
        if (class == UTF8_SPACE || utf8_is_control(c)) {
            line->gap = line->text.len > 0;
        } else if (!is_invisible(c) && !is_pile(line, c)) {
            if (line->gap) {
                buf_putc(&line->text, ' ');
                line->gap = false;
            }
            buf_put(&line->text, slice_between(before.ptr, text.ptr));
            bool letter = class == UTF8_LETTER;
            line->letters += letter;
            line->bold += letter && style.bold;
            line->linked += letter && style.linked;
        }
        before = text;
    }
    line->bold_end = leads ? line->text.len : line->bold_end;
}

void html_line_put_exactly(struct html_line *line, slice text)
{
    slice before = text;
    int32_t c = 0;
    while (utf8_next(&text, &c)) {
        if (c == 0xA0) {
            buf_putc(&line->text, ' ');
        } else if (c == '\n' || c == '\t' ||
                   (!utf8_is_control(c) && !is_invisible(c) && !is_pile(line, c))) {
            buf_put(&line->text, slice_between(before.ptr, text.ptr));
        }
        before = text;
    }
}

slice html_line_take(struct html_line *line, struct arena *arena)
{
    slice text = arena_copy(arena, buf_slice(&line->text));
    html_line_clear(line);
    return utf8_nfc(arena, text);
}
