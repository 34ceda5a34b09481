/* review.h: one review, as it was read from its source file. Layer: model (includes base/, text/).
 *
 * Plain structs. Everything points into the arena of the review's source file, or into the file's
 * text (NFC, LF, no BOM) that lies in the same arena. The body is a flat table of typed lines;
 * sections and quotes are ranges of it, so no text is kept twice. */
#ifndef MATINEE_MODEL_REVIEW_H
#define MATINEE_MODEL_REVIEW_H

#include "base/slice.h"
#include "text/date.h"
#include "text/gemtext_lines.h"
#include "text/rating.h"

#include <stdint.h>

struct path_area;

/** A value that has a page of its own: a tag, a person, a genre, … The slug is its identity. */
struct name {
    slice text;
    slice slug; /* never empty */
};

enum credit_kind { CREDIT_CAST, CREDIT_DIRECTOR, CREDIT_WRITER, CREDIT_KINDS };

struct credit {
    enum credit_kind kind;
    struct name person;
    slice role; /* of a cast member, `as …`; else empty */
};

/** A header field that has no meaning to matinee and is shown as it is. */
struct fact {
    slice key;
    slice value;
};

/** A path, and what it shows to who cannot see it. */
struct image {
    slice path; /* below static/, without a first slash; empty when there is no image */
    slice alternative;
};

/** The page with the comments on a review, and the label of the link to it. */
struct comments_page {
    slice path; /* below static/, without a first slash; empty when there is none */
    slice label;
};

/** Lines [first, end) of a review's body. */
struct line_range {
    uint32_t first;
    uint32_t end;
};

struct section {
    slice heading;
    slice id;                /* its page is /reviews/SLUG/ID.gmi; unique in the review */
    struct line_range lines; /* without the heading's own line; the sub-sections are inside */
    uint32_t first_sub;      /* sub-sections [first_sub, end_sub) of review.subsections */
    uint32_t end_sub;
    uint32_t words;
};

/** A `###` heading inside a section (or before the first one; then it belongs to no section). */
struct subsection {
    slice heading;
    uint32_t line; /* of the heading */
};

struct quote {
    slice id;                   /* `quote-…`; its page is /reviews/SLUG/ID.gmi */
    struct line_range lines;    /* the `>` lines */
    uint32_t attribution;       /* its line, or NO_LINE */
    uint32_t commentary;        /* its line, or NO_LINE */
    struct name speaker;        /* its text is empty when there is no attribution */
    slice context;              /* what was going on; may be empty */
    const struct credit *actor; /* the cast member whose role speaks, or NULL */
    uint32_t section;           /* index of its section, or NO_SECTION in the lede */
};

#define NO_LINE UINT32_MAX
#define NO_SECTION UINT32_MAX

struct review {
    slice slug;
    slice path;   /* of the source file below the capsule folder, for diagnostics */
    slice source; /* the whole source text, normalised: what source.txt shows */

    /* The header. Slices are empty, counts and numbers 0, where a field is not given. */
    slice title;
    slice original_title;
    slice romanized;
    slice id;   /* urn:uuid:… */
    slice kind; /* film, drama, book, … as written */
    slice year_text;
    slice country;
    slice language; /* spoken in the film */
    slice lang;     /* BCP 47 of the review's text; empty: the capsule's */
    slice author;
    slice runtime;
    slice episodes;
    slice rating;
    unsigned rating_share; /* of the best there is, in thousandths, or RATING_NONE */
    slice tagline;
    slice summary;
    slice source_url;   /* Source: where a mirrored post came from */
    struct name series; /* its text is empty when there is none */
    slice series_number;
    slice best_quote_id;
    struct image poster;
    struct comments_page comments;
    bool draft;
    bool has_published;
    int64_t published;         /* a moment */
    int64_t updated;           /* a moment; published when not given, and never before it */
    struct date published_day; /* both in the capsule's time zone */
    struct date updated_day;
    int published_offset; /* minutes east of Greenwich, then */
    int updated_offset;

    struct credit *credits; /* in the order of the header: cast, director, writer as written */
    size_t credit_count;
    struct name *tags;
    size_t tag_count;
    struct name *genres;
    size_t genre_count;
    struct name *platforms;
    size_t platform_count;
    struct name *years; /* none or one */
    size_t year_count;
    slice *related; /* slugs as written; may name reviews that are not there */
    size_t related_count;
    slice *aliases;            /* paths with their first slash */
    const char **alias_places; /* where each of them stands in `source` */
    size_t alias_count;
    struct fact *facts; /* unknown keys */
    size_t fact_count;

    /* The body. */
    struct gemtext_lines lines;
    struct line_range lede; /* before the first section; all of it when there is none. This range
                               and those of the sections have no blank line at either end */
    struct section *sections;
    size_t section_count;
    struct subsection *subsections;
    size_t subsection_count;
    struct quote *quotes;
    size_t quote_count;
    const struct quote *best_quote; /* one of quotes, or NULL */
    uint32_t words;                 /* of the whole body */

    /* Set by capsule_index. Workers of before share this memory until it is written to. So a place
     * is counted from the oldest review: a new one moves no other. */
    uint32_t place;               /* among the listed reviews, or REVIEW_UNLISTED */
    const struct path_area *area; /* that its pages are in, or NULL */
};

#define REVIEW_UNLISTED UINT32_MAX

#endif
