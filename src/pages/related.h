/* related.h: reviews to read next. Layer: pages (includes model/). */
#ifndef MATINEE_PAGES_RELATED_H
#define MATINEE_PAGES_RELATED_H

#include "model/capsule.h"

enum { RELATED_MAX = 6 };

/**
 * Fill `found` with visible reviews that are related to `review`, at most RELATED_MAX: those it
 * names, or, when it names none, those that share the most tags with it, newer first. Returns how
 * many there are.
 */
size_t related_find(const struct capsule *capsule, const struct review *review,
                    const struct review *found[RELATED_MAX]);

#endif
