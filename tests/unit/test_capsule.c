/* capsule_index: what is visible, in which order, and what only the whole capsule can know. */
#include "parse.h"

#include "base/attributes.h"
#include "model/capsule.h"
#include "text/date.h"

enum { MOST = 16 };

/* A capsule from texts. */
struct world {
    struct arena arena;
    struct diags diags;
    struct capsule_parts parts;
    struct review *reviews[MOST];
    struct hand_page pages[MOST];
    struct static_file statics[MOST];
    slice left_out[MOST];
    struct capsule capsule;
};

static void world_begin(struct world *world)
{
    memset(world, 0, sizeof *world);
    arena_init(&world->arena);
    diags_init(&world->diags);
    world->parts = (struct capsule_parts){
        .reviews = world->reviews,
        .pages = world->pages,
        .statics = world->statics,
        .left_out = world->left_out,
        .now = 1750000000, /* 2025-06-15 */
        .conf_source = { SLICE("capsule.conf"), SLICE_EMPTY },
    };
}

static void world_end(struct world *world)
{
    arena_release(&world->arena);
    diags_release(&world->diags);
}

/* `header` stands after a Title, and has the rest of the file with it. */
static struct review *add_review(struct world *world, const char *path, const char *header)
{
    struct review *review = arena_alloc(&world->arena, sizeof *review);
    struct source source = { arena_printf(&world->arena, "reviews/%s.gmi", path),
                             arena_printf(&world->arena, "Title: T\n%s", header) };
    assert_true(review_parse(&world->arena, &source, review, &world->diags));
    world->reviews[world->parts.review_count++] = review;
    return review;
}

static void add_static(struct world *world, const char *path)
{
    world->statics[world->parts.static_count++].path = slice_of(path);
}

static void add_page(struct world *world, const char *name, const char *text)
{
    struct source source = { arena_printf(&world->arena, "pages/%s.gmi", name), slice_of(text) };
    assert_true(hand_page_parse(&world->arena, &source, &world->pages[world->parts.page_count++],
                                &world->diags));
}

static void set_featured(struct world *world, const char *slug)
{
    world->parts.conf_source.text = arena_printf(&world->arena, "Featured: %s\n", slug);
    world->parts.conf.featured =
        slice_trim(slice_from(world->parts.conf_source.text, strlen("Featured: ")));
}

static void world_index(struct world *world)
{
    capsule_index(&world->arena, &world->parts, &world->capsule, &world->diags);
}

static void stands_newest_first(void **state)
{
    (void)state;
    struct world world;
    world_begin(&world);
    add_review(&world, "b", "Published: 2025-01-01\n");
    struct review *newest = add_review(&world, "old/c", "Published: 2025-03-01\n");
    add_review(&world, "a", "Published: 2025-01-01\n");
    add_review(&world, "d", "Published: 2024-01-01\n");
    world_index(&world);
    assert_diags(&world.diags, "");
    const struct capsule *capsule = &world.capsule;
    static const char *const order[] = { "c", "a", "b", "d" };
    assert_int_equal(capsule->review_count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct review *review = capsule->reviews[i];
        assert_slice_equal(review->slug, order[i]);
        assert_int_equal(review->place, 3 - i);
        assert_ptr_equal(capsule_newer(capsule, review), i > 0 ? capsule->reviews[i - 1] : NULL);
        assert_ptr_equal(capsule_older(capsule, review), i < 3 ? capsule->reviews[i + 1] : NULL);
    }
    assert_ptr_equal(capsule->featured, newest);
    assert_slice_equal(capsule_find_review(capsule, SLICE("d"))->slug, "d");
    assert_null(capsule_find_review(capsule, SLICE("e")));
    assert_int_equal(capsule->next_change, 0);
    world_end(&world);
}

static void hides_drafts_and_the_future(void **state)
{
    (void)state;
    static const char warning[] =
        "capsule.conf:1:11: warning: the review `draft` is a draft, which "
        "no page shows yet\nFeatured: draft\n          ^\n";
    struct world world;
    world_begin(&world);
    struct review *draft = add_review(&world, "draft", "Draft: yes\nTags: Rare\n");
    struct review *later = add_review(&world, "later", "Published: 2025-06-20\n");
    add_review(&world, "sooner", "Published: 2025-06-18\n");
    add_review(&world, "now", "Published: 2025-06-01\n");
    set_featured(&world, "draft");
    world_index(&world);
    assert_diags(&world.diags, warning);
    assert_int_equal(world.capsule.review_count, 1);
    assert_slice_equal(world.capsule.featured->slug, "now");
    assert_int_equal(world.capsule.next_change, 1750204800);
    assert_int_equal(world.capsule.facets[FACET_TAGS].value_count, 0);
    assert_int_equal(later->place, REVIEW_UNLISTED);
    assert_null(capsule_newer(&world.capsule, later));
    assert_null(capsule_older(&world.capsule, later));

    diags_clear(&world.diags);
    world.parts.show_drafts = true;
    world_index(&world);
    assert_diags(&world.diags, warning);
    assert_int_equal(world.capsule.review_count, 4);
    assert_ptr_equal(world.capsule.reviews[0], draft);
    assert_ptr_equal(world.capsule.reviews[1], later);
    assert_ptr_equal(world.capsule.featured, draft);
    assert_int_equal(world.capsule.next_change, 0);
    world_end(&world);
}

static void lists_quotes_and_aliases(void **state)
{
    (void)state;
    struct world world;
    world_begin(&world);
    add_review(&world, "a",
               "Published: 2025-01-01\nAliases: /z, /b c\n\n> One\n— X\n\n> Two\n— X\n");
    add_review(&world, "b", "Published: 2025-02-01\nAliases: /m\n\n> Three\n— X\n");
    add_review(&world, "c", "Draft: yes\nAliases: /hidden\n\n> Four\n— X\n");
    world_index(&world);
    assert_diags(&world.diags, "");
    assert_int_equal(world.capsule.quote_count, 3);
    assert_slice_equal(world.capsule.quotes[0].quote->id, "quote-three");
    assert_slice_equal(world.capsule.quotes[2].quote->id, "quote-two");
    assert_int_equal(world.capsule.alias_count, 3);
    assert_slice_equal(capsule_find_alias(&world.capsule, SLICE("/b c"))->review->slug, "a");
    assert_null(capsule_find_alias(&world.capsule, SLICE("/hidden")));
    world_end(&world);
}

static void resolves_names(void **state)
{
    (void)state;
    struct world world;
    const struct review *review;
    const struct facet *facet;
    const struct facet_value *value;
    world_begin(&world);
    add_review(&world, "a", "Published: 2025-01-01\nTags: Night\nCast: A B as C\n");
    world_index(&world);
    const struct capsule *capsule = &world.capsule;
    assert_true(capsule_resolve_name(capsule, SLICE("review:a"), &review, &facet, &value));
    assert_ptr_equal(review, world.reviews[0]);
    assert_null(value);
    assert_true(capsule_resolve_name(capsule, SLICE("tag:night"), &review, &facet, &value));
    assert_null(review);
    assert_ptr_equal(facet, &capsule->facets[FACET_TAGS]);
    assert_slice_equal(value->text, "Night");
    assert_true(capsule_resolve_name(capsule, SLICE("person:a-b"), &review, &facet, &value));
    assert_ptr_equal(facet, &capsule->facets[FACET_PEOPLE]);
    assert_true(capsule_resolve_name(capsule, SLICE("tag:day"), &review, &facet, &value));
    assert_true(review == NULL && facet == NULL && value == NULL);
    assert_false(capsule_resolve_name(capsule, SLICE("genre:drama"), &review, &facet, &value));
    assert_false(capsule_resolve_name(capsule, SLICE("/reviews/"), &review, &facet, &value));
    world_end(&world);
}

static void checks_names(void **state)
{
    (void)state;
    static const struct {
        const char *text; /* of the review `probe`, after its Title */
        const char *diags;
    } cases[] = {
        { "Published: 2025-01-01\n\n=> review:parasite\n=> tag:night\n=> person:a-b Label\n", "" },
        { "Published: 2025-01-01\n\n=> review:parasit It\n",
          "reviews/probe.gmi:4:11: error: there is no review `parasit`; did you mean `parasite`?\n"
          "=> review:parasit It\n          ^\n" },
        { "Published: 2025-01-01\n\n=> review:xyzzy It\n",
          "reviews/probe.gmi:4:11: error: there is no review `xyzzy` (a review is named by its "
          "file, without .gmi)\n=> review:xyzzy It\n          ^\n" },
        { "Published: 2025-01-01\n\n=> review:\n",
          "reviews/probe.gmi:4:11: error: there is no review `` (a review is named by its "
          "file, without .gmi)\n=> review:\n          ^\n" },
        { "Published: 2025-01-01\n\n=> tag:Night\n",
          "reviews/probe.gmi:4:8: error: there is no tag `Night`; did you mean `night`?\n"
          "=> tag:Night\n       ^\n" },
        { "Published: 2025-01-01\n\n=> person:nobody-at-all\n",
          "reviews/probe.gmi:4:11: error: there is no person `nobody-at-all`\n"
          "=> person:nobody-at-all\n          ^\n" },
        { "Published: 2025-01-01\n\n=> review:draft\n",
          "reviews/probe.gmi:4:11: warning: the review `draft` is a draft, which no page shows "
          "yet\n=> review:draft\n          ^\n" },
        { "Published: 2025-01-01\n\n=> review:future\n",
          "reviews/probe.gmi:4:11: warning: the review `future` is shown from 2030-01-02 on, not "
          "yet\n=> review:future\n          ^\n" },
        { "Published: 2025-01-01\n\n=> review:broken\n",
          "reviews/probe.gmi:4:11: warning: the review `broken` has errors and is left out\n"
          "=> review:broken\n          ^\n" },
        { "Published: 2025-01-01\n\n=> tag:rare\n",
          "reviews/probe.gmi:4:8: warning: only reviews that are not shown yet have the tag "
          "`rare`\n=> tag:rare\n       ^\n" },
        { "Published: 2025-01-01\nRelated: parasite, parazite, probe\n",
          "reviews/probe.gmi:3:20: error: there is no review `parazite`; did you mean "
          "`parasite`?\nRelated: parasite, parazite, probe\n                   ^\n"
          "reviews/probe.gmi:3:30: warning: a review is not related to itself\n"
          "Related: parasite, parazite, probe\n                             ^\n" },
        { "Published: 2025-01-01\nPoster: images/a.png | A\n", "" },
        { "Published: 2025-01-01\nPoster: /images/b.png | A\n",
          "reviews/probe.gmi:3:10: error: there is no file static/images/b.png; did you mean "
          "`images/a.png`?\nPoster: /images/b.png | A\n         ^\n" },
        { "Published: 2025-01-01\nPoster: x | A\n",
          "reviews/probe.gmi:3:9: error: there is no file static/x\nPoster: x | A\n        ^\n" },
        /* Nobody sees the one before the other. */
        { "Draft: yes\n\n=> review:draft\n=> review:future\n=> tag:rare\n", "" },
        { "Published: 2031-01-01\n\n=> review:future\n", "" },
        { "Published: 2029-01-01\n\n=> review:future\n",
          "reviews/probe.gmi:4:11: warning: the review `future` is shown from 2030-01-02 on, not "
          "yet\n=> review:future\n          ^\n" },
        /* What a draft names may not be there yet. */
        { "Draft: yes\nRelated: parazite\n\n=> tag:nigth\n",
          "reviews/probe.gmi:3:10: warning: there is no review `parazite`; did you mean "
          "`parasite`?\nRelated: parazite\n         ^\n"
          "reviews/probe.gmi:5:8: warning: there is no tag `nigth`; did you mean `night`?\n"
          "=> tag:nigth\n       ^\n" },
        { "Published: 2025-01-01\nAliases: /free.html, /taken\n",
          "reviews/probe.gmi:3:22: error: /taken is also among the Aliases of "
          "reviews/parasite.gmi, to which it leads\n"
          "Aliases: /free.html, /taken\n                     ^\n" },
        { "Published: 2025-01-01\nId: urn:uuid:0b5c7d62-33f1-4f0e-9f53-2f1a0a6c8e11\n",
          "reviews/probe.gmi:3:5: warning: reviews/parasite.gmi has the same Id, so feed readers "
          "take the two for one entry\n"
          "Id: urn:uuid:0b5c7d62-33f1-4f0e-9f53-2f1a0a6c8e11\n    ^\n" },
    };
    /* Whoever looks at drafts hears the same of what readers will not find. */
    for (size_t i = 0; i < 2 * ARRAY_LENGTH(cases); i++) {
        struct world world;
        world_begin(&world);
        world.parts.show_drafts = i % 2 == 1;
        add_review(&world, "parasite",
                   "Published: 2025-01-01\nTags: Night\nCast: A B as C\nAliases: /taken\n"
                   "Id: urn:uuid:0b5c7d62-33f1-4f0e-9f53-2f1a0a6c8e11\n");
        add_review(&world, "draft", "Draft: yes\nTags: Rare\n");
        add_review(&world, "future", "Published: 2030-01-02\n");
        add_review(&world, "probe", cases[i / 2].text);
        add_page(&world, "about", "# About\n");
        add_static(&world, "images/a.png");
        world.left_out[world.parts.left_out_count++] = SLICE("torn");
        world.left_out[world.parts.left_out_count++] = SLICE("broken");
        world.left_out[world.parts.left_out_count++] = SLICE("cracked");
        world_index(&world);
        assert_diags(&world.diags, cases[i / 2].diags);
        world_end(&world);
    }
}

static void checks_the_rest_of_the_capsule(void **state)
{
    (void)state;
    struct world world;
    world_begin(&world);
    add_review(&world, "b/same", "Published: 2025-01-01\nTags: Lost\n");
    struct review *first = add_review(&world, "a/same", "Published: 2025-01-02\n");
    add_page(&world, "about", "# About\n=> review:sane Link\n");
    add_static(&world, "about.gmi");
    add_static(&world, "feed.gmi");
    add_static(&world, "reviews/same/notes.txt");
    add_static(&world, "reviews/same/source.txt");
    set_featured(&world, "sam");
    world_index(&world);
    assert_diags(
        &world.diags,
        "reviews/b/same.gmi: error: reviews/a/same.gmi has the same name, so both would be "
        "at /reviews/same/; that one is served, rename this one\n"
        "capsule.conf:1:11: error: there is no review `sam`; did you mean `same`?\n"
        "Featured: sam\n          ^\n"
        "pages/about.gmi:2:11: error: there is no review `sane`; did you mean `same`?\n"
        "=> review:sane Link\n          ^\n");
    assert_int_equal(world.capsule.review_count, 1);
    assert_ptr_equal(world.capsule.reviews[0], first);
    assert_ptr_equal(capsule_find_page(&world.capsule, SLICE("about")), &world.pages[0]);
    assert_ptr_equal(capsule_find_static(&world.capsule, SLICE("feed.gmi")), &world.statics[1]);
    world_end(&world);
}

static void an_empty_capsule_is_one_too(void **state)
{
    (void)state;
    struct world world;
    world_begin(&world);
    world_index(&world);
    assert_diags(&world.diags, "");
    assert_null(world.capsule.featured);
    assert_null(capsule_find_review(&world.capsule, SLICE("a")));
    assert_null(capsule_find_page(&world.capsule, SLICE("a")));
    assert_null(capsule_find_static(&world.capsule, SLICE("a")));
    assert_null(capsule_find_alias(&world.capsule, SLICE("/a")));
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stands_newest_first),
        cmocka_unit_test(hides_drafts_and_the_future),
        cmocka_unit_test(lists_quotes_and_aliases),
        cmocka_unit_test(resolves_names),
        cmocka_unit_test(checks_names),
        cmocka_unit_test(checks_the_rest_of_the_capsule),
        cmocka_unit_test(an_empty_capsule_is_one_too),
    };
    return date_use_zone(SLICE("UTC")) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
