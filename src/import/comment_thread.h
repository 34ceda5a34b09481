/* comment_thread.h: comments in the order in which they are read. Layer: import (includes base/,
 * text/). */
#ifndef MATINEE_IMPORT_COMMENT_THREAD_H
#define MATINEE_IMPORT_COMMENT_THREAD_H

#include "base/arena.h"
#include "base/slice.h"

#include <stdint.h>

/** A comment, all but its text. Every slice may be empty, and is as entry.h says. */
struct comment {
    slice id;
    slice in_reply_to; /* the comment that it answers: its id, or an address that ends in the same
                          number (see entry_number) */
    slice author;
    slice published; /* as RFC 3339 has it */
    slice url;       /* where it stands on the web */
    unsigned line;   /* of the input, from 1; 0 when it has no lines */
};

/** A comment where it is read. */
struct comment_place {
    const struct comment *comment;
    const struct comment *to; /* whom it answers, or NULL */
    bool is_below;            /* it stands below what it answers */
    bool to_missing;          /* what it answers is not among the comments */
    bool has_moment;
    int64_t moment; /* when it was published */
};

struct comment_thread {
    struct comment_place *places;
    size_t count;
    size_t doubled; /* comments that are left out, as one with the same id is there */
};

/**
 * Put `count` comments, which stay where they are, into the order in which they are read: the
 * oldest first, those without a date last, and below each the answers to it, again the oldest
 * first. `post` is the id of what they are about: who answers that answers no comment. Of comments
 * that answer each other in a circle, the oldest stands first. The order does not depend on that of
 * `comments`, as long as they have ids or dates. Time O(n log n); everything lives in `arena`.
 */
void comment_thread_make(struct arena *arena, const struct comment *comments, size_t count,
                         slice post, struct comment_thread *thread);

#endif
