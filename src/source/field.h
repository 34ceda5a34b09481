/* field.h: how the values of a review's header are read. Layer: source.
 *
 * Shared by fields.c, which has the table of keys, and field_values.c and field_lists.c, which read
 * what stands behind them. */
#ifndef MATINEE_SOURCE_FIELD_H
#define MATINEE_SOURCE_FIELD_H

#include "base/arena.h"
#include "base/diag.h"
#include "model/review.h"

struct name_list {
    struct name *items;
    size_t count, capacity;
};

struct slice_list {
    slice *items;
    size_t count, capacity;
};

/* What reading a header needs besides the review that comes out. */
struct fields {
    struct arena *arena;
    struct arena scratch; /* the lists below, while they grow */
    const struct source *source;
    struct review *out;
    struct diags *diags;
    slice key; /* of the field at hand, as written */
    struct name_list tags, genres, platforms;
    struct slice_list related, aliases;
    struct {
        const char **items;
        size_t count, capacity;
    } alias_places;
    struct {
        struct credit *items;
        size_t count, capacity;
    } credits;
    struct {
        struct fact *items;
        size_t count, capacity;
    } facts;
};

/* A key: how its value is read, where it goes. */
struct field {
    const char *key;
    void (*take)(struct fields *fields, const struct field *field, slice value);
    size_t offset; /* in struct review, or of a list in struct fields */
    int detail;    /* enum credit_kind of a credit */
    bool is_list;  /* may be given on several lines */
    bool required; /* when it is empty, that is no mere warning */
};

/* Single values: they are never empty. What is wrong with one is added to the problems, and then
 * nothing is stored. */

/** A heading or a label: at most LIMIT_TITLE bytes. */
void take_text(struct fields *fields, const struct field *field, slice value);
/** A paragraph: as long as a line may be. */
void take_paragraph(struct fields *fields, const struct field *field, slice value);
void take_moment(struct fields *fields, const struct field *field, slice value);
void take_draft(struct fields *fields, const struct field *field, slice value);
void take_year(struct fields *fields, const struct field *field, slice value);
void take_id(struct fields *fields, const struct field *field, slice value);
void take_lang(struct fields *fields, const struct field *field, slice value);
void take_source(struct fields *fields, const struct field *field, slice value);
void take_rating(struct fields *fields, const struct field *field, slice value);
void take_series(struct fields *fields, const struct field *field, slice value);
void take_poster(struct fields *fields, const struct field *field, slice value);
void take_comments(struct fields *fields, const struct field *field, slice value);

/* Lists: their values join those of the lines before with the same key. */

void take_names(struct fields *fields, const struct field *field, slice value);
void take_credits(struct fields *fields, const struct field *field, slice value);
void take_related(struct fields *fields, const struct field *field, slice value);
void take_aliases(struct fields *fields, const struct field *field, slice value);

/** False, with an error at `at`, when a list of `count` values has no room for one more. */
MUST_USE bool list_has_room(struct fields *fields, const char *at, size_t count);
/** An error at `at`. */
void field_error(struct fields *fields, const char *at, const char *message);

#endif
