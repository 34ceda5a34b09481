/* sounds.h: how a name sounds, so far as its spelling tells. Layer: text (includes base/).
 *
 * Korean names are written in Latin letters in many ways: Jung and Jeong are one, Lee, Yi and Rhee.
 * A vowel of one spelling stands for several of Hangul, so a spelling is taken as all that it may
 * stand for; two are alike when there is something that both may be. That is no equivalence (Jun is
 * like Joon and like Jeon, which are not like each other), so names are compared in pairs; those
 * that can be alike have one skeleton, which is for finding them. Names of other languages go
 * through the same: letters that sound alike (Stephen, Steven) are one. */
#ifndef MATINEE_TEXT_SOUNDS_H
#define MATINEE_TEXT_SOUNDS_H

#include "base/limits.h"
#include "base/slice.h"

#include <stdint.h>

/** A vowel: the set of those of Hangul it may be. Anything else: a number above all such sets. */
typedef uint32_t sound;

/* A letter has at most two, and a syllable of Hangul, of three bytes, three. */
enum { SOUNDS_MOST = 2 * LIMIT_SLUG };

struct sounds {
    sound items[SOUNDS_MOST];
    size_t count;
};

/** Add the sounds of a part of a slug, which has no hyphen. `family` is true where a family name
 * stands: some have spellings of their own. What is past SOUNDS_MOST is passed over. */
void sounds_add(struct sounds *sounds, slice part, bool family);
/** A hash of what is the same in all names that are like this one. */
uint64_t sounds_skeleton(const struct sounds *sounds);
/** True when both may be one name. */
bool sounds_alike(const struct sounds *a, const struct sounds *b);

#endif
