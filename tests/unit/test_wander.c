/* Ways through a capsule: filmographies, series, quotes by who says them, the best, this day. */
#include "pages.h"

static struct world *begin(void)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    world_begin(world);
    return world;
}

static void end(struct world *world)
{
    world_end(world);
    free(world);
}

static slice render(struct world *world, const char *path)
{
    struct page_answer answer;
    slice page = world_render(world, path, &answer);
    assert_int_equal(answer.status, 20);
    return page;
}

static bool exists(struct world *world, const char *path)
{
    struct page page;
    return sitemap_find(&world->capsule, slice_of(path), &page) == SITEMAP_FOUND;
}

static void people_have_filmographies(void **state)
{
    struct world *world = begin();
    (void)state;
    world_review(world, "old",
                 "Title: Old\nPublished: 2025-03-01\nYear: 1999\nDirector: A B\nWriter: A B\n"
                 "Cast: A B as One, A B as Two\n");
    world_review(world, "new", "Title: New\nPublished: 2025-01-01\nYear: 2019\nCast: A B\n");
    world_review(world, "none", "Title: None\nPublished: 2025-05-01\nCast: A B as Three\n");
    world_ready(world);
    slice page = render(world, "/people/a-b/");
    assert_contains(page, "# A B\n"
                          "Person: 3 reviews\n"
                          "\n"
                          "## Director\n"
                          "=> /reviews/old/ Old (1999)\n"
                          "\n"
                          "## Writer\n"
                          "=> /reviews/old/ Old (1999)\n"
                          "\n"
                          "## Roles\n"
                          "=> /reviews/new/ New (2019)\n"
                          "=> /reviews/old/ Old (1999), as One, as Two\n"
                          "=> /reviews/none/ None, as Three\n"
                          "\n");
    assert_lacks(page, "Quotes");
    end(world);
}

static void filmographies_have_pages(void **state)
{
    struct world *world = begin();
    (void)state;
    for (int i = 0; i < 60; i++) {
        slice text = arena_printf(&world->arena,
                                  "Title: Film\nPublished: 2025-01-01\nYear: %d\n"
                                  "Director: A B\nCast: A B as X, A B as Y\n",
                                  1940 + i);
        world_review(world, arena_printf(&world->arena, "f-%d", i).ptr, text.ptr);
    }
    world_ready(world);
    slice page = render(world, "/people/a-b/");
    assert_contains(page, "=> /reviews/f-59/ Film (1999)\n");
    assert_contains(page, "=> /reviews/f-10/ Film (1950)\n\n=> /people/a-b/page-2.gmi Next page\n");
    assert_lacks(page, "## Roles");
    page = render(world, "/people/a-b/page-2.gmi");
    assert_contains(page, "Person: 60 reviews, page 2\n\n## Director\n=> /reviews/f-9/ ");
    assert_contains(page, "\n\n## Roles\n=> /reviews/f-59/ Film (1999), as X, as Y\n");
    assert_contains(render(world, "/people/a-b/page-3.gmi"),
                    "page 3\n\n## Roles\n=> /reviews/f-19/ Film (1959), as X, as Y\n");
    assert_false(exists(world, "/people/a-b/page-4.gmi"));
    end(world);
}

static void series_stand_in_their_order(void **state)
{
    struct world *world = begin();
    (void)state;
    world_review(world, "ten", "Title: Ten\nPublished: 2025-01-01\nSeries: Seasons, 10\n");
    world_review(world, "two",
                 "Title: Two\nPublished: 2025-02-01\nYear: 2001\nSeries: seasons, 2\n");
    world_review(world, "extra", "Title: Extra\nPublished: 2025-03-01\nSeries: Seasons\n");
    world_review(world, "alone", "Title: Alone\nPublished: 2025-03-01\n");
    world_ready(world);
    assert_contains(render(world, "/series/"), "1 series\n\n=> /series/seasons/ Seasons (3 rev");
    assert_contains(render(world, "/series/seasons/"), "# Seasons\n"
                                                       "Series: 3 reviews\n"
                                                       "\n"
                                                       "=> /reviews/two/ Two (2001), number 2\n"
                                                       "=> /reviews/ten/ Ten, number 10\n"
                                                       "=> /reviews/extra/ Extra\n"
                                                       "\n");
    end(world);
}

static void quotes_are_found_by_who_says_them(void **state)
{
    struct world *world = begin();
    (void)state;
    world_review(world, "one",
                 "Title: One\nPublished: 2025-02-01\nCast: Kim A as Yong, Kim B as Soon\n\n"
                 "> First.\n— Yong, at home\n\n> Second.\n— Soon\n\n> Third.\n— Nobody\n");
    world_review(world, "two",
                 "Title: Two\nPublished: 2025-01-01\nCast: Kim A as the old Yong\n\n"
                 "> Fourth.\n— Yong\n");
    world_ready(world);
    slice page = render(world, "/speakers/");
    assert_contains(page, "3 speakers\n\n=> /speakers/yong/ Yong (2 quotes)\n");
    page = render(world, "/speakers/yong/");
    assert_contains(page, "Speaker: 2 quotes, newest first\n\n> First.\n"
                          "=> /reviews/one/quote-first.gmi Yong, at home, in One\n\n> Fourth.\n"
                          "=> /reviews/two/quote-fourth.gmi Yong, in Two\n\n");
    page = render(world, "/actors/kim-a/");
    assert_contains(page, "> First.\n");
    assert_contains(page, "> Fourth.\n");
    assert_lacks(page, "> Second.\n");
    assert_contains(page, "\n=> /people/kim-a/ All works: Kim A\n");
    assert_contains(render(world, "/people/kim-a/"), "\n=> /actors/kim-a/ Quotes: Kim A\n");
    assert_false(exists(world, "/actors/nobody/"));
    end(world);
}

static void best_ones_come_first(void **state)
{
    struct world *world = begin();
    (void)state;
    world_review(world, "a", "Title: A\nPublished: 2025-01-01\nRating: 9/10\nTags: X\n");
    world_review(world, "b", "Title: B\nPublished: 2025-01-02\nRating: ★★★★★\nTags: X, Y\n");
    world_review(world, "c", "Title: C\nPublished: 2025-01-03\nRating: 4.5/5\nTags: X, Y\n");
    world_review(world, "d", "Title: D\nPublished: 2025-01-04\nRating: great\nTags: X, Y\n");
    world_review(world, "e", "Title: E\nPublished: 2025-01-05\nTags: X\n");
    world_ready(world);
    assert_contains(render(world, "/best/"), "# The best rated\n"
                                             "3 reviews with a rating, the best first\n"
                                             "\n"
                                             "=> /reviews/b/ B, ★★★★★\n"
                                             "=> /reviews/c/ C, 4.5/5\n"
                                             "=> /reviews/a/ A, 9/10\n"
                                             "\n");
    assert_contains(render(world, "/tags/x/best.gmi"), "# The best rated: X\n"
                                                       "3 reviews with a rating, the best first\n"
                                                       "\n"
                                                       "=> /reviews/b/ B, ★★★★★\n"
                                                       "=> /reviews/c/ C, 4.5/5\n"
                                                       "=> /reviews/a/ A, 9/10\n");
    assert_contains(render(world, "/tags/x/"), "=> /tags/x/best.gmi The best rated: X\n");
    assert_false(exists(world, "/tags/y/best.gmi")); /* two are no choice */
    assert_lacks(render(world, "/tags/y/"), "best");
    end(world);
}

static void a_long_list_of_the_best_is_cut(void **state)
{
    struct world *world = begin();
    (void)state;
    for (int i = 0; i < 120; i++) {
        slice text = arena_printf(&world->arena,
                                  "Title: F%d\nPublished: 2025-01-01\nRating: %d/100\nTags: X\n", i,
                                  i * 7 % 101);
        world_review(world, arena_printf(&world->arena, "f-%d", i).ptr, text.ptr);
    }
    world_ready(world);
    slice page = render(world, "/tags/x/best.gmi");
    assert_contains(page, "The first 50 of 120 reviews");
    unsigned before = 1000;
    size_t lines = 0;
    slice rest = page;
    while (rest.len > 0) {
        slice line = slice_head(rest, slice_find_byte(rest, '\n'));
        rest = slice_from(rest, line.len + 1);
        unsigned share = 0;
        size_t comma = slice_find(line, SLICE(", "));
        if (slice_starts_with(line, SLICE("=> /reviews/f-")) && comma < line.len) {
            assert_true(rating_parse(slice_from(line, comma + 2), &share));
            assert_true(share <= before);
            before = share;
            lines++;
        }
    }
    assert_int_equal(lines, 50);
    assert_true(exists(world, "/best/page-3.gmi"));
    assert_false(exists(world, "/best/page-4.gmi"));
    end(world);
}

static void this_day_of_other_years(void **state)
{
    struct world *world = begin();
    (void)state;
    world_review(world, "a", "Title: A\nPublished: 2023-05-04\n");
    world_review(world, "b", "Title: B\nPublished: 2025-05-04\n");
    world_review(world, "c", "Title: C\nPublished: 2024-05-05\n");
    world_review(world, "d", "Title: D\nPublished: 2024-02-29\n");
    world_review(world, "e", "Title: E\nPublished: 2023-02-28\n");
    world_ready(world);
    static const struct {
        struct date today;
        const char *list;
    } cases[] = {
        { { 2026, 5, 4 },
          "2026-05-04\n\n=> /reviews/b/ 2025-05-04 B\n=> /reviews/a/ 2023-05-04 A\n\n" },
        { { 2026, 5, 5 }, "\n\n=> /reviews/c/ 2024-05-05 C\n\n" },
        { { 2026, 3, 1 }, "Next comes:\n=> /reviews/b/ 2025-05-04 B\n=> /reviews/a/ " },
        { { 2026, 12, 31 }, "Next comes:\n=> /reviews/e/ 2023-02-28 E\n\n" },
        { { 2026, 2, 27 }, "Next comes:\n=> /reviews/e/ 2023-02-28 E\n\n" },
        /* The 28th stands for the 29th where there is none. */
        { { 2026, 2, 28 }, "-28\n\n=> /reviews/e/ 2023-02-28 E\n=> /reviews/d/ 2024-02-29 D\n\n" },
        { { 2100, 2, 28 }, "-28\n\n=> /reviews/e/ 2023-02-28 E\n=> /reviews/d/ 2024-02-29 D\n\n" },
        { { 2028, 2, 28 }, "-28\n\n=> /reviews/e/ 2023-02-28 E\n\n" },
        { { 2028, 2, 29 }, "-29\n\n=> /reviews/d/ 2024-02-29 D\n\n" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        world->context.today = cases[i].today;
        assert_contains(render(world, "/reviews/today.gmi"), cases[i].list);
    }
    end(world);
}

static void any_review_is_met_at_random(void **state)
{
    struct world *world = begin();
    struct page_answer answer;
    (void)state;
    world_ready(world);
    assert_contains(render(world, "/reviews/random.gmi"), "There are no reviews yet.\n");
    assert_contains(render(world, "/reviews/today.gmi"), "There are no reviews yet.\n");
    world_conf(world, "Title: Notes\n"
                      "Certificate: kim "
                      "1111111111111111111111111111111111111111111111111111111111111111\n"
                      "Closed: /reviews/c/ kim\n");
    world_review(world, "a", "Title: A\nPublished: 2025-05-04\n");
    world_review(world, "b", "Title: B\nPublished: 2025-05-03\n");
    world_review(world, "c", "Title: C\nPublished: 2025-05-02\nRating: 9/10\nSeries: S, 1\n");
    world_ready(world);
    for (unsigned i = 0; i < 10; i++) {
        world->context.random = i;
        slice target = world_render(world, "/reviews/random.gmi", &answer);
        assert_int_equal(answer.status, 30);
        assert_slice_equal(target, i % 2 == 0 ? "/reviews/a/" : "/reviews/b/");
    }
    /* What is closed is on none of these lists. */
    assert_contains(render(world, "/best/"), "No review has a rating yet\n");
    assert_lacks(render(world, "/series/"), "/series/s/");
    world->context.today = (struct date){ 2026, 5, 2 };
    assert_lacks(render(world, "/reviews/today.gmi"), "/reviews/c/");
    world->context.export = true;
    assert_contains(render(world, "/reviews/random.gmi"), "# Review of the day\n2026-05-02\n\n=> ");
    end(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_have_filmographies),
        cmocka_unit_test(filmographies_have_pages),
        cmocka_unit_test(series_stand_in_their_order),
        cmocka_unit_test(quotes_are_found_by_who_says_them),
        cmocka_unit_test(best_ones_come_first),
        cmocka_unit_test(a_long_list_of_the_best_is_cut),
        cmocka_unit_test(this_day_of_other_years),
        cmocka_unit_test(any_review_is_met_at_random),
    };
    return date_use_zone(SLICE("UTC")) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
