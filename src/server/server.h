/* server.h: what cmd/serve hands to the server. Layer: server (includes pages/, gemini/, model/).
 *
 * Three kinds of processes: the master (master.c) binds, holds the keys and supervises; the loader
 * (loader.c) holds the capsules, watches their files and forks the workers (worker.c), which answer
 * requests. docs/serving.md tells it from the outside. */
#ifndef MATINEE_SERVER_SERVER_H
#define MATINEE_SERVER_SERVER_H

#include "base/attributes.h"
#include "base/diag.h"
#include "base/slice.h"
#include "model/capsule.h"
#include "server/settings.h"

#include <sys/types.h>

/** Whom the loader and its workers become when the server was started as root. */
struct server_user {
    const char *name; /* for messages; NULL when the uid has no name */
    uid_t uid;
    gid_t gid;
    const gid_t *groups; /* of the user, `gid` among them; looked up before, since that may need
                            files and sockets */
    size_t group_count;
};

/** One reading of a capsule: what is asked for, and what came of it. */
struct capsule_reading {
    bool everything; /* read files that look unchanged too, and report all problems again */
    /** True while somebody writes the file at `path` (below the folder): it is left as it was. */
    bool (*is_being_written)(void *context, slice path);
    void *context;
    struct diags *diags; /* gets what is wrong, of that which was not wrong before */

    const struct capsule *capsule; /* valid until the next reading; NULL: there is none at all */
    bool is_same;                  /* nothing has changed since the last reading */
    size_t bad;                    /* files that are left out, or stay as they were: errors */
    size_t waiting;                /* files that are being written: look at them again */
};

/** One of the capsules that are served. */
struct server_site {
    const char *folder;
    slice certificate_name; /* the certificate is CERTS/NAME.crt, CERTS/NAME.key; empty: any; one
                               site has one */
    const slice *hosts;     /* instead of the Host of capsule.conf; none: that one */
    size_t host_count;
    const slice *shown_hosts; /* whose URLs are printed at the start; none: not known then */
    size_t shown_host_count;
    uint16_t shown_port; /* of these URLs; 0: the one that is listened on */

    /**
     * How the loader process gets the capsule; cmd/serve gives a function that calls source/load,
     * so that the server does not know source files. Called in the loader process only, at its
     * start and at each reload. There may be no capsule only as long as there was none. Leaves the
     * process in the time zone of the capsule.
     */
    void (*load)(void *state, struct capsule_reading *reading);
    void *load_state;
};

struct server_options {
    const struct server_settings *settings;
    const struct server_site *sites; /* the first one is for clients that do not say which */
    size_t site_count;               /* at least 1, at most LIMIT_CAPSULES */
    const char *certs_folder;
    const struct server_user *user; /* NULL: stay who we are */
    const char *state;              /* the folder of state.h; NULL: none could be thought of */
    bool loopback_only;             /* root without a user: loopback addresses only */
    /** Folders of a capsule whose files and sub-folders are watched, ended by NULL; the files
     * beside them are watched too. */
    const char *const *watched;
};

/**
 * Serve until told to end (SIGTERM, SIGINT); runs the master process. Returns the exit code of
 * `matinee serve`: 0 after a stop that was asked for, 1 when it could not start, with messages on
 * stderr.
 */
MUST_USE int server_run(const struct server_options *options);

#endif
