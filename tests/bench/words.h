/* words.h: dice, and words of languages that nobody speaks, the same on every machine.
 *
 * How often a word is used is as in real text (Zipf, Mandelbrot): the most frequent one twelve
 * times as often as the fiftieth, and most of them seldom, which is what an index of words has to
 * bear. */
#ifndef MATINEE_TESTS_BENCH_WORDS_H
#define MATINEE_TESTS_BENCH_WORDS_H

#include "base/buf.h"

#include <stdint.h>

enum { WORD_BYTES = 96 };

/* --- dice --- */

/** The next number of the one row there is (SplitMix64). */
uint64_t dice_roll(void);
/** From 0 to `count` - 1. */
size_t dice_below(size_t count);
size_t dice_between(size_t first, size_t last);
/** `count` different numbers below `total`. */
void dice_sample(size_t *out, size_t count, size_t total);

#define DICE_ANY(array) ((array)[dice_below(ARRAY_LENGTH(array))])

/* --- how often --- */

/** Numbers below `count`, the lower ones more often. */
struct spread {
    uint64_t *sums; /* of the weights so far */
    size_t count;
};

void spread_make(struct spread *spread, size_t count);
size_t spread_any(const struct spread *spread);
/** `count` different ones, far fewer than there are. */
void spread_sample(const struct spread *spread, size_t *out, size_t count);

/* --- words --- */

/** A vocabulary, the most frequent words first; none is there twice. */
struct words {
    char (*items)[WORD_BYTES];
    size_t count;
};

/** Of syllables in Latin letters; one in fifty has an accent. */
void words_make_plain(struct words *words, size_t count);
/** The same, frequent words shorter, as long as those of English. */
void words_make_english(struct words *words, size_t count);
/** Stems of Hangul, of one to three syllables. */
void words_make_korean(struct words *words, size_t count);
/** What stands behind a stem: a particle, the end of a verb, or nothing. */
const char *words_any_ending(void);
void words_release(struct words *words);

/** Append a syllable of Hangul to one, and how it is romanised to the other. */
void words_put_syllable(struct buf *hangul, struct buf *latin);

#endif
