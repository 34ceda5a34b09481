/* address_check.h: do two things want one address? Layer: cmd. */
#ifndef MATINEE_CMD_ADDRESS_CHECK_H
#define MATINEE_CMD_ADDRESS_CHECK_H

#include "base/diag.h"
#include "model/capsule.h"

/**
 * Look each alias of a visible review and each file in static/ up among the pages.
 *
 * An alias at whose path there is a page never leads anywhere: an error at its place in the header.
 * A file that takes the place of what somebody wrote, a review or a page by hand, is a warning;
 * over the other pages it wins on purpose.
 */
void address_check(const struct capsule *capsule, struct diags *diags);

#endif
