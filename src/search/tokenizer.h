/* tokenizer.h: a text as the words that are searched for. Layer: search (includes base/).
 *
 * A word is a run of letters and digits of any script. Case, width and ligatures do not matter
 * (NFKC, case folded), nor do accents on Latin, Greek and Cyrillic letters: the same that slugs are
 * made with (text/slug.h).
 *
 * Korean, Japanese and Chinese are searched for by any part of a word, for there the words that
 * people look for stand inside of others: a run of their letters becomes its pieces of two,
 * `번방의` is `번방`, `방의`. Its last letter is kept beside the last piece, so every letter begins
 * some piece, and one letter alone is found as the beginning of a piece. In a query the pieces
 * alone are taken, which one after the other are a phrase that is found wherever the word is.
 *
 * What a hyphen or an apostrophe joins is found in parts and in one word: `Hwan-kyung` is `hwan`
 * and `kyung`, with `hwankyung` beside the first of them. */
#ifndef MATINEE_SEARCH_TOKENIZER_H
#define MATINEE_SEARCH_TOKENIZER_H

#include "base/attributes.h"
#include "base/slice.h"

#include <sqlite3.h>

/** The name by which FTS5 knows it: tokenize = '…'. */
#define TOKENIZER_NAME "matinee"

enum tokenizer_use {
    TOKENIZER_TEXT,  /* of what is found */
    TOKENIZER_QUERY, /* of what is looked for: the same without what stands beside others */
};

struct token {
    slice bytes; /* folded, in UTF-8; at most LIMIT_SEARCH_TOKEN, twice that when joined; valid
                    during the call */
    size_t begin, end; /* of what it was made from, in bytes of the text */
    bool beside;       /* at the place of the token before it */
    bool lone;         /* one letter of a script that is looked for in pieces of two */
};

/** What takes the tokens; false ends it. */
typedef bool token_visit(void *context, const struct token *token);

/**
 * Give the tokens of `text` to `visit`, in order. Any bytes are a text: what is not well-formed
 * UTF-8 is a gap. Text and query are to be in NFC (base/utf8.h) for one to be found by the other.
 * Linear in its length. False when `visit` ended it.
 */
bool tokenizer_run(slice text, enum tokenizer_use use, token_visit *visit, void *context);

/** The FTS5 of a connection; NULL when this SQLite has none. */
fts5_api *tokenizer_api(sqlite3 *database);

/** Make it known to the FTS5 of a connection. False when this SQLite has no FTS5. */
MUST_USE bool tokenizer_register(sqlite3 *database);

#endif
