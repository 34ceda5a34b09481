/* best.h: lists by rating. Layer: pages (includes model/). */
#ifndef MATINEE_PAGES_BEST_H
#define MATINEE_PAGES_BEST_H

#include "model/facet.h"

/** True when a value has a list of the best: one rated review, or two, are no choice. */
bool best_exists(const struct facet *facet, const struct facet_value *value);

#endif
