/* fact_line.h: a line `Key: value` of a post, and which header field it is. Layer: import (includes
 * base/).
 *
 * Blogs name the same fact in many ways (Main Cast, Starring, Cast); the table in fact_line.c maps
 * them to the keys of docs/source-format.md. */
#ifndef MATINEE_IMPORT_FACT_LINE_H
#define MATINEE_IMPORT_FACT_LINE_H

#include "base/attributes.h"
#include "base/slice.h"

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
    FACT_POSTER,   /* `images/x.jpg | what it shows` */
    FACT_COMMENTS, /* `comments/x.gmi | 12 comments` */
    FACT_ALIASES,  /* paths, told apart byte by byte */
    FACT_SOURCE,
    FACT_COUNT,
};

/** The key of a field as the format writes it: "Original-Title". Empty for FACT_OTHER. */
slice fact_key(enum post_fact fact);
/** True when the field holds a comma-separated list. */
bool fact_is_list(enum post_fact fact);

/** A line of the shape `Key: value`. */
struct fact_line {
    slice key;
    slice value; /* empty when it stands on the next line */
};
/** Split `text` when it has that shape: a short key with a capital, a colon, a blank; also a known
 * key with a dash or no blank (`Genre – Drama`, `Year:1998`), and `Directed by Ann Example`.
 * Pictures before the key are no part of it. */
MUST_USE bool fact_line_split(slice text, struct fact_line *out);
/** The field of a key; FACT_OTHER when the table does not know it. */
enum post_fact fact_find(slice key);
/** True when the table knows the key. */
bool fact_line_is_known(const struct fact_line *line);
/** True when the key is one that is said of works alone (Director, Cast, Episodes), while others
 * (Year, Language, Platform) are said of anything. */
bool fact_line_is_of_work(const struct fact_line *line);
/** True for the key of a director who is the writer, too: `Written and directed by`. */
bool fact_line_is_of_writer(const struct fact_line *line);
/** Where the known key begins that ends at `colon` in `text`; `colon` when there is none. */
size_t fact_key_before(slice text, size_t colon);
/** True for `★★★★☆`, `4/5`, `8.5 out of 10`, `3 stars`. */
bool fact_is_rating(slice text);
/** True for `A-`, `85%`: a rating where the key says so. */
bool fact_is_grade(slice text);

#endif
