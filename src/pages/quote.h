/* quote.h: what pages show of a quote. Layer: pages (includes model/). */
#ifndef MATINEE_PAGES_QUOTE_H
#define MATINEE_PAGES_QUOTE_H

#include "pages/sitemap.h"

/** Append the words of a quote as a label or a heading: its first line, cut at a word when it is
 * long. Not a whole line. */
void quote_put_short(const struct review *review, const struct quote *quote, struct buf *out);
/** Append all its words as part of a line, at most `points` code points of them. */
void quote_put_words(const struct review *review, const struct quote *quote, size_t points,
                     struct buf *out);
/** A link to its page, `before` and its words as the label. */
void quote_link(const struct page_context *context, const struct review *review,
                const struct quote *quote, const char *before, struct buf *out);
/** The quote's lines as lines of a quote. */
void quote_put_lines(const struct review *review, const struct quote *quote, struct buf *out);
/** The quote's lines and, under them, who says it. */
void quote_put(const struct review *review, const struct quote *quote, struct buf *out);
/** The same, and its commentary when it has one. */
void quote_put_whole(const struct review *review, const struct quote *quote, struct buf *out);
/** A quote in a list: its words, and a link to its page that says whose they are; with the title of
 * its review when the list is not of one. */
void quote_put_entry(const struct page_context *context, const struct review *review,
                     const struct quote *quote, bool with_title, struct buf *out);

#endif
