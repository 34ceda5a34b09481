#include "pages.h"

#include "base/attributes.h"
#include "survey/stats.h"

#include <stdio.h>

static void nothing(void **state)
{
    (void)state;
    struct world world;
    struct stats stats;
    world_begin(&world);
    world_ready(&world);
    assert_int_equal(stats_newest_year(&world.capsule), 0);
    stats_make(&world.arena, &world.capsule, 0, &stats);
    assert_int_equal(stats.reviews, 0);
    assert_int_equal(stats.reviews_by_time.count + stats.ratings.count + stats.genres.count, 0);
    stats_make(&world.arena, &world.capsule, 2025, &stats);
    assert_int_equal(stats.reviews_by_time.count, 0);
    world_end(&world);
}

static void ratings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int hundredths; /* -1: is none */
    } cases[] = {
        { "9/10", 90 },     { "8.5/10", 85 },     { "4,5 / 5", 90 }, { "85 %", 85 },
        { "85%", 85 },      { "0/10", 0 },        { "3/4", 75 },     { "10/10", 100 },
        { "8.25/10", 82 },  { "2/3", 67 },        { "", -1 },        { "★★★", -1 },
        { "9", -1 },        { "11/10", -1 },      { "9/0", -1 },     { "9/10 stars", -1 },
        { "9 of 10", -1 },  { "/10", -1 },        { "9/", -1 },      { "-1/10", -1 },
        { "99999/10", -1 }, { "1/99999999", -1 }, { "9./10", -1 },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        unsigned hundredths = 1000;
        bool read = stats_read_rating(slice_of(cases[i].text), &hundredths);
        if (read != (cases[i].hundredths >= 0) ||
            (read && (int)hundredths != cases[i].hundredths)) {
            fail_msg("%s: %u", cases[i].text, hundredths);
        }
    }
}

static size_t count_of(const struct stats_rows *rows, const char *label)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (slice_equal(rows->items[i].label, slice_of(label))) {
            return rows->items[i].count;
        }
    }
    fail_msg("there is no row %s", label);
    return 0;
}

static void a_year(void **state)
{
    (void)state;
    struct world world;
    struct stats stats;
    world_begin(&world);
    world_review(&world, "a",
                 "Title: A\nPublished: 2025-03-01\nGenre: Drama, Crime\nYear: 2003\n"
                 "Platform: Disc\nRating: 9/10\n\nTwo words.\n");
    world_review(&world, "b",
                 "Title: B\nPublished: 2025-03-31\nGenre: Crime\nYear: 1960\n"
                 "Rating: fine\n\nThree words here.\n");
    world_review(&world, "c",
                 "Title: C\nPublished: 2024-12-31\nGenre: War\nRating: 1/10\n\nOne.\n");
    world_review(&world, "d", "Title: D\nPublished: 1990-12-31\n\nOne.\n");
    world_ready(&world);
    assert_int_equal(stats_newest_year(&world.capsule), 2025);
    stats_make(&world.arena, &world.capsule, 2025, &stats);
    assert_int_equal(stats.reviews, 2);
    assert_int_equal(stats.words, 5);
    assert_int_equal(stats.reviews_by_time.count, 12);
    assert_int_equal(count_of(&stats.reviews_by_time, "2025-03"), 2);
    assert_int_equal(count_of(&stats.reviews_by_time, "2025-12"), 0);
    assert_int_equal(count_of(&stats.words_by_time, "2025-03"), 5);
    assert_int_equal(stats.rated, 1);
    assert_int_equal(stats.rating_mean, 90);
    assert_int_equal(stats.ratings_unread, 1);
    assert_int_equal(count_of(&stats.ratings, "9/10"), 1);
    assert_int_equal(stats.genres.count, 2);
    assert_slice_equal(stats.genres.items[0].label, "Crime");
    assert_int_equal(stats.genres.items[0].count, 2);
    assert_int_equal(count_of(&stats.genres, "Drama"), 1);
    assert_int_equal(stats.platforms.count, 1);
    assert_int_equal(stats.work_years.count, 9); /* 1960 to 2003, by five */
    assert_int_equal(count_of(&stats.work_years, "1960-1964"), 1);
    assert_int_equal(count_of(&stats.work_years, "2000-2004"), 1);

    stats_make(&world.arena, &world.capsule, 0, &stats);
    assert_int_equal(stats.reviews, 4);
    assert_int_equal(count_of(&stats.reviews_by_time, "2024-2025"), 3);
    assert_int_equal(count_of(&stats.reviews_by_time, "1990-1991"), 1);
    assert_int_equal(stats.rating_mean, 50);
    stats_make(&world.arena, &world.capsule, 2000, &stats);
    assert_int_equal(stats.reviews + stats.ratings.count + stats.genres.count, 0);
    world_end(&world);
}

static void many_values(void **state)
{
    (void)state;
    struct world world;
    struct stats stats;
    world_begin(&world);
    for (int i = 0; i < 20; i++) {
        char slug[16];
        char text[96];
        (void)snprintf(slug, sizeof slug, "r%d", i);
        (void)snprintf(text, sizeof text,
                       "Title: T\nPublished: 2025-01-01\nGenre: G%02d, All\nYear: %d\n", i,
                       1900 + i);
        world_review(&world, slug, text);
    }
    world_ready(&world);
    stats_make(&world.arena, &world.capsule, 2025, &stats);
    assert_int_equal(stats.genres.count, STATS_VALUES);
    assert_slice_equal(stats.genres.items[0].label, "All");
    assert_slice_equal(stats.genres.items[STATS_VALUES - 1].label, "others");
    size_t sum = 0;
    for (size_t i = 0; i < stats.genres.count; i++) {
        sum += stats.genres.items[i].count;
    }
    assert_int_equal(sum, 40);
    assert_int_equal(stats.work_years.count, 20);
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing),
        cmocka_unit_test(ratings),
        cmocka_unit_test(a_year),
        cmocka_unit_test(many_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
