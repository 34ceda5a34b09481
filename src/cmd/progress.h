/* progress.h: how far a long command is, on a terminal. Layer: cmd (includes base/).
 *
 * One line on stderr that is drawn again and again, at most ten times a second, and taken away
 * before anything else is printed. Where stderr is no terminal, or one that cannot take a line back
 * (TERM=dumb), nothing is drawn. */
#ifndef MATINEE_CMD_PROGRESS_H
#define MATINEE_CMD_PROGRESS_H

#include "base/buf.h"

#include <stdint.h>

/** How far it is. */
struct progress_state {
    const char *doing;    /* "reading feed.atom"; NULL: nothing is drawn */
    uint64_t done, total; /* bytes, or posts; a total of 0 is not known, and there is no bar */
    size_t posts, images; /* are named when they are not 0 */
};

struct progress {
    struct progress_state state; /* the caller sets it, then calls progress_draw */
    bool on;
    bool shown;   /* the line is on the screen */
    int64_t next; /* not drawn again before, in milliseconds of the monotonic clock */
};

/** Nothing is drawn yet. */
void progress_begin(struct progress *progress);
/** Draw nothing for so long. */
void progress_delay(struct progress *progress, unsigned milliseconds);
/** Draw the line, when the last time is long enough ago. */
void progress_draw(struct progress *progress);
/** Take the line away: before each other line, and at the end. The next progress_draw draws it at
 * once. */
void progress_clear(struct progress *progress);

/** Say something on stderr meanwhile: the `tell` of a fetcher (web/fetch.h), whose context is a
 * struct progress. */
void progress_say(void *context, slice message);

/** Append the line for a terminal of `columns`, one of which stays free; it has no control
 * characters. Nothing when there is no room for anything. */
void progress_line(const struct progress_state *state, unsigned columns, struct buf *out);

#endif
