/* limits.h: every size and number that a stranger or an author can choose, with its reason.
 * Layer: base. */
#ifndef MATINEE_BASE_LIMITS_H
#define MATINEE_BASE_LIMITS_H

/* --- the wire --------------------------------------------------------------------------------- */

/** Longest request URL in bytes, without CRLF (Gemini network protocol 0.24.1, "Requests"). */
#define LIMIT_REQUEST_URL 1024
/** Longest META in bytes (same specification, "Responses"). */
#define LIMIT_META 1024

/** Largest certificate or key file in bytes; a long chain has 20 kB. */
#define LIMIT_PEM_FILE (1024 * 1024)

/* --- source files ----------------------------------------------------------------------------- */

/** Largest source file in bytes. A long novel is 2 MB of text; more is a mistake. */
#define LIMIT_SOURCE_FILE (8u * 1024 * 1024)
/** Longest line of a source file in bytes: the longest paragraphs of real posts have 4 kB; a line
 * that is much longer is a binary or a broken export, and no client wraps it well. */
#define LIMIT_SOURCE_LINE (64u * 1024)
/** Lines of a source file: a novel has 40,000. A line costs 64 bytes of memory however short it is. */
#define LIMIT_SOURCE_LINES 250000u
/** Combining marks in a row: more are no writing (Unicode Annex 15, "Stream-Safe Text Format"), and
 * putting long runs into canonical order takes quadratic time. */
#define LIMIT_MARKS 30
/** Values of one list in a header (the cast of a long drama has 100). Neighbours in an index cost
 * the square of it. */
#define LIMIT_LIST_VALUES 256
/** Longest header value in bytes where it becomes a heading or a link label (titles, names). */
#define LIMIT_TITLE 1000
/** Longest slug in bytes. Percent-encoded it grows threefold, and /reviews/SLUG/SLUG.gmi has to
 * stay well below LIMIT_REQUEST_URL together with a host and a base path. */
#define LIMIT_SLUG 80
/** Longest part of a quote's line in bytes that goes into its id. */
#define LIMIT_QUOTE_ID 48
/** Problems reported per source file; the rest is counted in one last line. */
#define LIMIT_DIAGS_PER_FILE 100
/** Bytes of a source line shown above a caret. */
#define LIMIT_DIAG_EXCERPT 160
/** Source files in a capsule. */
#define LIMIT_SOURCE_FILES 200000
/** Files under static/. */
#define LIMIT_STATIC_FILES 200000
/** Depth of folders under reviews/ and static/: a loop made of links or mounts ends here. */
#define LIMIT_FOLDER_DEPTH 16

/** Misspelt names in links for which the nearest one is looked for, in one run: each costs a look at
 * every name there is. */
#define LIMIT_SUGGESTIONS 1000u

/* --- pages ------------------------------------------------------------------------------------ */

/** Largest rendered page in bytes: a full review of LIMIT_SOURCE_FILE, or a sitemap of 200,000
 * reviews, fits. */
#define LIMIT_PAGE (128u * 1024 * 1024)
/** Entries of a list page (docs: "Every list has pages of 50"). */
#define LIMIT_LIST_PAGE 50
/** Entries of a feed. */
#define LIMIT_FEED 50
/** Quotes listed on a review's own page before it points to the page of all of them. */
#define LIMIT_QUOTES_SHOWN 12
/** Neighbouring values listed on the page of a tag, person, … */
#define LIMIT_NEIGHBOURS 8

/* --- commands --------------------------------------------------------------------------------- */

/** Largest body `matinee get` takes; it streams, so this only ends endless answers. */
#define LIMIT_GET_BODY (1024ull * 1024 * 1024)

#endif
