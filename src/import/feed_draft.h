/* feed_draft.h: an entry while it is read, and what its pieces say about it. Layer: import
 * (includes base/, text/). For feed.c alone.
 *
 * The elements of an entry come in any order, so they are kept as they are written, and looked at
 * together when the entry is complete. */
#ifndef MATINEE_IMPORT_FEED_DRAFT_H
#define MATINEE_IMPORT_FEED_DRAFT_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "import/entry.h"
#include "import/feed.h"
#include "import/feed_words.h"

/** The pieces of an entry by the element that said them. The first one counts. */
struct feed_draft {
    struct arena arena;
    struct entry entry;
    slice values[WORD_COMMENT_PARENT + 1];
    slice kind;     /* `post` of Blogger's kind category */
    bool removed;   /* a comment that was taken back */
    bool too_large; /* more than LIMIT_ENTRY_VALUES; values are missing */
};

enum draft_result {
    DRAFT_ENTRY, /* `draft->entry` is to be handed on */
    DRAFT_OTHER, /* nothing that people read */
};

/** An entry that begins in `line`. */
void feed_draft_begin(struct feed_draft *draft, unsigned line);
/** Forget everything, free the memory. */
void feed_draft_release(struct feed_draft *draft);

void feed_draft_set(struct feed_draft *draft, enum feed_word word, slice value);
/** A category of Atom, with its attributes, or of RSS, with its text. */
void feed_draft_category(struct feed_draft *draft, slice scheme, slice term);
/** A link of Atom. */
void feed_draft_link(struct feed_draft *draft, slice rel, slice href);

/** Complete an entry of Atom or an item of RSS, whose content and summary are set. The feed learns
 * its kind and its time zone. */
enum draft_result feed_draft_finish(struct feed_draft *draft, struct feed *feed,
                                    struct arena *feed_arena, const struct byte_stream *input,
                                    struct diags *diags);
/** Complete a wp:comment inside of `post`, which has its id by then. */
enum draft_result feed_draft_finish_comment(struct feed_draft *draft, const struct feed_draft *post,
                                            const struct byte_stream *input, struct diags *diags);

#endif
