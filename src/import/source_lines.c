#include "import/source_lines.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "import/html_links.h"
#include "text/gemtext.h"
#include "text/uri.h"

/* Room in a line for its marker and its escape. */
enum { LINE_MARKER = 16 };

/* Longest address that is a link: twice what HTML may hold, every byte of it encoded, leaves room
 * for a label. */
#define ADDRESS_BYTES (6 * LIMIT_HTML_URL)

/* The head of `text` of at most `room` bytes, cut between words where there are any. */
static slice fitting_head(slice text, size_t room)
{
    slice head = utf8_head(text, room);
    if (head.len == text.len) {
        return head;
    }
    size_t end = head.len;
    while (end > head.len / 2 && text.ptr[end] != ' ') {
        end--;
    }
    return text.ptr[end] == ' ' ? slice_head(head, end) : head;
}

static void note_divided(struct report *report, const char *what, size_t bytes)
{
    report_note(report, 0, "a %s of %zu bytes was divided: a line may have %u", what, bytes,
                LIMIT_SOURCE_LINE);
}

void source_lines_put(struct buf *out, slice text, void (*put)(struct buf *out, slice text),
                      struct report *report)
{
    slice head = fitting_head(text, LIMIT_SOURCE_LINE - LINE_MARKER);
    put(out, head);
    if (head.len < text.len) {
        note_divided(report, "paragraph", text.len);
    }
    while (head.len < text.len) {
        text = slice_trim(slice_from(text, head.len));
        head = fitting_head(text, LIMIT_SOURCE_LINE - LINE_MARKER);
        if (put == gemtext_quote) {
            gemtext_quote(out, head);
        } else {
            gemtext_blank(out);
            gemtext_text(out, head);
        }
    }
}

static slice without_slash(slice url)
{
    return slice_ends_with(url, SLICE("/")) ? slice_head(url, url.len - 1) : url;
}

/* An address needs no label that says it again; but that of an image does, since what it shows is
 * wanted there. */
static bool is_address_again(slice label, slice written)
{
    return slice_equal(without_slash(label), without_slash(written)) &&
           uri_scheme(written).len > 0 && !html_link_is_image(written);
}

void source_lines_put_link(struct buf *out, slice url, slice label, struct report *report)
{
    struct buf address;
    buf_init(&address, out->max);
    uri_put_written(&address, url);
    label = label.len > 0 ? label : url;
    if (address.len > ADDRESS_BYTES) {
        report_note(report, 0, "an address of %zu bytes became text", url.len);
        source_lines_put(out, label, gemtext_text, report);
        if (!slice_equal(label, url)) {
            source_lines_put(out, url, gemtext_text, report);
        }
    } else {
        bool again = is_address_again(label, buf_slice(&address));
        label = again ? SLICE_EMPTY : label;
        slice head = fitting_head(label, LIMIT_SOURCE_LINE - ADDRESS_BYTES - LINE_MARKER);
        gemtext_link(out, buf_slice(&address), head);
        if (head.len < label.len) {
            note_divided(report, "label", label.len);
            source_lines_put(out, slice_trim(slice_from(label, head.len)), gemtext_text, report);
        }
    }
    out->failed = out->failed || address.failed;
    buf_release(&address);
}

/* Lines that are too long go on in the next one. */
void source_lines_put_preformatted(struct buf *out, slice alternative, slice body,
                                   struct report *report)
{
    struct buf lines;
    slice line;
    size_t divided = 0;
    if (slice_trim(body).len == 0) {
        return;
    }
    buf_init(&lines, out->max);
    for (slice rest = body; slice_next_line(&rest, &line);) {
        slice head = utf8_head(line, LIMIT_SOURCE_LINE - LINE_MARKER);
        divided += head.len < line.len;
        while (head.len < line.len) {
            buf_put(&lines, head);
            buf_putc(&lines, '\n');
            line = slice_from(line, head.len);
            head = utf8_head(line, LIMIT_SOURCE_LINE - LINE_MARKER);
        }
        buf_put(&lines, line);
        buf_putc(&lines, '\n');
    }
    if (divided > 0) {
        report_note(report, 0, "%zu preformatted %s divided: a line may have %u bytes", divided,
                    divided == 1 ? "line was" : "lines were", LIMIT_SOURCE_LINE);
    }
    gemtext_preformatted(out, utf8_head(alternative, LIMIT_TITLE),
                         slice_trim_end(buf_slice(&lines)));
    out->failed = out->failed || lines.failed;
    buf_release(&lines);
}

bool source_lines_fit(slice written)
{
    slice line;
    size_t lines = 0;
    for (slice rest = written; slice_next_line(&rest, &line);) {
        lines++;
    }
    return written.len <= LIMIT_SOURCE_FILE && lines <= LIMIT_SOURCE_LINES;
}
