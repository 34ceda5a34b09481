#include "check.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "base/utf8.h"
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

/* The slug of `text`, and what the long way makes of it, for which a sign that falls out again
 * calls. */
static void expect_same(slice text, size_t max)
{
    char longer[400];
    struct buf one;
    struct buf other;
    assert_true(text.len + 3 <= sizeof longer);
    memcpy(longer, "\xE2\x81\xA0", 3); /* U+2060, word joiner */
    memcpy(longer + 3, text.ptr, text.len);
    /* The long way looks at three bytes less. */
    text = utf8_head(text, max * 16 - 3);
    buf_init(&one, max);
    buf_init(&other, max);
    slug_put(&one, text, max);
    slug_put(&other, (slice){ longer, text.len + 3 }, max);
    if (one.failed || other.failed || !slice_equal(buf_slice(&one), buf_slice(&other))) {
        fail_msg("%.*s became %.*s and %.*s", SLICE_ARG(text), SLICE_ARG(buf_slice(&one)),
                 SLICE_ARG(buf_slice(&other)));
    }
    buf_release(&one);
    buf_release(&other);
}

static void what_is_no_text_has_no_slug(void **state)
{
    (void)state;
    static const char *const texts[] = { "a\xFF", "\x80", "abc \xC3", "한\xED\xA0\x80" };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        assert_slice_equal(slug_make(&arena, slice_of(texts[i])), "");
    }
    arena_release(&arena);
}

static void the_short_way_is_no_other(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 1000);
    for (int32_t c = 1; c < 0x20000; c++) {
        if (c >= 0xD800 && c <= 0xDFFF) {
            continue;
        }
        buf_clear(&text);
        utf8_put(&text, c);
        buf_puts(&text, "a");
        utf8_put(&text, c);
        utf8_put(&text, c);
        buf_puts(&text, " \xEA\xB0\x80");
        utf8_put(&text, c);
        expect_same(buf_slice(&text), LIMIT_SLUG);
    }
    unsigned dice = 1;
    for (size_t round = 0; round < 20000; round++) {
        static const char *const pieces[] = { "a",  "Zz", "9", "'", " ",  "-",  "é",
                                              "ß",  "İ",  "Й", "ΐ", "ệ",  "가", "한",
                                              "か", "が", "’", "…", "東", "²" };
        buf_clear(&text);
        for (size_t count = round % 120; count > 0; count--) {
            dice = dice * 1103515245 + 12345;
            buf_puts(&text, pieces[dice / 65536 % ARRAY_LENGTH(pieces)]);
        }
        if (text.len > 0) {
            expect_same(buf_slice(&text), 1 + round % LIMIT_SLUG);
        }
    }
    buf_release(&text);
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
        cmocka_unit_test(the_short_way_is_no_other),
        cmocka_unit_test(what_is_no_text_has_no_slug),
        cmocka_unit_test(a_long_text_is_bounded_and_fixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
