/* saved_page.h: a page that was saved from a browser, as HTML or as text, into a review. Layer:
 * import (includes base/, text/). */
#ifndef MATINEE_IMPORT_SAVED_PAGE_H
#define MATINEE_IMPORT_SAVED_PAGE_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "import/images.h"
#include "import/outcome.h"
#include "import/target.h"

struct saved_page {
    const char *path;      /* of the file, as messages name it */
    slice bytes;           /* what is in it */
    bool is_html;          /* else text */
    slice published;       /* the date to give it, where it is not to have its own; or empty */
    slice file_day;        /* the file's own date, when nothing else tells */
    struct images *images; /* pictures are stored in */
    outcome_tell *tell;
    void *context;
};

/** Make the review, put it in its place, and tell of it. False, with errors in `diags`, when there
 * is no post in the page or it cannot be written. */
MUST_USE bool saved_page_import(struct target *target, const struct saved_page *page,
                                struct diags *diags);

#endif
