#include "import/emit.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "text/gemtext.h"
#include "text/header.h"
#include "text/uri.h"

/* Room in a line for its marker and its escape. */
enum { LINE_MARKER = 16 };

static void put_list(const struct fact_values *values, slice key, struct buf *out)
{
    size_t begin = out->len;
    for (size_t i = 0; i < values->count; i++) {
        /* A long list goes on in a second field of the same key. */
        bool first = i == 0 || out->len - begin > LIMIT_SOURCE_LINE / 2;
        if (first) {
            if (i > 0) {
                buf_putc(out, '\n');
            }
            begin = out->len;
            buf_put(out, key);
        }
        buf_puts(out, first ? ": " : ", ");
        header_put_list_value(out, values->items[i]);
    }
    if (values->count > 0) {
        buf_putc(out, '\n');
    }
}

static void put_header(const struct facts *facts, struct buf *out)
{
    for (enum post_fact fact = 0; fact < FACT_COUNT; fact++) {
        const struct fact_values *values = &facts->values[fact];
        if (fact == FACT_OTHER) {
            for (size_t i = 0; i + 1 < values->count; i += 2) {
                header_put(out, values->items[i], values->items[i + 1]);
            }
        } else if (fact_is_list(fact)) {
            put_list(values, fact_key(fact), out);
        } else if (values->count > 0) {
            header_put(out, fact_key(fact), values->items[0]);
        }
    }
}

/* The head of `text` that fits in a line, cut between words where there are any. */
static slice fitting_head(slice text)
{
    slice head = utf8_head(text, LIMIT_SOURCE_LINE - LINE_MARKER);
    if (head.len == text.len) {
        return head;
    }
    size_t end = head.len;
    while (end > head.len / 2 && text.ptr[end] != ' ') {
        end--;
    }
    return text.ptr[end] == ' ' ? slice_head(head, end) : head;
}

/* Write `text` with `put`, in pieces when it is too long for a line. */
static void put_in_pieces(struct buf *out, slice text, struct report *report,
                          void (*put)(struct buf *out, slice text))
{
    slice head = fitting_head(text);
    put(out, head);
    if (head.len < text.len) {
        report_note(report, 0, "a paragraph of %zu bytes was divided: a line may have %u", text.len,
                    LIMIT_SOURCE_LINE);
    }
    while (head.len < text.len) {
        text = slice_trim(slice_from(text, head.len));
        head = fitting_head(text);
        gemtext_blank(out);
        gemtext_text(out, head);
    }
}

static void put_quote(const struct part *part, struct buf *out, struct report *report)
{
    put_in_pieces(out, part->text, report, gemtext_quote);
    if (part->by.speaker.len > 0) {
        buf_puts(out, "\xE2\x80\x94 ");
        buf_put(out, part->by.speaker);
        if (part->by.context.len > 0) {
            buf_puts(out, ", ");
            buf_put(out, part->by.context);
        }
        buf_putc(out, '\n');
    }
    if (part->by.commentary.len > 0) {
        put_in_pieces(out, part->by.commentary, report, gemtext_text);
    }
    report->quotes += part->by.speaker.len > 0;
    report->words += utf8_count_words(part->text) + utf8_count_words(part->by.commentary);
}

static void put_link(const struct part *part, struct buf *out)
{
    struct buf url;
    buf_init(&url, out->max);
    uri_put_written(&url, part->url);
    gemtext_link(out, buf_slice(&url), part->text.len > 0 ? part->text : part->url);
    out->failed = out->failed || url.failed;
    buf_release(&url);
}

/* Lines that are too long for a source file go on in the next one. */
static void put_preformatted(const struct part *part, struct buf *out, struct report *report)
{
    struct buf body;
    slice line;
    size_t divided = 0;
    buf_init(&body, out->max);
    for (slice rest = part->text; slice_next_line(&rest, &line);) {
        slice head = utf8_head(line, LIMIT_SOURCE_LINE - LINE_MARKER);
        divided += head.len < line.len;
        while (head.len < line.len) {
            buf_put(&body, head);
            buf_putc(&body, '\n');
            line = slice_from(line, head.len);
            head = utf8_head(line, LIMIT_SOURCE_LINE - LINE_MARKER);
        }
        buf_put(&body, line);
        buf_putc(&body, '\n');
    }
    if (divided > 0) {
        report_note(report, 0, "%zu preformatted %s divided: a line may have %u bytes", divided,
                    divided == 1 ? "line was" : "lines were", LIMIT_SOURCE_LINE);
    }
    gemtext_preformatted(out, part->alt, slice_trim_end(buf_slice(&body)));
    out->failed = out->failed || body.failed;
    report->words += utf8_count_words(part->text);
    buf_release(&body);
}

static void put_part(const struct part *part, struct buf *out, struct report *report)
{
    switch (part->kind) {
    case PART_SECTION:
        gemtext_heading(out, 2, part->text);
        report->sections++;
        break;
    case PART_SCENE:
        gemtext_heading(out, 3, part->text);
        report->scenes++;
        break;
    case PART_PARAGRAPH:
        put_in_pieces(out, part->text, report, gemtext_text);
        report->words += utf8_count_words(part->text);
        break;
    case PART_ITEM:
        put_in_pieces(out, part->text, report, gemtext_item);
        report->words += utf8_count_words(part->text);
        break;
    case PART_BLOCKQUOTE:
        put_in_pieces(out, part->text, report, gemtext_quote);
        report->words += utf8_count_words(part->text);
        break;
    case PART_QUOTE:
        put_quote(part, out, report);
        break;
    case PART_LINK:
        put_link(part, out);
        break;
    case PART_PREFORMATTED:
        put_preformatted(part, out, report);
        break;
    }
}

/* Whether a blank line stands between two parts. Headings hold on to what they head, items to each
 * other; of other kinds only lines that stood together stay together. */
static bool is_apart(const struct part *before, const struct part *part)
{
    if (before->kind == PART_SECTION || before->kind == PART_SCENE) {
        return part->kind == PART_SECTION;
    }
    bool listed = before->kind == PART_ITEM && part->kind == PART_ITEM;
    return (!part->joined && !listed) || before->kind != part->kind || part->kind == PART_QUOTE ||
           part->kind == PART_SECTION || part->kind == PART_SCENE;
}

static size_t count_lines(slice text)
{
    slice line;
    size_t lines = 0;
    while (slice_next_line(&text, &line)) {
        lines++;
    }
    return lines;
}

bool emit(const struct shape *shape, struct buf *out, struct report *report)
{
    size_t begin = out->len;
    put_header(&shape->facts, out);
    buf_putc(out, '\n');
    for (size_t i = 0; i < shape->parts.count; i++) {
        if (i > 0 && is_apart(&shape->parts.items[i - 1], &shape->parts.items[i])) {
            gemtext_blank(out);
        }
        put_part(&shape->parts.items[i], out, report);
    }
    report->cast = shape->facts.values[FACT_CAST].count;
    report->tags = shape->facts.values[FACT_TAGS].count;
    slice written = slice_from(buf_slice(out), begin);
    return !out->failed && written.len <= LIMIT_SOURCE_FILE &&
           count_lines(written) <= LIMIT_SOURCE_LINES;
}
