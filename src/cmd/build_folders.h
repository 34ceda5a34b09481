/* build_folders.h: folders of a tree that have no page of their own. Layer: cmd. */
#ifndef MATINEE_CMD_BUILD_FOLDERS_H
#define MATINEE_CMD_BUILD_FOLDERS_H

#include "cmd/tree.h"
#include "export/export.h"

/**
 * Give each folder that has come into the tree with a file, such as one of static/, and has no
 * page, the file that the format has for it. To be called when the pages are in the tree. False
 * with a message in tree->error.
 */
MUST_USE bool build_folders(const struct export_site *site, struct tree *tree);

#endif
