/* tree.h: a folder of files made again as a whole. Layer: cmd (includes base/).
 *
 * The new tree grows beside the old one, as NAME.new-PID in the same folder, and takes its place
 * when it is complete: a reader sees the old tree or the new one. A file whose bytes did not change
 * is a hard link to the old one, so it keeps its inode and its time, and costs no room. A tree is
 * known by the marker file in it; a folder without one is never replaced. */
#ifndef MATINEE_CMD_TREE_H
#define MATINEE_CMD_TREE_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"

#define TREE_MARKER ".matinee-build"

/** Bytes of a message; it may hold two paths. */
#define TREE_ERROR_MAX 32768

struct tree {
    struct arena arena;
    const char *target;   /* where the tree shall be, without symbolic links */
    const char *building; /* where it grows */
    const char *aside;    /* where the old one waits if the two cannot be exchanged at once */
    int old_tree;         /* open folders, or -1 */
    int new_tree;
    struct buf name; /* scratch */
    size_t written;  /* files that are new or changed */
    size_t kept;
    struct buf error; /* what went wrong, when a function returned false */
    bool name_taken;  /* it was that the tree has a file or a folder of this name already */
};

/** A tree that was not begun; it may be released. */
#define TREE_NONE \
    ((struct tree){ .old_tree = -1, .new_tree = -1, .error = { .max = TREE_ERROR_MAX } })

/**
 * Start a tree for `target`, which does not exist, is empty, or holds an earlier tree. What a run
 * that was killed has left beside it is removed. False, with a message, when it cannot be made.
 * Call tree_release in any case.
 */
MUST_USE bool tree_begin(struct tree *tree, const char *target);
/** True when `name` may be the path of a file in a tree: no part is empty or starts with a dot. */
bool tree_takes_name(slice name);
/** True when the tree that grows has a file or a folder of this name already. */
bool tree_has(struct tree *tree, slice name);
/** Put a file into the tree; `name` is its path there, each is put once. False with a message. */
MUST_USE bool tree_put(struct tree *tree, slice name, slice contents);
/** The same with what is in the open regular file `file`. */
MUST_USE bool tree_put_file(struct tree *tree, slice name, int file);
/** The same with a copy of the regular file `path`. */
MUST_USE bool tree_copy(struct tree *tree, slice name, const char *path);
/** Put the new tree in the place of the old one, and remove that. False, with a message, when it
 * could not be done; the old tree is then where it was. */
MUST_USE bool tree_finish(struct tree *tree);
/** Remove what was not finished, and free everything. */
void tree_release(struct tree *tree);

#endif
