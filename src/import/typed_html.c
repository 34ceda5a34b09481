#include "import/typed_html.h"

#include "base/buf.h"
#include "import/phrase.h"

/* Longest `[caption …]`, in bytes: real ones have 100. Many without an end take linear time. */
enum { CAPTION_BYTES = 1000 };

/* True when `rest` begins with the tag `<name`, or `</name`. */
static bool begins_tag(slice rest, slice name)
{
    if (!slice_starts_with(rest, SLICE("<"))) {
        return false;
    }
    rest = slice_from(rest, rest.len > 1 && rest.ptr[1] == '/' ? 2 : 1);
    return phrase_starts_with(rest, name) && rest.len > name.len &&
           (rest.ptr[name.len] == '>' || rest.ptr[name.len] == ' ' || rest.ptr[name.len] == '/' ||
            rest.ptr[name.len] == '\n');
}

static bool has_paragraphs(slice html)
{
    for (slice rest = html; rest.len > 0; rest = slice_from(rest, 1)) {
        rest = slice_from(rest, slice_find_byte(rest, '<'));
        if (begins_tag(rest, SLICE("p")) || begins_tag(rest, SLICE("br"))) {
            return true;
        }
    }
    return false;
}

/* The length of what is copied as it stands at the start of `rest`: a tag, a comment, all of a
 * `pre`; 0 when it begins with none. */
static size_t length_of_markup(slice rest)
{
    static const slice comment = SLICE_INIT("<!--");
    if (!slice_starts_with(rest, SLICE("<"))) {
        return 0;
    }
    if (slice_starts_with(rest, comment)) {
        return slice_find(rest, SLICE("-->"));
    }
    if (begins_tag(rest, SLICE("pre")) && rest.ptr[1] != '/') {
        return slice_find(rest, SLICE("</pre"));
    }
    size_t end = slice_find_byte(rest, '>');
    return end < rest.len ? end + 1 : end;
}

/* The length of `[caption …]` or `[/caption]` at the start of `rest`, or 0. */
static size_t length_of_caption(slice rest)
{
    if (!slice_starts_with(rest, SLICE("[caption")) &&
        !slice_starts_with(rest, SLICE("[/caption"))) {
        return 0;
    }
    rest = slice_head(rest, CAPTION_BYTES);
    size_t end = slice_find_byte(rest, ']');
    return end < slice_find_byte(rest, '\n') ? end + 1 : 0;
}

/* White space at the start of `rest`, and how many line breaks are in it. */
static size_t length_of_gap(slice rest, size_t *breaks)
{
    size_t i = 0;
    *breaks = 0;
    while (i < rest.len && (rest.ptr[i] == ' ' || rest.ptr[i] == '\t' || rest.ptr[i] == '\r' ||
                            rest.ptr[i] == '\n')) {
        *breaks += rest.ptr[i] == '\n';
        i++;
    }
    return i;
}

slice typed_html(struct arena *arena, slice html)
{
    struct buf out;
    bool after_tag = true;
    if (has_paragraphs(html)) {
        return html;
    }
    buf_init(&out, 8 * html.len + 64);
    for (slice rest = html; rest.len > 0;) {
        size_t breaks = 0;
        size_t length = length_of_markup(rest);
        size_t caption = length_of_caption(rest);
        size_t gap = length_of_gap(rest, &breaks);
        if (length > 0) {
            buf_put(&out, slice_head(rest, length));
            after_tag = true;
        } else if (caption > 0) {
            buf_puts(&out, "<p>");
            length = caption;
        } else if (breaks > 0) {
            slice behind = slice_from(rest, gap);
            bool between_words = !after_tag && !slice_starts_with(behind, SLICE("<"));
            buf_put(&out, slice_head(rest, gap));
            buf_puts(&out, breaks > 1 ? "<p>" : between_words ? "<br>" : "");
            length = gap;
        } else {
            length = gap > 0 ? gap : 1;
            buf_put(&out, slice_head(rest, length));
            after_tag = after_tag && gap > 0;
        }
        rest = slice_from(rest, length);
    }
    slice typed = out.failed ? html : arena_copy(arena, buf_slice(&out));
    buf_release(&out);
    return typed;
}
