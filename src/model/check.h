/* check.h: what is wrong in a capsule that no single file can know. Layer: model.
 *
 * A part of capsule_index (capsule.h says what is checked); nobody else calls it. */
#ifndef MATINEE_MODEL_CHECK_H
#define MATINEE_MODEL_CHECK_H

#include "model/capsule.h"

/**
 * Add to `diags` what is wrong with `capsule`, which is indexed. `all` are its reviews, hidden ones
 * too, sorted by slug, each slug once.
 */
void check_capsule(const struct capsule *capsule, const struct capsule_parts *parts,
                   struct review *const *all, size_t count, struct diags *diags);

#endif
