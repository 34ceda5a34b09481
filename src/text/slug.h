/* slug.h: the name that a text has in a URL. Layer: text (includes base/).
 * Format: docs/source-format.md, "Slugs". */
#ifndef MATINEE_TEXT_SLUG_H
#define MATINEE_TEXT_SLUG_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/slice.h"

/**
 * Append the slug of `text`: NFKC, case folded, accents taken off Latin, Greek and Cyrillic letters
 * only, letters and digits of every script kept, every run of anything else a single `-`, none at
 * the ends, at most `max` bytes cut after a whole word where there is one.
 *
 * A pure function of `text`, and its own fixed point: slug(slug(x)) = slug(x). Appends nothing when
 * the text holds no letter and no digit (an emoji, say); the caller decides what to do then.
 */
void slug_put(struct buf *out, slice text, size_t max);
/** The slug with LIMIT_SLUG, in `arena`. */
slice slug_make(struct arena *arena, slice text);
/**
 * The same, never empty: a text without letters and digits gets `x` and its code points in
 * hexadecimal, with hyphens between them (a film reel: `x1f39e`). Variation selectors do not count:
 * they choose how a sign is drawn.
 */
slice slug_make_never_empty(struct arena *arena, slice text);

#endif
