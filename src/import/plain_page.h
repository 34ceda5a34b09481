/* plain_page.h: a post as plain gemtext. Layer: import (includes base/, text/).
 *
 * Nothing is recognised in it, which is right for what is no review: a page of a blog becomes a
 * hand-written page (docs/source-format.md), a comment a part of one. Everything is written through
 * text/gemtext, so no text can turn into a line of a type that it was not. */
#ifndef MATINEE_IMPORT_PLAIN_PAGE_H
#define MATINEE_IMPORT_PLAIN_PAGE_H

#include "base/attributes.h"
#include "base/buf.h"
#include "import/post.h"
#include "import/report.h"

/** What a post's own headings become. */
enum plain_headings {
    PLAIN_HEADINGS,      /* `##`, and `###` for those below the post's highest level */
    PLAIN_HEADINGS_TEXT, /* paragraphs: the page has headings of another kind */
};

/**
 * Append the blocks of `post`, whose addresses are as they are to be in the capsule, and count
 * their words and sections in `report`. Lines that are too long for a source file are divided, with
 * a note.
 */
void plain_page_put_blocks(const struct post *post, enum plain_headings headings, struct buf *out,
                           struct report *report);

/**
 * Append the whole page `post`: its title, which need not be clean (see entry.h), when it has any,
 * and its blocks. A heading at its start that is the title again is left out, and labels are, as
 * pages have none: both are in the report. False when a source file can not hold it.
 */
MUST_USE bool plain_page_put(const struct post *post, struct buf *out, struct report *report);

#endif
