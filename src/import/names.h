/* names.h: which words of a post are names. Layer: import (includes base/).
 *
 * A capital letter begins a sentence or a name. Where punctuation does not tell which (a quote's
 * attribution with the commentary run on behind it), the rest of the post does: a word that has a
 * capital in the middle of sentences is a name, one that also occurs without is none. */
#ifndef MATINEE_IMPORT_NAMES_H
#define MATINEE_IMPORT_NAMES_H

#include "base/arena.h"
#include "base/slice.h"
#include "import/post.h"

struct words {
    slice *items;
    size_t count, capacity;
};

struct names {
    struct words capital; /* sorted: seen with a capital inside a sentence, or given as a name */
    struct words small;   /* sorted: seen in lower case */
};

/** Gather the words of `post`. Everything borrows from the post or lives in `arena`. */
void names_gather(struct arena *arena, const struct post *post, struct names *names);

/** The word (as it stands, punctuation around it allowed) is one of the post's names. */
bool names_has(const struct names *names, slice word);
/** The post writes the word without a capital somewhere. */
bool names_is_ordinary(const struct names *names, slice word);
/** A pronoun, an article or the like, which with a capital begins a sentence: He, The, When. */
bool names_is_starter(slice word);

#endif
