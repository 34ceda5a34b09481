/* capsule_folder.h: a capsule that a command writes into. Layer: cmd. */
#ifndef MATINEE_CMD_CAPSULE_FOLDER_H
#define MATINEE_CMD_CAPSULE_FOLDER_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/slice.h"
#include "import/target.h"

struct capsule_folder {
    const char *path;
    int fd;
    slice author;   /* of capsule.conf; may be empty */
    slice timezone; /* the same */
    struct review_file *items;
    size_t count, capacity;
};

/**
 * Open the capsule at `path`, set its time zone as the process's, and list its review files in
 * `arena`. False, with a message on stderr, when it is not a capsule or cannot be read; then there
 * is nothing to close.
 */
MUST_USE bool capsule_folder_open(struct capsule_folder *folder, const char *path,
                                  struct arena *arena);
void capsule_folder_close(struct capsule_folder *folder);

/** The review file that claims the slug `name`, or NULL. */
const struct review_file *capsule_folder_find(const struct capsule_folder *folder, slice name);

#endif
