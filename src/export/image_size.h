/* image_size.h: how large a picture is. Layer: export. */
#ifndef MATINEE_EXPORT_IMAGE_SIZE_H
#define MATINEE_EXPORT_IMAGE_SIZE_H

#include "base/attributes.h"
#include "base/slice.h"

/**
 * Find the width and the height, in pixels, of a picture that starts with `head`: PNG, GIF, JPEG or
 * WebP. False when it is none of them, when `head` ends before they are told, or when one is 0.
 */
MUST_USE bool image_size(slice head, unsigned *width, unsigned *height);

#endif
