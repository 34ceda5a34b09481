/* comments.h: the page with the comments on a review. Layer: import (includes base/, text/).
 *
 * Gemtext has no nesting: each comment has a heading with its author and day, an answer one of the
 * level below, with whom it answers:
 *
 *     ## Ann, 2011-07-13
 *     ### Bob, 2011-07-14, to Ann
 *
 * Days are those of the process's time zone (text/date.h), as on all pages. */
#ifndef MATINEE_IMPORT_COMMENTS_H
#define MATINEE_IMPORT_COMMENTS_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/buf.h"
#include "base/diag.h"
#include "import/comment_thread.h"
#include "import/post.h"
#include "import/report.h"

/** The text of a comment, well-formed UTF-8. */
struct comment_text {
    slice text;
    bool is_html; /* else plain text */
};

struct comments {
    slice path;  /* of the input, as problems name it */
    slice post;  /* the id of what they are about */
    slice title; /* of the review */
    slice link;  /* the review as seen from the page; an address that is not encoded will do */
    const struct comment *items; /* all of them are shown */
    size_t count;
    /** Get the text of `items[index]`, which lives in `arena`: false ends everything. */
    bool (*load)(void *context, struct arena *arena, size_t index, struct comment_text *text);
    /** Change the addresses of the blocks of a comment to those that they have in the capsule, as
     * seen from the page; NULL: they stay as they are. */
    void (*relink)(void *context, struct arena *arena, struct post *post);
    void *context;
};

/**
 * Append the page: the oldest comment first, answers below what they answer (comment_thread.h). The
 * same comments give the same bytes. Words are counted in `report`, which also has what was left
 * out. A comment that is no HTML anybody wrote is an error in `diags`; the page says so in its
 * place. One comment is in memory at a time.
 *
 * False when `load` returned that, or `out` failed.
 */
MUST_USE bool comments_put(const struct comments *comments, struct buf *out, struct report *report,
                           struct diags *diags);

#endif
