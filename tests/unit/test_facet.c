#include "parse.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "model/facet.h"

/* Reviews whose tags are given as text, `count` of them; everything lies in `arena`. */
static const struct review **make_reviews(struct arena *arena, const char *const *tags,
                                          size_t count)
{
    const struct review **reviews = arena_array(arena, count, sizeof(struct review *));
    for (size_t i = 0; i < count; i++) {
        struct review *review = arena_alloc(arena, sizeof *review);
        struct diags diags;
        struct source source = {
            arena_printf(arena, "reviews/r%zu.gmi", i),
            arena_printf(arena, "Title: T\nPublished: 2025-01-01\n%s\n", tags[i]),
        };
        diags_init(&diags);
        assert_true(review_parse(arena, &source, review, &diags));
        diags_release(&diags);
        reviews[i] = review;
    }
    return reviews;
}

static void groups_by_slug(void **state)
{
    (void)state;
    static const char *const tags[] = { "Tags: Café, Night", "Tags: night", "Tags: CAFE, Rain",
                                        "Rating: 9" };
    struct arena arena;
    struct facet facet;
    arena_init(&arena);
    const struct review **reviews = make_reviews(&arena, tags, ARRAY_LENGTH(tags));
    facet_build(&arena, FACET_TAGS, reviews, ARRAY_LENGTH(tags), &facet);
    assert_ptr_equal(facet.def, &facet_defs[FACET_TAGS]);
    assert_int_equal(facet.value_count, 3);
    const struct facet_value *value = facet_find(&facet, SLICE("cafe"));
    assert_non_null(value);
    /* Newest first is the order given, so the last one is the earliest. */
    assert_slice_equal(value->text, "CAFE");
    assert_int_equal(value->mention_count, 2);
    assert_int_equal(value->review_count, 2);
    assert_ptr_equal(value->mentions[0].review, reviews[0]);
    assert_ptr_equal(value->mentions[1].review, reviews[2]);
    assert_null(value->mentions[0].credit);
    assert_slice_equal(facet_find(&facet, SLICE("night"))->text, "night");
    assert_null(facet_find(&facet, SLICE("nigh")));
    assert_null(facet_find(&facet, SLICE("")));
    /* By count, then by slug. */
    assert_slice_equal(facet.ordered[0]->slug, "cafe");
    assert_slice_equal(facet.ordered[1]->slug, "night");
    assert_slice_equal(facet.ordered[2]->slug, "rain");
    arena_release(&arena);
}

static void people_keep_their_credits(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "Director: A B\nWriter: A B, C D\nCast: A B as Himself, E F as Somebody",
        "Cast: A B as Another, A B as Twin",
    };
    struct arena arena;
    struct facet facet;
    arena_init(&arena);
    const struct review **reviews = make_reviews(&arena, headers, ARRAY_LENGTH(headers));
    facet_build(&arena, FACET_PEOPLE, reviews, ARRAY_LENGTH(headers), &facet);
    const struct facet_value *value = facet_find(&facet, SLICE("a-b"));
    assert_int_equal(value->mention_count, 5);
    assert_int_equal(value->review_count, 2);
    assert_int_equal(value->mentions[0].credit->kind, CREDIT_DIRECTOR);
    assert_int_equal(value->mentions[1].credit->kind, CREDIT_WRITER);
    assert_slice_equal(value->mentions[2].credit->role, "Himself");
    assert_slice_equal(value->mentions[3].credit->role, "Another");
    assert_slice_equal(value->mentions[4].credit->role, "Twin");
    /* A review that names somebody five times still counts once as shared. */
    assert_int_equal(value->neighbour_count, 2);
    assert_slice_equal(value->neighbours[0]->slug, "c-d");
    assert_int_equal(value->neighbour_reviews[0], 1);
    arena_release(&arena);
}

static void years_stand_newest_first(void **state)
{
    (void)state;
    static const char *const headers[] = { "Year: 1999", "Year: 2019", "Year: 1999", "Year: 2003" };
    struct arena arena;
    struct facet facet;
    arena_init(&arena);
    const struct review **reviews = make_reviews(&arena, headers, ARRAY_LENGTH(headers));
    facet_build(&arena, FACET_YEARS, reviews, ARRAY_LENGTH(headers), &facet);
    assert_slice_equal(facet.ordered[0]->slug, "2019");
    assert_slice_equal(facet.ordered[1]->slug, "2003");
    assert_slice_equal(facet.ordered[2]->slug, "1999");
    arena_release(&arena);
}

static void finds_neighbours(void **state)
{
    (void)state;
    static const char *const tags[] = {
        "Tags: A, B, C",
        "Tags: A, C",
        "Tags: B",
        "Tags: A, 1, 2, 3, 4, 5, 6, 7, 8, 9",
    };
    struct arena arena;
    struct facet facet;
    arena_init(&arena);
    const struct review **reviews = make_reviews(&arena, tags, ARRAY_LENGTH(tags));
    facet_build(&arena, FACET_TAGS, reviews, ARRAY_LENGTH(tags), &facet);
    const struct facet_value *a = facet_find(&facet, SLICE("a"));
    assert_int_equal(a->neighbour_count, LIMIT_NEIGHBOURS);
    assert_slice_equal(a->neighbours[0]->slug, "c");
    assert_int_equal(a->neighbour_reviews[0], 2);
    assert_slice_equal(a->neighbours[1]->slug, "1");
    assert_slice_equal(a->neighbours[7]->slug, "7");
    const struct facet_value *b = facet_find(&facet, SLICE("b"));
    assert_int_equal(b->neighbour_count, 2);
    assert_slice_equal(b->neighbours[0]->slug, "a");
    assert_slice_equal(b->neighbours[1]->slug, "c");
    arena_release(&arena);
}

static void nothing_is_a_facet_too(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    for (int kind = 0; kind < FACET_COUNT; kind++) {
        struct facet facet;
        facet_build(&arena, (enum facet_kind)kind, NULL, 0, &facet);
        assert_int_equal(facet_defs[kind].kind, kind);
        assert_int_equal(facet.value_count, 0);
        assert_null(facet_find(&facet, SLICE("x")));
    }
    arena_release(&arena);
}

static void a_tag_of_five_thousand_reviews(void **state)
{
    (void)state;
    enum { COUNT = 5000, TAGS = 40 };
    struct arena arena;
    struct facet facet;
    arena_init(&arena);
    const struct review **reviews = arena_array(&arena, COUNT, sizeof(struct review *));
    for (size_t i = 0; i < COUNT; i++) {
        struct review *review = arena_alloc(&arena, sizeof *review);
        review->tags = arena_array(&arena, TAGS, sizeof *review->tags);
        for (size_t t = 0; t < TAGS; t++) {
            slice tag = t == 0 ? SLICE("all") : arena_printf(&arena, "tag-%zu", (i * t) % 1000);
            review->tags[review->tag_count++] = (struct name){ tag, tag };
        }
        reviews[i] = review;
    }
    double before = seconds_used();
    facet_build(&arena, FACET_TAGS, reviews, COUNT, &facet);
    assert_true(seconds_used() - before < 10);
    const struct facet_value *all = facet_find(&facet, SLICE("all"));
    assert_int_equal(all->review_count, COUNT);
    assert_int_equal(all->mention_count, COUNT);
    assert_ptr_equal(facet.ordered[0], all);
    for (size_t i = 0; i < COUNT; i++) {
        assert_ptr_equal(all->mentions[i].review, reviews[i]);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_by_slug),
        cmocka_unit_test(people_keep_their_credits),
        cmocka_unit_test(years_stand_newest_first),
        cmocka_unit_test(finds_neighbours),
        cmocka_unit_test(nothing_is_a_facet_too),
        cmocka_unit_test(a_tag_of_five_thousand_reviews),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
