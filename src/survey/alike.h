/* alike.h: people whose names are spelt in two ways, as it seems. Layer: survey (includes base/,
 * model/).
 *
 * Nobody can tell from names alone, so these are questions for the author. Two names in the cast of
 * one review are two people. Names are not compared each with each: what is alike meets in a sorted
 * table of keys, and of those under one key each is compared with LIMIT_ALIKE_COMPARED others, so
 * it takes n log n time. */
#ifndef MATINEE_SURVEY_ALIKE_H
#define MATINEE_SURVEY_ALIKE_H

#include "model/facet.h"

enum alike_why {
    ALIKE_DIVIDED, /* the same letters: "Jung Jinyoung" */
    ALIKE_SOUND,   /* "Jeong Jin-young", or in Hangul (sounds.h) */
    ALIKE_ORDER,   /* "Jin-young Jung", however it is spelt */
    ALIKE_LETTER,  /* one letter of a long word: "Hitchock" */
};

/** Two values of a facet; `a` is the one that more reviews have, else the first by slug. */
struct alike {
    const struct facet_value *a;
    const struct facet_value *b;
    enum alike_why why;
};

struct alikes {
    struct alike *items; /* sorted by the slugs of `a`, then of `b`; each pair once */
    size_t count, capacity;
};

/** Find those among `people`. `out` is in `arena`. */
void alike_find(struct arena *arena, const struct facet *people, struct alikes *out);

/** Why two slugs seem to be of one name; false when they do not. */
bool alike_slugs(slice a, slice b, enum alike_why *why);

#endif
