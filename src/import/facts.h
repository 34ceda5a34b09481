/* facts.h: `Key: value` lines of a post into header fields. Layer: import (includes base/, text/).
 *
 * Blogs name the same fact in many ways (Main Cast, Starring, Cast); the table in facts.c maps them
 * to the keys of docs/source-format.md. */
#ifndef MATINEE_IMPORT_FACTS_H
#define MATINEE_IMPORT_FACTS_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/slice.h"
#include "import/report.h"

/** The header fields of a source file, in the order in which they are written. */
enum post_fact {
    FACT_TITLE,
    FACT_ORIGINAL_TITLE,
    FACT_ROMANIZED,
    FACT_ID,
    FACT_PUBLISHED,
    FACT_UPDATED,
    FACT_DRAFT,
    FACT_AUTHOR, /* of the review */
    FACT_KIND,
    FACT_YEAR,
    FACT_COUNTRY,
    FACT_LANGUAGE,
    FACT_GENRE,
    FACT_DIRECTOR,
    FACT_WRITER,
    FACT_CAST,
    FACT_RUNTIME,
    FACT_EPISODES,
    FACT_PLATFORM,
    FACT_RATING,
    FACT_OTHER, /* keys that the format does not know, kept as they are */
    FACT_TAGS,
    FACT_TAGLINE,
    FACT_SUMMARY,
    FACT_POSTER,  /* `images/x.jpg | what it shows` */
    FACT_ALIASES, /* paths, told apart byte by byte */
    FACT_SOURCE,
    FACT_COUNT,
};

/** The key of a field as the format writes it: "Original-Title". Empty for FACT_OTHER. */
slice fact_key(enum post_fact fact);
/** True when the field holds a comma-separated list. */
bool fact_is_list(enum post_fact fact);

struct fact_values {
    slice *items;
    size_t count, capacity;
    slice *slugs; /* of a list: by them values are told apart */
};

struct facts {
    struct arena *arena;
    struct fact_values values[FACT_COUNT]; /* FACT_OTHER: key, value, key, value, … */
};

/** A line of the shape `Key: value`. */
struct fact_line {
    slice key;
    slice value; /* empty when it stands on the next line */
};
/** Split `text` when it has that shape: a short key with a capital, a colon, a blank. */
MUST_USE bool fact_line_split(slice text, struct fact_line *out);
/** True when the table knows the key. */
bool fact_line_is_known(const struct fact_line *line);

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

/** Take the title `text` with what it has in brackets: `Title (원제)`, `Title (2013)`. */
void facts_set_title(struct facts *facts, slice text, unsigned number, struct report *report);
/**
 * Say which kind of work it is when the facts tell and no fact says so: with episodes a drama, with
 * the running time of a feature and no episodes a film.
 */
void facts_infer_kind(struct facts *facts, struct report *report);

#endif
