#include "pages.h"

#include "base/attributes.h"
#include "survey/survey.h"

static void lacks_and_links(void **state)
{
    (void)state;
    struct world world;
    struct survey survey;
    world_begin(&world);
    world_static(&world, "images/a.jpg");
    world_review(&world, "one",
                 "Title: One\nPublished: 2025-01-01\nPoster: images/a.jpg | A\nTags: X, Night\n"
                 "Cast: Kim Example as Yong\nAliases: /old/one.html\n\nThree words here.\n\n"
                 "## A Section\nFive words are in here.\n\n> I promise.\n— Yong, to all\n\n"
                 "> Never.\n— Somebody, outside\n\n### Sub\nMore.\n\n## Second\n"
                 "=> review:two Two\n=> review:one Itself\n");
    world_review(&world, "two",
                 "Title: Two\nPublished: 2025-01-02\nTags: night\n\n"
                 "=> /reviews/three/full.gmi#top Three\n=> ../old/one.html Old\n");
    world_review(&world, "three",
                 "Title: Three\nPublished: 2025-01-03\nRelated: two\n\n"
                 "=> gemini://notes.example/reviews/four/ Absolute\n");
    world_review(&world, "four", "Title: Four\nDraft: yes\n\nText.\n");
    world_page(&world, "about", "# About\n=> reviews/tw%6F/ Two\n=> tag:x X\n");
    world.parts.show_drafts = true;
    world_ready(&world);
    survey_make(&world.arena, &world.capsule, &survey);
    assert_int_equal(survey.review_count, 4);

    const struct surveyed_review *four = &survey.reviews[0];
    const struct surveyed_review *one = &survey.reviews[1];
    const struct surveyed_review *three = &survey.reviews[2];
    const struct surveyed_review *two = &survey.reviews[3];
    assert_slice_equal(four->review->slug, "four");
    assert_slice_equal(one->review->slug, "one");
    assert_slice_equal(three->review->slug, "three");
    assert_slice_equal(two->review->slug, "two");
    assert_int_equal(one->links, 1);
    assert_int_equal(two->links, 3);
    assert_int_equal(three->links, 1);
    assert_int_equal(four->links, 0);
    for (int i = 0; i < LACKS; i++) {
        assert_false(one->lacks[i]);
        assert_true(four->lacks[i]);
        assert_int_equal(two->lacks[i], i == LACK_POSTER || i == LACK_QUOTE);
    }
    assert_int_equal(one->lede, 3);
    assert_int_equal(four->lede, 1);
    assert_int_equal(survey.sections, 2);

    assert_int_equal(survey.single_tag_count, 1);
    assert_slice_equal(survey.single_tags[0]->slug, "x");
    assert_int_equal(survey.spellings.count, 1);
    assert_slice_equal(survey.spellings.items[0].text, "night");
    assert_slice_equal(survey.spellings.items[0].value->text, "Night");
    assert_slice_equal(survey.spellings.items[0].review->slug, "two");
    assert_int_equal(survey.speakers.count, 1);
    assert_slice_equal(survey.speakers.items[0].speaker, "Somebody");
    assert_int_equal(survey.speakers.items[0].line, 17);
    world_end(&world);
}

static void nothing(void **state)
{
    (void)state;
    struct world world;
    struct survey survey;
    world_begin(&world);
    world_ready(&world);
    survey_make(&world.arena, &world.capsule, &survey);
    assert_int_equal(survey.review_count + survey.single_tag_count + survey.people.count, 0);
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lacks_and_links),
        cmocka_unit_test(nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
