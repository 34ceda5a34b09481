#include "import/emit.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "import/source_lines.h"
#include "text/gemtext.h"
#include "text/header.h"

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

/* `Poster: images/x.jpg | what it shows` */
static void put_poster(const struct part *part, struct buf *out)
{
    struct buf value;
    buf_init(&value, out->max);
    buf_put(&value, part->url);
    buf_puts(&value, " | ");
    buf_put(&value, part->text);
    header_put(out, fact_key(FACT_POSTER), buf_slice(&value));
    out->failed = out->failed || value.failed;
    buf_release(&value);
}

/* The part that goes into the header, or SHAPE_NO_POSTER. */
static size_t stored_poster(const struct shape *shape)
{
    bool stored = shape->poster < shape->parts.count &&
                  shape_is_stored(shape->parts.items[shape->poster].url) &&
                  shape->facts.values[FACT_POSTER].count == 0;
    return stored ? shape->poster : SHAPE_NO_POSTER;
}

static void put_header(const struct shape *shape, struct buf *out)
{
    const struct facts *facts = &shape->facts;
    for (enum post_fact fact = 0; fact < FACT_COUNT; fact++) {
        const struct fact_values *values = &facts->values[fact];
        if (fact == FACT_OTHER) {
            for (size_t i = 0; i + 1 < values->count; i += 2) {
                header_put(out, values->items[i], values->items[i + 1]);
            }
        } else if (fact_is_list(fact)) {
            put_list(values, fact_key(fact), out);
        } else if (fact == FACT_POSTER && stored_poster(shape) != SHAPE_NO_POSTER) {
            put_poster(&shape->parts.items[shape->poster], out);
        } else if (values->count > 0) {
            header_put(out, fact_key(fact), values->items[0]);
        }
    }
}

static void put_quote(const struct part *part, struct buf *out, struct report *report)
{
    source_lines_put(out, part->text, gemtext_quote, report);
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
        source_lines_put(out, part->by.commentary, gemtext_text, report);
    }
    report->quotes += part->by.speaker.len > 0;
    report->words += utf8_count_words(part->text) + utf8_count_words(part->by.commentary);
}

static void put_part(const struct part *part, struct buf *out, struct report *report)
{
    switch (part->kind) {
    case PART_SECTION:
        gemtext_heading(out, 2, part->text);
        report->sections++;
        break;
    case PART_SCENE:
    case PART_SUBSECTION:
        gemtext_heading(out, 3, part->text);
        report->scenes += part->kind == PART_SCENE;
        break;
    case PART_PARAGRAPH:
        source_lines_put(out, part->text, gemtext_text, report);
        report->words += utf8_count_words(part->text);
        break;
    case PART_ITEM:
        source_lines_put(out, part->text, gemtext_item, report);
        report->words += utf8_count_words(part->text);
        break;
    case PART_BLOCKQUOTE:
        source_lines_put(out, part->text, gemtext_quote, report);
        report->words += utf8_count_words(part->text);
        break;
    case PART_QUOTE:
        put_quote(part, out, report);
        break;
    case PART_LINK:
        source_lines_put_link(out, part->url, part->text, report);
        break;
    case PART_PREFORMATTED:
        source_lines_put_preformatted(out, part->alt, part->text, report);
        report->words += utf8_count_words(part->text);
        break;
    }
}

static bool is_heading(const struct part *part)
{
    return part->kind == PART_SECTION || part->kind == PART_SCENE || part->kind == PART_SUBSECTION;
}

/* Whether a blank line stands between two parts. Headings hold on to what they head, items to each
 * other; of other kinds only lines that stood together stay together. */
static bool is_apart(const struct part *before, const struct part *part)
{
    if (is_heading(before)) {
        return part->kind == PART_SECTION;
    }
    if (before->kind == PART_BLOCKQUOTE && part->kind == PART_QUOTE) {
        return !part->joined; /* the last of several lines, with their speaker */
    }
    bool listed = before->kind == PART_ITEM && part->kind == PART_ITEM;
    return (!part->joined && !listed) || before->kind != part->kind || part->kind == PART_QUOTE ||
           is_heading(part);
}

bool emit(const struct shape *shape, struct buf *out, struct report *report)
{
    size_t begin = out->len;
    put_header(shape, out);
    buf_putc(out, '\n');
    const struct part *before = NULL;
    for (size_t i = 0; i < shape->parts.count; i++) {
        const struct part *part = &shape->parts.items[i];
        if (i == stored_poster(shape)) {
            continue;
        }
        if (before != NULL && is_apart(before, part)) {
            gemtext_blank(out);
        }
        put_part(part, out, report);
        before = part;
    }
    report->cast = shape->facts.values[FACT_CAST].count;
    report->tags = shape->facts.values[FACT_TAGS].count;
    slice written = slice_from(buf_slice(out), begin);
    return !out->failed && source_lines_fit(written);
}
