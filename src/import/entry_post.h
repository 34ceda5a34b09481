/* entry_post.h: an entry of a feed as a post. Layer: import (includes base/). */
#ifndef MATINEE_IMPORT_ENTRY_POST_H
#define MATINEE_IMPORT_ENTRY_POST_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "import/entry.h"
#include "import/post.h"
#include "import/report.h"

/** A value of an entry as one line: the words of it when it is HTML, its blanks single ones, in
 * NFC, without control characters. In `arena`. */
slice entry_words(struct arena *arena, slice value, bool is_html);

/** A moment of an entry without fractions of a second, which nobody who writes needs. */
slice entry_whole_seconds(struct arena *arena, slice moment);

/**
 * Read `entry`, of the input `path`, into `*post`, which lives in `arena` and borrows from the
 * entry: title, address, date, labels, and its content, or where there is none its summary, as
 * blocks. What has no form in a post is in `report`. False, with an error in `diags`, as html_read
 * says.
 */
MUST_USE bool entry_to_post(struct arena *arena, const struct entry *entry, slice path,
                            struct post *post, struct report *report, struct diags *diags);

#endif
