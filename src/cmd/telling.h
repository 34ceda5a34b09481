/* telling.h: what an import did, said as it goes. Layer: cmd (includes base/, import/).
 *
 * As text: lines on stdout for people, problems on stderr, and for feeds a summary at the end,
 * where what needs nobody's attention (a post that is up to date) is only counted. As
 * JSON: one document on stdout; problems are in it, and on stderr too. Nothing grows with the
 * number of posts: what comes later in the document waits in temporary files. */
#ifndef MATINEE_CMD_TELLING_H
#define MATINEE_CMD_TELLING_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/diag.h"
#include "cmd/progress.h"
#include "cmd/tally.h"
#include "import/feed.h"
#include "import/outcome.h"

#include <stdio.h>

struct telling_options {
    bool json;
    const char *capsule;       /* as the user named it: stands before the names of files */
    struct progress *progress; /* is taken away before a line is printed; or NULL */
};

/** The arrays of the document, in their order. */
enum telling_part {
    TELLING_POSTS,
    TELLING_PAGES,
    TELLING_COMMENTS,
    TELLING_IMAGES,
    TELLING_REDIRECTS,
    TELLING_PROBLEMS,
    TELLING_PARTS,
};

struct telling {
    struct telling_options options;
    struct tally tally;
    bool on_terminal; /* stdout is one */
    bool feeds;       /* there was one */
    bool failed;      /* something that the exit code tells */
    struct buf text;
    FILE *parts[TELLING_PARTS]; /* JSON: the first is stdout, the others files without a name, made
                                   when they are needed */
    bool begun[TELLING_PARTS];
};

void telling_begin(struct telling *telling, const struct telling_options *options);

/** An outcome_tell; `context` is a struct telling. */
void telling_outcome(void *context, const struct outcome *outcome);

/** A feed was read: counts what it held. Call it before its posts are told, because from then on
 * only what a person wants to know of many posts is printed; once for each page of a feed. */
void telling_feed(struct telling *telling, const struct feed *feed);

/** Problems of the input, each told once. */
void telling_diags(struct telling *telling, const struct diags *diags);

/** Something else that failed: printed as command_fail does. */
void telling_fail(struct telling *telling, const char *format, ...) PRINTF_LIKE(2, 3);

/** What was done with pictures, for the totals; once, at the end. */
void telling_images(struct telling *telling, const struct images_counts *counts);

/** End the document or print the summary, and free everything. EXIT_FAILED when an error was told,
 * or something could not be printed. */
int telling_end(struct telling *telling);

#endif
