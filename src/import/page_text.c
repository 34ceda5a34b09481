#include "import/page_text.h"

#include "import/facts.h"
#include "import/heading.h"
#include "import/page_lines.h"
#include "import/phrase.h"
#include "import/written_date.h"

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
    /* An address in bytes; browsers take no longer ones. */
    URL_BYTES = 2048,
};

static const char why_chrome[] = "the site around the post";
static const char why_featured[] = "the featured post and its teaser";
static const char why_before[] = "before the title";
static const char why_title[] = "the title line again";
static const char why_caption[] = "a caption again";
static const char why_list[] = "names of other posts";
static const char why_comments[] = "comments";

struct page {
    struct arena *arena;
    struct report *report;
    struct post *post;
    struct page_line *items;
    size_t count;
    size_t last_heading; /* index after the last line that is known as a heading */
};

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
        const struct page_line *line = &page->items[i];
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

static void drop(struct page *page, const struct page_line *line, const char *why)
{
    report_drop(page->report, line->number, line->last, line->text, why);
}

static void drop_head(struct page *page, size_t title)
{
    size_t featured = 0;
    for (size_t i = 0; i < title; i++) {
        const struct page_line *line = &page->items[i];
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
        drop(page, line, why);
    }
}

static void keep(struct page *page, const struct page_line *line)
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
    if (web && line->text.len <= URL_BYTES && slice_find_byte(line->text, ' ') == line->text.len) {
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
static bool take_labels_line(struct page *page, const struct page_line *line)
{
    if (!phrase_starts_with(line->text, SLICE("Labels: "))) {
        return false;
    }
    keep_labels(page, slice_from(line->text, SLICE("Labels: ").len), line->number);
    return true;
}

/* `September 12, 2025` within a few lines of the title. */
static bool take_date(struct page *page, const struct page_line *line)
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
        const struct page_line *line = &page->items[i];
        enum part before = part;
        part = next_part(page, i, part);
        bool names_part = part != PART_POST && chrome_find(line->text) >= CHROME_LIST;
        if (line->first == title) {
            drop(page, line, why_title);
        } else if (is_chrome_line(page, i) || names_part) {
            drop(page, line, why_chrome);
        } else if (part == PART_LIST) {
            drop(page, line, why_list);
        } else if (part == PART_COMMENTS) {
            drop(page, line, why_comments);
        } else if (part == PART_LABELS && line->text.len <= LABEL_BYTES) {
            keep_labels(page, line->text, line->number);
        } else if (line->times > 2 && line->first < i && line->text.len >= CAPTION_BYTES) {
            drop(page, line, why_caption);
        } else if (!(i <= near_title && take_date(page, line)) && !take_labels_line(page, line)) {
            /* A long line cannot be a label: the post goes on. */
            part = before == PART_LABELS ? PART_POST : part;
            keep(page, line);
        }
    }
}

/* --- the whole page --------------------------------------------------------------------------- */

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
    struct page_lines lines;
    *post = (struct post){ 0 };
    if (!page_lines_read(arena, source, &lines, report, diags)) {
        return false;
    }
    struct page page = {
        .arena = arena, .report = report, .post = post, .items = lines.items, .count = lines.count
    };
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
