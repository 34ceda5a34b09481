/* written_date.h: a day as people write it. Layer: import (includes base/, text/). */
#ifndef MATINEE_IMPORT_WRITTEN_DATE_H
#define MATINEE_IMPORT_WRITTEN_DATE_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"

/**
 * Append `YYYY-MM-DD` when all of `text` is a day: `September 12, 2025`, `Friday, 12 Sept 2025`,
 * `on Sep 12, 2025`, `2025-09-12`, `2025. 9. 12.`; month names are English. False, and nothing
 * appended, for anything else, so also for days like 9/12/2025, which are read in two ways.
 */
MUST_USE bool written_date_put(struct buf *out, slice text);

#endif
