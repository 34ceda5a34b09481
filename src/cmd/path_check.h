/* path_check.h: is what capsule.conf says of paths what was meant? Layer: cmd. */
#ifndef MATINEE_CMD_PATH_CHECK_H
#define MATINEE_CMD_PATH_CHECK_H

#include "base/diag.h"
#include "model/capsule.h"

/**
 * Look at the closed areas, redirects, languages and listings of a capsule, each at its place in
 * capsule.conf.
 *
 * A redirect that leads nowhere, round in a circle or through more than LIMIT_REDIRECTS others is
 * an error. Warnings are what is said of paths where there is nothing, and redirects that hide
 * pages.
 */
void path_check(const struct capsule *capsule, struct diags *diags);

#endif
