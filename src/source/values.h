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
/** An error at `at` when `text` is too long for a heading or the label of a link; then false. */
MUST_USE bool value_fits(const struct source *source, const char *at, slice text,
                         struct diags *diags);
/** A warning for a key that nobody knows, with the nearest of `known`; `what_then` ends it. */
void warn_unknown_key(const struct source *source, slice key, const slice *known, size_t count,
                      const char *what_then, struct diags *diags);

/** Which line of a file something is on, for places asked for in the order of the file. */
struct line_counter {
    const char *at; /* counted up to here */
    unsigned line;
};
void line_counter_begin(struct line_counter *counter, slice text);
unsigned line_counter_at(struct line_counter *counter, const char *at);

#endif
