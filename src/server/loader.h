/* loader.h: the process that holds the capsules, watches their files and forks the workers.
 * Layer: server. */
#ifndef MATINEE_SERVER_LOADER_H
#define MATINEE_SERVER_LOADER_H

#include "base/attributes.h"
#include "server/keyring.h"
#include "server/listen.h"
#include "server/peers.h"
#include "server/server.h"

/** How a loader ends that has nothing to serve at its start. */
#define LOADER_NOTHING_TO_SERVE 3
/** How it ends when its sandbox keeps it from a capsule that has been replaced. */
#define LOADER_OUTGROWN 4
/** What it writes into its channel when its first workers answer requests, and when those do that
 * were started after a SIGHUP. */
#define LOADER_READY 'R'

/** What a loader is started with; made by the master before the fork. */
struct loader_setup {
    const struct server_options *options;
    struct listeners *listeners;
    const struct keyring *ring;
    struct peers *peers;
    int lifeline; /* end of file: the master wants the end, or has ended */
    int channel;  /* a socket: LOADER_READY to the master, what channel.h has from it */
};

/** Serve until the lifeline ends; SIGHUP reloads. Ends the process. */
NO_RETURN void loader_run(const struct loader_setup *setup);

#endif
