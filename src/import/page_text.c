#include "import/page_text.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "import/facts.h"
#include "import/heading.h"
#include "import/phrase.h"
#include "import/written_date.h"

#include <stdlib.h>
#include <string.h>

enum {
    /* Lines before the first heading among which the title is looked for. */
    TOP_LINES = 16,
    /* A title line in bytes; a longer one is a paragraph. */
    TITLE_LINE = 400,
    /* Shortest line in bytes that counts as a caption when it stands there three times. */
    CAPTION_BYTES = 40,
    /* A line of this many bytes before the title is a paragraph, not a site's name. */
    PARAGRAPH_BYTES = 120,
    /* Lines that a featured post has at most: title, date, teaser. */
    FEATURED_LINES = 3,
    LABEL_BYTES = 60,
};

static const char why_chrome[] = "the site around the post";
static const char why_featured[] = "the featured post and its teaser";
static const char why_before[] = "before the title";
static const char why_title[] = "the title line again";
static const char why_caption[] = "a caption again";
static const char why_list[] = "names of other posts";
static const char why_comments[] = "comments";

struct line {
    slice text;
    unsigned number; /* from 1 */
    bool joined;     /* no blank line before it */
    size_t first;    /* index of the first line with this text */
    size_t times;    /* how often that text stands on the page */
};

struct page {
    struct arena *arena;
    struct report *report;
    struct post *post;
    struct line *items;
    size_t count, capacity;
    size_t last_heading; /* index after the last line that is known as a heading */
};

/* --- lines ------------------------------------------------------------------------------------ */

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

static void split_lines(struct page *page, slice text)
{
    /* Cleaning never makes a line longer, so all lines fit where the text would. */
    char *into = arena_alloc(page->arena, text.len + 1);
    unsigned number = 1;
    unsigned first_control = 0;
    size_t controls = 0;
    bool joined = false;
    while (text.len > 0) {
        unsigned here = number;
        size_t before = controls;
        slice line = clean_line(&text, into, &number, &controls);
        if (controls > before && first_control == 0) {
            first_control = here;
        }
        if (line.len > 0) {
            *ARRAY_ADD(page->arena, page) =
                (struct line){ .text = line, .number = here, .joined = joined };
            into += line.len;
        }
        joined = line.len > 0;
    }
    if (controls > 0) {
        report_note(page->report, first_control, "%zu control character%s became blanks", controls,
                    controls == 1 ? "" : "s");
    }
}

static int by_text_then_place(const void *a, const void *b)
{
    const struct line *x = *(struct line *const *)a;
    const struct line *y = *(struct line *const *)b;
    int order = slice_compare(x->text, y->text);
    return order != 0 ? order : (x > y) - (x < y);
}

/* Count how often each line stands on the page. */
static void count_lines(struct page *page)
{
    struct line **sorted = arena_array(page->arena, page->count, sizeof *sorted);
    for (size_t i = 0; i < page->count; i++) {
        sorted[i] = &page->items[i];
    }
    if (page->count > 1) {
        qsort(sorted, page->count, sizeof(struct line *), by_text_then_place);
    }
    for (size_t i = 0; i < page->count;) {
        size_t end = i + 1;
        while (end < page->count && slice_equal(sorted[end]->text, sorted[i]->text)) {
            end++;
        }
        for (size_t j = i; j < end; j++) {
            sorted[j]->times = end - i;
            sorted[j]->first = (size_t)(sorted[i] - page->items);
        }
        i = end;
    }
}

/* --- where the post begins -------------------------------------------------------------------- */

/* Index after the lines in which a title can stand: those before the first heading. */
static size_t end_of_top(const struct page *page)
{
    size_t i = 0;
    while (i < page->count && i < TOP_LINES && heading_known(page->items[i].text) == HEADING_NONE) {
        i++;
    }
    return i;
}

/* True when the lines before `title` can be a site's head: names and buttons, and paragraphs only
 * in a featured post. */
static bool is_plausible_head(const struct page *page, size_t title)
{
    size_t featured = 0;
    for (size_t i = 0; i < title; i++) {
        if (chrome_find(page->items[i].text) == CHROME_FEATURED) {
            featured = FEATURED_LINES;
        } else if (featured > 0) {
            featured--;
        } else if (page->items[i].text.len > PARAGRAPH_BYTES) {
            return false;
        }
    }
    return true;
}

/* The line that the captions repeat. */
static bool find_repeated_title(const struct page *page, size_t top, size_t *title)
{
    size_t best = 1;
    for (size_t i = 0; i < top; i++) {
        const struct line *line = &page->items[i];
        if (line->times > best && line->first == i && line->text.len <= TITLE_LINE &&
            chrome_find(line->text) == CHROME_NONE && is_plausible_head(page, i)) {
            best = line->times;
            *title = i;
        }
    }
    return best > 1;
}

/* The line that begins with what the page says under `Title:`. */
static bool find_title_of_facts(const struct page *page, size_t top, size_t *title)
{
    for (size_t i = 0; i < page->count; i++) {
        slice text = page->items[i].text;
        slice inside;
        if (!phrase_starts_with(text, SLICE("Title:"))) {
            continue;
        }
        text = slice_trim(slice_from(text, SLICE("Title:").len));
        (void)!phrase_split_bracket(text, &text, &inside);
        for (size_t j = 0; j < top && j < i; j++) {
            if (page->items[j].text.len <= TITLE_LINE &&
                phrase_title_prefix(page->items[j].text, text) > 0 && is_plausible_head(page, j)) {
                *title = j;
                return true;
            }
        }
        return false;
    }
    return false;
}

/* What follows the site's head as far as it is known by name. */
static size_t after_known_head(const struct page *page, size_t top)
{
    size_t i = 0;
    while (i < top) {
        enum chrome chrome = chrome_find(page->items[i].text);
        if (chrome == CHROME_FEATURED) {
            size_t end = i + 1;
            while (end < top && end <= i + FEATURED_LINES &&
                   !slice_ends_with(page->items[end].text, SLICE("...")) &&
                   !slice_ends_with(page->items[end].text, SLICE("\xE2\x80\xA6"))) {
                end++;
            }
            bool ended = end < top && end <= i + FEATURED_LINES;
            i = ended ? end + 1 : i + 1;
        } else if (chrome == CHROME_LINE || chrome == CHROME_BUTTON) {
            i++;
        } else {
            break;
        }
    }
    return i;
}

static size_t find_title(const struct page *page)
{
    size_t top = end_of_top(page);
    size_t title = 0;
    if (find_repeated_title(page, top, &title) || find_title_of_facts(page, top, &title)) {
        return title;
    }
    return after_known_head(page, top);
}

/* --- what is dropped and what is kept --------------------------------------------------------- */

static void drop_head(struct page *page, size_t title)
{
    size_t featured = 0;
    for (size_t i = 0; i < title; i++) {
        const struct line *line = &page->items[i];
        enum chrome chrome = chrome_find(line->text);
        const char *why = why_before;
        if (chrome == CHROME_FEATURED) {
            featured = FEATURED_LINES;
            why = why_featured;
        } else if (chrome != CHROME_NONE) {
            why = why_chrome;
        } else if (featured > 0) {
            featured--;
            why = why_featured;
        }
        report_drop(page->report, line->number, line->text, why);
    }
}

static void keep(struct page *page, const struct line *line)
{
    static const char *const bullets[] = {
        "* ", "- ", "\xE2\x80\xA2 ", "\xC2\xB7 ", "\xE2\x96\xAA ", "\xE2\x97\xA6 ", "\xE2\x80\xA3 ",
    };
    struct block block = {
        .kind = BLOCK_PARAGRAPH, .joined = line->joined, .line = line->number, .text = line->text
    };
    for (size_t i = 0; i < ARRAY_LENGTH(bullets); i++) {
        slice bullet = slice_of(bullets[i]);
        if (slice_starts_with(line->text, bullet)) {
            block.kind = BLOCK_ITEM;
            block.text = slice_trim(slice_from(line->text, bullet.len));
        }
    }
    bool web = phrase_starts_with(line->text, SLICE("https://")) ||
               phrase_starts_with(line->text, SLICE("http://")) ||
               phrase_starts_with(line->text, SLICE("gemini://"));
    if (web && slice_find_byte(line->text, ' ') == line->text.len) {
        block.kind = BLOCK_LINK;
        block.url = line->text;
        block.text = SLICE_EMPTY;
    }
    *ARRAY_ADD(page->arena, &page->post->blocks) = block;
}

static void keep_labels(struct page *page, slice list, unsigned number)
{
    slice label;
    while (slice_next_piece(&list, ',', &label)) {
        label = slice_trim(label);
        if (label.len > 0) {
            *ARRAY_ADD(page->arena, &page->post->labels) = label;
        }
    }
    report_note(page->report, number, "the labels became tags");
}

/* `Labels: Drama, Prison`. False when the line is something else. */
static bool take_labels_line(struct page *page, const struct line *line)
{
    if (!phrase_starts_with(line->text, SLICE("Labels: "))) {
        return false;
    }
    keep_labels(page, slice_from(line->text, SLICE("Labels: ").len), line->number);
    return true;
}

/* `September 12, 2025` within a few lines of the title. */
static bool take_date(struct page *page, const struct line *line)
{
    struct buf day;
    if (page->post->published.len > 0) {
        return false;
    }
    buf_init(&day, 32);
    bool found = written_date_put(&day, line->text);
    if (found) {
        page->post->published = arena_copy(page->arena, buf_slice(&day));
        report_note(page->report, line->number, "Published: %.*s, from \"%.*s\"",
                    SLICE_ARG(page->post->published), SLICE_ARG(line->text));
    }
    buf_release(&day);
    return found;
}

static bool is_hashtags(slice text)
{
    return text.len > 1 && text.ptr[0] == '#' && text.ptr[1] != '#' && text.ptr[1] != ' ';
}

/* The part of the page we are in. */
enum part { PART_POST, PART_LIST, PART_LABELS, PART_COMMENTS };

/* The part that begins with line `i`, or the one we are in. A name such as `Comments` with known
 * headings of the post still to come is a heading itself. */
static enum part next_part(const struct page *page, size_t i, enum part part)
{
    slice text = page->items[i].text;
    bool post_goes_on = i < page->last_heading;
    switch (chrome_find(text)) {
    case CHROME_LIST:
        return PART_LIST;
    case CHROME_LABELS:
        return PART_LABELS;
    case CHROME_COMMENTS:
        return post_goes_on ? PART_POST : PART_COMMENTS;
    default:
        break;
    }
    if (part == PART_COMMENTS) {
        return part;
    }
    return heading_known(text) != HEADING_NONE || is_hashtags(text) ? PART_POST : part;
}

static bool is_chrome_line(const struct page *page, size_t i)
{
    enum chrome chrome = chrome_find(page->items[i].text);
    enum chrome before = i > 0 ? chrome_find(page->items[i - 1].text) : CHROME_NONE;
    enum chrome after = i + 1 < page->count ? chrome_find(page->items[i + 1].text) : CHROME_NONE;
    return chrome == CHROME_LINE ||
           (chrome == CHROME_BUTTON && (before == CHROME_LINE || before == CHROME_BUTTON ||
                                        after == CHROME_LINE || after == CHROME_BUTTON));
}

/* The post from line `begin` on; `title` is the index of its title, or page->count. */
static void read_post(struct page *page, size_t begin, size_t title)
{
    enum part part = PART_POST;
    size_t near_title = begin + 4;
    for (size_t i = begin; i < page->count; i++) {
        const struct line *line = &page->items[i];
        enum part before = part;
        part = next_part(page, i, part);
        bool names_part = part != PART_POST && chrome_find(line->text) >= CHROME_LIST;
        if (line->first == title) {
            report_drop(page->report, line->number, line->text, why_title);
        } else if (is_chrome_line(page, i) || names_part) {
            report_drop(page->report, line->number, line->text, why_chrome);
        } else if (part == PART_LIST) {
            report_drop(page->report, line->number, line->text, why_list);
        } else if (part == PART_COMMENTS) {
            report_drop(page->report, line->number, line->text, why_comments);
        } else if (part == PART_LABELS && line->text.len <= LABEL_BYTES) {
            keep_labels(page, line->text, line->number);
        } else if (line->times > 2 && line->first < i && line->text.len >= CAPTION_BYTES) {
            report_drop(page->report, line->number, line->text, why_caption);
        } else if (!(i <= near_title && take_date(page, line)) && !take_labels_line(page, line)) {
            /* A long line cannot be a label: the post goes on. */
            part = before == PART_LABELS ? PART_POST : part;
            keep(page, line);
        }
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
        marks = utf8_class(c) == UTF8_MARK ? marks + 1 : 0;
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

/* A page may begin with its first section or its facts, and have no title line at all. */
static bool is_part_of_review(slice line)
{
    struct fact_line fact;
    return heading_known(line) != HEADING_NONE ||
           (fact_line_split(line, &fact) && fact_line_is_known(&fact));
}

bool page_text_read(struct arena *arena, const struct source *source, struct post *post,
                    struct report *report, struct diags *diags)
{
    struct page page = { .arena = arena, .report = report, .post = post };
    *post = (struct post){ 0 };
    if (!is_text(source, diags)) {
        return false;
    }
    split_lines(&page, utf8_nfc(arena, source->text));
    count_lines(&page);
    for (size_t i = 0; i < page.count; i++) {
        if (heading_known(page.items[i].text) != HEADING_NONE) {
            page.last_heading = i + 1;
        }
    }
    size_t title = find_title(&page);
    drop_head(&page, title);
    if (title > 0) {
        (void)take_date(&page, &page.items[title - 1]);
    }
    if (title < page.count && !is_part_of_review(page.items[title].text)) {
        post->title = page.items[title].text;
        post->line = page.items[title].number;
        read_post(&page, title + 1, title);
    } else {
        read_post(&page, title, page.count);
    }
    if (post->title.len == 0 && post->blocks.count == 0) {
        diags_add(diags, DIAG_ERROR, source, NULL, "no post was found in it: %s",
                  page.count == 0 ? "it holds no text" : "all of it is the site around a post");
        return false;
    }
    return true;
}
