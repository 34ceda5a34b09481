/* gemtext.h: the one reader and the one writer of text/gemini lines. Layer: text (includes base/).
 *
 * Specification: "Gemini hypertext format, aka gemtext" 0.24.1. Everything that ends up in a
 * gemtext page is written by this file, which is also the only escaper: a text line that would be
 * taken for another type gets one leading blank. A line that was read from a source has a type, and
 * is written by gemtext_line() as that type, so it is never escaped twice. */
#ifndef MATINEE_TEXT_GEMTEXT_H
#define MATINEE_TEXT_GEMTEXT_H

#include "base/buf.h"
#include "base/slice.h"

enum gemtext_type {
    GEMTEXT_TEXT,
    GEMTEXT_BLANK, /* a text line with nothing on it */
    GEMTEXT_LINK,
    GEMTEXT_HEADING,
    GEMTEXT_ITEM,
    GEMTEXT_QUOTE,
    GEMTEXT_FENCE,    /* a line that opens or closes preformatted text */
    GEMTEXT_VERBATIM, /* a line inside of it */
};

/** One line. Slices point into the text that was read; a writer may also fill one by hand. */
struct gemtext_line {
    enum gemtext_type type;
    unsigned level; /* GEMTEXT_HEADING: 1 to 3 */
    slice text;     /* what follows the marker, blanks around it taken off; a link's label (may be
                       empty); a fence's alternative text; TEXT and VERBATIM: the line as it is */
    slice url;      /* GEMTEXT_LINK: as written */
    slice raw;      /* the whole line as it stood, for places in diagnostics */
};

/** Reads line by line; the state is whether we are inside preformatted text. */
struct gemtext_reader {
    slice rest;
    bool preformatted;
};

/** Take the next line; false at the end. Lines end in LF; a CR before it is dropped. */
bool gemtext_next(struct gemtext_reader *reader, struct gemtext_line *line);
/** The same in two steps: which type the next line has, and what is on a line of that type. */
bool gemtext_next_raw(struct gemtext_reader *reader, enum gemtext_type *type, slice *raw);
struct gemtext_line gemtext_split(enum gemtext_type type, slice raw);

/* --- writing: each function writes whole lines, ended by LF
 * --------------------------------------- */

/** A heading of `level` 1 to 3. Line breaks in `text` become blanks, here and below. */
void gemtext_heading(struct buf *out, unsigned level, slice text);
/** A paragraph: one text line, escaped when it would be taken for another type. */
void gemtext_text(struct buf *out, slice text);
/** A link; an empty label is left out. `url` must hold no blank (see uri.h). */
void gemtext_link(struct buf *out, slice url, slice label);
void gemtext_item(struct buf *out, slice text);
/** One quote line; an empty one is written as `>` alone, which keeps the quote together. */
void gemtext_quote(struct buf *out, slice text);
/** Preformatted text: fences around `body`, whose lines must not start with three back-ticks (a
 * blank is put before one that does). */
void gemtext_preformatted(struct buf *out, slice alternative, slice body);
/** An empty line, unless `out` is empty or ends in one already. */
void gemtext_blank(struct buf *out);
/** A line that was read, as the type it has. Links are written with `url` and label as they are. */
void gemtext_line(struct buf *out, const struct gemtext_line *line);

/* --- lines written in pieces: begin one, put its pieces, end it ------------------------------- */

/**
 * Start a line: its marker is written (nothing for GEMTEXT_TEXT). `level` is a heading's. After a
 * link's marker the caller writes the URL, and a blank when a label follows. Only for types that
 * are a line of their own: text, link, heading, item and quote.
 */
void gemtext_begin(struct buf *out, enum gemtext_type type, unsigned level);
/** A piece of text, line breaks in it as blanks. */
void gemtext_put(struct buf *out, slice piece);
/** End the line that was begun as `type`. A text line that turned out to look like another type is
 * escaped here. */
void gemtext_end(struct buf *out, enum gemtext_type type);

#endif
