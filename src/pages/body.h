/* body.h: the text that an author wrote, on a page. Layer: pages. */
#ifndef MATINEE_PAGES_BODY_H
#define MATINEE_PAGES_BODY_H

#include "pages/sitemap.h"
#include "text/gemtext_lines.h"

/** What a link in a source leads to. */
enum target_kind {
    TARGET_URL,     /* to what body_resolve wrote */
    TARGET_NOTHING, /* a link by name that nothing has */
};

/** Append an address with a scheme as written, but for what no URI holds; a host may be in any
 * script. */
void body_put_address(slice address, struct buf *out);

/**
 * Append the URL that the link `line` of a source stands for. A link by name becomes its page; one
 * without a scheme is from the capsule's root, and gets the base and percent-encoding; any other is
 * as written, but for characters that no URI holds. `*label` is what is shown: the label as
 * written, else, of a link by name, the name of what it leads to.
 */
enum target_kind body_resolve(const struct page_context *context, const struct gemtext_line *line,
                              slice *label, struct buf *out);

/**
 * Append the lines of `review` in `range`, links resolved. A link by name that leads nowhere is
 * shown as its label alone. `###` headings are written at `sub_level`, 2 or 3. Attribution lines
 * are written in one form. Preformatted text that is not closed in the range is closed.
 */
void body_put(const struct page_context *context, const struct review *review,
              struct line_range range, unsigned sub_level, struct buf *out);
/** Append all that is written in a review, sections under their headings: nothing else of it. */
void body_put_review(const struct page_context *context, const struct review *review,
                     struct buf *out);
/** The same for the lines of a hand-written page, headings as they are. */
void body_put_lines(const struct page_context *context, const struct gemtext_lines *lines,
                    struct buf *out);

/** Append who says a quote and when, as a text line: `— Speaker, context`. Nothing without one. */
void body_put_attribution(const struct quote *quote, struct buf *out);

/** True when a range holds something else than blank lines. */
bool body_has_text(const struct review *review, struct line_range range);
/** Append what makes one want to read a review, as part of a line: its summary, else at most
 * `points` code points of its first paragraph. Nothing when it has neither. */
void body_put_teaser(const struct review *review, size_t points, struct buf *out);

#endif
