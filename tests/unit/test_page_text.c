#include "import.h"

#include "base/attributes.h"

#include <stdlib.h>
#include <string.h>

static const char site[] =
    "Skip to main content\n"
    "\n"
    "Featured\n"
    "\n"
    "Another film, in one line.\n"
    "\n"
    "\xE2\x80\x9C"
    "Another\xE2\x80\x9D \xE2\x80\x94 its teaser goes on and on until the site "
    "has had enough of it and cuts it ...\n"
    "\n"
    "The Attic (1998): a house remembers.\n"
    "\n"
    "Introduction\n"
    "\n"
    "A first paragraph.\n"
    "\n"
    "The Attic (1998): a house remembers.\n"
    "\n"
    "A second one.\n"
    "\n"
    "Related Posts\n"
    "\n"
    "The Cellar\n"
    "\n"
    "Hashtags\n"
    "\n"
    "#Attic #House\n"
    "\n"
    "Comments\n"
    "\n"
    "What a house!\n"
    "\n"
    "Popular Posts\n";

/* The texts of all blocks, one a line. */
static void put_blocks(const struct post *post, struct buf *out)
{
    for (size_t i = 0; i < post->blocks.count; i++) {
        buf_put(out, post->blocks.items[i].text);
        buf_putc(out, '\n');
    }
}

static void check_blocks(const char *text, const char *title, const char *blocks)
{
    struct imported page;
    struct buf got;
    buf_init(&got, 1 << 20);
    read_page(&page, slice_of(text));
    assert_true(page.ok);
    put_blocks(&page.post, &got);
    assert_slice_equal(page.post.title, title);
    assert_slice_equal(buf_slice(&got), blocks);
    buf_release(&got);
    imported_release(&page);
}

static void drops_the_site(void **state)
{
    (void)state;
    check_blocks(site, "The Attic (1998): a house remembers.",
                 "Introduction\nA first paragraph.\nA second one.\nHashtags\n#Attic #House\n");
}

static void says_what_it_dropped(void **state)
{
    (void)state;
    struct imported page;
    struct buf told;
    buf_init(&told, 1 << 20);
    read_page(&page, slice_of(site));
    report_put(&page.report, &told);
    slice text = buf_slice(&told);
    assert_holds(text, "lines 1, 19, 27, 31: the site around the post");
    assert_holds(text, "lines 3-7: the featured post and its teaser");
    assert_holds(text, "line 15: the title line again (6 words): The Attic");
    assert_holds(text, "line 21: names of other posts (2 words): The Cellar");
    assert_holds(text, "line 29: comments (3 words): What a house!");
    buf_release(&told);
    imported_release(&page);
}

static void finds_the_title(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *title;
        const char *blocks;
    } cases[] = {
        /* No site at all. */
        { "Title\n\nText.\n", "Title", "Text.\n" },
        /* A site's name before the line that the captions repeat. */
        { "My Films\n\nThe Post\n\nText.\n\nThe Post\n", "The Post", "Text.\n" },
        /* A refrain of the text is no title when a paragraph stands before it. */
        { "The Post\n\nA long paragraph, which goes on for more than the hundred and twenty bytes "
          "that a site's head has on one line of its own.\n\nAgain.\n\nText.\n\nAgain.\n",
          "The Post",
          "A long paragraph, which goes on for more than the hundred and twenty bytes that a "
          "site's "
          "head has on one line of its own.\nAgain.\nText.\nAgain.\n" },
        /* Named by the facts, below a featured post whose teaser does not end in dots. */
        { "Featured\n\nAnother\n\nThe Post, reviewed\n\nOverview\n\nTitle: The Post\n",
          "The Post, reviewed", "Overview\nTitle: The Post\n" },
        /* A teaser's dots tell where the featured post ends. */
        { "Featured Post\n\nAnother\n\nIt begins \xE2\x80\xA6\n\nThe Post\n\nText.\n", "The Post",
          "Text.\n" },
        /* A page that begins with a section or with facts has no title line. */
        { "Introduction\n\nText.\n", "", "Introduction\nText.\n" },
        { "Title: The Post\nYear: 1998\n", "", "Title: The Post\nYear: 1998\n" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        check_blocks(cases[i].text, cases[i].title, cases[i].blocks);
    }
}

static void cleans_lines(void **state)
{
    (void)state;
    check_blocks("\xEF\xBB\xBFTitle\r\n\r\nOne\xC2\xA0\xE3\x80\x80two\t three  \r\nfour\rfive\n",
                 "Title", "One two three\nfour\nfive\n");
    check_blocks("Title\n\na\xE2\x80\xA8"
                 "b\x0C"
                 "c\xC2\x85"
                 "d\n",
                 "Title", "a\nb\nc\nd\n");
    check_blocks("Title\n\nbe\xC2\xAD"
                 "fore\xE2\x80\x8B\n",
                 "Title", "before\n");
    check_blocks("Title\n\nCafe\xCC\x81\n", "Title", "Caf\xC3\xA9\n");
    check_blocks("Title", "Title", "");
}

static void knows_kinds_of_blocks(void **state)
{
    (void)state;
    struct imported page;
    read_page(&page, SLICE("Title\n\n* one\n\xE2\x80\xA2 two\n\nhttps://example.org/a\n\n"
                           "https://example.org/a and more\n"));
    assert_int_equal(page.post.blocks.count, 4);
    const struct block *blocks = page.post.blocks.items;
    assert_int_equal(blocks[0].kind, BLOCK_ITEM);
    assert_false(blocks[0].joined);
    assert_int_equal(blocks[1].kind, BLOCK_ITEM);
    assert_true(blocks[1].joined);
    assert_int_equal(blocks[1].line, 4);
    assert_slice_equal(blocks[1].text, "two");
    assert_int_equal(blocks[2].kind, BLOCK_LINK);
    assert_slice_equal(blocks[2].url, "https://example.org/a");
    assert_int_equal(blocks[3].kind, BLOCK_PARAGRAPH);
    imported_release(&page);
}

static void takes_dates_and_labels(void **state)
{
    (void)state;
    struct imported page;
    read_page(&page, SLICE("Title\n\nPosted on March 3, 2024\n\nText.\n\nMarch 4, 2024\n\n"
                           "Labels: Drama, Sea\n\nLabels\n\nPrison\n"));
    assert_slice_equal(page.post.published, "2024-03-03");
    assert_int_equal(page.post.blocks.count, 2); /* the second date is text */
    assert_int_equal(page.post.labels.count, 3);
    assert_slice_equal(page.post.labels.items[2], "Prison");
    imported_release(&page);
}

static void comments_may_be_a_section(void **state)
{
    (void)state;
    check_blocks("Title\n\nComments\n\nMine.\n\nConclusion\n\nText.\n\nComments\n\nYours.\n",
                 "Title", "Comments\nMine.\nConclusion\nText.\n");
}

static void refuses_what_is_no_text(void **state)
{
    (void)state;
    static const struct {
        slice text;
        const char *message;
        unsigned line, column;
    } cases[] = {
        { SLICE_INIT(""), "it holds no text", 0, 0 },
        { SLICE_INIT(" \n\xC2\xA0\n"), "it holds no text", 0, 0 },
        { SLICE_INIT("Skip to main content\n"), "the site around a post", 0, 0 },
        { SLICE_INIT("a\nb\0c"), "a NUL byte", 2, 2 },
        { SLICE_INIT("a\n\xC3\xA9\xE9"), "not UTF-8: byte 0xe9", 2, 2 },
        { SLICE_INIT("a\0\xE9"), "a NUL byte", 1, 2 },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct imported page;
        read_page(&page, cases[i].text);
        assert_false(page.ok);
        assert_int_equal(page.diags.count, 1);
        assert_holds(page.diags.items[0].message, cases[i].message);
        assert_int_equal(page.diags.items[0].line, cases[i].line);
        assert_int_equal(page.diags.items[0].column, cases[i].column);
        imported_release(&page);
    }
}

/* Marks in a row cost quadratic time to put in order, so they do not get that far. */
static void refuses_piles_of_marks(void **state)
{
    (void)state;
    struct imported page;
    struct buf text;
    buf_init(&text, 1 << 24);
    buf_puts(&text, "Title\n\na");
    for (int i = 0; i < 1000000; i++) {
        buf_puts(&text, i % 2 ? "\xCC\x81" : "\xCC\xA3");
    }
    read_page(&page, buf_slice(&text));
    assert_false(page.ok);
    assert_holds(page.diags.items[0].message, "combining marks");
    imported_release(&page);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drops_the_site),
        cmocka_unit_test(says_what_it_dropped),
        cmocka_unit_test(finds_the_title),
        cmocka_unit_test(cleans_lines),
        cmocka_unit_test(knows_kinds_of_blocks),
        cmocka_unit_test(takes_dates_and_labels),
        cmocka_unit_test(comments_may_be_a_section),
        cmocka_unit_test(refuses_what_is_no_text),
        cmocka_unit_test(refuses_piles_of_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
