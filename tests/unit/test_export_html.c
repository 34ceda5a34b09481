/* Gemtext as HTML: each kind of line, what stands around a page, and that no text is markup. */
#include "pages.h"

#include "base/attributes.h"
#include "export/export.h"
#include "export/html_text.h"
#include "export/image_size.h"

struct made {
    struct world world;
    struct page_context context;
    struct export_site site;
    struct buf html;
};

static bool give_size(void *from, const struct static_file *file, unsigned *width, unsigned *height)
{
    (void)from;
    *width = 320;
    *height = 240;
    return slice_equal(file->path, SLICE("images/known.png"));
}

static void world_image(struct world *world, const char *path)
{
    world_static(world, path);
    world->statics[world->parts.static_count - 1].media_type = SLICE("image/png");
}

static struct made *made_new(const char *origin)
{
    struct made *made = test_malloc(sizeof *made);
    world_begin(&made->world);
    world_review(&made->world, "a-film",
                 "Title: A Film\nPublished: 2025-05-05\nTags: One\nAliases: /old\n"
                 "Summary: What it \"is\".\n\nLede.\n## Part\nText.\n> Quote.\n— Kim\n");
    world_page(&made->world, "about", "# About\nText.\n");
    world_static(&made->world, "a b.txt");
    world_image(&made->world, "images/known.png");
    world_image(&made->world, "images/other.png");
    world_static(&made->world, "notes.gmi");
    made->world.statics[3].media_type = SLICE("text/gemini");
    world_ready(&made->world);
    made->world.context.export = true;
    export_begin(&made->site, &export_html, &made->world.context, slice_of(origin), SLICE_EMPTY,
                 &made->context);
    made->site.image_size = give_size;
    buf_init(&made->html, LIMIT_EXPORTED_PAGE);
    return made;
}

static void made_free(struct made *made)
{
    buf_release(&made->html);
    world_end(&made->world);
    test_free(made);
}

static struct page page_at(struct made *made, const char *path)
{
    struct page page;
    if (sitemap_find(&made->world.capsule, slice_of(path), &page) != SITEMAP_FOUND) {
        fail_msg("there is no page at %s", path);
    }
    return page;
}

/* `text` as the page at `path`. */
static slice convert(struct made *made, const char *path, const char *text)
{
    struct page page = page_at(made, path);
    struct buf name;
    buf_init(&name, LIMIT_REQUEST_URL);
    export_html.put_name(&page, &name);
    struct export_page exported = { &made->site, &page, buf_slice(&name), SLICE_EMPTY };
    buf_clear(&made->html);
    export_html.write(&exported, slice_of(text), &made->html);
    buf_release(&name);
    assert_false(made->html.failed);
    return buf_slice(&made->html);
}

/* The page at `path` as a tree has it. */
static slice page_of(struct made *made, const char *path)
{
    struct page page = page_at(made, path);
    struct page_answer answer;
    struct buf text;
    buf_init(&text, LIMIT_PAGE);
    page_render(&made->context, &page, &text, &answer);
    slice html = convert(made, path, buf_string(&text));
    buf_release(&text);
    return html;
}

static slice between(slice text, const char *before, const char *after)
{
    text = slice_from(text, slice_find(text, slice_of(before)) + strlen(before));
    return slice_head(text, slice_find(text, slice_of(after)));
}

static void writes_each_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *html; /* of main, below its h1 */
    } cases[] = {
        { "A line\n\nAnother\n", "<p>A line</p>\n<p>Another</p>\n" },
        { "a < b & c > \"d\"\n", "<p>a &lt; b &amp; c &gt; &quot;d&quot;</p>\n" },
        { "* one\n* two\ntext\n* three\n",
          "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n<p>text</p>\n<ul>\n<li>three</li>\n</ul>\n" },
        { "=> /about.gmi One\n", "<p><a href=\"about.html\">One</a></p>\n" },
        { "=> /about.gmi One\n=> / Two\n", "<ul>\n<li><a href=\"about.html\">One</a></li>\n"
                                           "<li><a href=\"index.html\">Two</a></li>\n</ul>\n" },
        { "=> https://e.example/?a&b\n",
          "<p><a href=\"https://e.example/?a&amp;b\">https://e.example/?a&amp;b</a></p>\n" },
        { "=> javascript:x Label\n", "<p>Label (javascript:x)</p>\n" },
        { "=> JAVASCRIPT:x\n", "<p>JAVASCRIPT:x</p>\n" },
        { "=> data:text/html,x Label\n", "<p>Label (data:text/html,x)</p>\n" },
        { "=> gemini://e.example/ G\n", "<p><a href=\"gemini://e.example/\">G (gemini)</a></p>\n" },
        { "=> gemini://notes.example/reviews/a-film/ Ours\n",
          "<p><a href=\"reviews/a-film/index.html\">Ours</a></p>\n" },
        { "=> /old An old address\n",
          "<p><a href=\"reviews/a-film/index.html\">An old address</a></p>\n" },
        { "=> /reviews A folder\n", "<p><a href=\"reviews/index.html\">A folder</a></p>\n" },
        { "=> /a%20b.txt File\n", "<p><a href=\"a%20b.txt\">File</a></p>\n" },
        { "=> notes.gmi Notes\n", "<p><a href=\"notes.html\">Notes</a></p>\n" },
        { "=> /nothing.gmi Nothing\n", "<p>Nothing</p>\n" },
        { "=> /images/known.png A \"plum\"\n",
          "<figure><a href=\"images/known.png\"><img src=\"images/known.png\" "
          "alt=\"A &quot;plum&quot;\" width=\"320\" height=\"240\" loading=\"lazy\"></a></figure>"
          "\n" },
        { "=> /about.gmi A\n=> /images/other.png B\n=> / C\n",
          "<ul>\n<li><a href=\"about.html\">A</a></li>\n</ul>\n<figure><a "
          "href=\"images/other.png\">"
          "<img src=\"images/other.png\" alt=\"B\" loading=\"lazy\"></a></figure>\n"
          "<p><a href=\"index.html\">C</a></p>\n" },
        { "> One.\n— Kim, at home\nNote.\n",
          "<figure><blockquote><p>One.</p></blockquote>\n<figcaption>— Kim, at home</figcaption>\n"
          "</figure>\n<p>Note.</p>\n" },
        { "> One,\n> two.\n>\n> Three.\nText\n",
          "<figure><blockquote><p>One,<br>\ntwo.</p><p>Three.</p></blockquote>\n</figure>\n"
          "<p>Text</p>\n" },
        { "> One.\n=> /about.gmi Kim\n",
          "<figure><blockquote><p>One.</p></blockquote>\n"
          "<figcaption><a href=\"about.html\">Kim</a></figcaption>\n</figure>\n" },
        { "> One.\n\n— Kim\n",
          "<figure><blockquote><p>One.</p></blockquote>\n</figure>\n<p>— Kim</p>\n" },
        { ">\n", "<figure><blockquote></blockquote>\n</figure>\n" },
        { "```A table\na\t<b>\n=> x\n```\n",
          "<pre tabindex=\"0\" role=\"group\" aria-label=\"A table\">\na\t&lt;b&gt;\n=&gt; x\n"
          "</pre>\n" },
        { "```\nnever closed\n",
          "<pre tabindex=\"0\" role=\"group\" aria-label=\"Preformatted text\">\nnever closed\n"
          "</pre>\n" },
        { "### Deep\n# First\n## Deep\n## !\n## !\n## Deep 2\n",
          "<h2 id=\"deep\">Deep</h2>\n<h2 id=\"first\">First</h2>\n<h2 id=\"deep-2\">Deep</h2>\n"
          "<h2 id=\"part\">!</h2>\n<h2 id=\"part-2\">!</h2>\n<h2 id=\"deep-2-2\">Deep 2</h2>\n" },
        { "## Main\n", "<h2 id=\"main-2\">Main</h2>\n" },
        { "On 2025-05-05.\n", "<p>On <time>2025-05-05</time>.</p>\n" },
        { "Not 2025-13-05, 12025-05-05, 2025-05-051 or a/2025-05-05\n",
          "<p>Not 2025-13-05, 12025-05-05, 2025-05-051 or a/2025-05-05</p>\n" },
        { "A 자두 여름, and b\n", "<p>A <span lang=\"ko\">자두 여름</span>, and b</p>\n" },
        { "A カメラ and 日本\n", "<p>A <span lang=\"ja\">カメラ</span> and 日本</p>\n" },
        { "A שלום\n", "<p dir=\"auto\">A שלום</p>\n" },
        { "* A שלום\n", "<ul>\n<li><bdi>A שלום</bdi></li>\n</ul>\n" },
        { "\x01 \xFF \xEF\xB7\x90 \x7F\n", "<p>\xEF\xBF\xBD \xEF\xBF\xBD \xEF\xBF\xBD "
                                           "\xEF\xBF\xBD</p>\n" },
    };
    struct made *made = made_new("");
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        slice text =
            arena_printf(&made->world.arena, "# Title\n%s\nThe end of it.\n", cases[i].text);
        /* Preformatted text that is not closed takes the end, too. */
        if (strstr(cases[i].text, "never") != NULL) {
            text = arena_printf(&made->world.arena, "# Title\n%s", cases[i].text);
        }
        slice html = convert(made, "/about.gmi", text.ptr);
        slice body = between(html, "<h1>Title</h1>\n", "</main>");
        slice end = SLICE("<p>The end of it.</p>\n");
        body = slice_ends_with(body, end) ? slice_head(body, body.len - end.len) : body;
        assert_slice_equal(body, cases[i].html);
    }
    made_free(made);
}

static void writes_what_stands_around(void **state)
{
    (void)state;
    struct made *made = made_new("");
    slice html = page_of(made, "/reviews/a-film/part.gmi");
    assert_contains(html, "<!DOCTYPE html>\n<html lang=\"en\">\n");
    assert_contains(html, "<title>Part – A Film – Notes</title>\n");
    assert_contains(html, "<link rel=\"stylesheet\" href=\"../../style.css\">\n");
    assert_contains(html, "<a class=\"skip\" href=\"#main\">");
    assert_contains(html, "<a href=\"../../index.html\">Notes</a>\n");
    assert_contains(html, "<main id=\"main\">\n<h1>Part</h1>\n");
    assert_contains(html, "<footer><nav aria-label=\"From here\">\n");
    assert_contains(html, "<link rel=\"alternate\" type=\"application/atom+xml\" title=\"Notes\" "
                          "href=\"../../atom.xml\">\n");
    assert_lacks(html, "canonical");
    html = page_of(made, "/reviews/a-film/");
    assert_contains(html, "<title>A Film – Notes</title>\n");
    assert_contains(html, "<meta name=\"description\" content=\"What it &quot;is&quot;.\">\n");
    html = page_of(made, "/");
    assert_contains(html, "<title>Notes</title>\n");
    assert_contains(html, "<a href=\"index.html\" aria-current=\"page\">Notes</a>\n");
    html = page_of(made, "/tags/one/");
    assert_contains(html, "title=\"Notes: One\" href=\"atom.xml\">\n");
    html = page_of(made, "/old");
    assert_contains(html, "content=\"0; url=../reviews/a-film/index.html\">\n");
    html = convert(made, "/notes.gmi", "No title\n=> /about.gmi One\n=> / Two\n");
    assert_contains(html, "<title>notes.gmi – Notes</title>\n");
    assert_contains(html, "<h1>notes.gmi</h1>\n<p>No title</p>\n<ul>");
    assert_lacks(html, "<footer>");
    html = convert(made, "/about.gmi", "# About\nWhere to go:\n\n=> / One\n=> /about.gmi Two\n");
    assert_contains(html, "<p>Where to go:</p>\n<ul>");
    assert_lacks(html, "<footer>");
    made_free(made);
}

static void names_the_address(void **state)
{
    (void)state;
    struct made *made = made_new("https://kim.example");
    slice html = page_of(made, "/reviews/a-film/");
    assert_contains(html, "<link rel=\"canonical\" href=\"https://kim.example/reviews/a-film/\">");
    html = page_of(made, "/about.gmi");
    assert_contains(html, "<link rel=\"canonical\" href=\"https://kim.example/about.html\">");
    made_free(made);
}

static void names_files(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        { "/", "index.html", "/" },
        { "/reviews/a-film/", "reviews/a-film/index.html", "/reviews/a-film/" },
        { "/about.gmi", "about.html", "/about.html" },
        { "/a b.txt", "a b.txt", "/a%20b.txt" },
        { "/notes.gmi", "notes.html", "/notes.html" },
        { "/atom.xml", "atom.xml", "/atom.xml" },
        { "/old", "old/index.html", "/old/" },
    };
    struct made *made = made_new("");
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct page page = page_at(made, cases[i][0]);
        buf_clear(&made->html);
        export_html.put_name(&page, &made->html);
        assert_slice_equal(buf_slice(&made->html), cases[i][1]);
        buf_clear(&made->html);
        export_html.put_path(&page, &made->html);
        assert_slice_equal(buf_slice(&made->html), cases[i][2]);
    }
    made_free(made);
}

static void finds_the_size_of_pictures(void **state)
{
    (void)state;
    static const struct {
        slice head;
        unsigned width, height; /* 0: not found */
    } cases[] = {
        { SLICE_INIT("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\x40\0\0\1\xE0"), 320, 480 },
        { SLICE_INIT("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\1\1\x40\0\0\1\xE0"), 0, 0 },
        { SLICE_INIT("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\x40\0\0\1"), 0, 0 },
        { SLICE_INIT("GIF89a\x40\1\xF0\0"), 320, 240 },
        { SLICE_INIT("GIF89a\0\0\xF0\0"), 0, 0 },
        { SLICE_INIT("\xFF\xD8\xFF\xE0\0\4ab\xFF\xFF\xC2\0\x0B\x08\0\xF0\1\x40"), 320, 240 },
        { SLICE_INIT("\xFF\xD8\xFF\xC4\0\2\xFF\xC0\0\x0B\x08\0\xF0\1\x40"), 320, 240 },
        { SLICE_INIT("\xFF\xD8\xFF\xE0\0\0\xFF\xC0\0\x0B\x08\0\xF0\1\x40"), 320, 240 },
        { SLICE_INIT("\xFF\xD8\xFF\xE0\xFF\xFF"), 0, 0 },
        { SLICE_INIT("\xFF\xD8\xFF\xC0\0\x0B\x08\0\xF0\1"), 0, 0 },
        { SLICE_INIT("RIFF....WEBPVP8 ....\0\0\0\x9D\1\x2A\x40\1\xF0\0"), 320, 240 },
        { SLICE_INIT("RIFF....WEBPVP8L....\x2F\x3F\xC1\x3B\0\0\0\0\0\0"), 320, 240 },
        { SLICE_INIT("RIFF....WEBPVP8X....\0\0\0\0\x3F\1\0\xEF\0\0"), 320, 240 },
        { SLICE_INIT("RIFF....WEBPVP8Y....\0\0\0\0\x3F\1\0\xEF\0\0"), 0, 0 },
        { SLICE_INIT(""), 0, 0 },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        unsigned width;
        unsigned height;
        bool found = image_size(cases[i].head, &width, &height);
        assert_int_equal(found, cases[i].width > 0);
        if (found) {
            assert_int_equal(width, cases[i].width);
            assert_int_equal(height, cases[i].height);
        }
    }
}

static void knows_formats(void **state)
{
    (void)state;
    struct buf names;
    buf_init(&names, 100);
    assert_ptr_equal(export_find(SLICE("html")), &export_html);
    assert_ptr_equal(export_find(SLICE("gemini")), &export_gemini);
    assert_null(export_find(SLICE("HTML")));
    export_put_names(&names);
    assert_contains(buf_slice(&names), "gemini, html");
    buf_release(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_each_line),           cmocka_unit_test(writes_what_stands_around),
        cmocka_unit_test(names_the_address),          cmocka_unit_test(names_files),
        cmocka_unit_test(finds_the_size_of_pictures), cmocka_unit_test(knows_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
