/* fields.h: the header of a review. Layer: source.
 *
 * Format: docs/source-format.md, "The header". A new key is one row of the table in fields.c. */
#ifndef MATINEE_SOURCE_FIELDS_H
#define MATINEE_SOURCE_FIELDS_H

#include "base/arena.h"
#include "base/diag.h"
#include "model/review.h"

/**
 * Read the header of `source` into `out`; problems go to `diags`. Returns what follows the blank
 * line that ends it. `out->best_quote_id` is as written; the body has to be known to resolve it.
 */
slice fields_read(struct arena *arena, const struct source *source, struct review *out,
                  struct diags *diags);

#endif
