/* tally.h: what one import did, counted. Layer: cmd (includes base/, import/). */
#ifndef MATINEE_CMD_TALLY_H
#define MATINEE_CMD_TALLY_H

#include "base/buf.h"
#include "import/feed.h"
#include "import/images.h"
#include "import/outcome.h"

/** What became of something: what its plan says, or that it is left out. */
enum { RESULT_LEFT_OUT = WRITE_OVER + 1, RESULTS };

/** Reasons for dropping words that are counted each by itself. They are constants of the readers, a
 * dozen; the last place takes all others. */
enum { TALLY_REASONS = 32 };

struct tally_reason {
    const char *why;
    size_t posts; /* that had such words */
    size_t words;
};

struct tally {
    size_t read[ENTRY_KINDS][ENTRY_STATUSES]; /* of feeds */
    size_t others;
    size_t refused;
    struct images_counts images;
    size_t results[OUTCOME_KINDS][RESULTS];
    size_t drafts;   /* of the reviews and pages that are not left out */
    size_t comments; /* on the pages of comments */
    /* Recognised, over all reviews and pages. */
    size_t sections, scenes, quotes, cast, tags, facts, words;
    struct tally_reason reasons[TALLY_REASONS];
    size_t reason_count;
    size_t errors, warnings;
};

/** Of an outcome, as JSON names it: "up_to_date". */
const char *tally_result_name(int result);
/** One of RESULTS. */
int tally_result(const struct outcome *outcome);

void tally_outcome(struct tally *tally, const struct outcome *outcome);
/** Add what a feed held. A feed in several pages is several feeds. */
void tally_feed(struct tally *tally, const struct feed *feed);

/** Add what was done with pictures. */
void tally_images(struct tally *tally, const struct images_counts *counts);

/** Append the closing lines for people. */
void tally_put_text(const struct tally *tally, struct buf *out);
/** Append the object for programs, all of whose members are always there. */
void tally_put_json(const struct tally *tally, struct buf *out);

#endif
