/* page_text.h: a post that was saved as plain text from a browser. Layer: import (includes base/).
 *
 * Around the post is the site: a skip link, a featured post with its teaser, share buttons, related
 * and popular posts, comments. Inside it the captions of images stand between the paragraphs, most
 * often the title line again and again. Both are dropped, and reported. */
#ifndef MATINEE_IMPORT_PAGE_TEXT_H
#define MATINEE_IMPORT_PAGE_TEXT_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "import/post.h"
#include "import/report.h"

/**
 * Read the page `source` into `*post`, which lives in `arena`.
 *
 * Every line that is not blank is a block. The title is the line that the captions repeat, else the
 * first line of the post. A date on a line of its own next to the title becomes post->published.
 * Line ends may be LF, CRLF or CR; a BOM is dropped; the text is made NFC; no-break and other wide
 * blanks become blanks; control characters do too, with a note in `report`.
 *
 * False, with an error in `diags` that says where, when the file is not UTF-8 text (NUL bytes,
 * ill-formed sequences), has more lines than a review can hold, or when no post is in it. Time O(n
 * log n).
 */
MUST_USE bool page_text_read(struct arena *arena, const struct source *source, struct post *post,
                             struct report *report, struct diags *diags);

#endif
