/* sandbox.h: what each process of the server gives up before it meets what others wrote.
 * Layer: server.
 *
 * On Linux: landlock (files, network, signals), seccomp (system calls), no new privileges, no core
 * dumps. On OpenBSD: pledge and unveil. Elsewhere: nothing. What a machine does not have is said in
 * the log and left out; nothing fails for it. All of it is for good, and children inherit it: so
 * the master keeps what its loader needs, and the loader what its workers need.
 * docs/serving.md tells it from the outside. */
#ifndef MATINEE_SERVER_SANDBOX_H
#define MATINEE_SERVER_SANDBOX_H

#include "base/attributes.h"

#include <stdbool.h>
#include <stddef.h>

/** What holds afterwards, as a set of bits. */
enum sandbox_protection {
    SANDBOX_FILES = 1,   /* only the files that are named can be opened, most for reading alone */
    SANDBOX_NETWORK = 2, /* no TCP port can be bound or connected to */
    SANDBOX_SIGNALS = 4, /* no signal reaches a process outside */
    SANDBOX_CALLS = 8,   /* only the system calls that are needed */
    SANDBOX_PRIVILEGES = 16 /* no program gains rights by being executed, none has them kept */
};

/** A folder that the loader reads, with all that is below it. */
struct sandbox_tree {
    const char *folder;
    /** Names in it, ended by NULL, that may be links to folders elsewhere; may itself be NULL. */
    const char *const *below;
    /** An open folder below which the background process may change everything; -1: there is none.
     */
    int state;
    const char *state_path; /* NULL: there is none */
};

/** The master, once it has bound its addresses: it reads certificates, starts loaders, ends
 * processes. Without `wanted` nothing happens, and what was not wanted once stays off in all
 * children. */
unsigned sandbox_master(bool wanted);

/**
 * A loader, once it is the user it is to be: it reads the trees and what libraries need (time
 * zones, kinds of files), watches files, forks workers and the background process, which writes
 * below the state folders. Writes to the log what holds and what does not.
 */
unsigned sandbox_loader(const struct sandbox_tree *trees, size_t count);

/**
 * True when a folder of the tree cannot be read because it is another one than at the time of
 * sandbox_loader(): moved away and replaced, or a link that now leads elsewhere. Files are known by
 * what they are, not by their names, and nothing can be added later; a new loader can read it.
 */
bool sandbox_is_outgrown(const struct sandbox_tree *tree);

/**
 * A worker, when it is set up but for its first accept: it reads files below the open `folders`
 * (-1 is passed over), and talks over sockets that exist or that it accepts. Nothing else is
 * opened, made, executed or signalled.
 */
unsigned sandbox_worker(const int *folders, size_t count);

/**
 * The background process, before its first job: it reads files below the open folders `read`, and
 * does as it likes with those below the open folders `write`, `count` of both (-1 is passed over).
 * Nothing is sent, executed or signalled.
 */
unsigned sandbox_background(const int *read, const int *write, size_t count);

#endif
