/* server.h: what cmd/serve hands to the server. Layer: server (includes pages/, gemini/, model/).
 */
#ifndef MATINEE_SERVER_SERVER_H
#define MATINEE_SERVER_SERVER_H

#include "base/diag.h"
#include "base/slice.h"
#include "model/capsule.h"

/** An address to listen on: `ADDR:PORT`, `[ADDR]:PORT`, `ADDR`, `:PORT`. */
struct server_options {
    const char *capsule_folder;
    const char *certs_folder;
    const char *const *listen; /* none: all addresses of both families on 1965 */
    size_t listen_count;
    const slice *hosts; /* --host: instead of the Host of capsule.conf */
    size_t host_count;
    const char *user;   /* --user, or NULL */
    unsigned workers;   /* 0: one a core */
    bool loopback_only; /* root without a user: loopback addresses only */

    /**
     * How the loader process gets its capsule; cmd/serve gives a function that calls source/load,
     * so that the server does not know source files. Called in the loader process only, at its
     * start and at each reload. Returns the capsule to serve, valid until the next call, or NULL
     * when there is none at all (only possible at the first call). Problems go to `diags`, which
     * the server prints.
     */
    const struct capsule *(*load)(void *state, struct diags *diags);
    void *load_state;
};

/**
 * Serve until told to end (SIGTERM, SIGINT); runs the master process. Returns the exit code of
 * `matinee serve`: 0 after a stop that was asked for, 1 when it could not start, with messages on
 * stderr.
 */
int server_run(const struct server_options *options);

#endif
