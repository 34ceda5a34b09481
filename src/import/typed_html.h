/* typed_html.h: HTML as it was typed into WordPress. Layer: import (includes base/).
 *
 * What is kept there are the writer's line breaks, which become paragraphs only when the post is
 * shown; an export has it as it is kept. */
#ifndef MATINEE_IMPORT_TYPED_HTML_H
#define MATINEE_IMPORT_TYPED_HTML_H

#include "base/arena.h"
#include "base/slice.h"

/**
 * `html` with the line breaks that mean something as elements: an empty line begins a paragraph, a
 * line break between words is one. Inside of tags, comments and `pre` nothing changes, and nothing
 * at all when the text has paragraphs of its own. `[caption]`, a mark around a picture and its
 * words, becomes a paragraph. In `arena`, unless it is `html` itself. Linear time.
 */
slice typed_html(struct arena *arena, slice html);

#endif
