/* feed_words.h: the elements of feeds and exports that mean something here. Layer: import (includes
 * base/). */
#ifndef MATINEE_IMPORT_FEED_WORDS_H
#define MATINEE_IMPORT_FEED_WORDS_H

#include "base/slice.h"

/** Where an element stands. An element is looked up among those of its place alone, so that what
 * stands deeper (blogger:type inside of author) is not taken for another. */
enum feed_place {
    PLACE_NONE, /* inside of an element that means nothing here */
    PLACE_ROOT,
    PLACE_FEED, /* below atom:feed */
    PLACE_FEED_AUTHOR,
    PLACE_ENTRY,
    PLACE_AUTHOR,
    PLACE_CONTROL,
    PLACE_RSS,
    PLACE_CHANNEL,
    PLACE_ITEM,
    PLACE_COMMENT, /* below wp:comment */
};

/** What it means. */
enum feed_word {
    WORD_NONE,
    WORD_FEED,
    WORD_RSS,
    WORD_FEED_TITLE,
    WORD_FEED_AUTHOR,
    WORD_FEED_URL,
    WORD_FEED_LINK,
    WORD_TOTAL,
    WORD_START,
    WORD_PER_PAGE,
    WORD_WXR,
    /* from here on, of an entry */
    WORD_ENTRY,
    WORD_ID,
    WORD_TITLE,
    WORD_AUTHOR,
    WORD_CONTENT,
    WORD_SUMMARY,
    WORD_PUBLISHED,
    WORD_CREATED,
    WORD_UPDATED,
    WORD_URL,
    WORD_LINK,
    WORD_CATEGORY,
    WORD_DRAFT,
    WORD_TYPE,
    WORD_STATUS,
    WORD_FILENAME,
    WORD_PARENT,
    WORD_ANSWERS,
    WORD_ANSWERS_REF,
    WORD_PROPERTY,
    /* RSS and WXR */
    WORD_DESCRIPTION,
    WORD_PUB_DATE,
    WORD_WP_DATE,
    WORD_WP_DATE_GMT,
    WORD_WP_TYPE,
    WORD_WP_STATUS,
    WORD_WP_NAME,
    WORD_WP_PASSWORD,
    WORD_COMMENT,
    WORD_COMMENT_ID,
    WORD_COMMENT_AUTHOR,
    WORD_COMMENT_DATE,
    WORD_COMMENT_DATE_GMT,
    WORD_COMMENT_CONTENT,
    WORD_COMMENT_APPROVED,
    WORD_COMMENT_TYPE,
    WORD_COMMENT_PARENT,
};

struct feed_element {
    enum feed_word word;
    enum feed_place inside; /* where its children stand */
    bool has_text;          /* its text is its value */
};

/** Look an element up. One that means nothing is WORD_NONE, and so is everything inside of it. */
struct feed_element feed_element_find(enum feed_place place, slice space, slice name);

#endif
