/* old_path.h: which paths of a blog can lead to what became of it. Layer: import (includes base/,
 * text/). */
#ifndef MATINEE_IMPORT_OLD_PATH_H
#define MATINEE_IMPORT_OLD_PATH_H

#include "import/target.h"

/**
 * Why `path`, that of a web address as it was written there, cannot be an alias of a review or a
 * redirect in the capsule: nobody can ask for it, or the capsule has a page of its own there. NULL
 * when it can. Reviews and pages that were named in this run count as there.
 */
const char *old_path_problem(const struct target *target, slice path);

#endif
