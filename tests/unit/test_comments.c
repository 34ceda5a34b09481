#include "import.h"

#include "../fuzz/import.h" /* for its lists of words */
#include "base/attributes.h"
#include "base/limits.h"
#include "import/comments.h"
#include "import/feed.h"
#include "text/date.h"
#include "text/gemtext.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct said {
    struct comment comment;
    const char *text;
    bool plain;
};

struct talk {
    const struct said *said;
    struct buf out;
    struct buf told;
    struct diags diags;
    struct arena arena;
    struct report report;
    size_t fails_at; /* the comment that cannot be loaded, from 1 */
    bool relinks;
    bool ok;
};

static bool load(void *context, struct arena *arena, size_t index, struct comment_text *text)
{
    const struct talk *talk = context;
    const struct said *said = &talk->said[index];
    /* In memory of its own, which is gone soon. */
    *text = (struct comment_text){ arena_copy(arena, slice_of(said->text)), !said->plain };
    return index + 1 != talk->fails_at;
}

static void relink(void *context, struct arena *arena, struct post *post)
{
    (void)context;
    for (size_t i = 0; i < post->blocks.count; i++) {
        struct block *block = &post->blocks.items[i];
        if (slice_equal(block->url, SLICE("https://blog.example/2024/05/attic.html"))) {
            block->url = arena_printf(arena, "../reviews/the-%s/", "attic");
        }
    }
}

static slice page_of(struct talk *talk, const struct said *said, size_t count)
{
    *talk = (struct talk){ .said = said, .fails_at = talk->fails_at, .relinks = talk->relinks };
    arena_init(&talk->arena);
    diags_init(&talk->diags);
    report_init(&talk->report, &talk->arena);
    buf_init(&talk->out, LIMIT_PAGE);
    buf_init(&talk->told, LIMIT_PAGE);
    struct comment *items = arena_array(&talk->arena, count, sizeof *items);
    for (size_t i = 0; i < count; i++) {
        items[i] = said[i].comment;
    }
    const struct comments comments = { .path = SLICE("feed.atom"),
                                       .post = SLICE("tag:blog.example,1999:blog-1.post-7"),
                                       .title = SLICE("The Attic"),
                                       .link = SLICE("../reviews/the-attic/"),
                                       .items = items,
                                       .count = count,
                                       .load = load,
                                       .relink = talk->relinks ? relink : NULL,
                                       .context = talk };
    assert_true(date_use_zone(SLICE("UTC")));
    talk->ok = comments_put(&comments, &talk->out, &talk->report, &talk->diags);
    report_put(&talk->report, &talk->told);
    diags_format(&talk->diags, &talk->told);
    return buf_slice(&talk->out);
}

static void talk_release(struct talk *talk)
{
    buf_release(&talk->out);
    buf_release(&talk->told);
    diags_release(&talk->diags);
    arena_release(&talk->arena);
}

#define ID(number) SLICE_INIT("tag:blog.example,1999:blog-1.post-" #number)

/* --- order ------------------------------------------------------------------------------------ */

static void oldest_first_answers_below(void **state)
{
    (void)state;
    static const struct said said[] = {
        { { .id = ID(14),
            .author = SLICE_INIT("Dan"),
            .published = SLICE_INIT("2011-07-20T09:00:00.000Z") },
          "Last.",
          false },
        { { .id = ID(12),
            .author = SLICE_INIT("Bob"),
            .in_reply_to = ID(11),
            .published = SLICE_INIT("2011-07-15T09:00:00.000Z") },
          "No.",
          false },
        { { .id = ID(15),
            .author = SLICE_INIT("Ann"),
            .in_reply_to = ID(13),
            .published = SLICE_INIT("2011-07-21T09:00:00.000Z") },
          "Why?",
          false },
        { { .id = ID(11),
            .author = SLICE_INIT("Ann"),
            .published = SLICE_INIT("2011-07-13T22:22:37.508-04:00") },
          "Yes.",
          false },
        { { .id = ID(13),
            .author = SLICE_INIT("Cho"),
            .in_reply_to = SLICE_INIT("https://www.blog.example/feeds/1/7/comments/default/12"),
            .published = SLICE_INIT("2011-07-16") },
          "Never.",
          false },
        { { .id = ID(16),
            .author = SLICE_INIT("Eve"),
            .in_reply_to = ID(11),
            .published = SLICE_INIT("2011-07-15T08:59:59Z") },
          "First answer.",
          false },
    };
    struct talk talk = { 0 };
    assert_slice_equal(page_of(&talk, said, ARRAY_LENGTH(said)),
                       "# Comments on The Attic\n\n"
                       "6 comments from the blog, the oldest first, answers below what they "
                       "answer.\n"
                       "=> ../reviews/the-attic/ The Attic\n\n"
                       "## Ann, 2011-07-14\nYes.\n\n"
                       "### Eve, 2011-07-15, to Ann\nFirst answer.\n\n"
                       "### Bob, 2011-07-15, to Ann\nNo.\n\n"
                       "### Cho, 2011-07-16, to Bob\nNever.\n\n"
                       "### Ann, 2011-07-21, to Cho\nWhy?\n\n"
                       "## Dan, 2011-07-20\nLast.\n");
    assert_true(talk.ok);
    assert_slice_equal(buf_slice(&talk.told), "  kept: 7 words of text\n");
    talk_release(&talk);
}

/* One line a comment: what its heading says. */
struct order {
    struct comment comments[4];
    const char *headings;
};

static void what_is_odd_has_a_place(void **state)
{
    (void)state;
    static const struct order cases[] = {
        /* What it answers was not shown. */
        { { { .id = ID(2), .author = SLICE_INIT("Bob"), .in_reply_to = ID(1) } },
          "## Bob, to a comment that is not here\n" },
        { { { .id = ID(3), .author = SLICE_INIT("Cho"), .in_reply_to = ID(2) },
            { .id = ID(2), .author = SLICE_INIT("Bob"), .in_reply_to = ID(1) } },
          "## Bob, to a comment that is not here\n### Cho, to Bob\n" },
        /* Who answers the post answers no comment. */
        { { { .id = ID(2), .author = SLICE_INIT("Bob"), .in_reply_to = ID(7) } }, "## Bob\n" },
        { { { .id = ID(2),
              .author = SLICE_INIT("Bob"),
              .in_reply_to = SLICE_INIT("tag:blog.example,1999:blog-1.page-7") } },
          "## Bob\n" },
        { { { .id = SLICE_INIT("p#comment-7"), .author = SLICE_INIT("Ann") },
            { .id = SLICE_INIT("p#comment-8"),
              .author = SLICE_INIT("Bob"),
              .in_reply_to = SLICE_INIT("p#comment-7") } },
          "## Ann\n### Bob, to Ann\n" },
        /* Circles. */
        { { { .id = ID(1), .author = SLICE_INIT("Ann"), .in_reply_to = ID(1) } }, "## Ann\n" },
        { { { .id = ID(1),
              .author = SLICE_INIT("Ann"),
              .in_reply_to = ID(2),
              .published = SLICE_INIT("2011-07-16") },
            { .id = ID(2),
              .author = SLICE_INIT("Bob"),
              .in_reply_to = ID(1),
              .published = SLICE_INIT("2011-07-15") } },
          "## Bob, 2011-07-15, to Ann\n### Ann, 2011-07-16, to Bob\n" },
        { { { .id = ID(1), .author = SLICE_INIT("Ann"), .in_reply_to = ID(3) },
            { .id = ID(2), .author = SLICE_INIT("Bob"), .in_reply_to = ID(1) },
            { .id = ID(3), .author = SLICE_INIT("Cho"), .in_reply_to = ID(2) },
            { .id = ID(4), .author = SLICE_INIT("Dan"), .in_reply_to = ID(2) } },
          "## Ann, to Cho\n### Bob, to Ann\n### Cho, to Bob\n### Dan, to Bob\n" },
        /* An answer that is older than what it answers. */
        { { { .id = ID(1), .author = SLICE_INIT("Ann"), .published = SLICE_INIT("2011-07-16") },
            { .id = ID(2),
              .author = SLICE_INIT("Bob"),
              .in_reply_to = ID(1),
              .published = SLICE_INIT("2011-07-15") } },
          "## Ann, 2011-07-16\n### Bob, 2011-07-15, to Ann\n" },
        /* The same second, the same moment, no date. */
        { { { .id = ID(2),
              .author = SLICE_INIT("Bob"),
              .published = SLICE_INIT("2011-07-15T08:00:00.700Z") },
            { .id = ID(1),
              .author = SLICE_INIT("Ann"),
              .published = SLICE_INIT("2011-07-15T08:00:00.800Z") } },
          "## Bob, 2011-07-15\n## Ann, 2011-07-15\n" },
        { { { .id = ID(3), .author = SLICE_INIT("Cho") },
            { .id = ID(2), .author = SLICE_INIT("Bob"), .published = SLICE_INIT("2011-07-15") },
            { .id = ID(4), .author = SLICE_INIT("Dan"), .published = SLICE_INIT("in May") },
            { .id = ID(1), .author = SLICE_INIT("Ann"), .published = SLICE_INIT("2011-07-15") } },
          "## Ann, 2011-07-15\n## Bob, 2011-07-15\n## Cho\n## Dan\n" },
        /* Without ids, in the order of the input; twice under the same id, once. */
        { { { .author = SLICE_INIT("Bob") }, { .author = SLICE_INIT("Ann") } },
          "## Bob\n## Ann\n" },
        { { { .id = ID(1), .author = SLICE_INIT("Ann") },
            { .id = ID(1), .author = SLICE_INIT("Ann") },
            { .id = ID(2), .author = SLICE_INIT("Bob"), .in_reply_to = ID(1) } },
          "## Ann\n### Bob, to Ann\n" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct said said[ARRAY_LENGTH(cases[i].comments)] = { 0 };
        struct talk talk = { 0 };
        struct gemtext_line line;
        struct buf headings;
        size_t count = 0;
        for (; count < ARRAY_LENGTH(said) && cases[i].comments[count].author.len > 0; count++) {
            said[count] = (struct said){ cases[i].comments[count], "x", true };
        }
        struct gemtext_reader reader = { .rest = page_of(&talk, said, count) };
        buf_init(&headings, 1 << 16);
        while (gemtext_next(&reader, &line)) {
            if (line.type == GEMTEXT_HEADING && line.level > 1) {
                gemtext_line(&headings, &line);
            }
        }
        assert_slice_equal(buf_slice(&headings), cases[i].headings);
        buf_release(&headings);
        talk_release(&talk);
    }
}

static void one_that_stands_twice_is_told(void **state)
{
    (void)state;
    static const struct said said[] = {
        { { .id = ID(1), .author = SLICE_INIT("Ann") }, "Yes.", false },
        { { .id = ID(1), .author = SLICE_INIT("Ann") }, "Yes.", false },
    };
    struct talk talk = { 0 };
    assert_slice_equal(page_of(&talk, said, 2),
                       "# Comments on The Attic\n\n1 comment from the blog.\n"
                       "=> ../reviews/the-attic/ The Attic\n\n## Ann\nYes.\n");
    assert_holds(buf_slice(&talk.told), "1 comment stands in the input twice, under the same id");
    talk_release(&talk);
}

static void days_are_those_of_the_zone(void **state)
{
    (void)state;
    static const struct comment comments[] = {
        { .author = SLICE_INIT("Ann"), .published = SLICE_INIT("2011-07-13T22:22:37.508-04:00") },
    };
    static const struct {
        const char *zone, *heading;
    } cases[] = {
        { "UTC", "## Ann, 2011-07-14\n" },
        { "-04:00", "## Ann, 2011-07-13\n" },
        { "+09:00", "## Ann, 2011-07-14\n" },
    };
    const struct said said = { comments[0], "x", true };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct talk talk = { .said = &said };
        const struct comments page = { .items = comments,
                                       .count = 1,
                                       .load = load,
                                       .title = SLICE("The Attic"),
                                       .link = SLICE("/"),
                                       .context = &talk };
        arena_init(&talk.arena);
        report_init(&talk.report, &talk.arena);
        buf_init(&talk.out, 1 << 16);
        assert_true(date_use_zone(slice_of(cases[i].zone)));
        assert_true(comments_put(&page, &talk.out, &talk.report, &talk.diags));
        assert_holds(buf_slice(&talk.out), cases[i].heading);
        buf_release(&talk.out);
        arena_release(&talk.arena);
    }
}

/* --- names and texts -------------------------------------------------------------------------- */

/* What stands below the link to the review. */
static slice only_comment(struct talk *talk, struct said said)
{
    slice page = page_of(talk, &said, 1);
    assert_true(talk->ok);
    slice link = SLICE("=> ../reviews/the-attic/ The Attic\n\n");
    return slice_from(page, slice_find(page, link) + link.len);
}

static void names_are_one_line(void **state)
{
    (void)state;
    static const struct {
        const char *author, *heading;
    } cases[] = {
        { "", "## Anonymous\nx\n" },
        { " \xC2\xA0\n\xE2\x80\x8B\xEF\xBB\xBF ", "## Anonymous\nx\n" },
        { "Ann\r\n=> gemini://a.example/ Bob", "## Ann => gemini://a.example/ Bob\nx\n" },
        { "Ann\xE2\x80\xA8# Bob\x7F!", "## Ann # Bob !\nx\n" },
        { "# Ann", "## # Ann\nx\n" },
        { "```", "## ```\nx\n" },
        { "=> /x", "## => /x\nx\n" },
        { "<b>Ann</b> &amp;", "## <b>Ann</b> &amp;\nx\n" },
        { "\xE2\x80\xAE"
          "Ann\xE2\x81\xA6 B",
          "## Ann B\nx\n" },
        { "e\xCC\x81", "## \xC3\xA9\nx\n" },
        { "\xEB\xB0\xA9\xEC\x9D\x98", "## \xEB\xB0\xA9\xEC\x9D\x98\nx\n" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct talk talk = { 0 };
        struct said said = { { .author = slice_of(cases[i].author) }, "x", true };
        assert_slice_equal(only_comment(&talk, said), cases[i].heading);
        assert_slice_equal(buf_slice(&talk.told), "  kept: 1 word of text\n");
        talk_release(&talk);
    }
}

static void long_names_are_cut_and_told(void **state)
{
    (void)state;
    static const size_t lengths[] = { 200, 201, 1000, 60000 };
    static char name[60000];
    memset(name, 'n', sizeof name);
    for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
        struct talk talk = { 0 };
        bool cut = lengths[i] > 200;
        struct said said = { { .author = { name, lengths[i] }, .line = 5 }, "x", true };
        slice page = only_comment(&talk, said);
        assert_int_equal(slice_find_byte(page, '\n'), 3 + 200 + (cut ? 3 : 0));
        assert_holds(buf_slice(&talk.told),
                     cut ? "a name too long for a heading was cut: nnn" : "kept: 1 word");
        talk_release(&talk);
    }
}

static void texts_keep_their_form(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool plain;
        const char *shown;
    } cases[] = {
        { "", false, "(no text)\n" },
        { " \n ", true, "(no text)\n" },
        { "<img src='data:image/gif;base64,AA'>", false, "(no text)\n" },
        { "One<br />two<BR/><BR/>three", false, "One\ntwo\n\nthree\n" },
        { "See <a href=\"http://a.example/x\" rel=\"nofollow\">this</a>, <i>Ann</i>!", false,
          "See this, Ann!\n\n=> http://a.example/x this\n" },
        { "<A HREF='../06/b.html'>That</A>", false,
          "=> https://blog.example/2024/06/b.html That\n" },
        { "<h1>Loud</h1><b>Bold</b><br>text", false, "Loud\n\nBold\ntext\n" },
        { "<b>All bold</b><br><br>Some more text.", false, "All bold\n\nSome more text.\n" },
        { "# one<br>=&gt; two three<br>&gt; four<br>* five<br>```", false,
          " # one\n => two three\n > four\n * five\n ```\n" },
        { "# one\n=> two three\n> four\n\n\n* five\r\n```\n", true,
          " # one\n => two three\n > four\n\n * five\n ```\n" },
        { "<b>plain</b> &amp;\t\ttext \x01 e\xCC\x81", true, "<b>plain</b> &amp; text \xC3\xA9\n" },
        { "<blockquote>Yes.</blockquote>No.<ul><li>one<li>two</ul><pre>a\n  b</pre>", false,
          "> Yes.\n\nNo.\n\n* one\n* two\n\n```\na\n  b\n```\n" },
        /* As WordPress keeps them. */
        { "One\ntwo\n\n<b>three</b>", false, "One\ntwo\n\nthree\n" },
        { "1 < 2\n<a\nhref='http://a.example/'>three</a>\n", false,
          "1 < 2\n\n=> http://a.example/ three\n" },
        { "<p>One\ntwo</p>", false, "One two\n" },
        { "One<br/>\ntwo", false, "One\ntwo\n" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct talk talk = { 0 };
        struct said said = { { .author = SLICE("Ann"),
                               .url = SLICE("https://blog.example/2024/05/attic.html#c1") },
                             cases[i].text,
                             cases[i].plain };
        slice shown = only_comment(&talk, said);
        assert_true(slice_starts_with(shown, SLICE("## Ann\n")));
        assert_slice_equal(slice_from(shown, 7), cases[i].shown);
        talk_release(&talk);
    }
}

static void links_can_be_turned(void **state)
{
    (void)state;
    struct talk talk = { .relinks = true };
    struct said said = {
        { .author = SLICE("Ann"), .url = SLICE("https://blog.example/2024/05/attic.html#c1") },
        "<a href='attic.html'>The review</a> and <a href='other.html'>another</a>.",
        false
    };
    assert_slice_equal(only_comment(&talk, said),
                       "## Ann\nThe review and another.\n\n=> ../reviews/the-attic/ The review\n"
                       "=> https://blog.example/2024/05/other.html another\n");
    talk_release(&talk);
}

static void tells_what_it_left_out(void **state)
{
    (void)state;
    static const struct said said[] = {
        { { .author = SLICE_INIT("Ann"), .published = SLICE_INIT("2011-07-13"), .line = 40 },
          "<script>x</script>Yes. <a href='javascript:x'>Run</a>",
          false },
        { { .author = SLICE_INIT("Bob"), .published = SLICE_INIT("2011-07-14"), .line = 50 },
          "<span style='display:none'>Hidden words.</span>No.",
          false },
    };
    struct talk talk = { 0 };
    (void)page_of(&talk, said, ARRAY_LENGTH(said));
    assert_true(talk.ok);
    assert_holds(buf_slice(&talk.told), "kept: 3 words of text\n");
    assert_holds(buf_slice(&talk.told), "in the comment \"Ann, 2011-07-13\": left out: 1 script\n");
    assert_holds(buf_slice(&talk.told), "dropped: line 50: hidden on the page (2 words): Hidden");
    talk_release(&talk);
}

static void what_is_no_text_is_an_error(void **state)
{
    (void)state;
    static char deep[20000];
    for (size_t i = 0; i + 3 < sizeof deep; i += 3) {
        memcpy(deep + i, "<b>", 3);
    }
    const struct said said[] = {
        { { .author = SLICE("Ann"), .url = SLICE("https://blog.example/a.html#c1") }, deep, false },
        { { .author = SLICE("Bob") }, "Yes.", false },
    };
    struct talk talk = { 0 };
    slice page = page_of(&talk, said, ARRAY_LENGTH(said));
    assert_true(talk.ok);
    assert_int_equal(talk.diags.counts[DIAG_ERROR], 1);
    assert_holds(page,
                 "## Ann\n(The text of this comment could not be read.)\n"
                 "=> https://blog.example/a.html#c1 The comment on the web\n\n## Bob\nYes.\n");
    talk_release(&talk);
}

static void ends_when_a_text_cannot_be_had(void **state)
{
    (void)state;
    static const struct said said[] = {
        { { .author = SLICE_INIT("Ann") }, "Yes.", false },
        { { .author = SLICE_INIT("Bob") }, "No.", false },
    };
    struct talk talk = { .fails_at = 2 };
    (void)page_of(&talk, said, ARRAY_LENGTH(said));
    assert_false(talk.ok);
    talk_release(&talk);
}

/* --- many ------------------------------------------------------------------------------------- */

enum { MANY = 10000 };

/* Each answers the one before: the deepest nesting there can be. The order of the input, here from
 * a generator of numbers, does not matter. */
static void many_are_no_matter(void **state)
{
    (void)state;
    struct arena arena;
    struct talk first = { 0 };
    struct talk second = { 0 };
    arena_init(&arena);
    struct said *said = arena_array(&arena, MANY, sizeof *said);
    for (unsigned i = 0; i < MANY; i++) {
        said[i] = (struct said){
            .comment = { .id = arena_printf(&arena, "post-%u", 100 + i),
                         .author = arena_printf(&arena, "A%u", i),
                         .published = arena_printf(&arena, "2011-07-13T%02u:%02u:%02uZ",
                                                   i / 3600 % 24, i / 60 % 60, i % 60) },
            .text = "One<br>two.",
        };
        if (i > 0) {
            said[i].comment.in_reply_to = arena_printf(&arena, "post-%u", 100 + i - 1);
        }
    }
    slice page = page_of(&first, said, MANY);
    assert_true(first.ok);
    assert_holds(page, "### A9999, 2011-07-13, to A9998\nOne\ntwo.\n");
    for (size_t i = MANY - 1, seed = 1; i > 0; i--) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        size_t other = (seed >> 33) % (i + 1);
        struct said swap = said[i];
        said[i] = said[other];
        said[other] = swap;
    }
    assert_true(slice_equal(page_of(&second, said, MANY), page));
    talk_release(&first);
    talk_release(&second);
    arena_release(&arena);
}

/* --- real ones -------------------------------------------------------------------------------- */

struct heard {
    struct comment comment;
    slice parent;
    struct comment_text text;
};

struct sample {
    struct arena arena;
    struct {
        struct heard *items;
        size_t count, capacity;
    } heard;
    const struct heard *page; /* the first of those on the page in the making */
};

static ssize_t read_file(void *context, char *into, size_t room)
{
    return read(*(int *)context, into, room);
}

static bool hear(void *context, const struct entry *entry)
{
    struct sample *sample = context;
    if (entry->kind == ENTRY_COMMENT && entry->status == ENTRY_LIVE) {
        struct arena *arena = &sample->arena;
        *ARRAY_ADD(arena, &sample->heard) = (struct heard){
            .comment = { .id = arena_copy(arena, entry->id),
                         .in_reply_to = arena_copy(arena, entry->in_reply_to),
                         .author = arena_copy(arena, entry->author),
                         .published = arena_copy(arena, entry->published),
                         .url = arena_copy(arena, entry->url),
                         .line = entry->line },
            .parent = arena_copy(arena, entry->parent),
            .text = { arena_copy(arena, entry->content), entry->content_is_html },
        };
    }
    return true;
}

static int by_parent(const void *a, const void *b)
{
    return slice_compare(((const struct heard *)a)->parent, ((const struct heard *)b)->parent);
}

static bool load_heard(void *context, UNUSED struct arena *arena, size_t index,
                       struct comment_text *text)
{
    *text = ((const struct sample *)context)->page[index].text;
    return true;
}

/* What a reader sees of `html`, found without the project's own reader of it: no tags, the usual
 * entities as what they stand for. */
static slice visible(struct arena *arena, slice html)
{
    static const struct {
        slice name, text;
    } entities[] = {
        { SLICE_INIT("&amp;"), SLICE_INIT("&") }, { SLICE_INIT("&lt;"), SLICE_INIT("<") },
        { SLICE_INIT("&gt;"), SLICE_INIT(">") },  { SLICE_INIT("&quot;"), SLICE_INIT("\"") },
        { SLICE_INIT("&#39;"), SLICE_INIT("'") }, { SLICE_INIT("&nbsp;"), SLICE_INIT(" ") },
    };
    struct buf text;
    buf_init(&text, 1 << 24);
    while (html.len > 0) {
        size_t used = 1;
        slice put = slice_head(html, 1);
        if (html.ptr[0] == '<') {
            used = slice_find_byte(html, '>') + 1;
            bool parts = slice_equal_nocase(slice_head(html, 3), SLICE("<br"));
            put = parts ? SLICE(" ") : SLICE_EMPTY;
        }
        for (size_t i = 0; i < ARRAY_LENGTH(entities); i++) {
            if (slice_starts_with(html, entities[i].name)) {
                used = entities[i].name.len;
                put = entities[i].text;
            }
        }
        buf_put(&text, put);
        html = slice_from(html, used);
    }
    slice copy = arena_copy(arena, buf_slice(&text));
    buf_release(&text);
    return copy;
}

/* Every visible word of the comments from `first` up to `end`, their authors' names among them, is
 * on their page, as often. */
static size_t check_heard(struct sample *sample, size_t first, size_t end)
{
    struct arena arena;
    struct diags diags;
    struct report report;
    struct buf out;
    arena_init(&arena);
    diags_init(&diags);
    report_init(&report, &arena);
    buf_init(&out, LIMIT_PAGE);
    struct word_list given = { .arena = &arena };
    struct word_list kept = { .arena = &arena };
    struct comment *items = arena_array(&arena, end - first, sizeof *items);
    sample->page = &sample->heard.items[first];
    for (size_t i = first; i < end; i++) {
        const struct heard *heard = &sample->heard.items[i];
        items[i - first] = heard->comment;
        add_words(&given, heard->comment.author);
        add_words(&given,
                  heard->text.is_html ? visible(&arena, heard->text.text) : heard->text.text);
    }
    const struct comments comments = { .path = SLICE("feed.atom"),
                                       .post = sample->page->parent,
                                       .title = SLICE("A review"),
                                       .link = SLICE("../reviews/a-review/"),
                                       .items = items,
                                       .count = end - first,
                                       .load = load_heard,
                                       .context = sample };
    assert_true(comments_put(&comments, &out, &report, &diags));
    assert_int_equal(diags.count, 0);
    add_words(&kept, buf_slice(&out));
    require_words(&given, &kept);
    size_t headings = 0;
    slice line;
    for (slice rest = buf_slice(&out); slice_next_line(&rest, &line);) {
        headings += slice_starts_with(line, SLICE("##"));
    }
    buf_release(&out);
    diags_release(&diags);
    arena_release(&arena);
    return headings;
}

/* Real exports, which are not part of the project: where they are kept, beside it, or else in
 * $MATINEE_SHARED. */
static void check_sample(const char *name, size_t live)
{
    struct sample sample = { 0 };
    struct diags diags;
    struct feed feed;
    size_t shown = 0;
    const char *shared = getenv("MATINEE_SHARED");
    arena_init(&sample.arena);
    diags_init(&diags);
    slice path =
        arena_printf(&sample.arena, "%s/samples/%s", shared != NULL ? shared : "../shared", name);
    int fd = open(path.ptr, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        print_message("skipped: there is no %s; MATINEE_SHARED names the folder above\n", path.ptr);
        arena_release(&sample.arena);
        skip();
    }
    const struct byte_stream input = { path, read_file, &fd };
    assert_true(date_use_zone(SLICE("UTC")));
    assert_true(feed_read(&sample.arena, &input, &feed, hear, &sample, &diags));
    assert_int_equal(sample.heard.count, live);
    if (live > 1) {
        qsort(sample.heard.items, live, sizeof *sample.heard.items, by_parent);
    }
    for (size_t i = 0; i < live;) {
        size_t end = i + 1;
        while (end < live &&
               slice_equal(sample.heard.items[end].parent, sample.heard.items[i].parent)) {
            end++;
        }
        shown += check_heard(&sample, i, end);
        i = end;
    }
    assert_int_equal(shown, live);
    (void)close(fd);
    diags_release(&diags);
    arena_release(&sample.arena);
}

static void loses_no_word_of_a_real_takeout(void **state)
{
    (void)state;
    check_sample("blogger-takeout-feed.atom", 284);
}

static void loses_no_word_of_a_real_export(void **state)
{
    (void)state;
    check_sample("blogger-old-export.xml", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oldest_first_answers_below),
        cmocka_unit_test(what_is_odd_has_a_place),
        cmocka_unit_test(one_that_stands_twice_is_told),
        cmocka_unit_test(days_are_those_of_the_zone),
        cmocka_unit_test(names_are_one_line),
        cmocka_unit_test(long_names_are_cut_and_told),
        cmocka_unit_test(texts_keep_their_form),
        cmocka_unit_test(links_can_be_turned),
        cmocka_unit_test(tells_what_it_left_out),
        cmocka_unit_test(what_is_no_text_is_an_error),
        cmocka_unit_test(ends_when_a_text_cannot_be_had),
        cmocka_unit_test(many_are_no_matter),
        cmocka_unit_test(loses_no_word_of_a_real_takeout),
        cmocka_unit_test(loses_no_word_of_a_real_export),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
