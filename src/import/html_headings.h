/* html_headings.h: which lines of a post in HTML are headings, and of which level. Layer: import
 * (includes base/).
 *
 * Many blogs have no heading that is marked as one: a line all in bold, underlined or large stands
 * for it. That is one when it reads like a heading and has something below it, unless so much of
 * the post stands out that it says nothing. */
#ifndef MATINEE_IMPORT_HTML_HEADINGS_H
#define MATINEE_IMPORT_HTML_HEADINGS_H

#include "import/post.h"

/** The level of a line that stands out, in a block that is to be fitted. */
enum { HTML_BOLD_LEVEL = 7 };

/**
 * Fit the headings of `post` from block `first` on to two levels, 2 and 3: those that are marked (1
 * to 6) and those that only look like ones (HTML_BOLD_LEVEL), of which the others become
 * paragraphs. Of the other lines `prose` letters were counted, and `stands_out` of those stand out.
 */
void html_headings_fit(struct post *post, size_t first, size_t prose, size_t stands_out);

#endif
