/* image_data.h: pictures that are part of their own address (data:, RFC 2397). Layer: import
 * (includes base/, text/). */
#ifndef MATINEE_IMPORT_IMAGE_DATA_H
#define MATINEE_IMPORT_IMAGE_DATA_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/slice.h"

/** True when `url` is an address of that kind. */
bool image_data_is(slice url);
/** The bytes that the data: address `url` stands for, in `arena`. What it says about their type is
 * not believed. False when they cannot be read, or there are none, or more than `max`. */
MUST_USE bool image_data_read(struct arena *arena, slice url, size_t max, slice *bytes);

#endif
