/* What feeds know things by. That ids are made as documented, with a library that is not ours, is
 * looked at in tests/e2e/test_feeds.py. */
#include "pages.h"

#include "base/attributes.h"
#include "pages/identity.h"

#define REVIEW_ID "urn:uuid:AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE"
#define SMALL "urn:uuid:aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"

/* Every id of a capsule of two reviews, one of which has an Id, a line each. */
static slice ids_of(struct world *world, struct buf *out)
{
    const struct capsule *capsule = &world->capsule;
    const struct page home = { .kind = PAGE_HOME };
    const struct page quotes = { .kind = PAGE_QUOTES };
    buf_clear(out);
    identity_put_feed(capsule, &home, out);
    buf_putc(out, '\n');
    identity_put_feed(capsule, &quotes, out);
    buf_putc(out, '\n');
    for (size_t i = 0; i < capsule->review_count; i++) {
        const struct review *review = capsule->reviews[i];
        identity_put_review(capsule, review, out);
        buf_putc(out, '\n');
        identity_put_quote(capsule, review, &review->quotes[0], out);
        buf_putc(out, '\n');
    }
    assert_false(out->failed);
    return buf_slice(out);
}

static struct world *world_of_two(void)
{
    struct world *world = test_malloc(sizeof *world);
    world_begin(world);
    world_review(world, "with",
                 "Title: With\nPublished: 2025-05-05\nId: " REVIEW_ID "\n\n> I promise.\n— She\n");
    world_review(world, "without", "Title: O\nPublished: 2025-01-01\n\n> I promise.\n— She\n");
    world_ready(world);
    return world;
}

static void ids_are_unique_and_small(void **state)
{
    (void)state;
    struct world *world = world_of_two();
    struct buf out;
    buf_init(&out, 4096);
    slice ids = ids_of(world, &out);
    slice rest = ids;
    slice lines[6];
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        assert_true(slice_next_line(&rest, &lines[i]));
        assert_int_equal(lines[i].len, sizeof SMALL - 1);
        for (size_t j = 0; j < i; j++) {
            assert_false(slice_equal(lines[i], lines[j]));
        }
    }
    assert_slice_equal(lines[2], SMALL);
    buf_release(&out);
    world_end(world);
    test_free(world);
}

static void ids_depend_on_the_capsule_alone(void **state)
{
    (void)state;
    struct world *world = world_of_two();
    struct buf before;
    struct buf after;
    buf_init(&before, 4096);
    buf_init(&after, 4096);
    (void)ids_of(world, &before);
    slice own = slice_head(buf_slice(&before), sizeof SMALL - 1);
    world->capsule.conf.author = SLICE("Another");
    assert_true(slice_equal(buf_slice(&before), ids_of(world, &after)));
    world->capsule.conf.title = SLICE("Another");
    assert_false(slice_equal(buf_slice(&before), ids_of(world, &after)));
    /* What the feed said of itself holds it where it was. */
    world->capsule.conf.id = own;
    assert_true(slice_equal(buf_slice(&before), ids_of(world, &after)));
    buf_release(&before);
    buf_release(&after);
    world_end(world);
    test_free(world);
}

/* An id that is cut off would be another thing's. */
static void no_room_is_a_failure(void **state)
{
    (void)state;
    struct world *world = world_of_two();
    struct buf out;
    buf_init(&out, 20);
    identity_put_review(&world->capsule, world->capsule.reviews[0], &out);
    assert_true(out.failed);
    buf_release(&out);
    world_end(world);
    test_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_unique_and_small),
        cmocka_unit_test(ids_depend_on_the_capsule_alone),
        cmocka_unit_test(no_room_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
