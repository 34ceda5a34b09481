/* html_tree.h: HTML as a flat tree. Layer: import (includes base/).
 *
 * libxml2's tolerant parser says where elements begin and end; they are kept in the order of the
 * document, each with the number of the node behind its last one. So a walk over all of it is a
 * loop, and no depth of nesting costs any stack. */
#ifndef MATINEE_IMPORT_HTML_TREE_H
#define MATINEE_IMPORT_HTML_TREE_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "base/slice.h"

/** Elements that are told from each other. */
enum html_tag {
    HTML_TEXT, /* a run of characters, no element */
    HTML_OTHER,
    HTML_A,
    HTML_ADDRESS,
    HTML_ARTICLE,
    HTML_ASIDE,
    HTML_AUDIO,
    HTML_B,
    HTML_BASE,
    HTML_BIG,
    HTML_BLOCKQUOTE,
    HTML_BODY,
    HTML_BR,
    HTML_BUTTON,
    HTML_CANVAS,
    HTML_CAPTION,
    HTML_CENTER,
    HTML_CITE,
    HTML_DD,
    HTML_DETAILS,
    HTML_DIV,
    HTML_DL,
    HTML_DT,
    HTML_EMBED,
    HTML_FIELDSET,
    HTML_FIGCAPTION,
    HTML_FIGURE,
    HTML_FONT,
    HTML_FOOTER,
    HTML_FORM,
    HTML_H1,
    HTML_H2,
    HTML_H3,
    HTML_H4,
    HTML_H5,
    HTML_H6,
    HTML_HEAD,
    HTML_HEADER,
    HTML_HR,
    HTML_HTML,
    HTML_IFRAME,
    HTML_IMG,
    HTML_INPUT,
    HTML_LEGEND,
    HTML_LI,
    HTML_LINK,
    HTML_MAIN,
    HTML_META,
    HTML_MORE, /* the comment `more`: a jump break */
    HTML_NAV,
    HTML_NOSCRIPT,
    HTML_OBJECT,
    HTML_OL,
    HTML_OPTION,
    HTML_P,
    HTML_PRE,
    HTML_Q,
    HTML_SCRIPT,
    HTML_SECTION,
    HTML_SELECT,
    HTML_SOURCE,
    HTML_STRONG,
    HTML_STYLE,
    HTML_SUMMARY,
    HTML_SVG,
    HTML_TABLE,
    HTML_TD,
    HTML_TEMPLATE,
    HTML_TEXTAREA,
    HTML_TH,
    HTML_TIME,
    HTML_TITLE,
    HTML_TR,
    HTML_U,
    HTML_UL,
    HTML_VIDEO,
};

/** Attributes that are kept. */
enum html_attribute {
    HTML_ALT,
    HTML_CLASS,
    HTML_CONTENT,
    HTML_DATA,
    HTML_DATA_ORIGINAL, /* data-original, data-lazy-src, data-src: what a script puts into src */
    HTML_DATETIME,
    HTML_HEIGHT,
    HTML_HIDDEN,
    HTML_HREF,
    HTML_ID,
    HTML_ITEMPROP,
    HTML_NAME,
    HTML_PROPERTY,
    HTML_REL,
    HTML_ROLE,
    HTML_SIZE,
    HTML_SRC,
    HTML_SRCSET,
    HTML_START,
    HTML_STYLE_RULES, /* style */
    HTML_TITLE_TEXT,  /* title */
    HTML_TYPE,
    HTML_VALUE,
    HTML_WIDTH,
};

struct html_value {
    enum html_attribute attribute;
    slice value;
};

struct html_node {
    unsigned char tag; /* enum html_tag */
    unsigned line;     /* in the input */
    size_t parent;     /* of the document's elements: 0, which is the document itself */
    size_t end;        /* the node behind the last one inside */
    slice text;        /* TEXT: well-formed UTF-8, entities decoded */
    const struct html_value *values;
    size_t value_count;
};

struct html_tree {
    struct html_node *items; /* 0 is the document */
    size_t count, capacity;
    slice saved_from; /* the address in the comment that browsers put into saved pages */
    bool with_data;   /* set before reading: data: addresses of images are kept whole */
};

/** What is kept of a data: address that nobody asked for, or that is longer than LIMIT_HTML_DATA:
 * it tells which kind it was. */
enum { HTML_DATA_BYTES = 32 };

/**
 * Parse `source`, which begins in line `line` of the input and is UTF-8 when `fragment` (a post in
 * a feed); the charset of a whole page is the one of its BOM, of its meta element, else UTF-8 when
 * it is well-formed, else windows-1252. The tree lives in `arena`.
 *
 * False, with an error in `diags`, when there are more elements than LIMIT_HTML_NODES, they are
 * nested deeper than LIMIT_HTML_DEPTH, or the charset is none that is known. Time and memory are
 * linear in the input; long values are cut to LIMIT_HTML_VALUE, data: addresses that are not kept
 * whole to HTML_DATA_BYTES.
 */
MUST_USE bool html_tree_read(struct arena *arena, const struct source *source, unsigned line,
                             bool fragment, struct html_tree *tree, struct diags *diags);

/** The value of an attribute, or the empty slice. */
slice html_value(const struct html_node *node, enum html_attribute attribute);
/** True when the node has the attribute, with any value or none. */
bool html_has(const struct html_node *node, enum html_attribute attribute);
/** True when `word` is one of the words of the value: of a class, of rel. ASCII case is ignored. */
bool html_has_word(const struct html_node *node, enum html_attribute attribute, slice word);
/** True for elements that stand on lines of their own. */
bool html_is_block(const struct html_node *node);
/** The words of the node and of all in it, but for scripts and styles, with single blanks between;
 * in `arena`. */
slice html_text(struct arena *arena, const struct html_tree *tree, size_t node);

#endif
