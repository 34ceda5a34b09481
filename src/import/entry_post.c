#include "import/entry_post.h"

#include "import/html.h"
#include "import/html_text.h"
#include "text/uri.h"

static slice clean_line(struct arena *arena, slice text)
{
    struct html_line line;
    html_line_init(&line);
    html_line_put(&line, text, (struct html_style){ 0 });
    slice clean = html_line_take(&line, arena);
    html_line_release(&line);
    return clean;
}

slice entry_words(struct arena *arena, slice value, bool is_html)
{
    if (!is_html) {
        return clean_line(arena, value);
    }
    struct post post = { .url = SLICE_EMPTY };
    struct report ignored;
    struct diags diags;
    struct buf words;
    const struct source source = { SLICE_EMPTY, value };
    diags_init(&diags);
    report_init(&ignored, arena);
    buf_init(&words, (size_t)-1);
    if (!html_read(arena, &source, 1, &post, &ignored, &diags)) {
        buf_put(&words, value);
    }
    for (size_t i = 0; i < post.blocks.count; i++) {
        buf_puts(&words, i > 0 ? " " : "");
        buf_put(&words, post.blocks.items[i].text);
    }
    slice line = clean_line(arena, buf_slice(&words));
    buf_release(&words);
    diags_release(&diags);
    return line;
}

slice entry_whole_seconds(struct arena *arena, slice moment)
{
    size_t point = slice_find_byte(moment, '.');
    if (point == moment.len) {
        return moment;
    }
    size_t end = point + 1;
    while (end < moment.len && moment.ptr[end] >= '0' && moment.ptr[end] <= '9') {
        end++;
    }
    return arena_printf(arena, "%.*s%.*s", SLICE_ARG(slice_head(moment, point)),
                        SLICE_ARG(slice_from(moment, end)));
}

/* Plain text: a line is a paragraph, those without a blank line between them stay together. */
static void add_lines(struct arena *arena, slice text, unsigned number, struct post *post)
{
    slice line;
    bool joined = false;
    for (; slice_next_line(&text, &line); number++) {
        slice words = clean_line(arena, line);
        if (words.len > 0) {
            *ARRAY_ADD(arena, &post->blocks) = (struct block){
                .kind = BLOCK_PARAGRAPH, .joined = joined, .line = number, .text = words
            };
        }
        joined = words.len > 0;
    }
}

/* The post is somewhere on its page. */
static bool read_page(struct arena *arena, const struct entry *entry, struct post *post,
                      struct report *report)
{
    struct diags diags;
    const struct source source = { entry->url, entry->content };
    diags_init(&diags);
    bool ok = html_read_page_of(arena, &source, post, report, &diags);
    if (!ok && diags.count > 0) {
        report_note(report, entry->line, "its page cannot be read: %.*s",
                    SLICE_ARG(diags.items[0].message));
    }
    diags_release(&diags);
    return ok;
}

/* The address as a header can have it. */
static slice written_url(struct arena *arena, slice url)
{
    struct buf written;
    buf_init(&written, 3 * url.len + 1);
    uri_put_written(&written, url);
    slice copy = arena_copy(arena, buf_slice(&written));
    buf_release(&written);
    return copy;
}

bool entry_to_post(struct arena *arena, const struct entry *entry, slice path, struct post *post,
                   struct report *report, struct diags *diags)
{
    *post = (struct post){
        .url = written_url(arena, entry->url),
        .title = entry_words(arena, entry->title, entry->title_is_html),
        .line = entry->line,
        .published = entry_whole_seconds(arena, entry->published),
        .with_data = true,
    };
    for (size_t i = 0; i < entry->labels.count; i++) {
        slice label = clean_line(arena, entry->labels.items[i]);
        if (label.len > 0) {
            *ARRAY_ADD(arena, &post->labels) = label;
        }
    }
    if (entry->content_is_page && read_page(arena, entry, post, report)) {
        return true;
    }
    bool has_content = entry->content.len > 0 && !entry->content_is_page;
    if (has_content) {
        post->summary = entry_words(arena, entry->summary, entry->summary_is_html);
    }
    const struct source source = { path, has_content ? entry->content : entry->summary };
    if (!has_content && source.text.len > 0) {
        report_note(report, entry->line, "there is no more than its summary in the feed");
    }
    if (has_content ? entry->content_is_html : entry->summary_is_html) {
        return html_read(arena, &source, entry->line, post, report, diags);
    }
    add_lines(arena, source.text, entry->line, post);
    return true;
}
