/* state_folder.h: where `serve` keeps what it makes of capsules. Layer: cmd. */
#ifndef MATINEE_CMD_STATE_FOLDER_H
#define MATINEE_CMD_STATE_FOLDER_H

#include "base/arena.h"

#include <stdbool.h>

/**
 * The folder that was `asked` for (NULL: none was). Else the one that systemd has made for the
 * service (STATE_DIRECTORY), /var/lib/matinee for a root who `becomes_another`, `matinee` in
 * XDG_STATE_HOME, or in ~/.local/state, where the XDG Base Directory Specification puts such
 * things. NULL when `none` was asked for, or there is no home. It need not exist.
 */
const char *state_folder_choose(struct arena *arena, const char *asked, bool becomes_another);

#endif
