/* Pages: what they say, and that nothing an author writes takes one over. */
#include "pages.h"

#include "base/attributes.h"
#include "pages/body.h"
#include "pages/link.h"
#include "pages/quote.h"
#include "text/gemtext.h"

static struct world *world_new(void)
{
    struct world *world = test_malloc(sizeof *world);
    world_begin(world);
    return world;
}

static void world_free(struct world *world)
{
    world_end(world);
    test_free(world);
}

static void resolves_links(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *expected; /* the line on the page */
    } cases[] = {
        { "=> review:a-film", "=> /~kim/reviews/a-film/ A Film\n" },
        { "=> review:a-film That one", "=> /~kim/reviews/a-film/ That one\n" },
        { "=> tag:one", "=> /~kim/tags/one/ One\n" },
        { "=> person:kim-example Kim", "=> /~kim/people/kim-example/ Kim\n" },
        { "=> review:none Its label", "Its label\n" },
        { "=> review:none", "review:none\n" },
        { "=> review:none # label", " # label\n" },
        { "=> about.gmi", "=> /~kim/about.gmi about.gmi\n" },
        { "=> /about.gmi About", "=> /~kim/about.gmi About\n" },
        { "=> / Home", "=> /~kim/ Home\n" },
        { "=> ../about.gmi About", "=> /~kim/about.gmi About\n" },
        { "=> ./a/../about.gmi About", "=> /~kim/a/../about.gmi About\n" },
        { "=> /.././/.. Home", "=> /~kim/ Home\n" },
        { "=> .well-known/x", "=> /~kim/.well-known/x .well-known/x\n" },
        { "=> ...", "=> /~kim/... ...\n" },
        { "=> ./..x X", "=> /~kim/..x X\n" },
        { "=> //evil.example/ Two slashes", "=> /~kim/evil.example/ Two slashes\n" },
        { "=> images/그림.png Picture", "=> /~kim/images/%EA%B7%B8%EB%A6%BC.png Picture\n" },
        { "=> /a%20b.gmi?q#f Kept", "=> /~kim/a%20b.gmi?q#f Kept\n" },
        { "=> https://example.org/?a=b#c Web", "=> https://example.org/?a=b#c Web\n" },
        { "=> gemini://예시.example/길?물음 IRI",
          "=> gemini://예시.example/%EA%B8%B8?%EB%AC%BC%EC%9D%8C IRI\n" },
        { "=> mailto:kim@example.org", "=> mailto:kim@example.org\n" },
    };
    struct world *world = world_new();
    world_review(world, "a-film",
                 "Title: A Film\nPublished: 2025-05-05\nTags: One\nCast: Kim Example\n\nText.\n");
    world_ready(world);
    world->context.base = SLICE("/~kim");
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct gemtext_lines lines;
        assert_null(gemtext_lines_read(&world->arena, slice_of(cases[i].line), &lines));
        buf_clear(&world->out);
        body_put_lines(&world->context, &lines, &world->out);
        assert_slice_equal(buf_slice(&world->out), cases[i].expected);
    }
    world_free(world);
}

static void closes_preformatted_text(void **state)
{
    (void)state;
    struct world *world = world_new();
    struct gemtext_lines lines;
    assert_non_null(gemtext_lines_read(&world->arena, SLICE("```alt\n=> x\n"), &lines));
    lines.count = 2; /* as a range that ends inside */
    world_ready(world);
    body_put_lines(&world->context, &lines, &world->out);
    assert_contains(buf_slice(&world->out), "=> x\n```\n");
    world_free(world);
}

static void cuts_heads(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t max;
        const char *head;
    } cases[] = {
        { "", 10, "" },
        { "short", 10, "short" },
        { "exactly 10", 10, "exactly 10" },
        { "a few words too many", 10, "a few" },
        { "One. Two three four", 10, "One. Two" },
        { "One two. Three four", 15, "One two." },
        { "onelongwordwithoutblank", 10, "onelongwor" },
        { "안녕히 계세요 여러분", 8, "안녕히 계세요" },
        { "안녕히계세요여러분", 4, "안녕히계" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        bool cut = false;
        slice head = text_head(slice_of(cases[i].text), cases[i].max, &cut);
        assert_slice_equal(head, cases[i].head);
        assert_int_equal(cut, head.len < strlen(cases[i].text));
    }
}

static void tells_reading_times(void **state)
{
    (void)state;
    assert_int_equal(reading_minutes(0), 1);
    assert_int_equal(reading_minutes(220), 1);
    assert_int_equal(reading_minutes(221), 2);
    assert_int_equal(reading_minutes(2200), 10);
    assert_int_equal(reading_minutes(UINT32_MAX), UINT32_MAX / 220 + 1);
}

static void shows_a_review(void **state)
{
    (void)state;
    struct world *world = world_new();
    struct page_answer answer;
    world_review(world, "a-film",
                 "Title: A Film\nPublished: 2025-05-05\nUpdated: 2025-06-01\n"
                 "Romanized: A Film\nOriginal-Title: 영화\nTagline: # Not a title\n"
                 "Source: https://예시.example/글\n"
                 "Director: Kim Example\nCast: Kim Example as Yong, Lee Sample\n"
                 "Related: another\n\nLede.\n\n"
                 "## Part One {#one}\nText.\n### Inside\nText.\n\n"
                 "## Lines\n> I promise.\n-- Yong, to her {#quote-p}\nWhy.\n");
    world_review(world, "another", "Title: Another\nPublished: 2025-05-04\n\nText.\n");
    world_ready(world);
    slice page = world_render(world, "/reviews/a-film/", &answer);
    assert_true(slice_starts_with(page, SLICE("# A Film\n # Not a title\n\n")));
    assert_contains(page, "* Original title: 영화\n");
    assert_contains(page, "* Published: 2025-05-05, updated 2025-06-01\n");
    assert_contains(page, "=> /reviews/a-film/one.gmi Part One (1 min)\n");
    assert_contains(page, "> I promise.\n— Yong, to her\n");
    assert_contains(page, "=> /people/kim-example/ Kim Example as Yong, director\n");
    assert_contains(page,
                    "## Related reviews\n=> /reviews/another/ Another (the author's choice)\n");
    assert_contains(page, "Older review: Another\n");
    assert_contains(page, "=> https://예시.example/%EA%B8%80 The original post on the web\n");
    assert_lacks(page, "Newer review");
    page = world_render(world, "/reviews/a-film/one.gmi", &answer);
    assert_true(slice_starts_with(page, SLICE("# Part One\nA Film, section 1 of 2, 1 min\n\n")));
    assert_contains(page, "\n## Inside\n");
    assert_contains(page, "=> /reviews/a-film/lines.gmi Next: Lines\n");
    assert_lacks(page, "Previous");
    assert_lacks(page, "* Inside");
    page = world_render(world, "/reviews/a-film/full.gmi", &answer);
    assert_contains(page, "\n## Part One\nText.\n### Inside\n");
    assert_lacks(page, "{#");
    page = world_render(world, "/reviews/a-film/quote-p.gmi", &answer);
    assert_contains(page, "— Yong, to her\n\nWhy.\n");
    assert_contains(page, "=> /people/kim-example/ Kim Example, who plays Yong\n");
    assert_contains(page, "In the section: Lines\n");
    world_free(world);
}

static void tells_roles_apart(void **state)
{
    (void)state;
    struct world *world = world_new();
    struct page_answer answer;
    world_review(
        world, "a-film",
        "Title: A Film\nPublished: 2025-05-05\nWriter: Kim Example\nDirector: Kim Example\n"
        "Cast: Kim Example as Yong, Lee Sample, Kim Example as old Yong\n\n"
        "> Line.\n-- Lee Sample {#own}\n");
    world_ready(world);
    slice page = world_render(world, "/reviews/a-film/", &answer);
    assert_contains(page, "Kim Example as Yong, as old Yong, director, writer\n");
    assert_contains(page, "/ Lee Sample\n");
    page = world_render(world, "/reviews/a-film/quote-own.gmi", &answer);
    assert_contains(page, "=> /people/lee-sample/ Lee Sample\n");
    world_free(world);
}

static void names_sub_sections(void **state)
{
    (void)state;
    struct world *world = world_new();
    struct page_answer answer;
    world_review(world, "a-film",
                 "Title: A Film\nPublished: 2025-05-05\n\n"
                 "## Scenes\n### The Crate\nText.\n### # 2\nText.\n## Last\n### One\nText.\n");
    world_ready(world);
    assert_slice_equal(world_render(world, "/reviews/a-film/scenes.gmi", &answer),
                       "# Scenes\nA Film, section 1 of 2, 1 min\n\n* The Crate\n* # 2\n\n"
                       "## The Crate\nText.\n## # 2\nText.\n\n"
                       "=> /reviews/a-film/last.gmi Next: Last\n"
                       "=> /reviews/a-film/ The review: A Film\n=> / Home: Notes\n");
    world_free(world);
}

static void shows_no_ways_to_nowhere(void **state)
{
    (void)state;
    struct world *world = world_new();
    struct page_answer answer;
    world_ready(world);
    slice page = world_render(world, "/", &answer);
    assert_contains(page, "There are no reviews yet.\n");
    assert_lacks(page, "Ways in");
    world_free(world);
}

static void picks_a_quote_a_day(void **state)
{
    (void)state;
    struct world *world = world_new();
    struct page_answer answer;
    for (int i = 0; i < 20; i++) {
        const char *slug = arena_printf(&world->arena, "film-%d", i).ptr;
        world_review(world, slug,
                     arena_printf(&world->arena,
                                  "Title: Film %d\nPublished: 2025-01-01\n\n> Line %d.\n— She\n", i,
                                  i)
                         .ptr);
    }
    world_ready(world);
    struct page_memo memo = { 0 };
    size_t different = 0;
    slice before = SLICE_EMPTY;
    for (unsigned day = 1; day <= 31; day++) {
        world->context.today = (struct date){ 2026, 1, day };
        slice page = world_render(world, "/quotes/today.gmi", &answer);
        slice quote = slice_from(page, slice_find(page, SLICE("\n> ")));
        slice again = arena_copy(&world->arena, quote);
        different += !slice_equal(before, again);
        before = again;
        world->context.memo = &memo;
        for (int i = 0; i < 2; i++) {
            page = world_render(world, "/quotes/today.gmi", &answer);
            assert_true(slice_ends_with(page, again));
        }
        assert_int_equal(date_compare(memo.day, world->context.today), 0);
        world->context.memo = NULL;
    }
    assert_in_range(different, 20, 31);
    world_free(world);
}

static void escapes_feeds(void **state)
{
    (void)state;
    struct world *world = world_new();
    struct page_answer answer;
    world_review(world, "a-film",
                 "Title: <A> & \"B\"\nPublished: 2025-05-05T10:00:00Z\nTags: R&B\n\nText.\n");
    world_ready(world);
    world->context.base = SLICE("/a&b");
    world->context.host = SLICE("notes.example:1966");
    slice atom = world_render(world, "/atom.xml", &answer);
    assert_contains(atom, "\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
    assert_contains(atom, "<title>&lt;A&gt; &amp; &quot;B&quot;</title>");
    assert_contains(atom, "href=\"gemini://notes.example:1966/a&amp;b/reviews/a-film/\"");
    assert_contains(atom, "<content type=\"text/gemini\">Text.\n</content>");
    assert_contains(atom, "label=\"R&amp;B\"");
    assert_contains(atom, "<updated>2025-05-05T10:00:00Z</updated>");
    assert_contains(world_render(world, "/feed.gmi", &answer),
                    "=> /a&b/reviews/a-film/ 2025-05-05 <A> & \"B\"\n");
    world_free(world);
}

static void ends_feeds(void **state)
{
    (void)state;
    struct world *world = world_new();
    struct page_answer answer;
    for (int i = 0; i < 60; i++) {
        const char *slug = arena_printf(&world->arena, "film-%d", i).ptr;
        world_review(world, slug,
                     arena_printf(&world->arena,
                                  "Title: Film\nPublished: 2025-%02d-%02d\nTags: One\n\nText.\n",
                                  1 + i / 28, 1 + i % 28)
                         .ptr);
    }
    world_ready(world);
    static const char *const feeds[] = { "/feed.gmi", "/tags/one/feed.gmi" };
    for (size_t i = 0; i < ARRAY_LENGTH(feeds); i++) {
        slice page = world_render(world, feeds[i], &answer);
        assert_contains(page, "2025-03-04 Film\n");
        assert_contains(page, "2025-01-11 Film\n");
        assert_lacks(page, "2025-01-10 Film\n");
    }
    world_free(world);
}

/* A renderer that meets the maximum of its buf says so, and does nothing else. */
static void survives_small_bufs(void **state)
{
    (void)state;
    static const char *const paths[] = { "/",
                                         "/reviews/",
                                         "/reviews/a-film/",
                                         "/atom.xml",
                                         "/quotes/atom.xml",
                                         "/quotes/",
                                         "/reviews/a-film/quote-i-promise.gmi",
                                         "/tags/one/",
                                         "/tags/",
                                         "/reviews/a-film/full.gmi" };
    struct world *world = world_new();
    world_review(world, "a-film",
                 "Title: => A Film & more\nPublished: 2025-05-05\nTags: One, Two\n"
                 "Tagline: # tagline\n\nLede.\n\n## Part\n> I promise.\n— # Yong, there\nWhy.\n");
    world_ready(world);
    world->context.base = SLICE("/&");
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        struct page page;
        struct page_answer answer;
        size_t whole = world_render(world, paths[i], &answer).len;
        assert_int_equal(sitemap_find(&world->capsule, slice_of(paths[i]), &page), SITEMAP_FOUND);
        for (size_t max = 0; max < whole; max++) {
            struct buf small;
            buf_init(&small, max);
            page_render(&world->context, &page, &small, &answer);
            assert_true(small.failed);
            assert_in_range(small.len, 0, max);
            buf_release(&small);
        }
    }
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolves_links),      cmocka_unit_test(closes_preformatted_text),
        cmocka_unit_test(cuts_heads),          cmocka_unit_test(tells_reading_times),
        cmocka_unit_test(shows_a_review),      cmocka_unit_test(names_sub_sections),
        cmocka_unit_test(tells_roles_apart),   cmocka_unit_test(shows_no_ways_to_nowhere),
        cmocka_unit_test(picks_a_quote_a_day), cmocka_unit_test(escapes_feeds),
        cmocka_unit_test(ends_feeds),          cmocka_unit_test(survives_small_bufs),
    };
    return date_use_zone(SLICE("UTC")) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
