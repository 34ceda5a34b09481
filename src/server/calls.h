/* calls.h: the system calls that each process of the server may make, as a filter of Linux's
 * seccomp. Layer: server.
 *
 * To allow one more, put its name into a list of calls.c, with the reason. A name that the
 * architecture, or libseccomp, does not know is passed over. */
#ifndef MATINEE_SERVER_CALLS_H
#define MATINEE_SERVER_CALLS_H

#include "base/attributes.h"

#include <stdbool.h>

enum calls_role {
    CALLS_MASTER,            /* everything but what an intruder would want */
    CALLS_LOADER,            /* the list of the workers, and what reads files and minds workers */
    CALLS_LOADER_WITH_STATE, /* … and what the background process, its child, changes files with */
    CALLS_WORKER,
    CALLS_BACKGROUND,
};

/**
 * Filter the system calls of this process and its children from now on. A call that no process of
 * ours could want (execute, trace, connect, …) ends the process with SIGSYS; any other that is not
 * on the list fails with ENOSYS, which C libraries take for an older kernel. So an update of a
 * library costs a feature at most, not the server. False, with `*reason`, when it could not be.
 */
MUST_USE bool calls_restrict(enum calls_role role, const char **reason);

#endif
