/* page_lines.h: the lines of a page that was saved as text. Layer: import (includes base/). */
#ifndef MATINEE_IMPORT_PAGE_LINES_H
#define MATINEE_IMPORT_PAGE_LINES_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "base/slice.h"
#include "import/report.h"

/** A line that is not blank; what a block's text is (post.h). */
struct page_line {
    slice text;
    unsigned number; /* from 1 */
    unsigned last;   /* of the last line that was joined to it, where lines were wrapped */
    bool joined;     /* no blank line before it, on a page that has any */
    size_t first;    /* index of the first line with this text */
    size_t times;    /* how often that text stands on the page */
};

struct page_lines {
    struct page_line *items;
    size_t count, capacity;
};

/**
 * Read the lines of `source` into `*lines`, which live in `arena`.
 *
 * Line ends may be LF, CRLF or CR; a BOM is dropped; the text is made NFC; no-break and other wide
 * blanks become blanks; control characters do too, with a note in `report`. Where a browser broke
 * the paragraphs into lines of one width they are made whole again, with a note.
 *
 * False, with an error in `diags` that says where, when it is not UTF-8 text (NUL bytes, ill-formed
 * sequences) or has more lines than a review can hold. Time O(n log n).
 */
MUST_USE bool page_lines_read(struct arena *arena, const struct source *source,
                              struct page_lines *lines, struct report *report, struct diags *diags);

#endif
