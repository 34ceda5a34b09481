/* master.h: the process that binds, holds the keys and supervises. Layer: server.
 *
 * It is the only one that may be root, and it parses nothing that a stranger wrote. */
#ifndef MATINEE_SERVER_MASTER_H
#define MATINEE_SERVER_MASTER_H

#include "base/attributes.h"
#include "server/keyring.h"
#include "server/listen.h"
#include "server/server.h"

/**
 * Start a loader and keep one running until told to end. SIGHUP reads certificates and capsules
 * again; SIGTERM and SIGINT end it when all workers have finished what they hold,
 * LIMIT_STOP_SECONDS later at most, and at once the second time. `ring` is replaced by
 * another one when its files change. Returns an exit code.
 */
MUST_USE int master_run(const struct server_options *options, struct listeners *listeners,
                        struct keyring *ring);

#endif
