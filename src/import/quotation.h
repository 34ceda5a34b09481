/* quotation.h: `"line" – speaker, context` with what follows. Layer: import (includes base/).
 *
 * Where the attribution ends. Blogs write it on one line with the commentary behind it, and nothing
 * between the two:
 *
 *     "I promise." – Yong, answering his daughter in the yard Simple and exact, the promise holds.
 *
 * The speaker ends at the first comma (or before a bracket, which then is the context). The context
 * is written in lower case except for names, so it ends before the first capitalised word that is
 * not likely to be a name. Likely names are: words that the post writes with a capital inside
 * sentences, words after a comma, after an article or a preposition that cannot end a phrase (`at`,
 * `of`, `from`, …). Likely beginnings are: pronouns, articles and conjunctions (He, The, When), and
 * words that the post also writes in lower case. Where a sentence ends before such a word is found,
 * the context ends there. When nothing tells, all of a short text is context; of a long one none
 * is, and it is commentary. */
#ifndef MATINEE_IMPORT_QUOTATION_H
#define MATINEE_IMPORT_QUOTATION_H

#include "base/attributes.h"
#include "base/slice.h"
#include "import/names.h"

struct attribution {
    slice speaker;    /* never empty */
    slice context;    /* may be empty */
    slice commentary; /* may be empty */
};

struct quotation {
    slice line; /* what is said, without quotation marks */
    bool attributed;
    struct attribution by;
};

/** Split what follows the dash. False when it does not begin with anything like a speaker. */
MUST_USE bool attribution_parse(slice text, const struct names *names, struct attribution *out);

/**
 * Split a paragraph. In a section of quotes (`among_quotes`) a line in quotation marks without a
 * speaker is a quote too, and so is an unmarked line with a dash and a speaker behind it, and
 * `Speaker: "line"`; elsewhere only what has marks, a dash and a speaker with a context is taken
 * from the prose.
 */
MUST_USE bool quotation_parse(slice text, const struct names *names, bool among_quotes,
                              struct quotation *out);

#endif
