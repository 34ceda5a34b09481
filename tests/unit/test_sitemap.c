/* The URL space: what is walked is found, and the other way round. */
#include "pages.h"

#include "text/uri.h"

static const char film[] = "Title: A Film\n"
                           "Published: 2025-05-05\n"
                           "Genre: Drama\n"
                           "Year: 2013\n"
                           "Platform: Disc\n"
                           "Cast: Kim Example as Yong\n"
                           "Tags: One, 한국\n"
                           "Aliases: /old.html, /older/\n"
                           "\n"
                           "Lede.\n\n"
                           "## First Part\n"
                           "> I promise.\n"
                           "— Yong, in the yard\n"
                           "Commentary.\n";

/* A review with everything, one in another script without anything, and 119 more. */
static void world_full(struct world *world)
{
    world_begin(world);
    world_review(world, "a-film", film);
    world_review(world, "마지막-수업",
                 "Title: 마지막 수업\nPublished: 2025-05-06\nLang: ko\n\n글.\n");
    for (int i = 1; i < 120; i++) {
        const char *slug = arena_printf(&world->arena, "film-%d", i).ptr;
        world_review(world, slug,
                     arena_printf(&world->arena,
                                  "Title: Film %d\nPublished: 2024-05-05\nTags: One, Tag%d\n\n"
                                  "> Line %d.\n— Speaker\n",
                                  i, i, i)
                         .ptr);
    }
    world_page(world, "about", "# About\n");
    world_page(world, "über uns", "# Über uns\n");
    world_static(world, "deep/er/index.gmi");
    world_static(world, "images/a b.png");
    world_static(world, "robots.txt");
    world_ready(world);
    assert_diags(&world->diags, "");
}

struct walked {
    struct world *world;
    size_t count;
    size_t by_kind[PAGE_KINDS];
    struct {
        slice *items;
        size_t count, capacity;
    } names;
};

static bool same_page(const struct page *a, const struct page *b)
{
    return a->kind == b->kind && a->number == b->number && a->review == b->review &&
           a->section == b->section && a->quote == b->quote && a->facet == b->facet &&
           a->value == b->value && a->hand == b->hand && a->file == b->file && a->alias == b->alias;
}

static bool check_walked(void *context, const struct page *page)
{
    struct walked *walked = context;
    struct world *world = walked->world;
    struct buf url;
    struct buf path;
    struct page found;
    buf_init(&url, 4096);
    buf_init(&path, 4096);
    page_put_url(&world->context, page, &url);
    slice given = buf_slice(&url);
    for (size_t i = 0; i < given.len; i++) {
        assert_in_range(given.ptr[i], 0x21, 0x7e);
    }
    uri_put_decoded(&path, given);
    enum sitemap_found result = sitemap_find(&world->capsule, buf_slice(&path), &found);
    if (result != SITEMAP_FOUND || !same_page(page, &found)) {
        fail_msg("%.*s is not found again", SLICE_ARG(given));
    }
    /* The file of the page is its path, or index.gmi in it. */
    struct buf name;
    buf_init(&name, 4096);
    page_put_file_name(page, &name);
    slice expected = slice_from(buf_slice(&path), 1);
    if (expected.len == 0 || expected.ptr[expected.len - 1] == '/') {
        buf_puts(&path, "index.gmi");
        expected = slice_from(buf_slice(&path), 1);
        if (page->kind != PAGE_ALIAS) {
            assert_int_equal(sitemap_find(&world->capsule, buf_slice(&path), &found),
                             SITEMAP_FOUND);
            assert_true(same_page(page, &found));
        }
    }
    assert_true(slice_equal(buf_slice(&name), expected));
    *ARRAY_ADD(&world->arena, &walked->names) = arena_copy(&world->arena, buf_slice(&name));
    buf_release(&url);
    buf_release(&path);
    buf_release(&name);
    walked->count++;
    walked->by_kind[page->kind]++;
    return true;
}

static int compare_slices(const void *a, const void *b)
{
    return slice_compare(*(const slice *)a, *(const slice *)b);
}

static void finds_what_is_walked(void **state)
{
    (void)state;
    struct world *world = test_malloc(sizeof *world);
    world_full(world);
    struct walked walked = { .world = world };
    assert_true(sitemap_walk(&world->capsule, check_walked, &walked));
    qsort(walked.names.items, walked.names.count, sizeof(slice), compare_slices);
    for (size_t i = 1; i < walked.names.count; i++) {
        assert_false(slice_equal(walked.names.items[i - 1], walked.names.items[i]));
    }
    static const size_t expected[PAGE_KINDS] = {
        [PAGE_REVIEW_TODAY] = 1, [PAGE_REVIEW_RANDOM] = 1, [PAGE_BEST] = 1,
        [PAGE_HOME] = 1,         [PAGE_REVIEWS] = 2,       [PAGE_REVIEW] = 121,
        [PAGE_SECTION] = 1,      [PAGE_FULL] = 1,          [PAGE_REVIEW_QUOTES] = 120,
        [PAGE_QUOTE] = 120,      [PAGE_SOURCE] = 121,      [PAGE_QUOTES] = 2,
        [PAGE_QUOTE_TODAY] = 1,  [PAGE_QUOTE_RANDOM] = 1,  [PAGE_FACET] = 8 + 2,
        [PAGE_QUOTES_FEED] = 1,  [PAGE_QUOTES_ATOM] = 1,   [PAGE_FACET_VALUE] = 130,
        [PAGE_FACET_FEED] = 124, [PAGE_FACET_ATOM] = 124,  [PAGE_FEED] = 1,
        [PAGE_ATOM] = 1,         [PAGE_SITEMAP] = 1,       [PAGE_ROBOTS] = 0,
        [PAGE_FAVICON] = 1,      [PAGE_HAND] = 2,          [PAGE_ALIAS] = 2,
        [PAGE_STATIC] = 3,       [PAGE_SEARCH] = 1,
    };
    for (size_t kind = 0; kind < PAGE_KINDS; kind++) {
        if (walked.by_kind[kind] != expected[kind]) {
            fail_msg("kind %zu: %zu pages, not %zu", kind, walked.by_kind[kind], expected[kind]);
        }
    }
    /* Books are found, and are no pages: of the capsule, of each review, of a tag that many have.
     */
    struct walked books = { .world = world };
    assert_true(sitemap_walk_books(&world->capsule, check_walked, &books));
    assert_int_equal(books.by_kind[PAGE_BOOK], 1);
    assert_int_equal(books.by_kind[PAGE_REVIEW_BOOK], 121);
    assert_int_equal(books.by_kind[PAGE_FACET_BOOK], 1);
    assert_int_equal(books.count, 123);
    struct page page;
    assert_int_equal(sitemap_find(&world->capsule, SLICE("/tags/tag1/tag1.gpub"), &page),
                     SITEMAP_NOT_FOUND);
    assert_int_equal(
        sitemap_find(&world->capsule, SLICE("/people/kim-example/kim-example.gpub"), &page),
        SITEMAP_NOT_FOUND);
    assert_int_equal(sitemap_find(&world->capsule, SLICE("/reviews/a-film/film-1.gpub"), &page),
                     SITEMAP_NOT_FOUND);
    world_end(world);
    test_free(world);
}

static void finds_by_path(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum sitemap_found found;
        enum page_kind kind;
        size_t number;
    } cases[] = {
        { "/", SITEMAP_FOUND, PAGE_HOME, 0 },
        { "/index.gmi", SITEMAP_FOUND, PAGE_HOME, 0 },
        { "", SITEMAP_NOT_FOUND, 0, 0 },
        { "index.gmi", SITEMAP_NOT_FOUND, 0, 0 },
        { "//", SITEMAP_NOT_FOUND, 0, 0 },
        { "/reviews", SITEMAP_NEEDS_SLASH, PAGE_REVIEWS, 0 },
        { "/reviews/", SITEMAP_FOUND, PAGE_REVIEWS, 0 },
        { "/reviews/index.gmi", SITEMAP_FOUND, PAGE_REVIEWS, 0 },
        { "/reviews/page-1.gmi", SITEMAP_FOUND, PAGE_REVIEWS, 1 },
        { "/reviews/page-0.gmi", SITEMAP_NOT_FOUND, 0, 0 },
        { "/reviews/page-01.gmi", SITEMAP_NOT_FOUND, 0, 0 },
        { "/reviews/page-2.gmi", SITEMAP_NOT_FOUND, 0, 0 },
        { "/reviews/page-.gmi", SITEMAP_NOT_FOUND, 0, 0 },
        { "/reviews/page-99999999999999999999.gmi", SITEMAP_NOT_FOUND, 0, 0 },
        { "/reviews/a-film", SITEMAP_NEEDS_SLASH, PAGE_REVIEW, 0 },
        { "/reviews/a-film/", SITEMAP_FOUND, PAGE_REVIEW, 0 },
        { "/reviews/a-film//", SITEMAP_NOT_FOUND, 0, 0 },
        { "/reviews//a-film/", SITEMAP_NOT_FOUND, 0, 0 },
        { "/reviews/A-Film/", SITEMAP_NOT_FOUND, 0, 0 },
        { "/reviews/마지막-수업/", SITEMAP_FOUND, PAGE_REVIEW, 0 },
        { "/reviews/마지막-수업/full.gmi", SITEMAP_NOT_FOUND, 0, 0 },
        { "/reviews/마지막-수업/quotes.gmi", SITEMAP_NOT_FOUND, 0, 0 },
        { "/reviews/a-film/full.gmi", SITEMAP_FOUND, PAGE_FULL, 0 },
        { "/reviews/a-film/full.gmi/", SITEMAP_NOT_FOUND, 0, 0 },
        { "/reviews/a-film/first-part.gmi", SITEMAP_FOUND, PAGE_SECTION, 0 },
        { "/reviews/a-film/first-part", SITEMAP_NOT_FOUND, 0, 0 },
        { "/reviews/a-film/.gmi", SITEMAP_NOT_FOUND, 0, 0 },
        { "/reviews/a-film/quote-i-promise.gmi", SITEMAP_FOUND, PAGE_QUOTE, 0 },
        { "/reviews/a-film/quotes.gmi", SITEMAP_FOUND, PAGE_REVIEW_QUOTES, 0 },
        { "/reviews/a-film/source.txt", SITEMAP_FOUND, PAGE_SOURCE, 0 },
        { "/quotes/today.gmi", SITEMAP_FOUND, PAGE_QUOTE_TODAY, 0 },
        { "/quotes/random.gmi", SITEMAP_FOUND, PAGE_QUOTE_RANDOM, 0 },
        { "/quotes/page-1.gmi", SITEMAP_FOUND, PAGE_QUOTES, 1 },
        { "/search.gmi", SITEMAP_FOUND, PAGE_SEARCH, 0 },
        { "/search/page-2.gmi", SITEMAP_FOUND, PAGE_SEARCH_MORE, 2 },
        { "/search/page-50.gmi", SITEMAP_FOUND, PAGE_SEARCH_MORE, 50 },
        { "/search/page-51.gmi", SITEMAP_NOT_FOUND, 0, 0 },
        { "/search/page-1.gmi", SITEMAP_NOT_FOUND, 0, 0 },
        { "/search/", SITEMAP_NOT_FOUND, 0, 0 },
        { "/tags", SITEMAP_NEEDS_SLASH, PAGE_FACET, 0 },
        { "/tags/", SITEMAP_FOUND, PAGE_FACET, 0 },
        { "/tags/page-1.gmi", SITEMAP_NOT_FOUND, 0, 0 },
        { "/tags/page-2.gmi", SITEMAP_FOUND, PAGE_FACET, 2 },
        { "/tags/one", SITEMAP_NEEDS_SLASH, PAGE_FACET_VALUE, 0 },
        { "/tags/one/", SITEMAP_FOUND, PAGE_FACET_VALUE, 0 },
        { "/tags/one/page-1.gmi", SITEMAP_FOUND, PAGE_FACET_VALUE, 1 },
        { "/tags/한국/", SITEMAP_FOUND, PAGE_FACET_VALUE, 0 },
        { "/tags/one/feed.gmi", SITEMAP_FOUND, PAGE_FACET_FEED, 0 },
        { "/tags/one/atom.xml", SITEMAP_FOUND, PAGE_FACET_ATOM, 0 },
        { "/tags/two/", SITEMAP_NOT_FOUND, 0, 0 },
        { "/people/kim-example/", SITEMAP_FOUND, PAGE_FACET_VALUE, 0 },
        { "/people/kim-example/feed.gmi", SITEMAP_FOUND, PAGE_FACET_FEED, 0 },
        { "/years/2013/feed.gmi", SITEMAP_NOT_FOUND, 0, 0 },
        { "/quotes/feed.gmi", SITEMAP_FOUND, PAGE_QUOTES_FEED, 0 },
        { "/quotes/atom.xml", SITEMAP_FOUND, PAGE_QUOTES_ATOM, 0 },
        { "/years/2013/", SITEMAP_FOUND, PAGE_FACET_VALUE, 0 },
        { "/things/", SITEMAP_NOT_FOUND, 0, 0 },
        { "/about.gmi", SITEMAP_FOUND, PAGE_HAND, 0 },
        { "/about", SITEMAP_NOT_FOUND, 0, 0 },
        { "/über uns.gmi", SITEMAP_FOUND, PAGE_HAND, 0 },
        { "/robots.txt", SITEMAP_FOUND, PAGE_STATIC, 0 },
        { "/favicon.txt", SITEMAP_FOUND, PAGE_FAVICON, 0 },
        { "/images/a b.png", SITEMAP_FOUND, PAGE_STATIC, 0 },
        { "/images/", SITEMAP_NOT_FOUND, 0, 0 },
        { "/images", SITEMAP_NOT_FOUND, 0, 0 },
        { "/deep/er/", SITEMAP_FOUND, PAGE_STATIC, 0 },
        { "/deep/er", SITEMAP_NEEDS_SLASH, PAGE_STATIC, 0 },
        { "/deep/", SITEMAP_NOT_FOUND, 0, 0 },
        { "/old.html", SITEMAP_FOUND, PAGE_ALIAS, 0 },
        { "/older/", SITEMAP_FOUND, PAGE_ALIAS, 0 },
        { "/older", SITEMAP_FOUND, PAGE_ALIAS, 0 },
        { "/../reviews/", SITEMAP_NOT_FOUND, 0, 0 },
    };
    struct world *world = test_malloc(sizeof *world);
    world_full(world);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct page page = { 0 };
        enum sitemap_found found = sitemap_find(&world->capsule, slice_of(cases[i].path), &page);
        if (found != cases[i].found ||
            (found != SITEMAP_NOT_FOUND &&
             (page.kind != cases[i].kind || page.number != cases[i].number))) {
            fail_msg("%s: found %d, kind %d, number %zu", cases[i].path, (int)found, (int)page.kind,
                     page.number);
        }
    }
    /* Longer than any request: never looked up, never a crash. */
    char longest[4096];
    memset(longest, '/', sizeof longest);
    for (size_t length = 1000; length < sizeof longest; length++) {
        struct page page;
        assert_int_equal(sitemap_find(&world->capsule, (slice){ longest, length }, &page),
                         SITEMAP_NOT_FOUND);
    }
    world_end(world);
    test_free(world);
}

static void prefers_static_files(void **state)
{
    (void)state;
    struct world *world = test_malloc(sizeof *world);
    struct page page;
    world_begin(world);
    world_review(world, "a-film", "Title: A Film\nPublished: 2025-05-05\n\nText.\n");
    world_static(world, "atom.xml");
    world_static(world, "index.gmi");
    world_static(world, "reviews/a-film/index.gmi");
    world_ready(world);
    static const char *const paths[] = { "/", "/index.gmi", "/atom.xml", "/reviews/a-film/" };
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        assert_int_equal(sitemap_find(&world->capsule, slice_of(paths[i]), &page), SITEMAP_FOUND);
        assert_int_equal(page.kind, PAGE_STATIC);
    }
    /* What the folder leads to, and the file it becomes. */
    assert_int_equal(sitemap_find(&world->capsule, SLICE("/reviews/a-film"), &page),
                     SITEMAP_NEEDS_SLASH);
    page_put_url(&world->context, &page, &world->out);
    buf_putc(&world->out, ' ');
    page_put_file_name(&page, &world->out);
    assert_slice_equal(buf_slice(&world->out), "/reviews/a-film/ reviews/a-film/index.gmi");
    assert_int_equal(sitemap_find(&world->capsule, SLICE("/"), &page), SITEMAP_FOUND);
    buf_clear(&world->out);
    page_put_url(&world->context, &page, &world->out);
    page_put_file_name(&page, &world->out);
    assert_slice_equal(buf_slice(&world->out), "/index.gmi");
    world_end(world);
    test_free(world);
}

static void puts_urls(void **state)
{
    (void)state;
    struct world *world = test_malloc(sizeof *world);
    struct page page;
    world_full(world);
    world->context.base = SLICE("/~kim");
    world->context.host = SLICE("notes.example:1966");
    assert_int_equal(sitemap_find(&world->capsule, SLICE("/tags/한국/"), &page), SITEMAP_FOUND);
    page_put_url(&world->context, &page, &world->out);
    assert_slice_equal(buf_slice(&world->out), "/~kim/tags/%ED%95%9C%EA%B5%AD/");
    buf_clear(&world->out);
    assert_int_equal(sitemap_find(&world->capsule, SLICE("/images/a b.png"), &page), SITEMAP_FOUND);
    page_put_absolute_url(&world->context, &page, &world->out);
    assert_slice_equal(buf_slice(&world->out), "gemini://notes.example:1966/~kim/images/a%20b.png");
    world_end(world);
    test_free(world);
}

static void answers(void **state)
{
    (void)state;
    struct world *world = test_malloc(sizeof *world);
    struct page_answer answer;
    world_full(world);
    (void)world_render(world, "/", &answer);
    assert_int_equal(answer.status, 20);
    assert_slice_equal(answer.media_type, "text/gemini");
    assert_slice_equal(answer.lang, "en");
    (void)world_render(world, "/reviews/마지막-수업/", &answer);
    assert_slice_equal(answer.lang, "ko");
    (void)world_render(world, "/atom.xml", &answer);
    assert_slice_equal(answer.media_type, "application/atom+xml");
    assert_slice_equal(answer.lang, "");
    (void)world_render(world, "/reviews/a-film/source.txt", &answer);
    assert_slice_equal(answer.media_type, "text/plain");
    assert_slice_equal(buf_slice(&world->out), film);
    assert_slice_equal(world_render(world, "/robots.txt", &answer), "");
    assert_slice_equal(answer.media_type, "text/plain");
    world_end(world);
    test_free(world);
}

static void redirects(void **state)
{
    (void)state;
    struct world *world = test_malloc(sizeof *world);
    struct page_answer answer;
    world_full(world);
    assert_slice_equal(world_render(world, "/old.html", &answer), "/reviews/a-film/");
    assert_int_equal(answer.status, 31);
    world->context.random = 120; /* of 120 quotes: the first */
    slice first = arena_copy(&world->arena, world_render(world, "/quotes/random.gmi", &answer));
    assert_int_equal(answer.status, 30);
    world->context.random = 0;
    assert_true(slice_equal(world_render(world, "/quotes/random.gmi", &answer), first));
    assert_slice_equal(first, "/reviews/a-film/quote-i-promise.gmi");
    /* A file cannot redirect. */
    world->context.export = true;
    assert_contains(world_render(world, "/old.html", &answer), "=> /reviews/a-film/ A Film\n");
    assert_int_equal(answer.status, 20);
    assert_contains(world_render(world, "/quotes/random.gmi", &answer), "# Quote of the day\n");
    assert_int_equal(answer.status, 20);
    world_end(world);
    test_free(world);
}

static void says_that_there_is_nothing(void **state)
{
    (void)state;
    struct world *world = test_malloc(sizeof *world);
    struct page_answer answer;
    world_begin(world);
    world_ready(world);
    assert_contains(world_render(world, "/", &answer), "There are no reviews yet.\n");
    assert_contains(world_render(world, "/reviews/", &answer), "No reviews yet\n");
    assert_contains(world_render(world, "/quotes/", &answer), "No quotes yet\n");
    assert_contains(world_render(world, "/quotes/today.gmi", &answer), "no quotes yet.\n");
    assert_contains(world_render(world, "/quotes/random.gmi", &answer), "no quotes yet.\n");
    assert_int_equal(answer.status, 20);
    assert_contains(world_render(world, "/people/", &answer), "No people yet\n");
    assert_contains(world_render(world, "/atom.xml", &answer), "<updated>1970-01-01T00:00:00Z<");
    world_end(world);
    test_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_is_walked),
        cmocka_unit_test(finds_by_path),
        cmocka_unit_test(prefers_static_files),
        cmocka_unit_test(puts_urls),
        cmocka_unit_test(answers),
        cmocka_unit_test(redirects),
        cmocka_unit_test(says_that_there_is_nothing),
    };
    return date_use_zone(SLICE("UTC")) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
