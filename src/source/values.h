/* values.h: what the headers of reviews and capsule.conf have in common. Layer: source. */
#ifndef MATINEE_SOURCE_VALUES_H
#define MATINEE_SOURCE_VALUES_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "base/slice.h"
#include "model/review.h"

/** A value of a list as it is meant: `value` itself, or a copy with `\,` and `\\` resolved. */
slice value_unescape(struct arena *arena, slice value);
/** A name with its slug. */
struct name name_make(struct arena *arena, slice text);
/** True for what looks like a language tag (BCP 47): `en`, `pt-BR`, `zh-Hant`. */
bool is_language_tag(slice text);

#endif
