#include "import.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "import/html.h"
#include "import/plain_page.h"
#include "source/review.h"

#include <string.h>

struct plain {
    struct arena arena;
    struct diags diags;
    struct report report;
    struct post post;
    struct buf out;
    struct buf told;
    bool ok;
};

static void plain_begin(struct plain *plain)
{
    *plain = (struct plain){ 0 };
    arena_init(&plain->arena);
    diags_init(&plain->diags);
    report_init(&plain->report, &plain->arena);
    buf_init(&plain->out, 1 << 26);
    buf_init(&plain->told, 1 << 26);
    plain->post.url = SLICE("https://blog.example/p/about.html");
}

static void plain_release(struct plain *plain)
{
    buf_release(&plain->out);
    buf_release(&plain->told);
    diags_release(&plain->diags);
    arena_release(&plain->arena);
}

/* What comes out is a hand-written page about which there is nothing to say. */
static void check_page(struct plain *plain)
{
    struct source source = { SLICE("pages/about.gmi"), buf_slice(&plain->out) };
    struct hand_page page;
    struct buf told;
    bool ok = source_normalise(&plain->arena, &source, &plain->diags) &&
              hand_page_parse(&plain->arena, &source, &page, &plain->diags);
    buf_init(&told, 1 << 20);
    diags_format(&plain->diags, &told);
    assert_slice_equal(buf_slice(&told), "");
    assert_true(ok);
    buf_release(&told);
}

static void put_page(struct plain *plain)
{
    plain->ok = plain_page_put(&plain->post, &plain->out, &plain->report);
    report_put(&plain->report, &plain->told);
    if (plain->ok) {
        check_page(plain);
    }
}

static slice page_of_html(struct plain *plain, const char *title, slice html)
{
    const struct source source = { SLICE("feed.atom"), html };
    plain_begin(plain);
    plain->post.title = slice_of(title);
    assert_true(html_read(&plain->arena, &source, 1, &plain->post, &plain->report, &plain->diags));
    put_page(plain);
    return buf_slice(&plain->out);
}

/* --- pages ------------------------------------------------------------------------------------ */

static void every_block_has_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *title, *html, *page;
    } cases[] = {
        { "About", "", "# About\n\n" },
        { "", "Only text.", "Only text.\n" },
        { "  About\n\tus\r\n", "<p>One.</p><p>Two<br>three.</p>",
          "# About us\n\nOne.\n\nTwo\nthree.\n" },
        { "About", "<h1>First</h1>one<h3>Below</h3>two<h1>Second</h1><h2>Deeper</h2>three",
          "# About\n\n## First\none\n\n### Below\ntwo\n\n## Second\n\n### Deeper\nthree\n" },
        { "About", "<h3>Small</h3>one<h5>Smaller</h5>two",
          "# About\n\n## Small\none\n\n### Smaller\ntwo\n" },
        { "Links",
          "See <a href='https://a.example/x y'>this</a> and <a href='/b'>that</a>.<br><br>Next.",
          "# Links\n\nSee this and that.\n\n=> https://a.example/x%20y this\n"
          "=> https://blog.example/b that\n\nNext.\n" },
        { "Lists", "Before<ul><li>one<li>two<ul><li>inner</ul></ul>After<ol><li>a<li>b</ol>",
          "# Lists\n\nBefore\n\n* one\n* two\n* \xE2\x80\x93 inner\n\nAfter\n\n1. a\n2. b\n" },
        { "Quotes", "<blockquote><p>One.</p><p>Two.</p></blockquote>Said.",
          "# Quotes\n\n> One.\n>\n> Two.\n\nSaid.\n" },
        { "Images",
          "<figure><img alt='A stair' src='https://a.example/s.png'><figcaption>Ann, 1998"
          "</figcaption></figure>Text<img src='https://a.example/plum-tree.jpg' alt=''>",
          "# Images\n\n=> https://a.example/s.png A stair\nAnn, 1998\n\nText\n\n"
          "=> https://a.example/plum-tree.jpg plum-tree.jpg\n" },
        { "Code", "So:<pre>a  b\n```\n=> c</pre>",
          "# Code\n\nSo:\n\n```\na  b\n ```\n=> c\n```\n" },
        { "Empty", "One<table><tr><td><td>&nbsp;<tr><td><td></table>two",
          "# Empty\n\nOne\n\ntwo\n" },
        { "Contact", "<h2>CONTACT</h2>Write.", "# Contact\n\nWrite.\n" },
        { "Contact", "<p>One.</p><h2>Contact</h2>Write.",
          "# Contact\n\nOne.\n\n## Contact\nWrite.\n" },
        /* Nothing of a review is looked for. */
        { "The Attic",
          "<h2>Overview</h2>Director: Ann Example<br>Year: 1998<br><br>\xE2\x80\x9CGo "
          "up.\xE2\x80\x9D \xE2\x80\x93 Mina<br><br>#tag",
          "# The Attic\n\n## Overview\nDirector: Ann Example\nYear: 1998\n\n\xE2\x80\x9CGo "
          "up.\xE2\x80\x9D \xE2\x80\x93 Mina\n\n #tag\n" },
        /* What looks like another type of line stays text. */
        { "# Title",
          "<p># one</p><p>=&gt; /two three</p><p>* four</p><p>&gt; five</p><p>``` six</p>",
          "# # Title\n\n # one\n\n => /two three\n\n * four\n\n > five\n\n ``` six\n" },
        { "```", "<ul><li>=&gt; x<li># y</ul><h2># z</h2><blockquote>&gt; w</blockquote>",
          "# ```\n\n* => x\n* # y\n\n## # z\n> > w\n" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct plain plain;
        slice page = page_of_html(&plain, cases[i].title, slice_of(cases[i].html));
        assert_true(plain.ok);
        assert_slice_equal(page, cases[i].page);
        plain_release(&plain);
    }
}

static void links_are_written_as_the_caller_left_them(void **state)
{
    (void)state;
    struct plain plain;
    plain_begin(&plain);
    plain.post.title = SLICE("Links");
    struct block blocks[] = {
        { .kind = BLOCK_LINK, .text = SLICE("A review"), .url = SLICE("review:the-attic") },
        { .kind = BLOCK_IMAGE, .text = SLICE("A stair"), .url = SLICE("images/s.png") },
        { .kind = BLOCK_LINK, .url = SLICE("https://a.example/\xC3\xA9"), .joined = true },
        { .kind = BLOCK_IMAGE, .url = SLICE("images/a b.jpg") },
        { .kind = BLOCK_CAPTION, .text = SLICE("Ann"), .joined = true },
        { .kind = BLOCK_CAPTION, .text = SLICE("Bob"), .joined = true },
    };
    plain.post.blocks.items = blocks;
    plain.post.blocks.count = ARRAY_LENGTH(blocks);
    put_page(&plain);
    assert_true(plain.ok);
    assert_slice_equal(buf_slice(&plain.out),
                       "# Links\n\n=> review:the-attic A review\n\n=> images/s.png A stair\n"
                       "=> https://a.example/%C3%A9 https://a.example/\xC3\xA9\n\n"
                       "=> images/a%20b.jpg images/a b.jpg\nAnn\nBob\n");
    plain_release(&plain);
}

static void tells_what_it_left_out(void **state)
{
    (void)state;
    struct plain plain;
    const struct source source = { SLICE("feed.atom"),
                                   SLICE("<h2>The \xE2\x80\x9C"
                                         "Attic\xE2\x80\x9D</h2><h2>One</h2>Two "
                                         "three.<script>x</script><pre>four</pre>") };
    slice labels[] = { SLICE("Film"), SLICE("Old house") };
    plain_begin(&plain);
    plain.post.title = SLICE("The \"Attic\"");
    plain.post.labels.items = labels;
    plain.post.labels.count = ARRAY_LENGTH(labels);
    assert_true(html_read(&plain.arena, &source, 7, &plain.post, &plain.report, &plain.diags));
    put_page(&plain);
    assert_slice_equal(buf_slice(&plain.out),
                       "# The \"Attic\"\n\n## One\nTwo three.\n\n```\nfour\n```\n");
    assert_slice_equal(buf_slice(&plain.told),
                       "  kept: 1 section, 3 words of text\n"
                       "  line 7: \"The \xE2\x80\x9C"
                       "Attic\xE2\x80\x9D\" is the title again\n"
                       "  a page has no tags: the label \"Film\" is left out\n"
                       "  a page has no tags: the label \"Old house\" is left out\n"
                       "  left out: 1 script\n");
    plain_release(&plain);
}

/* --- what is too long ------------------------------------------------------------------------- */

/* `count` times `piece`. */
static slice many(struct arena *arena, const char *piece, size_t count)
{
    size_t length = strlen(piece);
    char *text = arena_alloc(arena, length * count);
    for (size_t i = 0; i < count; i++) {
        memcpy(text + i * length, piece, length);
    }
    return (slice){ text, length * count };
}

static size_t count_lines(slice text, const char *begin)
{
    slice line;
    size_t lines = 0;
    while (slice_next_line(&text, &line)) {
        assert_true(line.len <= LIMIT_SOURCE_LINE);
        lines += slice_starts_with(line, slice_of(begin));
    }
    return lines;
}

static void long_lines_are_divided(void **state)
{
    (void)state;
    static const struct {
        enum block_kind kind;
        const char *piece;
        size_t pieces;
        const char *begin; /* of its lines, */
        size_t lines;      /* so many of them */
        const char *note;
    } cases[] = {
        { BLOCK_PARAGRAPH, "word ", 30000, "word", 3, "a paragraph of 149999 bytes was divided" },
        { BLOCK_PARAGRAPH, "# ", 50000, " #", 2, "a paragraph of 99999 bytes was divided" },
        { BLOCK_PARAGRAPH, "\xEB\xB0\xA9", 30000, "\xEB\xB0\xA9", 2, "bytes was divided" },
        { BLOCK_ITEM, "word ", 30000, "* word", 1, "a paragraph of 149999 bytes was divided" },
        { BLOCK_QUOTE, "word ", 30000, "> word", 3, "a paragraph of 149999 bytes was divided" },
        { BLOCK_CAPTION, "word ", 30000, "word", 3, "a paragraph of 149999 bytes was divided" },
        { BLOCK_HEADING, "word ", 300, "word", 1, "" },
        { BLOCK_HEADING, "word ", 30000, "word", 3, "a paragraph of 149999 bytes was divided" },
        { BLOCK_LINK, "word ", 30000, "=> https://a.example/ word", 1,
          "a label of 149999 bytes was divided" },
        { BLOCK_PREFORMATTED, "word ", 30000, "", 5, "1 preformatted line was divided" },
        { BLOCK_PREFORMATTED, "``` ", 50000, " ```", 4, "1 preformatted line was divided" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct plain plain;
        plain_begin(&plain);
        struct block block = {
            .kind = cases[i].kind,
            .text = slice_trim(many(&plain.arena, cases[i].piece, cases[i].pieces)),
        };
        block.level = block.kind == BLOCK_HEADING ? 2 : 0;
        block.url = block.kind == BLOCK_LINK ? SLICE("https://a.example/") : SLICE_EMPTY;
        plain.post.blocks.items = &block;
        plain.post.blocks.count = 1;
        put_page(&plain);
        assert_true(plain.ok);
        assert_int_equal(count_lines(buf_slice(&plain.out), cases[i].begin), cases[i].lines);
        assert_holds(buf_slice(&plain.told), cases[i].note);
        plain_release(&plain);
    }
}

static void a_long_title_goes_on_as_text(void **state)
{
    (void)state;
    struct plain plain;
    plain_begin(&plain);
    plain.post.title = slice_trim(many(&plain.arena, "word ", 300));
    put_page(&plain);
    assert_true(plain.ok);
    assert_int_equal(count_lines(buf_slice(&plain.out), "# word"), 1);
    assert_int_equal(count_lines(buf_slice(&plain.out), "word"), 1);
    assert_holds(buf_slice(&plain.told), "a title of 1499 bytes goes on in the text");
    plain_release(&plain);
}

static void an_endless_address_is_text(void **state)
{
    (void)state;
    struct plain plain;
    plain_begin(&plain);
    struct block block = { .kind = BLOCK_LINK, .text = SLICE("Label") };
    block.url = many(&plain.arena, "https://a.example/", 5000);
    plain.post.blocks.items = &block;
    plain.post.blocks.count = 1;
    put_page(&plain);
    assert_true(plain.ok);
    assert_int_equal(count_lines(buf_slice(&plain.out), "=>"), 0);
    assert_int_equal(count_lines(buf_slice(&plain.out), "Label"), 1);
    assert_holds(buf_slice(&plain.told), "an address of 90000 bytes became text");
    plain_release(&plain);
}

static void a_page_has_limits(void **state)
{
    (void)state;
    static const struct {
        const char *html;
        size_t count;
        bool ok;
    } cases[] = {
        { "x<br><br>", 120000, true },
        { "x<br><br>", 130000, false }, /* two lines each */
        { "0123456789 0123456789 0123456789 ", 200000, true },
        { "0123456789 0123456789 0123456789 ", 260000, false }, /* more than 8 MB */
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct arena arena;
        struct plain plain;
        arena_init(&arena);
        (void)page_of_html(&plain, "Long", many(&arena, cases[i].html, cases[i].count));
        assert_int_equal(plain.ok, cases[i].ok);
        plain_release(&plain);
        arena_release(&arena);
    }
}

/* A page that does not fit where it is put. */
static void says_when_there_is_no_room(void **state)
{
    (void)state;
    struct plain plain;
    struct block block = { .kind = BLOCK_PARAGRAPH, .text = SLICE("One two three.") };
    plain_begin(&plain);
    plain.post.blocks.items = &block;
    plain.post.blocks.count = 1;
    buf_release(&plain.out);
    buf_init(&plain.out, 8);
    assert_false(plain_page_put(&plain.post, &plain.out, &plain.report));
    plain_release(&plain);
}

/* --- blocks inside of another page ------------------------------------------------------------ */

static void headings_can_be_text(void **state)
{
    (void)state;
    struct plain plain;
    struct block blocks[] = {
        { .kind = BLOCK_HEADING, .text = SLICE("One"), .level = 2 },
        { .kind = BLOCK_PARAGRAPH, .text = SLICE("two") },
        { .kind = BLOCK_HEADING, .text = SLICE("# three"), .level = 3 },
    };
    plain_begin(&plain);
    plain.post.blocks.items = blocks;
    plain.post.blocks.count = ARRAY_LENGTH(blocks);
    plain_page_put_blocks(&plain.post, PLAIN_HEADINGS_TEXT, &plain.out, &plain.report);
    assert_slice_equal(buf_slice(&plain.out), "One\n\ntwo\n\n # three\n");
    assert_int_equal(plain.report.sections, 0);
    assert_int_equal(plain.report.words, 3);
    plain_release(&plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_block_has_its_line),
        cmocka_unit_test(links_are_written_as_the_caller_left_them),
        cmocka_unit_test(tells_what_it_left_out),
        cmocka_unit_test(long_lines_are_divided),
        cmocka_unit_test(a_long_title_goes_on_as_text),
        cmocka_unit_test(an_endless_address_is_text),
        cmocka_unit_test(a_page_has_limits),
        cmocka_unit_test(says_when_there_is_no_room),
        cmocka_unit_test(headings_can_be_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
