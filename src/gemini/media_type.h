/* media_type.h: what kind of data a file holds. Layer: gemini (includes base/). */
#ifndef MATINEE_GEMINI_MEDIA_TYPE_H
#define MATINEE_GEMINI_MEDIA_TYPE_H

#include "base/attributes.h"
#include "base/slice.h"

/** Reads libmagic's database once. */
struct media_type_finder;

/** NULL when the database cannot be read; then types come from the extension alone. */
MUST_USE struct media_type_finder *media_type_finder_new(void);
void media_type_finder_free(struct media_type_finder *finder);

/**
 * The media type of the file called `path` whose contents start with `head` (4096 bytes are
 * plenty).
 *
 * A table of extensions comes first, for what content cannot tell (.gmi, .gpub, .md, .csv, .css, …)
 * ; then libmagic; `application/octet-stream` when neither knows. Text gets `; charset=` only when
 * it is not UTF-8 or ASCII. The result is a static string or one that lives as long as `finder`,
 * and never holds a control byte. `finder` may be NULL.
 */
slice media_type_find(struct media_type_finder *finder, slice path, slice head);

#endif
