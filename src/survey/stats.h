/* stats.h: a year of a capsule in numbers, or all of its years. Layer: survey (includes base/,
 * text/, model/).
 *
 * Those reviews are counted that every list has; drafts and closed areas are not. */
#ifndef MATINEE_SURVEY_STATS_H
#define MATINEE_SURVEY_STATS_H

#include "model/capsule.h"

/** A row of a plot. */
struct stats_row {
    slice label;
    size_t count;
};

struct stats_rows {
    struct stats_row *items;
    size_t count;
};

struct stats {
    int year; /* 0: all */
    size_t reviews;
    size_t words;
    size_t quotes;
    struct stats_rows reviews_by_time; /* twelve months (`2026-01`), or years, many of them together
                                          when they are many (`1990-1994`) */
    struct stats_rows words_by_time;
    struct stats_rows ratings; /* 10 to 1; empty when there is none */
    size_t rated;
    unsigned rating_mean;     /* of them, in hundredths of the best there is */
    size_t ratings_unread;    /* those that are no number of a scale */
    struct stats_rows genres; /* most first, then by slug; of those past the last that is shown */
    struct stats_rows platforms;  /* there is one row, `others`, at the end */
    struct stats_rows work_years; /* oldest first */
};

enum {
    STATS_VALUES = 12, /* rows of genres and platforms */
    STATS_YEARS = 20,  /* rows of years */
};

/** The newest year with a review, or 0. */
int stats_newest_year(const struct capsule *capsule);
/** Count the reviews that were published in `year`, or with 0 all. What is in `out` is in `arena`,
 * or borrowed from the capsule. */
void stats_make(struct arena *arena, const struct capsule *capsule, int year, struct stats *out);

/**
 * Read a rating out of some scale (`8/10`, `4.5 / 5`, `85 %`) as `*hundredths` of the best there
 * is. False when it is something else.
 */
bool stats_read_rating(slice text, unsigned *hundredths);

#endif
