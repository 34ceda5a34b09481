/* state.h: the folder where a server keeps what it makes of capsules: indexes, books. Layer:
 * server (includes base/).
 *
 * All of it can be made anew at any time, so a folder that is missing is made, and a server that
 * has none serves everything else. In it each capsule has a folder of its own, for the owner alone.
 * Workers read there; the background process (background.h) alone writes. */
#ifndef MATINEE_SERVER_STATE_H
#define MATINEE_SERVER_STATE_H

#include "base/attributes.h"
#include "base/buf.h"
#include "server/server.h"

/** Room for any path that state_open makes. */
enum { STATE_PATH_MAX = 8192 };

/**
 * In the master, before it gives up its rights: make `folder`, and those above it that are missing,
 * for `user` (NULL: for who we are). True when it exists afterwards; it need not be one that can be
 * written to. False with errno.
 */
MUST_USE bool state_make(const char *folder, const struct server_user *user);

/**
 * In the loader, when it is who it is to be: make the folder of the capsule in `capsule`, which may
 * be a relative path, and open it. Its path, `FOLDER/srv-films-0123456789abcdef`, goes into `path`:
 * the same for the same path, also when a link in it is turned. Returns the descriptor, or -1 with
 * errno when there is none that can be written to.
 */
MUST_USE int state_open(const char *folder, const char *capsule, struct buf *path);

/** True when another folder, or none, is at `path` by now than the open `folder`. */
bool state_is_another(int folder, const char *path);

#endif
