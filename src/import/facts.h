/* facts.h: header fields, of `Key: value` lines and of what else is known of a post.
 * Layer: import (includes base/, text/). */
#ifndef MATINEE_IMPORT_FACTS_H
#define MATINEE_IMPORT_FACTS_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/slice.h"
#include "import/fact_line.h"
#include "import/report.h"

struct fact_values {
    slice *items;
    size_t count, capacity;
    slice *slugs; /* of a list: by them values are told apart */
};

struct facts {
    struct arena *arena;
    struct fact_values values[FACT_COUNT]; /* FACT_OTHER: key, value, key, value, … */
};

/**
 * Put a fact where it belongs. A title gives up the original title and the year it has in brackets;
 * a cast member's role in brackets becomes `as ROLE`. Values that a list holds already are not
 * repeated.
 *
 * False, and nothing changed, when the header has no place for it: the key is not one that a header
 * can hold (`Box Office`), the field has a value already, or its value is no good there (a year
 * that is none). The caller keeps the line as text then.
 */
MUST_USE bool facts_take(struct facts *facts, const struct fact_line *line, unsigned number,
                         struct report *report);

/** Add a value to a list, unless it is there already (values with one slug are one value; aliases
 * are told apart by each byte), is too long, or the list is full; false then. */
bool facts_add(struct facts *facts, enum post_fact fact, slice value);
/** Set a field of one value; false when it has one already. */
bool facts_set(struct facts *facts, enum post_fact fact, slice value);
/** The value of a field, or the empty slice. */
slice facts_value(const struct facts *facts, enum post_fact fact);

/** True for `Title (원제)`. */
bool facts_has_original_title(slice text);
/** Take the title `text` with what it has in brackets: `Title (원제)`, `Title (2013)`. */
void facts_set_title(struct facts *facts, slice text, unsigned number, struct report *report);
/**
 * Say which kind of work it is when the facts tell and no fact says so: with episodes a drama, with
 * the running time of a feature and no episodes a film.
 */
void facts_infer_kind(struct facts *facts, struct report *report);

#endif
