/* outcome.h: one thing that an import did. Layer: import (includes base/).
 *
 * Whoever writes into the capsule tells of each thing as it is done, and knows nothing of how that
 * is shown: as text, as JSON, or counted alone. */
#ifndef MATINEE_IMPORT_OUTCOME_H
#define MATINEE_IMPORT_OUTCOME_H

#include "base/slice.h"
#include "import/memory.h"
#include "import/report.h"

enum outcome_kind {
    OUTCOME_REVIEW,
    OUTCOME_PAGE,     /* a hand-written page */
    OUTCOME_COMMENTS, /* the page of a review's comments */
    OUTCOME_IMAGE,
    OUTCOME_REDIRECT, /* an old address that now leads to a page */
};
enum { OUTCOME_KINDS = OUTCOME_REDIRECT + 1 };

/** Texts are borrowed for the call; anything may be empty. File names and addresses are as they
 * were found: any bytes. */
struct outcome {
    enum outcome_kind kind;
    slice input;          /* where it came from, as problems name it */
    unsigned line;        /* in the input, from 1; 0 when it has no lines, or is all of it */
    slice title;          /* of the review or page; COMMENTS: of what they are about */
    slice url;            /* where it stood on the web; IMAGE: where its bytes came from;
                             REDIRECT: the old address, from its first slash on */
    slice file;           /* below the capsule; REDIRECT: the file of the page that it leads to */
    enum write_plan plan; /* what happened. WRITE_BESIDE: the new version is in `file`.new */
    slice failure;        /* why it is left out; empty when it is not. A failure is an error in the
                             diags, too; a post in the blog's trash is none */
    bool draft;
    size_t comments;             /* COMMENTS: how many the page holds */
    const struct report *report; /* what was kept, changed and dropped; or NULL */
};

/** Take an outcome, which lives until the call returns. */
typedef void outcome_tell(void *context, const struct outcome *outcome);

#endif
