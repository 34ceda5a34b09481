#include "check.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "text/slug.h"

#include <string.h>

static void makes_slugs(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *slug;
    } cases[] = {
        { "Miracle in Cell No. 7", "miracle-in-cell-no-7" },
        { "  -- Edges, and runs!! ", "edges-and-runs" },
        { "Don't Look Now", "dont-look-now" },
        { "Don\xE2\x80\x99t", "dont" },
        { "L'Avventura", "lavventura" },
        { "Amélie", "amelie" },
        { "Ελλάδα", "ελλαδα" },
        { "Ёлки", "елки" },
        { "7번방의 선물", "7번방의-선물" },
        { "東京物語", "東京物語" },
        { "हिन्दी", "हिन्दी" }, /* marks of other scripts stay */
        { "ＦＵＬＬ　ｗｉｄｔｈ", "full-width" },
        { "Straße", "strasse" },
        { "שלום עולם", "שלום-עולם" },
        { "🎬", "" },
        { "", "" },
        { "a/b\\c?d#e%f", "a-b-c-d-e-f" },
        { "..", "" },
        { "KoreanFilm", "koreanfilm" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct arena arena;
        arena_init(&arena);
        slice slug = slug_make(&arena, slice_of(cases[i].text));
        assert_slice_equal(slug, cases[i].slug);
        assert_slice_equal(slug_make(&arena, slug), cases[i].slug);
        arena_release(&arena);
    }
}

static void cuts_after_a_word(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1000);
    slug_put(&out, SLICE("one two three four"), 12);
    assert_slice_equal(buf_slice(&out), "one-two");
    buf_clear(&out);
    slug_put(&out, SLICE("one two three four"), 13);
    assert_slice_equal(buf_slice(&out), "one-two-three");
    buf_clear(&out);
    slug_put(&out, SLICE("한국영화"), 7); /* one word: cut between letters */
    assert_slice_equal(buf_slice(&out), "한국");
    buf_release(&out);
}

/* What the short way makes of ASCII is what the long one makes of it, which a typographic
 * apostrophe that falls out again calls for. */
static void ascii_is_no_special_case(void **state)
{
    (void)state;
    unsigned dice = 1;
    for (size_t round = 0; round < 20000; round++) {
        char text[200];
        const size_t len = 3 + round % (sizeof text - 3);
        for (size_t i = 3; i < len; i++) {
            dice = dice * 1103515245 + 12345;
            /* Letters mostly, so that words have all lengths. */
            text[i] =
                dice / 65536 % 8 == 0 ? (char)(dice / 65536 / 8 % 128) : "aZ9'"[dice / 65536 % 4];
        }
        memcpy(text, "\xE2\x80\x99", 3);
        for (size_t max = 1; max <= LIMIT_SLUG; max += 13) {
            struct buf one;
            struct buf other;
            buf_init(&one, max);
            buf_init(&other, max);
            slug_put(&one, slice_from((slice){ text, len }, 3), max);
            slug_put(&other, (slice){ text, len }, max);
            /* The long way looks at three bytes less. */
            if (len - 3 <= (max - 1) * 16) {
                assert_false(one.failed || other.failed);
                assert_true(slice_equal(buf_slice(&one), buf_slice(&other)));
            }
            buf_release(&one);
            buf_release(&other);
        }
    }
}

static void a_long_text_is_bounded_and_fixed(void **state)
{
    (void)state;
    static char text[200000];
    struct arena arena;
    arena_init(&arena);
    memset(text, 'a', sizeof text);
    slice slug = slug_make(&arena, (slice){ text, sizeof text });
    assert_int_equal(slug.len, LIMIT_SLUG);
    assert_true(slice_equal(slug_make(&arena, slug), slug));
    /* U+FDFA becomes eighteen letters under NFKC: the most that one code point grows to. */
    for (size_t i = 0; i + 3 <= sizeof text; i += 3) {
        memcpy(text + i, "\xEF\xB7\xBA", 3);
    }
    slug = slug_make(&arena, (slice){ text, sizeof text - sizeof text % 3 });
    assert_true(slug.len > 0 && slug.len <= LIMIT_SLUG);
    assert_true(slice_equal(slug_make(&arena, slug), slug));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_slugs),
        cmocka_unit_test(cuts_after_a_word),
        cmocka_unit_test(ascii_is_no_special_case),
        cmocka_unit_test(a_long_text_is_bounded_and_fixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
