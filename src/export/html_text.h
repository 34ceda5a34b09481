/* html_text.h: text inside of an HTML element. Layer: export.
 *
 * HTML, Living Standard of the WHATWG. Whatever the bytes are, what comes out is text. */
#ifndef MATINEE_EXPORT_HTML_TEXT_H
#define MATINEE_EXPORT_HTML_TEXT_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"

/** Append `text` so that it is safe between tags and in an attribute's double quotes. What HTML
 * takes for an error (control characters, noncharacters, ill-formed UTF-8) becomes U+FFFD, a line
 * break or a tab a blank. */
void html_put_escaped(struct buf *out, slice text);

/** The same between tags, with marks: a day (`2025-09-12`) is a time, and what is certain to be in
 * another language than `lang` says so, for voices and fonts: Hangul is Korean, kana are Japanese.
 */
void html_put_text(struct buf *out, slice text, slice lang);

/** True when some of `text` is written from right to left. */
bool html_has_right_to_left(slice text);

/** True when the language tag `lang` (BCP 47) is of the language `primary`. */
bool html_is_language(slice lang, slice primary);
/** The same for one of the languages that are written from right to left. */
bool html_is_right_to_left(slice lang);

#endif
