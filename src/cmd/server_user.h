/* server_user.h: whom a server that is started as root becomes. Layer: cmd. */
#ifndef MATINEE_CMD_SERVER_USER_H
#define MATINEE_CMD_SERVER_USER_H

#include "base/arena.h"
#include "server/server.h"

/**
 * Choose the user: `name`, by name or number, or the owner of `folder` when it is NULL. False, with
 * a message printed, when that is asked for and cannot be. `out->uid` stays 0 when we are root and
 * there is nobody to become.
 */
MUST_USE bool server_user_choose(struct arena *arena, const char *name, const char *folder,
                                 struct server_user *out);

#endif
