#include "words.h"

#include "base/arena.h"
#include "base/slice_map.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- dice ---------------------------------------------------------------------------------------
 */

static uint64_t dice_state = 7;

uint64_t dice_roll(void)
{
    uint64_t z = dice_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

size_t dice_below(size_t count)
{
    return (size_t)((dice_roll() >> 32) * count >> 32);
}

size_t dice_between(size_t first, size_t last)
{
    return first + dice_below(last - first + 1);
}

static bool is_among(const size_t *numbers, size_t count, size_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] == number) {
            return true;
        }
    }
    return false;
}

void dice_sample(size_t *out, size_t count, size_t total)
{
    for (size_t i = 0; i < count;) {
        const size_t number = dice_below(total);
        if (!is_among(out, i, number)) {
            out[i++] = number;
        }
    }
}

/* --- how often ----------------------------------------------------------------------------------
 */

static void *allocate(size_t count, size_t size)
{
    void *room = calloc(count, size);
    if (room == NULL) {
        (void)fputs("there is no memory for words\n", stderr);
        exit(1);
    }
    return room;
}

void spread_make(struct spread *spread, size_t count)
{
    uint64_t sum = 0;
    spread->count = count;
    spread->sums = allocate(count, sizeof *spread->sums);
    for (size_t i = 0; i < count; i++) {
        sum += (UINT64_C(1) << 40) / (10 * i + 37); /* 1 / (rank + 2.7), in whole numbers */
        spread->sums[i] = sum;
    }
}

size_t spread_any(const struct spread *spread)
{
    const uint64_t at = dice_roll() % spread->sums[spread->count - 1];
    size_t first = 0;
    size_t end = spread->count - 1;
    while (first < end) {
        const size_t middle = (first + end) / 2;
        if (spread->sums[middle] > at) {
            end = middle;
        } else {
            first = middle + 1;
        }
    }
    return first;
}

void spread_sample(const struct spread *spread, size_t *out, size_t count)
{
    for (size_t i = 0; i < count;) {
        const size_t number = spread_any(spread);
        if (!is_among(out, i, number)) {
            out[i++] = number;
        }
    }
}

/* --- Latin letters ------------------------------------------------------------------------------
 */

static const char *const onsets[] = { "b", "br", "ch", "d", "f", "g", "gr", "h", "j", "k",
                                      "l", "m",  "n",  "p", "r", "s", "st", "t", "w", "v" };
static const char *const vowels[] = { "a", "e", "i", "o", "u", "ai", "ea", "ou" };
static const char *const codas[] = { "", "", "n", "r", "l", "st", "m", "ck" };
static const char *const accents[] = { "é", "ö", "ā", "ñ" };

/* One part after the other: the order in which arguments are made is not defined. */
static void put_open(struct buf *out)
{
    buf_puts(out, DICE_ANY(onsets));
    buf_puts(out, dice_below(50) == 0 ? DICE_ANY(accents) : DICE_ANY(vowels));
}

static void put_latin(struct buf *out, size_t syllables)
{
    for (size_t left = syllables; left > 0; left--) {
        put_open(out);
        buf_puts(out, DICE_ANY(codas));
    }
}

static void put_plain(struct buf *out, size_t rank)
{
    (void)rank;
    put_latin(out, dice_between(1, 3));
}

static void put_english(struct buf *out, size_t rank)
{
    if (rank < 120) {
        put_open(out);
    } else {
        put_latin(out, rank < 400 ? 1 : rank < 4000 ? dice_between(1, 2) : dice_between(2, 3));
    }
}

/* --- Hangul -------------------------------------------------------------------------------------
 */

enum { HANGUL_FIRST = 0xAC00, HANGUL_VOWELS = 21, HANGUL_FINALS = 28 };

/* A part of a syllable: its number in Unicode, and how it is romanised. */
struct jamo {
    int32_t index;
    const char *latin;
};

static const struct jamo initials[] = { { 0, "g" },  { 2, "n" },   { 3, "d" }, { 5, "r" },
                                        { 6, "m" },  { 7, "b" },   { 9, "s" }, { 11, "" },
                                        { 12, "j" }, { 14, "ch" }, { 18, "h" } };
static const struct jamo middles[] = { { 0, "a" },  { 1, "ae" },  { 4, "eo" },
                                       { 5, "e" },  { 6, "yeo" }, { 8, "o" },
                                       { 13, "u" }, { 18, "eu" }, { 20, "i" } };
static const struct jamo lasts[] = { { 0, "" },  { 0, "" },  { 0, "" },   { 0, "" },   { 1, "k" },
                                     { 4, "n" }, { 8, "l" }, { 16, "m" }, { 21, "ng" } };
static const char *const endings[] = { "",   "",     "은",   "는",   "이",  "가",   "을",
                                       "를", "에",   "의",   "도",   "로",  "에서", "와",
                                       "만", "했다", "하는", "하고", "이다" };

void words_put_syllable(struct buf *hangul, struct buf *latin)
{
    const struct jamo *initial = &DICE_ANY(initials);
    const struct jamo *middle = &DICE_ANY(middles);
    const struct jamo *last = &DICE_ANY(lasts);
    utf8_put(hangul, HANGUL_FIRST +
                         (initial->index * HANGUL_VOWELS + middle->index) * HANGUL_FINALS +
                         last->index);
    if (latin != NULL) {
        buf_printf(latin, "%s%s%s", initial->latin, middle->latin, last->latin);
    }
}

static void put_korean(struct buf *out, size_t rank)
{
    const size_t syllables = rank < 100 ? 1 : rank < 3000 ? 2 : dice_between(2, 3);
    for (size_t i = 0; i < syllables; i++) {
        words_put_syllable(out, NULL);
    }
}

const char *words_any_ending(void)
{
    return DICE_ANY(endings);
}

/* --- vocabularies -------------------------------------------------------------------------------
 */

static void make(struct words *words, size_t count, void (*put)(struct buf *out, size_t rank))
{
    struct arena arena;
    struct slice_map known;
    struct buf word;
    arena_init(&arena);
    slice_map_init(&known, &arena);
    buf_init(&word, WORD_BYTES);
    words->items = allocate(count, sizeof *words->items);
    words->count = 0;
    while (words->count < count) {
        char *item = words->items[words->count];
        buf_clear(&word);
        put(&word, words->count);
        memcpy(item, buf_slice(&word).ptr, word.len);
        if (slice_map_claim(&known, (slice){ item, word.len }, item)) {
            words->count++;
        } else {
            memset(item, 0, WORD_BYTES);
        }
    }
    buf_release(&word);
    slice_map_release(&known);
    arena_release(&arena);
}

void words_make_plain(struct words *words, size_t count)
{
    make(words, count, put_plain);
}

void words_make_english(struct words *words, size_t count)
{
    make(words, count, put_english);
}

void words_make_korean(struct words *words, size_t count)
{
    make(words, count, put_korean);
}

void words_release(struct words *words)
{
    free(words->items);
}
