/* image_name.h: what a stored picture is called, and whether it is one. Layer: import (includes
 * base/, text/). */
#ifndef MATINEE_IMPORT_IMAGE_NAME_H
#define MATINEE_IMPORT_IMAGE_NAME_H

#include "base/arena.h"
#include "base/slice.h"

/**
 * The name, without extension, that the web address `url` gives its picture: a slug of the last
 * part of its path. Empty when that tells nothing: only digits, or what a machine made up. Holds
 * letters and digits of any script and single hyphens, at most LIMIT_IMAGE_NAME bytes; never a dot
 * or a slash.
 */
slice image_name_of_url(struct arena *arena, slice url);
/** The same of any text: of a review's name. Never empty. */
slice image_name_of_text(struct arena *arena, slice text);

/** The extension of files of the media type `type`, which a capsule may hold as a picture; empty
 * for all others. */
slice image_extension(slice type);
/**
 * True when the SVG `bytes` is a drawing and nothing else. An SVG file is a document that browsers
 * run scripts of: with scripts, foreign parts, entities or character references, which could hide
 * them, it is not stored.
 */
bool image_svg_is_plain(slice bytes);

#endif
