/* html_guard.h: what would cost the HTML parser more than linear time. Layer: import (includes
 * base/). */
#ifndef MATINEE_IMPORT_HTML_GUARD_H
#define MATINEE_IMPORT_HTML_GUARD_H

#include "base/arena.h"
#include "base/slice.h"

/**
 * `text` without the attributes of an element behind its first LIMIT_HTML_ATTRIBUTES, which the
 * parser would compare with each other: blanks stand for them. `text` itself when there are none,
 * which is so on every real page; else a copy in `arena`.
 */
slice html_guard_attributes(struct arena *arena, slice text);

#endif
