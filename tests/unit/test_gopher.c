/* Pages as menus and texts of a gopher hole. */
#include "pages.h"

#include "export/export.h"
#include "export/gopher_item.h"

#include <stdio.h>

#define INFO "\tfake\tnull.host\t1\n"

static const char plum[] = "Title: Plum Summer\nPublished: 2025-01-01\nTags: Rain\n"
                           "Aliases: /2013/plum.html, /old/\n\n"
                           "Lede.\n\n## The Yard\nText.\n\n> A line.\n— Kim\n";

struct hole {
    struct world world;
    struct page_context context;
    struct export_site site;
    struct buf out;
};

static void hole_begin(struct hole *hole, const char *conf)
{
    world_begin(&hole->world);
    buf_init(&hole->out, LIMIT_PAGE);
    if (*conf != '\0') {
        world_conf(&hole->world, conf);
    }
    world_review(&hole->world, "plum-summer", plum);
    world_page(&hole->world, "about", "# About\n");
    static const char *const statics[][2] = {
        { "a\tb.txt", "text/plain" },         { "a b.txt", "text/plain" },
        { "band.gif", "image/gif" },          { "cat.png", "image/png" },
        { "extra/index.gmi", "text/gemini" }, { "extra/more.gmi", "text/gemini" },
        { "film.pdf", "application/pdf" },    { "page.html", "text/html" },
        { "song.ogg", "audio/ogg" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(statics); i++) {
        world_static(&hole->world, statics[i][0]);
        hole->world.statics[i].media_type = slice_of(statics[i][1]);
    }
    world_ready(&hole->world);
    hole->world.context.export = true;
}

static void hole_at(struct hole *hole, const char *origin, const char *base)
{
    export_begin(&hole->site, &export_gopher, &hole->world.context, slice_of(origin),
                 slice_of(base), &hole->context);
}

static void hole_end(struct hole *hole)
{
    buf_release(&hole->out);
    world_end(&hole->world);
}

static struct page find(const struct hole *hole, const char *path)
{
    struct page page;
    assert_int_equal(sitemap_find(&hole->world.capsule, slice_of(path), &page), SITEMAP_FOUND);
    return page;
}

/* `text` as if it were the gemtext of the page at `path`. */
static slice written(struct hole *hole, const char *path, const char *text)
{
    struct page page = find(hole, path);
    const struct export_page exported = { &hole->site, &page, SLICE_EMPTY, SLICE_EMPTY };
    buf_clear(&hole->out);
    export_gopher.write(&exported, slice_of(text), &hole->out);
    assert_false(hole->out.failed);
    return buf_slice(&hole->out);
}

static void text_stands_on_lines_of_its_own(UNUSED void **state)
{
    static const struct {
        const char *text;
        const char *menu;
        const char *plain;
    } cases[] = {
        { "One.\n\n\nTwo.\n", "iOne." INFO "i" INFO "iTwo." INFO, "One.\n\nTwo.\n" },
        { "# Title\nText\n", "iTitle\tTITLE\tnull.host\t1\ni=====" INFO "iText" INFO,
          "Title\n=====\nText\n" },
        { "Text\n## 한국\n### C\n",
          "iText" INFO "i" INFO "i한국" INFO "i----" INFO "i" INFO "iC" INFO "i~" INFO,
          "Text\n\n한국\n----\n\nC\n~\n" },
        { "* One\n*\n* Two\n", "i* One" INFO "i*" INFO "i* Two" INFO, "* One\n*\n* Two\n" },
        { "> One\n>\n> Two\n", "i> One" INFO "i>" INFO "i> Two" INFO, "> One\n>\n> Two\n" },
        { "```art\n a\n\n\tb\n.\n```\n", "i a" INFO "i" INFO "i        b" INFO "i." INFO,
          " a\n\n        b\n .\n" },
        { ".\n", "i." INFO, " .\n" },
        /* What servers would take for orders is text like any other. */
        { "#\n=ls\n!t\n:a=b\n-x\n~\n%\n*\n.\n",
          "i" INFO "i" INFO "i=ls" INFO "i!t" INFO "i:a=b" INFO "i-x" INFO "i~" INFO "i%" INFO
          "i*" INFO "i." INFO,
          NULL },
        { "1Fake\t/x\thost\t70\ra\x1b[2J\xff\n", "i1Fake /x host 70 a [2J\xEF\xBF\xBD" INFO, NULL },
        { " # no heading\n", "i# no heading" INFO, "# no heading\n" },
        { "", "", "" },
        { "\n\nText", "iText" INFO, "Text\n" },
    };
    struct hole hole;
    hole_begin(&hole, "");
    hole_at(&hole, "", "");
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        assert_slice_equal(written(&hole, "/about.gmi", cases[i].text), cases[i].menu);
        if (cases[i].plain != NULL) {
            assert_slice_equal(written(&hole, "/reviews/plum-summer/full.gmi", cases[i].text),
                               cases[i].plain);
        }
    }
    hole_end(&hole);
}

static void long_text_is_wrapped(UNUSED void **state)
{
    struct hole hole;
    hole_begin(&hole, "");
    hole_at(&hole, "", "");
    static const char full[] = "/reviews/plum-summer/full.gmi";
    assert_slice_equal(
        written(&hole, full,
                "* An item that is longer than one line has the lines that follow its first one "
                "moved\n"),
        "* An item that is longer than one line has the lines that follow\n  its first one "
        "moved\n");
    assert_slice_equal(written(&hole, full,
                               "> A quotation that is longer than one line has its mark before "
                               "each of its lines\n"),
                       "> A quotation that is longer than one line has its mark before each\n> of "
                       "its lines\n");
    /* Paragraphs without an empty line between them would become one. */
    assert_slice_equal(
        written(&hole, full,
                "Short.\nThis paragraph is longer than one line, and the next one follows it "
                "directly.\nNext.\nLast.\n"),
        "Short.\nThis paragraph is longer than one line, and the next one follows it\n"
        "directly.\n\nNext.\nLast.\n");
    /* Preformatted text is as wide as it is. */
    slice wide = written(&hole, full,
                         "```\n0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 "
                         "0123456789\n```\n");
    assert_int_equal(wide.len, 7 * 11);
    hole_end(&hole);
}

static void links_are_items(UNUSED void **state)
{
    static const struct {
        const char *link;
        const char *line;
    } cases[] = {
        { "/reviews/plum-summer/ Plum", "1Plum\t/reviews/plum-summer/\n" },
        { "/reviews/plum-summer Plum", "1Plum\t/reviews/plum-summer/\n" },
        { "/reviews/plum-summer/the-yard.gmi Yard", "1Yard\t/reviews/plum-summer/the-yard.gmi\n" },
        { "/reviews/plum-summer/full.gmi Full", "0Full\t/reviews/plum-summer/full.gmi\n" },
        { "/reviews/plum-summer/source.txt Source", "0Source\t/reviews/plum-summer/source.txt\n" },
        { "/atom.xml Feed", "0Feed\t/atom.xml\n" },
        { "/feed.gmi Feed", "1Feed\t/feed.gmi\n" },
        { "/ Home", "1Home\t/\n" },
        { "/tags/rain/?q#here Rain", "1Rain\t/tags/rain/\n" },
        { "/a%20b.txt Text", "0Text\t/a b.txt\n" },
        { "/band.gif Band", "gBand\t/band.gif\n" },
        { "/cat.png Cat", "ICat\t/cat.png\n" },
        { "/film.pdf Film", "9Film\t/film.pdf\n" },
        { "/page.html Page", "hPage\t/page.html\n" },
        { "/song.ogg Song", "sSong\t/song.ogg\n" },
        { "/extra/ Extra", "1Extra\t/extra/\n" },
        { "/extra/more.gmi More", "1More\t/extra/more.gmi\n" },
        { "gemini://notes.example/atom.xml Ours", "0Ours\t/atom.xml\n" },
        /* An address of old leads where it leads. */
        { "/2013/plum.html Old", "1Old\t/reviews/plum-summer/\n" },
        /* Without a label the address is one. */
        { "/atom.xml", "0/atom.xml\t/atom.xml\n" },
        /* Other protocols. */
        { "https://example.org/?q=1 Web", "hWeb\tURL:https://example.org/?q=1\n" },
        { "https://example.org/.well-known/x Dot",
          "hDot\tURL:https://example.org/.well-known/x\n" },
        { "gemini://example.org/ Other", "hOther\tURL:gemini://example.org/\n" },
        { "mailto:kim@example.org Mail", "hMail\tURL:mailto:kim@example.org\n" },
        { "gopher://example.org Hole", "1Hole\t/\texample.org\t70\n" },
        { "gopher://example.org/ Hole", "1Hole\t/\texample.org\t70\n" },
        { "gopher://example.org:7070/0/a%20b.txt Text", "0Text\t/a b.txt\texample.org\t7070\n" },
        { "gopher://example.org/7/search Find", "7Find\t/search\texample.org\t70\n" },
        { "gopher://example.org/0no-slash.txt Odd",
          "hOdd\tURL:gopher://example.org/0no-slash.txt\n" },
        { "gopher://example.org/0/a%09b Odd", "hOdd\tURL:gopher://example.org/0/a%09b\n" },
        { "gopher://example.org/0/%FF Odd", "hOdd\tURL:gopher://example.org/0/%FF\n" },
        { "gopher://example.org/i/fake Odd", "hOdd\tURL:gopher://example.org/i/fake\n" },
        { "gopher://[::1]/1/ Six", "hSix\tURL:gopher://[::1]/1/\n" },
        /* What cannot be said in a menu, and what is not there, is text. */
        { "/a%09b.txt Tab", "iTab" INFO },
        { "/no/such/page Nowhere", "iNowhere" INFO },
        { "/no/such/page", "i/no/such/page" INFO },
        { "https://example.org/\x01\xff Odd", "hOdd\tURL:https://example.org/%01%FF\n" },
        { "https://example.org/ 1\tFake\t/x", "h1 Fake /x\tURL:https://example.org/\n" },
    };
    struct hole hole;
    char text[512];
    hole_begin(&hole, "");
    hole_at(&hole, "", "");
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        (void)snprintf(text, sizeof text, "=> %s\n", cases[i].link);
        assert_slice_equal(written(&hole, "/about.gmi", text), cases[i].line);
    }
    assert_slice_equal(written(&hole, "/extra/more.gmi", "=> ../cat.png Cat\n=> . Here\n"),
                       "ICat\t/cat.png\n1Here\t/extra/\n");
    hole_end(&hole);
}

static void labels_and_addresses_have_their_room(UNUSED void **state)
{
    static const char label[] =
        "A label that is so long that it does not fit on one line of a menu "
        "goes on below it";
    char text[4096];
    char url[2048];
    struct hole hole;
    hole_begin(&hole, "");
    hole_at(&hole, "", "");
    (void)snprintf(text, sizeof text, "=> /atom.xml %s\n", label);
    assert_slice_equal(written(&hole, "/about.gmi", text),
                       "0A label that is so long that it does not fit on one line of a menu\t"
                       "/atom.xml\nigoes on below it" INFO);
    for (size_t length = 600; length < 1200; length += 7) {
        memset(url, 'a', length);
        memcpy(url, "https://", 8);
        url[length] = '\0';
        (void)snprintf(text, sizeof text, "=> %s %s\n", url, label);
        slice menu = written(&hole, "/about.gmi", text);
        assert_int_equal(menu.ptr[0], length <= 693 ? 'h' : 'i');
        for (slice line; slice_next_line(&menu, &line);) {
            assert_true(line.len < LIMIT_GOPHER_LINE);
        }
    }
    hole_end(&hole);
}

static void in_a_text_links_name_their_address(UNUSED void **state)
{
    struct hole hole;
    hole_begin(&hole, "");
    hole_at(&hole, "", "");
    assert_slice_equal(written(&hole, "/reviews/plum-summer/full.gmi",
                               "=> https://example.org/ Web\n=> https://example.org/\n=> /x\tX\n"),
                       "Web <https://example.org/>\nhttps://example.org/\nX </x>\n");
    hole_end(&hole);
}

static void each_page_has_its_place(UNUSED void **state)
{
    static const struct {
        const char *path;
        const char *name;
        char type;
    } cases[] = {
        { "/", "gophermap", '1' },
        { "/about.gmi", "about.gmi/gophermap", '1' },
        { "/reviews/", "reviews/gophermap", '1' },
        { "/reviews/plum-summer/", "reviews/plum-summer/gophermap", '1' },
        { "/reviews/plum-summer/the-yard.gmi", "reviews/plum-summer/the-yard.gmi/gophermap", '1' },
        { "/reviews/plum-summer/full.gmi", "reviews/plum-summer/full.gmi", '0' },
        { "/reviews/plum-summer/source.txt", "reviews/plum-summer/source.txt", '0' },
        { "/atom.xml", "atom.xml", '0' },
        { "/2013/plum.html", "2013/plum.html/gophermap", '1' },
        { "/old/", "old/gophermap", '1' },
        { "/extra/", "extra/gophermap", '1' },
        { "/extra/index.gmi", "extra/gophermap", '1' },
        { "/extra/more.gmi", "extra/more.gmi/gophermap", '1' },
        { "/cat.png", "cat.png", 'I' },
        { "/a b.txt", "a b.txt", '0' },
    };
    struct hole hole;
    hole_begin(&hole, "");
    hole_at(&hole, "", "");
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct page page = find(&hole, cases[i].path);
        buf_clear(&hole.out);
        export_gopher.put_name(&page, &hole.out);
        assert_slice_equal(buf_slice(&hole.out), cases[i].name);
        assert_int_equal(gopher_type(&page), cases[i].type);
    }
    hole_end(&hole);
}

static void a_base_comes_before_every_selector(UNUSED void **state)
{
    struct hole hole;
    hole_begin(&hole, "");
    hole_at(&hole, "gopher://example.org:7070", "/~kim%20lee");
    assert_slice_equal(written(&hole, "/about.gmi", "=> /atom.xml Feed\n=> https://e.org/ Web\n"),
                       "0Feed\t/~kim lee/atom.xml\nhWeb\tURL:https://e.org/\n");
    /* In feeds and in the sitemap an address says what it leads to. */
    struct page page = find(&hole, "/reviews/plum-summer/");
    buf_clear(&hole.out);
    page_put_absolute_url(&hole.context, &page, &hole.out);
    assert_slice_equal(buf_slice(&hole.out),
                       "gopher://example.org:7070/1/~kim%20lee/reviews/plum-summer/");
    page = find(&hole, "/a b.txt");
    buf_clear(&hole.out);
    page_put_absolute_url(&hole.context, &page, &hole.out);
    assert_slice_equal(buf_slice(&hole.out), "gopher://example.org:7070/0/~kim%20lee/a%20b.txt");
    hole_end(&hole);
}

static void what_is_closed_or_gone_is_no_item(UNUSED void **state)
{
    struct hole hole;
    hole_begin(&hole,
               "Title: Notes\nHost: notes.example\n"
               "Certificate: kim 926c09fbe0a3d5f1784c2be1706f9a5d33c8e4b7a1520f96d8e3b4c5a6f70812\n"
               "Closed: /extra/ kim\nGone: /gone.gmi\nRedirect: /there/* /reviews/*\n"
               "Redirect: /away https://example.org/\n");
    hole_at(&hole, "", "");
    assert_slice_equal(written(&hole, "/about.gmi",
                               "=> /extra/more.gmi Closed\n=> /gone.gmi Gone\n"
                               "=> /there/plum-summer/ Moved\n=> /away Away\n"),
                       "iClosed" INFO "iGone" INFO "1Moved\t/reviews/plum-summer/\n"
                       "hAway\tURL:https://example.org/\n");
    hole_end(&hole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_stands_on_lines_of_its_own),
        cmocka_unit_test(long_text_is_wrapped),
        cmocka_unit_test(links_are_items),
        cmocka_unit_test(labels_and_addresses_have_their_room),
        cmocka_unit_test(in_a_text_links_name_their_address),
        cmocka_unit_test(each_page_has_its_place),
        cmocka_unit_test(a_base_comes_before_every_selector),
        cmocka_unit_test(what_is_closed_or_gone_is_no_item),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
