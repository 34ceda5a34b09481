#include "parse.h"

#include "base/attributes.h"
#include "survey/alike.h"
#include "text/slug.h"
#include "text/sounds.h"

static bool are_alike(const char *a, const char *b, enum alike_why *why)
{
    struct arena arena;
    arena_init(&arena);
    slice x = slug_make(&arena, slice_of(a));
    slice y = slug_make(&arena, slice_of(b));
    enum alike_why other = ALIKE_LETTER;
    bool found = alike_slugs(x, y, why);
    assert_int_equal(alike_slugs(y, x, &other), found);
    if (found) {
        assert_int_equal(other, *why);
    }
    arena_release(&arena);
    return found;
}

static void one_name_in_two_spellings(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        enum alike_why why;
    } cases[] = {
        { "Jung Jin-young", "Jeong Jin-young", ALIKE_SOUND },
        { "Jung Jin-young", "Jeong Jin-yeong", ALIKE_SOUND },
        { "Jung Jin-young", "Chung Jin-yeong", ALIKE_SOUND },
        { "Lee Hwan-kyung", "Yi Hwan-gyeong", ALIKE_SOUND },
        { "Lee Hwan-kyung", "Rhee Hwankyoung", ALIKE_SOUND },
        { "Park Shin-hye", "Bak Sin-hye", ALIKE_SOUND },
        { "Ryu Seung-ryong", "Yoo Seung-ryong", ALIKE_SOUND },
        { "Roh Moo-hyun", "No Mu-hyeon", ALIKE_SOUND },
        { "Lim Soo-jung", "Im Su-jeong", ALIKE_SOUND },
        { "Choi Min-sik", "Choe Min-shik", ALIKE_SOUND },
        { "Oh Dal-su", "O Dal-soo", ALIKE_SOUND },
        { "Ahn Jae-hong", "An Jai-hong", ALIKE_SOUND },
        { "Kim Hee-ae", "Kim Hui-ae", ALIKE_SOUND },
        { "Cho Jin-woong", "Jo Jin-ung", ALIKE_SOUND },
        { "Kwon Sang-woo", "Gwon Sang-u", ALIKE_SOUND },
        { "Byun Yo-han", "Byeon Yo-han", ALIKE_SOUND },
        { "Heo Jun-ho", "Hur Joon-ho", ALIKE_SOUND },
        { "Seo Young-hee", "Suh Yeong-hui", ALIKE_SOUND },
        { "Jung Jin-young", "정진영", ALIKE_SOUND },
        { "Song Kang-ho", "송강호", ALIKE_SOUND },
        { "Lee Byung-hun", "이병헌", ALIKE_SOUND },
        { "Ryu Jun-yeol", "류준열", ALIKE_SOUND },
        { "Bae Doona", "배두나", ALIKE_SOUND },
        { "Steven Yeun", "Stephen Yeun", ALIKE_SOUND },
        { "Katherine Reed", "Catherine Reed", ALIKE_SOUND },
        { "Jung Jinyoung", "Jung Jin-young", ALIKE_DIVIDED },
        { "Jin-young Jung", "Jung Jin-young", ALIKE_ORDER },
        { "Jin-young Jung", "Jeong Jin-yeong", ALIKE_ORDER },
        { "Yasujiro Ozu", "Ozu Yasujirō", ALIKE_ORDER },
        { "Alfred Hitchcock", "Alfred Hitchock", ALIKE_LETTER },
        { "Alfred Hitchcock", "Alfred Hithccock", ALIKE_LETTER },
        { "Ingmar Bergman", "Ingmar Bergmen", ALIKE_LETTER },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        enum alike_why why = ALIKE_LETTER;
        if (!are_alike(cases[i].a, cases[i].b, &why) || why != cases[i].why) {
            fail_msg("%s, %s: %d", cases[i].a, cases[i].b, (int)why);
        }
    }
}

static void two_names(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "Kim Ji-soo", "Kim Ji-woo" },
        { "Lee Min-ho", "Lee Min-jo" },
        { "Kim Jae-wook", "Kim Ji-wook" },
        { "Jeon Do-yeon", "Joon Do-yeon" },
        { "Song Joong-ki", "Seong Jeong-ki" },
        { "Jung Woo (1981)", "Jung Woo (1982)" },
        { "Jung Woo (1981)", "Jeong Woo" },
        { "김태희", "김대희" },
        { "Rain", "Ryan" },
        { "Lee", "Yi" },
        { "Park Hae-il", "Park Hae-jun" },
        { "Joel Coen", "Ethan Coen" },
        { "Anna", "Hanna" },
        { "Maria Schell", "Mario Schell" },
        { "Lee Hyeon-su", "Lee Hyeong-su" },
        { "Ahn Jae-yeong", "Ahn Jae-gyeong" },
        { "Alex Kinnaman", "Alex Linnaman" },
        { "Ann Kinnaman", "Anna Kinnaman" },
        { "Bong Joon-ho", "Bong Jun" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        enum alike_why why = ALIKE_LETTER;
        if (are_alike(cases[i][0], cases[i][1], &why)) {
            fail_msg("%s, %s: %d", cases[i][0], cases[i][1], (int)why);
        }
    }
}

/* What is alike has one skeleton, or it would not be compared. */
static void skeletons(void **state)
{
    (void)state;
    struct sounds a = { .count = 0 };
    struct sounds b = { .count = 0 };
    sounds_add(&a, SLICE("jung"), true);
    sounds_add(&b, SLICE("정"), true);
    assert_true(sounds_alike(&a, &b));
    assert_true(sounds_skeleton(&a) == sounds_skeleton(&b));
    sounds_add(&b, SLICE("x"), false);
    assert_int_equal(b.count, a.count + 2);
    assert_false(sounds_alike(&a, &b));
    /* More than there is room for. */
    for (int i = 0; i < 2 * SOUNDS_MOST; i++) {
        sounds_add(&a, SLICE("가"), false);
    }
    assert_int_equal(a.count, SOUNDS_MOST);
}

struct cast {
    struct arena arena;
    struct review *reviews;
    const struct review **list;
    size_t count;
    struct facet people;
    struct alikes found;
};

/* The first is the newest. */
static void find(struct cast *cast, const char *const *headers, size_t count)
{
    *cast = (struct cast){ .count = count };
    arena_init(&cast->arena);
    cast->reviews = arena_array(&cast->arena, count, sizeof *cast->reviews);
    cast->list = arena_array(&cast->arena, count, sizeof(struct review *));
    for (size_t i = 0; i < count; i++) {
        struct diags diags;
        struct source source = { SLICE("reviews/r.gmi"),
                                 arena_printf(&cast->arena, HEADER "%s\n", headers[i]) };
        diags_init(&diags);
        assert_true(review_parse(&cast->arena, &source, &cast->reviews[i], &diags));
        diags_release(&diags);
        cast->reviews[i].place = (uint32_t)(count - 1 - i);
        cast->list[i] = &cast->reviews[i];
    }
    facet_build(&cast->arena, FACET_PEOPLE, cast->list, count, &cast->people);
    alike_find(&cast->arena, &cast->people, &cast->found);
}

static void pairs(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "Cast: Jung Jin-young as A, Oh Dal-su as B",
        "Cast: Jeong Jin-young as A\nDirector: Kim One",
        "Cast: Jung Jin-young as C\nDirector: One Kim",
        "Cast: 정진영",
    };
    struct cast cast;
    find(&cast, headers, ARRAY_LENGTH(headers));
    assert_int_equal(cast.found.count, 4);
    /* The one of more reviews is first. */
    assert_slice_equal(cast.found.items[0].a->text, "Jeong Jin-young");
    assert_slice_equal(cast.found.items[0].b->text, "정진영");
    assert_slice_equal(cast.found.items[1].a->text, "Jung Jin-young");
    assert_slice_equal(cast.found.items[1].b->text, "Jeong Jin-young");
    assert_slice_equal(cast.found.items[2].b->text, "정진영");
    assert_slice_equal(cast.found.items[3].a->text, "Kim One");
    assert_int_equal(cast.found.items[3].why, ALIKE_ORDER);
    arena_release(&cast.arena);
}

static void who_play_together_are_two(void **state)
{
    (void)state;
    static const char *const together[] = { "Cast: Jung Yu-mi", "Cast: Jung Yoo-mi, Jung Yu-mi" };
    static const char *const apart[] = { "Cast: Jung Yu-mi\nDirector: Jung Yoo-mi" };
    struct cast cast;
    find(&cast, together, ARRAY_LENGTH(together));
    assert_int_equal(cast.found.count, 0);
    arena_release(&cast.arena);
    find(&cast, apart, ARRAY_LENGTH(apart));
    assert_int_equal(cast.found.count, 1);
    arena_release(&cast.arena);
    find(&cast, NULL, 0);
    assert_int_equal(cast.found.count, 0);
    arena_release(&cast.arena);
}

/* Names that all have one skeleton: each is compared with some. */
static void many_of_one_skeleton(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    static const char *const sounds[] = { "a",  "ae", "eo",  "e",  "o",   "oe", "u",  "eu", "i",
                                          "ya", "ye", "yeo", "yo", "yoo", "wa", "wi", "weo" };
    struct arena arena;
    struct facet people = { 0 };
    struct alikes found;
    arena_init(&arena);
    people.values = arena_array(&arena, MANY, sizeof *people.values);
    for (size_t i = 0; i < MANY; i++) {
        const size_t base = ARRAY_LENGTH(sounds);
        people.values[i].slug =
            arena_printf(&arena, "k%sm-k%sm-k%sm-k%sm", sounds[i % base], sounds[i / base % base],
                         sounds[i / base / base % base], sounds[i / base / base / base % base]);
        people.values[i].text = people.values[i].slug;
    }
    people.value_count = MANY;
    double before = seconds_used();
    alike_find(&arena, &people, &found);
    assert_true(seconds_used() - before < 20);
    assert_true(found.count < MANY * 8);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_name_in_two_spellings),
        cmocka_unit_test(two_names),
        cmocka_unit_test(skeletons),
        cmocka_unit_test(pairs),
        cmocka_unit_test(who_play_together_are_two),
        cmocka_unit_test(many_of_one_skeleton),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
