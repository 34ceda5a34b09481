/* heading.h: what a short line alone on a page may be. Layer: import (includes base/). */
#ifndef MATINEE_IMPORT_HEADING_H
#define MATINEE_IMPORT_HEADING_H

#include "base/attributes.h"
#include "base/slice.h"

/** What a heading of a review announces, by the words that reviews use. */
enum heading {
    HEADING_NONE,   /* not a line that is known as a heading */
    HEADING_FACTS,  /* Overview, Details: `Key: value` lines follow */
    HEADING_SCENES, /* Highlight Scenes: `Name: text` paragraphs follow */
    HEADING_QUOTES, /* Memorable Lines: quotes with speakers follow */
    HEADING_TAGS,   /* Hashtags */
    HEADING_OTHER,  /* Introduction, Cast & Fun Facts, …: a section of text */
};
/** What `line` announces. HEADING_NONE for a line that only looks like a heading. */
enum heading heading_known(slice line);
/**
 * True when `line`, alone between blank lines, reads like a heading that nobody knows: short, no
 * sentence's end, capitals as titles have them or few words.
 */
bool heading_is_likely(slice line);
/** The number that `line` begins with, `2. The Story`, `II. The Story`; 0 when there is none. */
unsigned long heading_number(slice line);
/** True for a line in capitals alone, or with a picture before it. */
bool heading_stands_out(slice line);
/** True when all longer words of `line` have capitals, as in titles. */
bool heading_is_titled(slice line);
/** True for a heading that reviews of films and the like have, and that others seldom do: Plot,
 * Cast, Favourite Scenes. */
bool heading_is_of_review(slice line);
/** `line` as a heading is written: markup around it and a colon at its end taken off. */
slice heading_text(slice line);

/** What a line is to a page that a web site was wrapped around. */
enum chrome {
    CHROME_NONE,
    CHROME_LINE,     /* `Skip to main content`: nothing else */
    CHROME_BUTTON,   /* `Pinterest`: chrome only next to other chrome */
    CHROME_FEATURED, /* another post's title and teaser follow */
    CHROME_LIST,     /* `Related Posts`: names of other posts follow */
    CHROME_LABELS,   /* `Labels`: labels follow */
    CHROME_COMMENTS, /* what strangers wrote follows, to the end */
};
enum chrome chrome_find(slice line);

#endif
