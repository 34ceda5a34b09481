/* html_media.h: links, images and what is embedded in a post. Layer: import (includes base/). */
#ifndef MATINEE_IMPORT_HTML_MEDIA_H
#define MATINEE_IMPORT_HTML_MEDIA_H

#include "import/html_builder.h"

/** An `a` begins and ends: its text stands in the paragraph, and is the label of the link. */
void html_media_begin_link(struct html_builder *builder, size_t i);
void html_media_end_link(struct html_builder *builder, const struct html_node *node);

/** An img: under its alternative text, its larger form when the link around it leads there. */
void html_media_image(struct html_builder *builder, const struct html_node *node);

/** A frame, video, audio or object with all that is in it: a link, or a line in the report. */
void html_media_frame(struct html_builder *builder, size_t i);
/** True when an object has something in it that stands for it. */
bool html_media_is_inside(const struct html_builder *builder, size_t object);

#endif
