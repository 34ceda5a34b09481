#include "import.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "import/html.h"
#include "import/html_links.h"

#include <string.h>

/* One line a block: its kind, `+` when it is joined, level, text, address. */
static void put_blocks(const struct post *post, struct buf *out)
{
    static const char *const kinds[] = {
        [BLOCK_PARAGRAPH] = "p",     [BLOCK_HEADING] = "h",        [BLOCK_ITEM] = "li",
        [BLOCK_QUOTE] = "q",         [BLOCK_LINK] = "a",           [BLOCK_IMAGE] = "img",
        [BLOCK_CAPTION] = "caption", [BLOCK_PREFORMATTED] = "pre",
    };
    for (size_t i = 0; i < post->blocks.count; i++) {
        const struct block *block = &post->blocks.items[i];
        buf_puts(out, kinds[block->kind]);
        if (block->kind == BLOCK_HEADING) {
            buf_put_number(out, block->level);
        }
        buf_puts(out, block->joined ? "+" : "");
        buf_puts(out, block->text.len > 0 ? " " : "");
        buf_put(out, block->text);
        if (block->alt.len > 0) {
            buf_puts(out, " | ");
            buf_put(out, block->alt);
        }
        if (block->url.len > 0) {
            buf_puts(out, " -> ");
            buf_put(out, block->url);
        }
        buf_putc(out, '\n');
    }
}

struct html {
    struct arena arena;
    struct diags diags;
    struct report report;
    struct post post;
    struct buf blocks;
    struct buf told;
    bool ok;
};

static void read_html(struct html *html, slice text, bool page)
{
    const struct source source = { SLICE("page.html"), text };
    *html = (struct html){ 0 };
    arena_init(&html->arena);
    diags_init(&html->diags);
    report_init(&html->report, &html->arena);
    buf_init(&html->blocks, 1 << 26);
    buf_init(&html->told, 1 << 26);
    html->post.url = SLICE("https://blog.example/2024/05/attic.html");
    html->ok = page
                   ? html_read_page(&html->arena, &source, &html->post, &html->report, &html->diags)
                   : html_read(&html->arena, &source, 1, &html->post, &html->report, &html->diags);
    put_blocks(&html->post, &html->blocks);
    report_put(&html->report, &html->told);
}

static void html_release(struct html *html)
{
    buf_release(&html->blocks);
    buf_release(&html->told);
    diags_release(&html->diags);
    arena_release(&html->arena);
}

struct conversion {
    const char *html;
    const char *blocks;
};

static void check_conversions(const struct conversion *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct html html;
        read_html(&html, slice_of(cases[i].html), false);
        assert_true(html.ok);
        if (!slice_equal(buf_slice(&html.blocks), slice_of(cases[i].blocks))) {
            print_error("of %s\n", cases[i].html);
        }
        assert_slice_equal(buf_slice(&html.blocks), cases[i].blocks);
        html_release(&html);
    }
}

static void makes_paragraphs(void **state)
{
    (void)state;
    static const struct conversion cases[] = {
        { "", "" },
        { "One.", "p One.\n" },
        { "<p>One.</p><p>Two.</p>", "p One.\np Two.\n" },
        { "One.<br><br>Two.<br/>\n<br />Three.", "p One.\np Two.\np Three.\n" },
        { "One<br>two<br>three.<br><br><br>Four.", "p One\np+ two\np+ three.\np Four.\n" },
        { "<div>One.</div><div>Two.</div><div><br></div>Three.", "p One.\np Two.\np Three.\n" },
        { "<div><div>One.<div>Two.</div>Three.</div></div>", "p One.\np Two.\np Three.\n" },
        { "<p class=MsoNormal style='margin:0'><span style='font-size:12pt'>One <o:p>two</o:p>"
          "</span></p><p class=\"MsoNormal\">&nbsp;</p><p>Three.</p>",
          "p One two\np Three.\n" },
        { "One&nbsp;&nbsp; two\n\t three &amp; &lt;b&gt; &#8212; \xC2\xADso\xE2\x80\x8B.",
          "p One two three & <b> \xE2\x80\x94 so.\n" },
        { "Th<b>i</b>s <i>is</i> <em>one</em> <span>line</span>.", "p This is one line.\n" },
        { "One<hr>two", "p One\np two\n" },
        { "<p>One <q>two</q></p>", "p One \xE2\x80\x9Ctwo\xE2\x80\x9D\n" },
        { "One<a name='more'></a><br><br>two", "p One\np two\n" },
        { "<p>e\xCC\x81</p>", "p \xC3\xA9\n" },
    };
    check_conversions(cases, ARRAY_LENGTH(cases));
}

/* A block of one image: its addresses. */
static void check_image(const char *html, bool with_data, const char *url, const char *smaller)
{
    struct arena arena;
    struct diags diags;
    struct report report;
    struct post post = { .url = SLICE("https://blog.example/2024/05/attic.html"),
                         .with_data = with_data };
    const struct source source = { SLICE("page.html"), slice_of(html) };
    arena_init(&arena);
    diags_init(&diags);
    report_init(&report, &arena);
    assert_true(html_read(&arena, &source, 1, &post, &report, &diags));
    assert_int_equal(post.blocks.count, url != NULL ? 1 : 0);
    if (url != NULL) {
        assert_int_equal(post.blocks.items[0].kind, BLOCK_IMAGE);
        assert_slice_equal(post.blocks.items[0].url, url);
        assert_slice_equal(post.blocks.items[0].smaller, smaller);
        assert_int_equal(report.notes.count, 0);
    } else {
        assert_int_equal(report.notes.count, 1);
    }
    diags_release(&diags);
    arena_release(&arena);
}

static void images_have_a_second_address(void **state)
{
    (void)state;
    check_image("<img src='https://a.example/s.png'>", false, "https://a.example/s.png", "");
    check_image("<a href='https://a.example/l.png'><img src='https://a.example/s.png'></a>", false,
                "https://a.example/l.png", "https://a.example/s.png");
    check_image("<a href='/l.png'><img src='/l.png'></a>", false, "https://blog.example/l.png", "");
    check_image("<img src='https://1.bp.blogspot.com/x/s320/a.png'>", false,
                "https://1.bp.blogspot.com/x/s0/a.png", "https://1.bp.blogspot.com/x/s320/a.png");
    check_image("<a href='https://1.bp.blogspot.com/x/s1600/a.png'>"
                "<img src='https://1.bp.blogspot.com/x/s320/a.png'></a>",
                false, "https://1.bp.blogspot.com/x/s0/a.png",
                "https://1.bp.blogspot.com/x/s320/a.png");
    /* The link leads to the size that is shown, or to the largest one. */
    check_image("<a href='https://1.bp.blogspot.com/x/s320/a.png'>"
                "<img src='https://1.bp.blogspot.com/x/s0/a.png'></a>",
                false, "https://1.bp.blogspot.com/x/s0/a.png",
                "https://1.bp.blogspot.com/x/s320/a.png");
}

#define DATA "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg=="

static void images_inside_are_kept_when_asked_for(void **state)
{
    (void)state;
    static char longer[LIMIT_HTML_DATA + 100];
    check_image("<img src='" DATA "'>", false, NULL, NULL);
    check_image("<img src='" DATA "'>", true, DATA, "");
    check_image("<img src='\n" DATA " '>", true, DATA, "");
    check_image("<img src='" DATA "' data-src='https://a.example/s.png'>", true,
                "https://a.example/s.png", "");
    check_image("<a href='https://a.example/l.png'><img src='" DATA "'></a>", true,
                "https://a.example/l.png", DATA);
    check_image("<img src='data:image/png;base64,AA'>", true, NULL, NULL);
    memset(longer, 'A', sizeof longer - 1);
    memcpy(longer, "<img src='" DATA, strlen("<img src='" DATA));
    memcpy(longer + sizeof longer - 3, "'>", 2);
    check_image(longer, true, NULL, NULL);
}

static void puts_links_behind_their_paragraph(void **state)
{
    (void)state;
    static const struct conversion cases[] = {
        { "<p>See <a href='https://a.example/'>this</a> and <a href='https://b.example/x y'>"
          "<b>that</b></a>.</p>Next.",
          "p See this and that.\na this -> https://a.example/\n"
          "a+ that -> https://b.example/x%20y\np Next.\n" },
        { "<p><a href='https://a.example/'>Only a link</a></p>",
          "a Only a link -> https://a.example/\n" },
        { "<p>\xC2\xBB <a href='https://a.example/'>Only a link</a>.</p>",
          "a Only a link -> https://a.example/\n" },
        { "One <a href='/x'>a</a><br>two <a href='other.html'>b</a><br><br>three",
          "p One a\np+ two b\na a -> https://blog.example/x\n"
          "a+ b -> https://blog.example/2024/05/other.html\np three\n" },
        { "<a href='//a.example/'>A</a> <a href='../06/b.html'>B</a>",
          "a A -> https://a.example/\na+ B -> https://blog.example/2024/06/b.html\n" },
        { "<a href='#n1'>1</a> <a href='javascript:alert(1)'>run</a> <a href='file:///etc/passwd'>"
          "file</a> <a>none</a> <a href=''>empty</a>",
          "p 1 run file none empty\n" },
        { "<ul><li><a href='https://a.example/'>A</a></li><li><a href='https://b.example/'>B</a>"
          "</li></ul>",
          "a A -> https://a.example/\na+ B -> https://b.example/\n" },
        { "<ul><li>See <a href='https://a.example/'>A</a></li><li>two</li></ul>",
          "li+ See A\na A -> https://a.example/\nli+ two\n" },
        { "<p>https://a.example/x?y</p><ol><li>http://b.example</ol>Text http://c.example",
          "a https://a.example/x?y -> https://a.example/x?y\n"
          "a 1. http://b.example -> http://b.example\np Text http://c.example\n" },
        { "<h2><a href='https://a.example/'>Heading</a></h2>Text",
          "h2 Heading\na Heading -> https://a.example/\np Text\n" },
    };
    check_conversions(cases, ARRAY_LENGTH(cases));
}

static void makes_lists(void **state)
{
    (void)state;
    static const struct conversion cases[] = {
        { "<ul><li>one</li><li><p>two</p></li></ul>three", "li+ one\nli+ two\np three\n" },
        { "<ul><li>one<ul><li>inner<ul><li>deep</ul></ul><li>two</ul>",
          "li+ one\nli+ \xE2\x80\x93 inner\nli+ \xE2\x80\x93 deep\nli+ two\n" },
        { "<ol><li>one<li>two</ol>", "p 1. one\np+ 2. two\n" },
        { "<ol start=5><li>five<li value=9>nine<li>ten</ol>",
          "p 5. five\np+ 9. nine\np+ 10. ten\n" },
        { "<ol><li>one<ol><li>inner</ol><li>two</ol>",
          "p 1. one\nli+ \xE2\x80\x93 1. inner\np+ 2. two\n" },
        { "<ul><li><b>One</b><br>more</ul>", "li+ One: more\n" },
        { "\xE2\x80\xA2 one<br>\xC2\xB7 two<br>three", "li one\nli+ two\np+ three\n" },
        { "<ul><li>one<br>more<br><br>far</ul>", "li+ one more\np far\n" },
        { "<li>stray", "li+ stray\n" },
        { "<dl><dt>Director</dt><dd>Ann</dd></dl>", "p Director:\nli+ Ann\n" },
    };
    check_conversions(cases, ARRAY_LENGTH(cases));
}

static void takes_images(void **state)
{
    (void)state;
    static const struct conversion cases[] = {
        { "<div class=separator><a "
          "href='https://blogger.googleusercontent.com/img/b/x/s1600/a.jpg'>"
          "<img alt='' border=0 src='https://blogger.googleusercontent.com/img/b/x/s320/a.jpg'></a>"
          "</div>Text",
          "img a.jpg -> https://blogger.googleusercontent.com/img/b/x/s0/a.jpg\np Text\n" },
        { "<img alt='A stair' src='https://a.example/s.png'>",
          "img A stair -> https://a.example/s.png\n" },
        { "<table class=tr-caption-container><tr><td><a "
          "href='https://1.bp.blogspot.com/x/s640/a.png'>"
          "<img src='https://1.bp.blogspot.com/x/s72-c/a.png'></a></td></tr><tr><td "
          "class=tr-caption>"
          "The stair</td></tr></table>",
          "img The stair -> https://1.bp.blogspot.com/x/s0/a.png\n" },
        { "<figure><img alt='A stair' src='https://a.example/s.png'><figcaption>Ann, 1998"
          "</figcaption></figure>",
          "img A stair -> https://a.example/s.png\ncaption Ann, 1998\n" },
        { "<ul><li><figure><img alt=A src='/a.png'><figcaption>One</figcaption></figure></li></ul>",
          "img A -> https://blog.example/a.png\ncaption One\n" },
        { "<p>Text <img alt=A src='/a.png'> more</p>",
          "p Text more\nimg A -> https://blog.example/a.png\n" },
        { "<a href='https://shop.example/'><img alt='Buy' src='https://a.example/s.png'></a>",
          "img Buy -> https://a.example/s.png\na Buy -> https://shop.example/\n" },
        { "<img src='data:image/png;base64,AAAA' data-src='https://a.example/s.png' alt=S>",
          "img S -> https://a.example/s.png\n" },
        { "<img src='https://a.example/s.png' alt=S srcset='https://a.example/s.png 1x, "
          "https://a.example/l.png 2x'>",
          "img S -> https://a.example/l.png\n" },
        { "x<img src='https://a.example/p.gif' width=1 height=1>", "p x\n" },
        { "Well <img class='emoji' alt='\xF0\x9F\x98\x80' src='https://s.example/1.png'>",
          "p Well \xF0\x9F\x98\x80\n" },
        { "<img src='https://a.example/img/a/AVvX=w457-h483'>",
          "img Picture -> https://a.example/img/a/AVvX=w457-h483\n" },
    };
    check_conversions(cases, ARRAY_LENGTH(cases));
}

static void keeps_preformatted_text(void **state)
{
    (void)state;
    static const struct conversion cases[] = {
        { "<pre class='brush: xml'>\n<b>a</b>\n  b &lt;c&gt;\n\n\td\n</pre>e",
          "pre a\n  b <c>\n\n\td | xml\np e\n" },
        { "<pre>a<br>  b<br><br>c</pre>", "pre a\n  b\n\nc\n" },
        { "<pre name=code class=css>a\n   <br>b\n<br>\n<br>c</pre>", "pre a\nb\n\nc | css\n" },
        { "<pre><div>a</div><div>b</div></pre>", "pre a\nb\n" },
        { "<p>one</p><pre> </pre><p>two <code>a  b</code></p>", "p one\np two a b\n" },
    };
    check_conversions(cases, ARRAY_LENGTH(cases));
}

static void keeps_quotes_together(void **state)
{
    (void)state;
    static const struct conversion cases[] = {
        { "<blockquote><p>One.</p><p>Two<br>three.</p></blockquote>Four",
          "q One.\nq+\nq+ Two\nq+ three.\np Four\n" },
        { "<blockquote><p>One.</p><cite>Ann</cite></blockquote>",
          "q One.\nq+\nq+ \xE2\x80\x94 Ann\n" },
        { "<blockquote>See <cite>The Attic</cite> again.</blockquote>",
          "q See The Attic again.\n" },
        { "<blockquote>A <a href='https://a.example/'>b</a><ul><li>c</ul></blockquote><blockquote>"
          "d</blockquote>",
          "q A b\nq+\nq+ \xE2\x80\xA2 c\na b -> https://a.example/\nq d\n" },
    };
    check_conversions(cases, ARRAY_LENGTH(cases));
}

static void makes_tables(void **state)
{
    (void)state;
    static const struct conversion cases[] = {
        { "<table><caption>Cast</caption><tr><th>Name<th>Age<tr><td>Ann Example<td>9<tr><td>Bo<td>"
          "<p>10</p></table>",
          "caption Cast\npre Name         Age\nAnn Example  9\nBo           10 | Cast\n" },
        { "<table><tr><td>Director<td>Ann<tr><td>Year:<td>1998<tr><td>Budget<td>small</table>",
          "p Director: Ann\np+ Year: 1998\np+ Budget: small\n" },
        { "<table><tr><th>Line<th>Who<tr><td>\"One.\"<td>Ann<tr><td>\"Two.\"<td>Ben</table>",
          "p \"One.\" \xE2\x80\x93 Ann\np \"Two.\" \xE2\x80\x93 Ben\n" },
        { "<table><tr><td>One.</td></tr><tr><td>Two.</td></tr></table>", "p One.\np Two.\n" },
        { "<table><tr><td>a<td>b<tr><td>\xEA\xB0\x80\xEB\x82\x98<td>c</table>",
          "pre a     b\n\xEA\xB0\x80\xEB\x82\x98  c | Table\n" },
    };
    check_conversions(cases, ARRAY_LENGTH(cases));
}

static void fits_headings(void **state)
{
    (void)state;
    static const struct conversion cases[] = {
        { "<h3>A</h3>x<h4>B</h4>y<h6>C</h6>z", "h2 A\np x\nh3 B\np y\nh3 C\np z\n" },
        { "<p><b>The Stairs</b></p><p>Text of it.</p>", "h2 The Stairs\np Text of it.\n" },
        { "<h2>A</h2>x<p><strong>The Stairs</strong></p><p>Text of it.</p>",
          "h2 A\np x\nh3 The Stairs\np Text of it.\n" },
        { "<span style='font-weight: bold'>The Stairs</span><br>Text of it.",
          "h2 The Stairs\np+ Text of it.\n" },
        { "x<p><b>This is a whole sentence.</b></p><p>More.</p>",
          "p x\np This is a whole sentence.\np More.\n" },
        { "x<p><b>Year: 1998</b></p><p>More.</p>", "p x\np Year: 1998\np More.\n" },
        { "x<p><b>The End</b></p>", "p x\np The End\n" },
        { "<b style='font-weight:normal'>The Stairs</b><p>Text.", "p The Stairs\np Text.\n" },
        { "<h2><br></h2>x", "p x\n" },
        { "<u>The Stairs</u><p>Text of it.", "h2 The Stairs\np Text of it.\n" },
        { "<font size=5>The Stairs</font><p>Text of it.", "h2 The Stairs\np Text of it.\n" },
        { "<span style='font-size:150%'>The Stairs</span><p>Text of it.",
          "h2 The Stairs\np Text of it.\n" },
        { "<big>The Stairs<br><br>Text of it.<br><br>More of it.</big>",
          "p The Stairs\np Text of it.\np More of it.\n" },
        { "<b>Plot</b><br>x.<h4>One</h4>y.<h4>Two</h4>z.",
          "h2 Plot\np+ x.\nh3 One\np y.\nh3 Two\np z.\n" },
    };
    check_conversions(cases, ARRAY_LENGTH(cases));
}

static void leaves_nothing_out_silently(void **state)
{
    (void)state;
    static const struct {
        const char *html;
        const char *blocks;
        const char *told;
    } cases[] = {
        { "a<script>if (1 < 2) b()</script>", "p a\n", "left out: 1 script" },
        { "a<style>b{}</style>", "p a\n", "left out: 1 style sheet" },
        { "a<form>Name <input name=x><select><option>One<option>Two</select></form>",
          "p a\np Name\n", "a form's fields (2 words): One" },
        { "<iframe src='https://www.youtube.com/embed/Ab_1?rel=0'></iframe>",
          "a Video -> https://www.youtube.com/watch?v=Ab_1\n", "kept" },
        { "<iframe src='//maps.example/?x=1' title='The house'></iframe>",
          "a The house -> https://maps.example/?x=1\n", "kept" },
        { "<video><source src='/v.mp4'>Your browser is old.</video>",
          "a Video -> https://blog.example/v.mp4\n", "for browsers without scripts" },
        { "<object><param name=movie value=x><embed src='https://www.youtube.com/v/Ab'></object>",
          "a Video -> https://www.youtube.com/watch?v=Ab\n", "kept" },
        { "a<div style='display:none'>secret word</div>", "p a\n", "hidden on the page (2 words)" },
        { "a<img src='data:image/png;base64,AAAA'>", "p a\n", "part of the page's file" },
        { "a<img alt='A house' src='data:image/png;base64,AAAA'>", "p a\n", "A house" },
        { "a<img width=1 src='https://a.example/'>", "p a\n", "1 image of one pixel" },
        { "<a href='javascript:x()'>a</a>", "p a\n", "javascript:x()" },
        { "<a href='#x'>a</a>", "p a\n", "1 link to a place of the page itself" },
        { "a<div class='sharedaddy'>Share this</div>", "p a\n", "share buttons" },
        { "a<iframe></iframe>", "p a\n", "without an address: Embedded page" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct html html;
        read_html(&html, slice_of(cases[i].html), false);
        assert_slice_equal(buf_slice(&html.blocks), cases[i].blocks);
        assert_holds(buf_slice(&html.told), cases[i].told);
        html_release(&html);
    }
}

static void finds_the_post_of_a_page(void **state)
{
    (void)state;
    static const struct {
        const char *html;
        const char *title, *url, *published, *label;
        const char *blocks;
    } cases[] = {
        { "<!DOCTYPE html><html><head><title>My Blog: The Attic</title>"
          "<link rel=canonical href='https://b.example/2024/05/attic.html'>"
          "<meta property='og:title' content='The Attic'></head><body><div class=header><h1>My Blog"
          "</h1></div><h2 class='date-header'>Monday, May 6, 2024</h2><h3 class='post-title "
          "entry-title'>The Attic</h3><div class='post-body entry-content'><p>A house.</p><img "
          "src='a.png' alt=A></div><div class=post-footer><a rel=tag href='/l'>Drama</a> <a "
          "rel=tag "
          "href='/m'>House</a></div><div id=comments>Mine!</div></body></html>",
          "The Attic", "https://b.example/2024/05/attic.html", "2024-05-06", "Drama",
          "p A house.\nimg A -> https://b.example/2024/05/a.png\n" },
        { "<html><head><meta property='article:published_time' content='2024-05-06T20:00:00+09:00'>"
          "<meta property='og:site_name' content='Site'><title>The Attic | "
          "Site</title></head><body>"
          "<nav>Home</nav><article><header><p class=byline>by Ann</p></header><p>A house.</p>"
          "<footer>Posted</footer></article></body></html>",
          "The Attic", "", "2024-05-06T20:00:00+09:00", NULL, "p A house.\n" },
        { "<html>\n<!-- saved from url=(0030)https://b.example/attic.html -->\n<body><h1>The Attic"
          "</h1><div id=menu><a href=/>One</a> <a href=/>Two</a></div><div><p>A house that is old "
          "and long, with a stair.</p><p>And a second paragraph about that.</p></div></body>",
          "The Attic", "https://b.example/attic.html", "", NULL,
          "p A house that is old and long, with a stair.\np And a second paragraph about that.\n" },
        /* The tags of head and body may be left out; the parser takes all of it for the head. */
        { "<!DOCTYPE html><title>The Attic</title><article>A house.</article>", "The Attic", "", "",
          NULL, "p A house.\n" },
        { "<main><h1>The Attic</h1><time datetime='2024-05-06'>today</time><p>A house.</p></main>",
          "The Attic", "", "2024-05-06", NULL, "p today\np A house.\n" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct html html;
        read_html(&html, slice_of(cases[i].html), true);
        assert_true(html.ok);
        assert_slice_equal(html.post.title, cases[i].title);
        assert_slice_equal(html.post.url, cases[i].url);
        assert_slice_equal(html.post.published, cases[i].published);
        assert_slice_equal(html.post.labels.count > 0 ? html.post.labels.items[0] : SLICE_EMPTY,
                           cases[i].label != NULL ? cases[i].label : "");
        assert_slice_equal(buf_slice(&html.blocks), cases[i].blocks);
        html_release(&html);
    }
}

static void reads_charsets(void **state)
{
    (void)state;
    static const slice cases[] = {
        SLICE_INIT("<body>caf\xC3\xA9"),
        SLICE_INIT("\xEF\xBB\xBF<body>caf\xC3\xA9"),
        SLICE_INIT("<body>caf\xE9"),
        SLICE_INIT("<meta charset=iso-8859-1><body>caf\xE9"),
        SLICE_INIT("<meta http-equiv=Content-Type content='text/html; charset=windows-1252'>"
                   "<body>caf\xE9"),
        SLICE_INIT("<meta charset=utf-8><body>caf&eacute;"),
        SLICE_INIT("<meta charset=iso-8859-1><body>caf\xC3\xA9"), /* saved by a browser */
        SLICE_INIT("\xFF\xFE<\0b\0o\0d\0y\0>\0c\0a\0f\0\xE9\0"),
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct html html;
        read_html(&html, cases[i], true);
        assert_true(html.ok);
        assert_slice_equal(buf_slice(&html.blocks), "p caf\xC3\xA9\n");
        html_release(&html);
    }
}

static void bounds_what_is_hostile(void **state)
{
    (void)state;
    static const struct {
        const char *begin, *again, *end;
        size_t times;
        const char *message; /* NULL when it is read */
    } cases[] = {
        { "", "<div>", "x", 100000, "nested too deeply" },
        { "", "<b>", "x", 100000, "nested too deeply" },
        { "<p>", "<br>", "x", 1000000, "too many elements" },
        { "<p ", "a=1 ", ">x", 500000, NULL },
        { "x<p title='", "a", "'>", 4000000, NULL },
        { "x<!--", "-", "", 4000000, NULL },
        { "x", "e\xCC\x81\xCC\x81", "", 1000000, NULL },
        { "x", "\xCC\x81\xCC\xA3", "", 1000000, NULL },
        { "<!DOCTYPE html [<!ENTITY a 'aaaaaaaaaaaaaa'>]>x", "&a;", "", 1000000, NULL },
        { "x<img src='data:image/png;base64,", "A", "'>", 4000000, NULL },
        { "x", "</p>", "", 100000, NULL },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buf text;
        struct html html;
        buf_init(&text, 1 << 26);
        buf_puts(&text, cases[i].begin);
        for (size_t k = 0; k < cases[i].times; k++) {
            buf_puts(&text, cases[i].again);
        }
        buf_puts(&text, cases[i].end);
        read_html(&html, buf_slice(&text), i % 2 == 0);
        assert_int_equal(html.ok, cases[i].message == NULL);
        if (cases[i].message != NULL) {
            assert_int_equal(html.diags.counts[DIAG_ERROR], 1);
            assert_holds(html.diags.items[0].message, cases[i].message);
        }
        html_release(&html);
        buf_release(&text);
    }
}

static void refuses_what_holds_no_post(void **state)
{
    (void)state;
    static const struct {
        slice html;
        const char *message;
    } cases[] = {
        { SLICE_INIT("<html></html>"), "it holds no text" },
        { SLICE_INIT("<html><title>A</title></html>"), "it has a title and no text" },
        { SLICE_INIT("<html>a\0b"), "a NUL byte" },
        { SLICE_INIT("<meta charset=klingon>\xE9"), "klingon, which is not known" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct html html;
        read_html(&html, cases[i].html, true);
        assert_false(html.ok);
        assert_int_equal(html.diags.counts[DIAG_ERROR], 1);
        assert_holds(html.diags.items[0].message, cases[i].message);
        html_release(&html);
    }
}

static void finds_the_largest_image(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "https://1.bp.blogspot.com/-a/b/c/d/s320/x.jpg",
          "https://1.bp.blogspot.com/-a/b/c/d/s0/x.jpg" },
        { "https://blogger.googleusercontent.com/img/b/w640-h480-p-k-no-nu/x.jpg",
          "https://blogger.googleusercontent.com/img/b/s0/x.jpg" },
        { "https://blogger.googleusercontent.com/img/a/AVvXs=w457-h483",
          "https://blogger.googleusercontent.com/img/a/AVvXs=s0" },
        { "https://blogger.googleusercontent.com/img/a/AVvXs",
          "https://blogger.googleusercontent.com/img/a/AVvXs" },
        { "https://a.example/s320/x.jpg", "https://a.example/s320/x.jpg" },
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        assert_slice_equal(html_link_largest(&arena, slice_of(cases[i][0])), cases[i][1]);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_paragraphs),
        cmocka_unit_test(images_have_a_second_address),
        cmocka_unit_test(images_inside_are_kept_when_asked_for),
        cmocka_unit_test(puts_links_behind_their_paragraph),
        cmocka_unit_test(makes_lists),
        cmocka_unit_test(takes_images),
        cmocka_unit_test(keeps_preformatted_text),
        cmocka_unit_test(keeps_quotes_together),
        cmocka_unit_test(makes_tables),
        cmocka_unit_test(fits_headings),
        cmocka_unit_test(leaves_nothing_out_silently),
        cmocka_unit_test(finds_the_post_of_a_page),
        cmocka_unit_test(reads_charsets),
        cmocka_unit_test(bounds_what_is_hostile),
        cmocka_unit_test(refuses_what_holds_no_post),
        cmocka_unit_test(finds_the_largest_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
