/* short_entry.h: entries of feeds that do not hold the whole post. Layer: mirror (includes base/,
 * import/). */
#ifndef MATINEE_MIRROR_SHORT_ENTRY_H
#define MATINEE_MIRROR_SHORT_ENTRY_H

#include "import/entry.h"

/**
 * True when the feed holds no more than the beginning of the post, so that its page has to be
 * fetched: there is no content, or it ends with a link to the rest of the post, or with the sign
 * that WordPress puts where it cuts. A post of Blogger with neither content nor summary is empty.
 */
bool short_entry(const struct entry *entry, bool is_blogger);

#endif
