/* landlock.h: Linux's landlock, through its system calls. Layer: server.
 *
 * The headers of the machine that builds may be older than the kernel of the one that runs, so the
 * constants are here, and which of them the kernel knows is asked for at run time. */
#ifndef MATINEE_SERVER_LANDLOCK_H
#define MATINEE_SERVER_LANDLOCK_H

#include "base/attributes.h"

#include <stdbool.h>

/** The version of landlock that this kernel has; 0 with errno when it has none. */
int landlock_version(void);

/** What may be opened: a set of rules. */
struct landlock {
    int version;
    int rules; /* a descriptor */
};

/** Begin a set of rules; as long as none is added nothing may be opened. False with errno. */
MUST_USE bool landlock_begin(struct landlock *landlock);
enum landlock_use {
    LANDLOCK_READ,   /* files */
    LANDLOCK_LIST,   /* … and folders */
    LANDLOCK_CHANGE, /* … files and folders are made, written, renamed and removed, too */
};

/** The open file, or what is below the open folder, may be used so. False with errno. */
MUST_USE bool landlock_allow(const struct landlock *landlock, int file, enum landlock_use use);
/** From now on only what was allowed can be opened, by this process and its children; no TCP port
 * is bound or connected to, no signal leaves, where the kernel knows that. Frees the rules. False
 * with errno. */
MUST_USE bool landlock_enforce(struct landlock *landlock);
/** Which of enum sandbox_protection hold with this version. */
unsigned landlock_protections(int version);

#endif
