/* check_report.h: what `matinee check --report` prints. Layer: cmd (includes everything). */
#ifndef MATINEE_CMD_CHECK_REPORT_H
#define MATINEE_CMD_CHECK_REPORT_H

#include "base/buf.h"
#include "base/diag.h"
#include "survey/survey.h"

/** What check has counted. */
struct check_counts {
    size_t reviews, pages, links;
};

/** Append the report as text for people: a heading for each thing that was looked for, below it
 * what was found, with the file that it is in. */
void check_report_put_text(const struct survey *survey, struct buf *out);
/** Append it as one JSON document, with the problems and what was counted. */
void check_report_put_json(const struct survey *survey, const struct check_counts *counts,
                           const struct diags *diags, struct buf *out);

#endif
