/* What is related to what, and why. */
#include "model/related.h"
#include "pages.h"

struct fixture {
    struct world world;
    unsigned day;
};

static struct fixture *begin(void)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    world_begin(&fixture->world);
    return fixture;
}

static void end(struct fixture *fixture)
{
    world_end(&fixture->world);
    free(fixture);
}

/* Each one is a day older than the one before. */
static void add(struct fixture *fixture, const char *slug, const char *header)
{
    slice text = arena_printf(&fixture->world.arena, "Title: %s\nPublished: 2025-10-%02u\n%s\n",
                              slug, 31 - fixture->day++ % 31, header);
    world_review(&fixture->world, slug, text.ptr);
}

static void check_related(struct fixture *fixture, const char *slug, const char *expected,
                          const char *file, int line)
{
    struct page_answer answer;
    slice path = arena_printf(&fixture->world.arena, "/reviews/%s/", slug);
    slice page = world_render(&fixture->world, path.ptr, &answer);
    slice heading = SLICE("## Related reviews\n");
    slice list = slice_from(page, slice_find(page, heading));
    list = slice_from(list, list.len > 0 ? heading.len : 0);
    list = slice_head(list, slice_find(list, SLICE("\n\n")));
    if (!slice_equal(list, slice_of(expected))) {
        print_error("got\n%.*s\nexpected\n%s\n", SLICE_ARG(list), expected);
        _fail(file, line);
    }
}
#define assert_related(fixture, slug, expected) \
    check_related((fixture), (slug), (expected), __FILE__, __LINE__)

/* What is as good as nothing to anything else, so that rarity has something to be measured by. */
static void add_others(struct fixture *fixture, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        slice slug = arena_printf(&fixture->world.arena, "other-%zu", i);
        slice header = arena_printf(&fixture->world.arena, "Tags: All, Alone%zu\n", i);
        add(fixture, slug.ptr, header.ptr);
    }
}

static void says_why(void **state)
{
    struct fixture *fixture = begin();
    (void)state;
    add(fixture, "one",
        "Director: Lee Hwan-kyung\nCast: Kim A as X, Kim B\nTags: Prison\nGenre: Drama\n"
        "Series: Cells, 1\nYear: 2013\n");
    add(fixture, "by", "Writer: Lee Hwan-kyung\n");
    add(fixture, "with", "Cast: Kim A, Kim B\n");
    add(fixture, "tagged", "Tags: prison\n");
    add(fixture, "genre", "Genre: Drama\nDirector: Kim B\n");
    add(fixture, "series", "Series: Cells, 2\n");
    add(fixture, "year", "Year: 2013\n");
    add_others(fixture, 10);
    world_ready(&fixture->world);
    assert_related(fixture, "series", "=> /reviews/one/ one (also in the series Cells)");
    assert_related(fixture, "by", "=> /reviews/one/ one (also by Lee Hwan-kyung)");
    assert_related(fixture, "with",
                   "=> /reviews/one/ one (also with Kim A and Kim B)\n"
                   "=> /reviews/genre/ genre (also with Kim B)");
    assert_related(fixture, "tagged", "=> /reviews/one/ one (also tagged prison)");
    assert_related(fixture, "year", "");
    assert_related(fixture, "one",
                   "=> /reviews/series/ series (also in the series Cells)\n"
                   "=> /reviews/with/ with (also with Kim A and Kim B)\n"
                   "=> /reviews/by/ by (also by Lee Hwan-kyung)\n"
                   "=> /reviews/genre/ genre (also with Kim B; also in the genre Drama)\n"
                   "=> /reviews/tagged/ tagged (also tagged Prison)");
    end(fixture);
}

static void rare_things_count_more(void **state)
{
    struct fixture *fixture = begin();
    (void)state;
    add(fixture, "one", "Tags: Often, Seldom, All\n");
    for (int i = 0; i < 4; i++) {
        slice slug = arena_printf(&fixture->world.arena, "often-%d", i);
        add(fixture, slug.ptr, "Tags: Often, All\n");
    }
    add(fixture, "seldom", "Tags: Seldom, All\n");
    add_others(fixture, 10);
    world_ready(&fixture->world);
    assert_related(fixture, "one",
                   "=> /reviews/seldom/ seldom (also tagged Seldom)\n"
                   "=> /reviews/often-0/ often-0 (also tagged Often)\n"
                   "=> /reviews/often-1/ often-1 (also tagged Often)\n"
                   "=> /reviews/often-2/ often-2 (also tagged Often)\n"
                   "=> /reviews/often-3/ often-3 (also tagged Often)");
    assert_related(fixture, "other-0", ""); /* all that it shares is shared by all */
    end(fixture);
}

/* The director's name as a tag is the director. */
static void counts_nothing_twice(void **state)
{
    struct fixture *fixture = begin();
    (void)state;
    add(fixture, "one", "Director: Bong Joon-ho\nTags: BongJoonHo, Rain\n");
    add(fixture, "two", "Director: Bong Joon-ho\nTags: BongJoonHo\n");
    add(fixture, "about", "Tags: bongjoonho\n");
    add_others(fixture, 8);
    world_ready(&fixture->world);
    assert_related(fixture, "one",
                   "=> /reviews/two/ two (also by Bong Joon-ho)\n"
                   "=> /reviews/about/ about (also tagged Bong Joon-ho)");
    end(fixture);
}

static void named_ones_come_first(void **state)
{
    struct fixture *fixture = begin();
    (void)state;
    add(fixture, "one", "Related: far, near, one-more\nTags: Rain\n");
    add(fixture, "near", "Tags: Rain\n");
    add(fixture, "far", "");
    add(fixture, "one-more", "");
    add(fixture, "also", "Tags: Rain\n");
    add_others(fixture, 8);
    world_ready(&fixture->world);
    assert_related(fixture, "one",
                   "=> /reviews/far/ far (the author's choice)\n"
                   "=> /reviews/near/ near (also tagged Rain)\n"
                   "=> /reviews/one-more/ one-more (the author's choice)\n"
                   "=> /reviews/also/ also (also tagged Rain)");
    end(fixture);
}

static void tells_nothing_of_closed_reviews(void **state)
{
    struct fixture *fixture = begin();
    (void)state;
    world_conf(&fixture->world, "Title: Notes\n"
                                "Certificate: kim "
                                "1111111111111111111111111111111111111111111111111111111111111111\n"
                                "Closed: /reviews/secret/ kim\n");
    add(fixture, "one", "Tags: Rain\nDirector: A\n");
    add(fixture, "secret", "Tags: Rain\nDirector: A\n");
    add(fixture, "two", "Tags: Rain\n");
    add_others(fixture, 8);
    world_ready(&fixture->world);
    assert_related(fixture, "one", "=> /reviews/two/ two (also tagged Rain)");
    assert_related(fixture, "secret", "=> /reviews/one/ one (also by A)");
    end(fixture);
}

/* Of what hundreds have, the reviews of the same time are looked at; what is rare is found
 * wherever it is. */
static void finds_rare_things_among_many(void **state)
{
    struct fixture *fixture = begin();
    (void)state;
    add(fixture, "first", "Tags: Common, Lantern\n");
    for (int i = 0; i < 500; i++) {
        slice slug = arena_printf(&fixture->world.arena, "r-%d", i);
        add(fixture, slug.ptr, i % 2 == 0 ? "Tags: Common\n" : "");
    }
    add(fixture, "last", "Tags: Lantern\n");
    world_ready(&fixture->world);
    assert_related(fixture, "last", "=> /reviews/first/ first (also tagged Lantern)");
    assert_related(fixture, "first", "=> /reviews/last/ last (also tagged Lantern)");
    end(fixture);
}

static void small_capsules(void **state)
{
    struct fixture *fixture = begin();
    (void)state;
    add(fixture, "only", "Tags: Rain\n");
    world_ready(&fixture->world);
    assert_related(fixture, "only", "");
    add(fixture, "bare", "");
    add(fixture, "second", "Tags: rain\n");
    world_ready(&fixture->world);
    assert_related(fixture, "only", "=> /reviews/second/ second (also tagged Rain)");
    assert_related(fixture, "second", "=> /reviews/only/ only (also tagged rain)");
    assert_related(fixture, "bare", "");
    end(fixture);
}

/* Of equal ones the newer come first, and of one day those first whose names do. */
static void ties_have_an_order(void **state)
{
    struct fixture *fixture = begin();
    (void)state;
    add(fixture, "old", "Tags: Rain\n");
    fixture->day--;
    add(fixture, "b", "Tags: Rain\n");
    fixture->day--;
    add(fixture, "a", "Tags: Rain\n");
    add(fixture, "older", "Tags: Rain\n");
    add_others(fixture, 8);
    world_ready(&fixture->world);
    assert_related(fixture, "older",
                   "=> /reviews/a/ a (also tagged Rain)\n"
                   "=> /reviews/b/ b (also tagged Rain)\n"
                   "=> /reviews/old/ old (also tagged Rain)");
    end(fixture);
}

static void hidden_ones_are_not_told_of(void **state)
{
    struct fixture *fixture = begin();
    (void)state;
    add(fixture, "one", "Tags: Rain\nRelated: draft, later\n");
    add(fixture, "draft", "Tags: Rain\nDraft: yes\n");
    world_review(&fixture->world, "later", "Title: later\nPublished: 2999-01-01\nTags: Rain\n");
    add_others(fixture, 8);
    world_ready(&fixture->world);
    assert_related(fixture, "one", "");
    end(fixture);
}

/* Somebody in the first three of both casts is why one reads on; a passer-by is not. */
static void leads_count_more(void **state)
{
    struct fixture *fixture = begin();
    (void)state;
    add(fixture, "one", "Cast: A, B, C, D, E\nTags: Rain\n");
    add(fixture, "tag", "Tags: Rain\n");
    add(fixture, "lead", "Cast: C\n");
    add(fixture, "guest", "Cast: X, Y, Z, C2, B2, E\n");
    add_others(fixture, 8);
    world_ready(&fixture->world);
    assert_related(fixture, "one",
                   "=> /reviews/lead/ lead (also with C)\n"
                   "=> /reviews/tag/ tag (also tagged Rain)\n"
                   "=> /reviews/guest/ guest (also with E)");
    end(fixture);
}

/* What all of many have in common relates none of them, and is not looked through. */
static void one_tag_of_hundreds(void **state)
{
    struct fixture *fixture = begin();
    (void)state;
    enum { MANY = 500 };
    for (int i = 0; i < MANY; i++) {
        slice slug = arena_printf(&fixture->world.arena, "r-%d", i);
        slice header = arena_printf(&fixture->world.arena, "Tags: All, Half%d\n", i % 2);
        add(fixture, slug.ptr, header.ptr);
    }
    world_ready(&fixture->world);
    struct relation found[RELATED_MAX];
    for (size_t i = 0; i < MANY; i += 7) {
        const struct review *review = fixture->world.capsule.reviews[i];
        const size_t count = related_find(&fixture->world.capsule, review, found);
        assert_int_equal(count, RELATED_SIMILAR);
        for (size_t j = 0; j < count; j++) {
            assert_int_equal(found[j].kinds[0], RELATION_TAG);
            assert_ptr_equal(found[j].what[0], &review->tags[1].text);
            assert_null(found[j].what[1]);
        }
    }
    end(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_why),
        cmocka_unit_test(rare_things_count_more),
        cmocka_unit_test(counts_nothing_twice),
        cmocka_unit_test(named_ones_come_first),
        cmocka_unit_test(tells_nothing_of_closed_reviews),
        cmocka_unit_test(finds_rare_things_among_many),
        cmocka_unit_test(small_capsules),
        cmocka_unit_test(ties_have_an_order),
        cmocka_unit_test(hidden_ones_are_not_told_of),
        cmocka_unit_test(leads_count_more),
        cmocka_unit_test(one_tag_of_hundreds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
