/* html_text.h: running text of a page as post.h wants it. Layer: import (includes base/). */
#ifndef MATINEE_IMPORT_HTML_TEXT_H
#define MATINEE_IMPORT_HTML_TEXT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/slice.h"

/** A line in the making. */
struct html_line {
    struct buf text;
    bool gap;        /* a blank stands before what comes next */
    size_t letters;  /* letters and digits in it, */
    size_t bold;     /* those of them in bold, */
    size_t bold_end; /* bytes of text at its start that is all in bold */
    size_t linked;   /* and those in links */
    unsigned marks;  /* combining marks at its end */
    size_t left_out; /* marks too many in a row; html_line_clear leaves this as it is */
};

/** What the text that is put stands in. */
struct html_style {
    bool bold;
    bool linked;
};

void html_line_init(struct html_line *line);
void html_line_release(struct html_line *line);
void html_line_clear(struct html_line *line);
/** Append well-formed `text`: blanks of all kinds become single ones, control characters become
 * blanks, what has no width (soft hyphens, zero-width blanks) goes, and so do combining marks of
 * which there are too many in a row. */
void html_line_put(struct html_line *line, slice text, struct html_style style);
/** Append `text` as it stands, line breaks and tabs too; other control characters go. */
void html_line_put_exactly(struct html_line *line, slice text);
/** The line in NFC, in `arena`. */
slice html_line_take(struct html_line *line, struct arena *arena);

#endif
