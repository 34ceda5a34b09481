/* phrase.h: looking at a line of prose: its dashes, quotation marks, words, its end.
 * Layer: import (includes base/). Lines are as post.h says of a block's text. */
#ifndef MATINEE_IMPORT_PHRASE_H
#define MATINEE_IMPORT_PHRASE_H

#include "base/attributes.h"
#include "base/slice.h"

#include <stdint.h>

/** The first code point of `s`, or 0 when it is empty. */
int32_t phrase_first(slice s);
/** Bytes of the dash that `s` begins with (hyphen, en or em dash, bar, minus, `--`), or 0. */
size_t phrase_dash(slice s);
/** Position of the first dash with a blank on both sides, or `s.len`. */
size_t phrase_find_dash(slice s);

/** A line that begins with a quotation mark. */
struct quoted {
    slice inside; /* what is said, without the marks, blanks trimmed */
    slice rest;   /* what follows the closing mark, blanks trimmed */
};
/**
 * Split `s` when it begins with an opening quotation mark of any kind and has a closing one of that
 * kind with nothing, a dash or a bracket behind it; the first such mark is the closing one, so that
 * apostrophes and quotations inside do no harm.
 */
MUST_USE bool phrase_quoted(slice s, struct quoted *out);
/** `s` without the quotation marks around it, when there is a pair around all of it. */
slice phrase_unquoted(slice s);

/** Take the next word, what stands between blanks, off `*rest`. False at the end. */
bool phrase_next_word(slice *rest, slice *word);
/** `word` without punctuation at its ends and without a final 's: what a name list holds. */
slice phrase_bare(slice word);
/** True when the first letter or digit of `word`, after opening marks, is a capital letter. */
bool phrase_is_capital(slice word);
/** True when `word` ends a sentence: a full stop (of no abbreviation or initial), `!`, `?` or `…`,
 * closing marks after it allowed. */
bool phrase_ends_sentence(slice word);
/** True when the line ends in punctuation that a heading does not end in. */
bool phrase_ends_like_prose(slice s);

/** True when `s` starts with `prefix`, ASCII case ignored. */
bool phrase_starts_with(slice s, slice prefix);
/** True when `s` holds `word` between characters that are no ASCII letters, case ignored. */
bool phrase_has_word(slice s, slice word);
/** Equal when ASCII case is ignored and every kind of quotation mark counts as none. */
bool phrase_same_title(slice a, slice b);
/** Bytes at the start of `line` that spell `title`, compared in that way, and end at a word's end;
 * 0 when it begins otherwise or `title` is empty. */
size_t phrase_title_prefix(slice line, slice title);

/** A bracketed part at the end: `X (Y)` gives `X` and `Y`. False when there is none. */
MUST_USE bool phrase_split_bracket(slice s, slice *before, slice *inside);
/** True when all four bytes are digits that make a year of films: 1870 to 2199. */
bool phrase_is_year(slice s);
/** The first year in `s` that stands by itself, or the empty slice. */
slice phrase_find_year(slice s);

#endif
