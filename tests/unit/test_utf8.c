#include "check.h"

#include "base/attributes.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static void finds_the_first_ill_formed_byte(void **state)
{
    (void)state;
    static const struct {
        slice text;
        size_t at;
    } cases[] = {
        { SLICE_INIT(""), 0 },
        { SLICE_INIT("plain"), 5 },
        { SLICE_INIT("예시 🎬 é"), sizeof "예시 🎬 é" - 1 },
        { SLICE_INIT("a\x80"), 1 },            /* a lone continuation */
        { SLICE_INIT("ab\xC3"), 2 },           /* cut short */
        { SLICE_INIT("\xC0\xAF"), 0 },         /* an over-long slash */
        { SLICE_INIT("x\xED\xA0\x80y"), 1 },   /* a surrogate */
        { SLICE_INIT("\xF4\x90\x80\x80"), 0 }, /* above U+10FFFF */
        { SLICE_INIT("\xFF"), 0 },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        assert_int_equal(utf8_find_invalid(cases[i].text), cases[i].at);
    }
}

/* Every sequence of two and of three bytes, and those of four that start near an edge. */
static void decodes_as_utf8proc_does(void **state)
{
    (void)state;
    static const unsigned char edges[] = { 0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F,
                                           0xA0, 0xBF, 0xC0, 0xE0, 0xF0, 0xFF };
    for (unsigned first = 0x80; first <= 0xFF; first++) {
        for (unsigned second = 0; second <= 0xFF; second++) {
            for (size_t i = 0; i < ARRAY_LENGTH(edges) * ARRAY_LENGTH(edges); i++) {
                const char bytes[] = { (char)first, (char)second,
                                       (char)edges[i / ARRAY_LENGTH(edges)],
                                       (char)edges[i % ARRAY_LENGTH(edges)] };
                for (size_t length = 1; length <= sizeof bytes; length++) {
                    slice rest = { bytes, length };
                    int32_t c = 0;
                    int32_t expected = 0;
                    utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)bytes,
                                                             (utf8proc_ssize_t)length, &expected);
                    assert_int_equal(utf8_find_invalid(rest) == 0, used <= 0);
                    assert_true(utf8_next(&rest, &c));
                    assert_int_equal(c, used <= 0 ? 0xFFFD : expected);
                    assert_int_equal(length - rest.len, used <= 0 ? 1 : used);
                }
            }
        }
    }
}

/* A byte that is not plain ASCII is found wherever it is, and whatever stands around it. */
static void measures_runs(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte <= 0xFF; byte++) {
        bool plain = byte >= ' ' && byte <= '~';
        for (size_t length = 1; length <= 20; length++) {
            for (size_t at = 0; at < length; at++) {
                char *text = malloc(length); /* just so large: reading past it is noticed */
                memset(text, at % 2 ? ' ' : '~', length);
                text[at] = (char)byte;
                assert_int_equal(utf8_plain_run((slice){ text, length }), plain ? length : at);
                assert_int_equal(utf8_is_ascii((slice){ text, length }), byte < 0x80);
                free(text);
            }
        }
    }
    assert_int_equal(utf8_plain_run(SLICE_EMPTY), 0);
    assert_true(utf8_is_ascii(SLICE_EMPTY));
}

static void walks_code_points(void **state)
{
    (void)state;
    slice rest = SLICE("a\xFF"
                       "한");
    int32_t c = 0;
    assert_true(utf8_next(&rest, &c));
    assert_int_equal(c, 'a');
    assert_true(utf8_next(&rest, &c));
    assert_int_equal(c, 0xFFFD);
    assert_true(utf8_next(&rest, &c));
    assert_int_equal(c, 0xD55C);
    assert_false(utf8_next(&rest, &c));
    assert_int_equal(utf8_length(SLICE("한글 ok")), 5);
    assert_int_equal(utf8_width(0xD55C), 2);
    assert_int_equal(utf8_width(0x301), 0);
}

static void composes(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    slice ascii = SLICE("plain");
    assert_ptr_equal(utf8_nfc(&arena, ascii).ptr, ascii.ptr);
    slice composed = SLICE("é한");
    assert_ptr_equal(utf8_nfc(&arena, composed).ptr, composed.ptr);
    /* e + acute; the three pieces of 한 */
    assert_slice_equal(utf8_nfc(&arena, SLICE("e\xCC\x81\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB")),
                       "é한");
    int32_t room[16];
    assert_ptr_equal(utf8_nfc_in(ascii, room, 0).ptr, ascii.ptr);
    assert_slice_equal(utf8_nfc_in(SLICE("/e\xCC\x81"), room, ARRAY_LENGTH(room)), "/é");
    assert_slice_equal(utf8_nfc_in(SLICE("/e\xCC\x81"), room, 3), "/e\xCC\x81");
    arena_release(&arena);
}

static void counts_words(void **state)
{
    (void)state;
    static const struct {
        slice text;
        size_t words;
    } cases[] = {
        { SLICE_INIT(""), 0 },
        { SLICE_INIT("  — … "), 0 },
        { SLICE_INIT("one"), 1 },
        { SLICE_INIT("one two"), 2 },
        { SLICE_INIT("don't stop"), 2 },
        { SLICE_INIT("a—b"), 1 },
        { SLICE_INIT("7번방의 선물"), 2 },
        { SLICE_INIT("line\nnext"), 2 },
        { SLICE_INIT("a\xC2\xA0"
                     "b"),
          2 },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        assert_int_equal(utf8_count_words(cases[i].text), cases[i].words);
    }
}

static size_t count_one_by_one(slice s)
{
    size_t words = 0;
    bool counted = false;
    int32_t c = 0;
    while (utf8_next(&s, &c)) {
        if (c <= ' ' || utf8_class(c) == UTF8_SPACE) {
            counted = false;
        } else if (utf8_class(c) == UTF8_LETTER && !counted) {
            counted = true;
            words++;
        }
    }
    return words;
}

/* Pieces of all kinds in all places of the eight bytes that are counted at once. */
static void counts_words_in_any_place(void **state)
{
    (void)state;
    static const char *const pieces[] = { "a",
                                          "Z",
                                          "0",
                                          "9",
                                          " ",
                                          " ",
                                          "\n",
                                          "\t",
                                          ".",
                                          "-",
                                          "@",
                                          "[",
                                          "`",
                                          "{",
                                          "/",
                                          ":",
                                          "\x7F",
                                          "é",
                                          "한",
                                          "—",
                                          "\xC2\xA0",
                                          "\xE3\x80\x80",
                                          "\xCC\x81",
                                          "🎬",
                                          "several words, in one" };
    unsigned dice = 1;
    for (size_t round = 0; round < 20000; round++) {
        struct buf made;
        buf_init(&made, 10000);
        for (size_t count = round % 40; count > 0; count--) {
            dice = dice * 1103515245 + 12345;
            buf_puts(&made, pieces[dice / 65536 % ARRAY_LENGTH(pieces)]);
        }
        char *exact = malloc(made.len + 1); /* reading past its end is noticed */
        if (made.len > 0) {
            memcpy(exact + 1, made.ptr, made.len);
        }
        slice text = { exact + 1, made.len };
        assert_int_equal(utf8_count_words(text), count_one_by_one(text));
        free(exact);
        buf_release(&made);
    }
}

static void cuts_between_code_points(void **state)
{
    (void)state;
    assert_slice_equal(utf8_head(SLICE("a한b"), 3), "a");
    assert_slice_equal(utf8_head(SLICE("a한b"), 4), "a한");
    assert_slice_equal(utf8_head(SLICE("ab"), 9), "ab");
    assert_slice_equal(utf8_head(SLICE("한"), 0), "");
}

/* What utf8proc makes of `text`, without any look beforehand. */
static bool is_nfc_of(slice text, slice normal)
{
    utf8proc_uint8_t *composed = NULL;
    utf8proc_ssize_t length =
        utf8proc_map((const utf8proc_uint8_t *)text.ptr, (utf8proc_ssize_t)text.len, &composed,
                     (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    bool same = length >= 0 && slice_equal(normal, (slice){ (char *)composed, (size_t)length });
    free(composed);
    return same;
}

/* Every code point alone and behind letters that others join: the quick look is never wrong. */
static void finds_nfc_for_every_code_point(void **state)
{
    (void)state;
    static const int32_t before[] = { 'a', 0x41A, 0x304B, 0xAC00, 0x1100, 0x9FFF };
    for (int32_t c = 1; c <= 0x10FFFF; c++) {
        struct arena arena;
        struct buf text;
        if (c >= 0xD800 && c <= 0xDFFF) {
            continue;
        }
        arena_init(&arena);
        buf_init(&text, 100);
        utf8_put(&text, c);
        for (size_t i = 0; i < (c < 0x20000 ? ARRAY_LENGTH(before) : 0); i++) {
            utf8_put(&text, before[i]);
            utf8_put(&text, c);
        }
        assert_true(is_nfc_of(buf_slice(&text), utf8_nfc(&arena, buf_slice(&text))));
        int32_t room[256];
        assert_true(2 * text.len + 1 <= ARRAY_LENGTH(room));
        assert_true(
            is_nfc_of(buf_slice(&text), utf8_nfc_in(buf_slice(&text), room, 2 * text.len + 1)));
        buf_release(&text);
        arena_release(&arena);
    }
}

/* What does not stand alone, in all orders, between what does and what does not. */
static void composes_part_by_part(void **state)
{
    (void)state;
    static const int32_t points[] = {
        'a',    'e',    ' ',    0xE9,   0x301,  0x327,  0x323,   0x345,  0x3B1, 0x3CE,
        0x1100, 0x1161, 0x11A8, 0xAC00, 0xAC01, 0x304B, 0x3099,  0x30FB, 0x915, 0x93C,
        0x94D,  0x958,  0x212B, 0x2126, 0x2ADC, 0xF900, 0x1F3AC, 0xFE0F, 0xE31, 0xE38,
    };
    unsigned dice = 1;
    for (size_t round = 0; round < 50000; round++) {
        struct arena arena;
        struct buf made;
        /* Some are longer than what is composed without memory. */
        size_t count = round % 500 == 0 ? 300 : round % 12;
        size_t kinds = round % 500 == 0 ? 6 : ARRAY_LENGTH(points);
        arena_init(&arena);
        buf_init(&made, 2000);
        while (count-- > 0) {
            dice = dice * 1103515245 + 12345;
            utf8_put(&made, points[ARRAY_LENGTH(points) - 1 - dice / 65536 % kinds]);
        }
        slice text = buf_slice(&made);
        slice normal = utf8_nfc(&arena, text);
        if (!is_nfc_of(text, normal) || (slice_equal(text, normal) && text.ptr != normal.ptr)) {
            fail_msg("%.*s became %.*s", SLICE_ARG(text), SLICE_ARG(normal));
        }
        buf_release(&made);
        arena_release(&arena);
    }
}

static enum utf8_class class_by_category(int32_t c)
{
    static const char *const names[] = {
        [UTF8_LETTER] = "L N", [UTF8_MARK] = "M", [UTF8_SPACE] = "Z"
    };
    const char *category = utf8proc_category_string(c);
    for (int class = UTF8_LETTER; class <= UTF8_SPACE; class ++) {
        if (strchr(names[class], category[0]) != NULL) {
            return (enum utf8_class) class;
        }
    }
    return c == '\t' ? UTF8_SPACE : UTF8_OTHER;
}

/* The short ways give what the tables of Unicode say. */
static void classifies_as_unicode_does(void **state)
{
    (void)state;
    for (int32_t c = 0; c <= 0x10FFFF; c++) {
        assert_int_equal(utf8_class(c), class_by_category(c));
        assert_false(utf8_stands_alone(c) && utf8_class(c) == UTF8_MARK);
    }
}

static void classifies(void **state)
{
    (void)state;
    assert_int_equal(utf8_class('7'), UTF8_LETTER);
    assert_int_equal(utf8_class(0xD55C), UTF8_LETTER);
    assert_int_equal(utf8_class(0x301), UTF8_MARK);
    assert_int_equal(utf8_class(0xA0), UTF8_SPACE);
    assert_int_equal(utf8_class('\t'), UTF8_SPACE);
    assert_int_equal(utf8_class(0x1F3AC), UTF8_OTHER);
    assert_true(utf8_is_upper(0xC9));
    assert_false(utf8_is_upper(0xD55C));
    assert_true(utf8_is_control(0x1B));
    assert_true(utf8_is_control(0x85));
    assert_true(utf8_is_control(0x2028));
    assert_false(utf8_is_control('\t'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_first_ill_formed_byte),
        cmocka_unit_test(decodes_as_utf8proc_does),
        cmocka_unit_test(measures_runs),
        cmocka_unit_test(walks_code_points),
        cmocka_unit_test(composes),
        cmocka_unit_test(composes_part_by_part),
        cmocka_unit_test(counts_words),
        cmocka_unit_test(counts_words_in_any_place),
        cmocka_unit_test(cuts_between_code_points),
        cmocka_unit_test(classifies),
        cmocka_unit_test(classifies_as_unicode_does),
        cmocka_unit_test(finds_nfc_for_every_code_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
