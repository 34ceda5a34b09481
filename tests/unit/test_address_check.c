/* address_check: two things that want one address. */
#include "pages.h"

#include "base/attributes.h"
#include "cmd/address_check.h"

#include <stdio.h>

static void old_addresses_are_no_pages(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool is_page;
    } cases[] = {
        { "/", true },
        { "/index.gmi", true },
        { "/feed.gmi", true },
        { "/atom.xml", true },
        { "/robots.txt", true },
        { "/about.gmi", true },
        { "/images/a.png", true },
        { "/reviews/", true },
        { "/reviews", true }, /* answered with a redirect to the folder */
        { "/reviews/index.gmi", true },
        { "/reviews/other/", true },
        { "/reviews/other/full.gmi", true },
        { "/reviews/other/story.gmi", true },
        { "/reviews/other/quote-one.gmi", true },
        { "/quotes/today.gmi", true },
        { "/tags/", true },
        { "/tags/night/", true },
        { "/tags/night/feed.gmi", true },
        { "/people/a-b/index.gmi", true },
        { "/about.html", false },
        { "/reviews/gone/", false },
        { "/reviews/other/gone.gmi", false },
        { "/reviews/other.html", false },
        { "/reviews/page-1.gmi", false },
        { "/tags/day/", false },
        { "/people/a-b/feed.gmi", true },
        { "/years/2013/feed.gmi", false },
        { "/2013/01/other.html", false },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        static struct world world;
        char probe[200];
        world_begin(&world);
        (void)snprintf(probe, sizeof probe, "Title: P\nPublished: 2025-01-01\nAliases: %s\n",
                       cases[i].path);
        world_review(&world, "other",
                     "Title: O\nPublished: 2025-01-01\nTags: Night\nCast: A B\n\n"
                     "## Story\n> One\n— X\n");
        world_review(&world, "probe", probe);
        world_page(&world, "about", "# About\n");
        world_static(&world, "images/a.png");
        world_ready(&world);
        address_check(&world.capsule, &world.diags);
        if ((world.diags.counts[DIAG_ERROR] > 0) != cases[i].is_page) {
            fail_msg("%s", cases[i].path);
        }
        world_end(&world);
    }
}

static void files_in_the_place_of_what_was_written(void **state)
{
    (void)state;
    static struct world world;
    world_begin(&world);
    world_review(&world, "same", "Title: S\nPublished: 2025-01-01\n");
    world_page(&world, "about", "# About\n");
    world_static(&world, "about.gmi");
    world_static(&world, "feed.gmi");
    world_static(&world, "reviews/same/notes.txt");
    world_static(&world, "reviews/same/source.txt");
    world_ready(&world);
    address_check(&world.capsule, &world.diags);
    assert_diags(
        &world.diags,
        "static/about.gmi: warning: this file is served instead of the page at /about.gmi\n"
        "static/reviews/same/source.txt: warning: this file is served instead of the page "
        "at /reviews/same/source.txt\n");
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_addresses_are_no_pages),
        cmocka_unit_test(files_in_the_place_of_what_was_written),
    };
    return date_use_zone(SLICE("UTC")) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
