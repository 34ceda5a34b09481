/* Comments become a page. A line of the input is one: its id, what it answers, its author, its date
 * and its text, tabs between; the first byte says whether texts are HTML. Each has one heading,
 * nothing else of it is one, no word of plain text is lost, and the order of the input does not
 * matter. */
#include "import.h"

#include "import/comments.h"
#include "text/date.h"
#include "text/gemtext.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 60000u
#define COMMENTS_MAX 1000u

struct talk {
    struct comment items[COMMENTS_MAX];
    slice texts[COMMENTS_MAX];
    size_t count;
    bool is_html;
    bool backwards; /* texts are numbered from the end */
};

static bool load(void *context, struct arena *arena, size_t index, struct comment_text *text)
{
    const struct talk *talk = context;
    slice found = talk->texts[talk->backwards ? talk->count - 1 - index : index];
    *text = (struct comment_text){ arena_copy(arena, found), talk->is_html };
    return true;
}

static slice next_field(slice *line)
{
    slice field = SLICE_EMPTY;
    (void)slice_next_piece(line, '\t', &field);
    return field;
}

static void read_talk(slice input, struct talk *talk)
{
    slice line;
    talk->is_html = input.ptr[0] % 2 == 1;
    input = slice_from(input, 1);
    while (talk->count < COMMENTS_MAX && slice_next_line(&input, &line)) {
        struct comment *comment = &talk->items[talk->count];
        comment->id = next_field(&line);
        comment->in_reply_to = next_field(&line);
        comment->author = next_field(&line);
        comment->published = next_field(&line);
        comment->line = (unsigned)talk->count + 1;
        talk->texts[talk->count++] = line;
    }
}

/* All ids are there, and no two are the same. */
static bool is_told_apart(struct arena *arena, const struct talk *talk)
{
    struct word_list ids = { .arena = arena };
    for (size_t i = 0; i < talk->count; i++) {
        *ARRAY_ADD(arena, &ids) = talk->items[i].id;
    }
    sort_words(&ids);
    for (size_t i = 0; i < ids.count; i++) {
        if (ids.items[i].len == 0 || (i > 0 && slice_equal(ids.items[i - 1], ids.items[i]))) {
            return false;
        }
    }
    return true;
}

static void put_page(struct talk *talk, struct buf *out, struct report *report)
{
    struct diags diags;
    const struct comments comments = { .path = SLICE("feed.atom"),
                                       .post = SLICE("post-7"),
                                       .title = SLICE("The Attic"),
                                       .link = SLICE("../reviews/the-attic/"),
                                       .items = talk->items,
                                       .count = talk->count,
                                       .load = load,
                                       .context = talk };
    diags_init(&diags);
    buf_clear(out);
    require(comments_put(&comments, out, report, &diags));
    require(talk->is_html || diags.count == 0);
    diags_release(&diags);
}

static void check_page(struct arena *arena, const struct talk *talk, slice text)
{
    struct gemtext_reader reader = { .rest = text };
    struct gemtext_line line;
    size_t headings = 0;
    size_t others = 0;
    require(utf8_find_invalid(text) == text.len);
    while (gemtext_next(&reader, &line)) {
        headings += line.type == GEMTEXT_HEADING && line.level > 1;
        others +=
            line.type != GEMTEXT_HEADING && line.type != GEMTEXT_TEXT && line.type != GEMTEXT_BLANK;
    }
    require(headings <= talk->count);
    require(headings == talk->count || !is_told_apart(arena, talk));
    require(talk->is_html || others == 1); /* the link to the review */
}

static void check_lost(struct arena *arena, const struct talk *talk, slice text,
                       const struct report *report)
{
    struct word_list given = { .arena = arena };
    struct word_list kept = { .arena = arena };
    for (size_t i = 0; i < talk->count; i++) {
        add_words(&given, talk->texts[i]);
        if (talk->items[i].author.len <= LIMIT_TITLE) { /* longer ones are told in part */
            add_words(&given, talk->items[i].author);
        }
    }
    add_words(&kept, text);
    for (size_t i = 0; i < report->notes.count; i++) {
        add_words(&kept, report->notes.items[i].text);
    }
    require_words(&given, &kept);
}

static void reverse(struct talk *talk)
{
    for (size_t i = 0; i < talk->count / 2; i++) {
        struct comment swap = talk->items[i];
        talk->items[i] = talk->items[talk->count - 1 - i];
        talk->items[talk->count - 1 - i] = swap;
    }
    talk->backwards = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct talk talk;
    const slice input = { (const char *)data, size };
    struct arena arena;
    struct report report;
    struct buf out;
    struct buf again;
    if (size == 0 || size > INPUT_MAX || utf8_find_invalid(input) < size ||
        memchr(data, 0, size) != NULL) {
        return 0;
    }
    talk = (struct talk){ 0 };
    arena_init(&arena);
    report_init(&report, &arena);
    buf_init(&out, LIMIT_PAGE);
    buf_init(&again, LIMIT_PAGE);
    require(date_use_zone(SLICE("UTC")));
    read_talk(input, &talk);
    put_page(&talk, &out, &report);
    check_page(&arena, &talk, buf_slice(&out));
    if (is_told_apart(&arena, &talk)) {
        if (!talk.is_html && utf8_is_ascii(input)) {
            check_lost(&arena, &talk, buf_slice(&out), &report);
        }
        reverse(&talk);
        put_page(&talk, &again, &report);
        require(slice_equal(buf_slice(&again), buf_slice(&out)));
    }
    buf_release(&out);
    buf_release(&again);
    arena_release(&arena);
    return 0;
}
