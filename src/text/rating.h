/* rating.h: ratings as people write them. Layer: text (includes base/).
 * Format: docs/source-format.md, "Ratings". */
#ifndef MATINEE_TEXT_RATING_H
#define MATINEE_TEXT_RATING_H

#include "base/attributes.h"
#include "base/slice.h"

#include <limits.h>

/** What a review has whose rating is not there, or not understood. */
#define RATING_NONE UINT_MAX

/**
 * How much of the best rating there is `text` gives, in thousandths: `9/10` and `4.5 out of 5` are
 * 900, `85%` is 850, four stars are 800. Of stars alone there are five. A number alone says
 * nothing, as nobody knows how many there are. False for everything else.
 */
MUST_USE bool rating_parse(slice text, unsigned *thousandths);

#endif
