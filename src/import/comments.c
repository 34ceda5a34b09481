#include "import/comments.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "import/html.h"
#include "import/html_text.h"
#include "import/plain_page.h"
#include "import/source_lines.h"
#include "text/date.h"
#include "text/gemtext.h"

enum {
    /* Longest name of an author, in bytes; two of them, and words, make a heading. */
    NAME_BYTES = 200,
    /* As much of one as is looked at for that. */
    NAME_INPUT = 4000,
    /* Longest title of the review in the page's own, so that this is one (LIMIT_TITLE). */
    TITLE_BYTES = 900,
};

struct page {
    const struct comments *comments;
    struct buf *out;
    struct report *report;
    struct diags *diags;
    struct html_line line; /* scratch */
};

/* --- names ------------------------------------------------------------------------------------ */

/* True for what changes the direction of the text behind it: in a name, of the rest of the heading.
 */
static bool turns_text(int32_t c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* `text` as one line of at most `most` bytes, in `arena`. */
static slice clean(struct page *page, struct arena *arena, slice text, size_t most)
{
    slice before = text;
    int32_t c = 0;
    while (utf8_next(&text, &c)) {
        if (!turns_text(c)) {
            html_line_put(&page->line, slice_between(before.ptr, text.ptr),
                          (struct html_style){ 0 });
        }
        before = text;
    }
    slice line = html_line_take(&page->line, arena);
    slice head = utf8_head(line, most);
    if (head.len < line.len) {
        head = arena_printf(arena, "%.*s\xE2\x80\xA6", SLICE_ARG(slice_trim_end(head)));
    }
    return head;
}

static slice author_of(struct page *page, struct arena *arena, const struct comment *comment)
{
    /* Many may answer who has an endless name. */
    slice author = clean(page, arena, utf8_head(comment->author, NAME_INPUT), NAME_BYTES);
    return author.len > 0 ? author : SLICE("Anonymous");
}

static void note_name(struct page *page, struct arena *arena, const struct comment *comment,
                      struct report *report)
{
    slice whole = clean(page, arena, comment->author, LIMIT_TITLE);
    if (whole.len > 0 && !slice_equal(whole, author_of(page, arena, comment))) {
        report_note(report, comment->line, "a name too long for a heading was cut: %.*s",
                    SLICE_ARG(whole));
    }
}

/* --- texts ------------------------------------------------------------------------------------ */

static bool holds_tag(slice text, const char *tag)
{
    slice name = slice_of(tag);
    for (slice rest = text; rest.len > name.len; rest = slice_from(rest, 1)) {
        rest = slice_from(rest, slice_find_byte(rest, '<'));
        if (slice_equal_nocase(slice_head(slice_from(rest, 1), name.len), name)) {
            return true;
        }
    }
    return false;
}

static bool begins_tag(slice html)
{
    char after = html.len > 1 ? ascii_lower(html.ptr[1]) : ' ';
    return html.ptr[0] == '<' && ((after >= 'a' && after <= 'z') || after == '/' || after == '!');
}

/* WordPress keeps comments as they were typed, with line breaks that it makes into paragraphs when
 * it shows them. HTML that has paragraphs of its own stays as it is. */
static slice with_breaks(struct arena *arena, slice html)
{
    struct buf text;
    if (slice_find_byte(html, '\n') == html.len || holds_tag(html, "p") || holds_tag(html, "br") ||
        holds_tag(html, "div") || holds_tag(html, "pre")) {
        return html;
    }
    buf_init(&text, (size_t)-1);
    bool in_tag = false;
    for (size_t i = 0; i < html.len; i++) {
        char c = html.ptr[i];
        in_tag = in_tag ? c != '>' : begins_tag(slice_from(html, i));
        buf_puts(&text, c == '\n' && !in_tag ? "<br>" : "");
        buf_putc(&text, c);
    }
    html = arena_copy(arena, buf_slice(&text));
    buf_release(&text);
    return html;
}

/* Plain text: each line is one, what stands between blank lines a paragraph. */
static void read_plain(struct page *page, struct arena *arena, slice text, unsigned number,
                       struct post *post)
{
    slice line;
    bool joined = false;
    for (; slice_next_line(&text, &line); number += number > 0) {
        html_line_put(&page->line, line, (struct html_style){ 0 });
        slice shown = html_line_take(&page->line, arena);
        if (shown.len > 0) {
            *ARRAY_ADD(arena, &post->blocks) = (struct block){
                .kind = BLOCK_PARAGRAPH, .joined = joined, .line = number, .text = shown
            };
        }
        joined = shown.len > 0;
    }
}

/* What `part`, about one comment, says, becomes part of the report on the page. */
static void add_report(struct report *report, const struct report *part, slice heading)
{
    for (size_t i = 0; i < part->notes.count; i++) {
        const struct note *note = &part->notes.items[i];
        report_note(report, note->line, "in the comment \"%.*s\": %.*s", SLICE_ARG(heading),
                    SLICE_ARG(note->text));
    }
    for (size_t i = 0; i < part->dropped.count; i++) {
        const struct dropped *dropped = &part->dropped.items[i];
        for (size_t j = 0; j < dropped->texts.count; j++) {
            report_drop(report, dropped->first_line, dropped->last_line,
                        arena_copy(report->arena, dropped->texts.items[j]), dropped->why);
        }
    }
    report->words += part->words;
}

/* False when it is nothing that can be read. */
static bool read_text(struct page *page, struct arena *arena, const struct comment *comment,
                      const struct comment_text *text, struct post *post, struct report *report)
{
    if (!text->is_html) {
        read_plain(page, arena, text->text, comment->line, post);
        return true;
    }
    const struct source source = { page->comments->path, with_breaks(arena, text->text) };
    return html_read(arena, &source, comment->line, post, report, page->diags);
}

static void put_unread(struct page *page, const struct comment *comment)
{
    gemtext_text(page->out, SLICE("(The text of this comment could not be read.)"));
    if (comment->url.len > 0) {
        source_lines_put_link(page->out, comment->url, SLICE("The comment on the web"),
                              page->report);
    }
}

/* --- comments --------------------------------------------------------------------------------- */

static void put_name(struct page *page, struct arena *arena, const struct comment *comment)
{
    gemtext_put(page->out, author_of(page, arena, comment));
}

/* The heading without its marker is the result; it lives in `arena`. */
static slice put_heading(struct page *page, struct arena *arena, const struct comment_place *place)
{
    struct buf *out = page->out;
    gemtext_begin(out, GEMTEXT_HEADING, place->is_below ? 3 : 2);
    size_t begin = out->len;
    put_name(page, arena, place->comment);
    if (place->has_moment) {
        buf_puts(out, ", ");
        date_put(out, date_of(place->moment));
    }
    if (place->to != NULL) {
        buf_puts(out, ", to ");
        put_name(page, arena, place->to);
    } else if (place->to_missing) {
        buf_puts(out, ", to a comment that is not here");
    }
    slice heading = arena_copy(arena, slice_from(buf_slice(out), begin));
    gemtext_end(out, GEMTEXT_HEADING);
    return heading;
}

static bool put_comment(struct page *page, const struct comment_place *place)
{
    const struct comments *comments = page->comments;
    const struct comment *comment = place->comment;
    struct arena arena;
    struct report report;
    struct comment_text text = { 0 };
    struct post post = { .url = comment->url };
    arena_init(&arena);
    report_init(&report, &arena);
    gemtext_blank(page->out);
    slice heading = put_heading(page, &arena, place);
    bool ok = comments->load(comments->context, &arena, (size_t)(comment - comments->items), &text);
    if (ok && !read_text(page, &arena, comment, &text, &post, &report)) {
        put_unread(page, comment);
    } else if (ok && post.blocks.count == 0) {
        gemtext_text(page->out, SLICE("(no text)"));
    } else if (ok) {
        if (comments->relink != NULL) {
            comments->relink(comments->context, &arena, &post);
        }
        plain_page_put_blocks(&post, PLAIN_HEADINGS_TEXT, page->out, &report);
    }
    note_name(page, &arena, comment, &report);
    add_report(page->report, &report, heading);
    arena_release(&arena);
    return ok && !page->out->failed;
}

/* --- the page --------------------------------------------------------------------------------- */

static void put_head(struct page *page, struct arena *arena, const struct comment_thread *thread)
{
    struct buf *out = page->out;
    slice title = clean(page, arena, page->comments->title, TITLE_BYTES);
    bool answers = false;
    for (size_t i = 0; i < thread->count; i++) {
        answers = answers || thread->places[i].is_below;
    }
    gemtext_begin(out, GEMTEXT_HEADING, 1);
    buf_puts(out, "Comments on ");
    gemtext_put(out, title.len > 0 ? title : page->comments->link);
    gemtext_end(out, GEMTEXT_HEADING);
    gemtext_blank(out);
    gemtext_begin(out, GEMTEXT_TEXT, 0);
    buf_printf(out, "%zu comment%s from the blog", thread->count, thread->count == 1 ? "" : "s");
    buf_puts(out, thread->count > 1 ? ", the oldest first" : "");
    buf_puts(out, answers ? ", answers below what they answer." : ".");
    gemtext_end(out, GEMTEXT_TEXT);
    source_lines_put_link(out, page->comments->link, title, page->report);
}

bool comments_put(const struct comments *comments, struct buf *out, struct report *report,
                  struct diags *diags)
{
    struct page page = { .comments = comments, .out = out, .report = report, .diags = diags };
    struct arena arena;
    struct comment_thread thread;
    bool ok = true;
    arena_init(&arena);
    html_line_init(&page.line);
    comment_thread_make(&arena, comments->items, comments->count, comments->post, &thread);
    put_head(&page, &arena, &thread);
    for (size_t i = 0; ok && i < thread.count; i++) {
        ok = put_comment(&page, &thread.places[i]);
    }
    if (thread.doubled > 0) {
        report_note(report, 0, "%zu comment%s in the input twice, under the same id",
                    thread.doubled, thread.doubled == 1 ? " stands" : "s stand");
    }
    html_line_release(&page.line);
    arena_release(&arena);
    return ok && !out->failed;
}
