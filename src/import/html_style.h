/* html_style.h: what classes and style attributes of an element say. Layer: import (includes
 * base/).
 */
#ifndef MATINEE_IMPORT_HTML_STYLE_H
#define MATINEE_IMPORT_HTML_STYLE_H

#include "import/html_tree.h"

/** The element makes its text bold, underlined or large, by its name or, when it is an inline
 * element, by its style. */
bool html_style_stands_out(const struct html_node *node);
/** The jump break of a blog, `Read more` on its front page: Blogger's `a name=more`, WordPress's
 * comment and what it makes of it. */
bool html_style_is_jump_break(const struct html_node *node);
/** The element is there and not shown. */
bool html_style_is_hidden(const struct html_node *node);
/** The element holds the caption of an image. */
bool html_style_is_caption(const struct html_node *node);
/** The language of code in a pre, as its classes name it (`brush: xml`, `language-c`), in `arena`;
 * empty when none does. */
slice html_style_language(struct arena *arena, const struct html_node *node);

#endif
