/* feed_json.h: Blogger's live feed as JSON (`?alt=json`). Layer: import (includes base/, text/).
 *
 * It is the Atom feed again by a rule: a member with an object is an element, one with a list is
 * one element for each, one with a text is an attribute, `$t` is the text, and `$` in a name stands
 * for the colon. So it is turned back into the XML that it was made of, entry by entry, and read as
 * feed.h says. */
#ifndef MATINEE_IMPORT_FEED_JSON_H
#define MATINEE_IMPORT_FEED_JSON_H

#include "import/feed.h"

/**
 * As feed_read. An answer has at most 150 entries, so it is read as a whole: more than
 * LIMIT_FEED_JSON bytes, or what takes more than LIMIT_FEED_JSON_MEMORY, is an error, and so is
 * JSON that is no such feed. Entries have the line 1.
 */
MUST_USE bool feed_json_read(struct arena *arena, const struct byte_stream *input,
                             struct feed *feed, entry_visit *visit, void *context,
                             struct diags *diags);

#endif
