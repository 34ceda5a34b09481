#include "server/server.h"

#include "server/acceptor.h"
#include "server/keyring.h"
#include "server/listen.h"
#include "server/log.h"
#include "server/master.h"
#include "server/process.h"
#include "server/state.h"
#include "server/systemd.h"

#include <signal.h>

/* Sockets that a service manager has opened take the place of addresses to listen on. */
static bool open_listeners(const struct server_options *options,
                           const struct systemd_sockets *sockets, struct listeners *out)
{
    const struct server_settings *settings = options->settings;
    const struct server_user *user = options->user;
    if (sockets->count > 0) {
        if (settings->listen.count > 0) {
            log_message("listening on the sockets that were handed over, not on what Listen says");
        }
        return listen_adopt(sockets->first, sockets->names, sockets->count, options->loopback_only,
                            out);
    }
    return listen_open(
        &(struct listen_options){
            .texts = settings->listen.items,
            .count = settings->listen.count,
            .loopback_only = options->loopback_only,
            .socket_mode = (mode_t)settings->socket_mode,
            .socket_owner = user != NULL ? user->uid : (uid_t)-1,
            .socket_group = user != NULL ? user->gid : (gid_t)-1,
        },
        out);
}

/* `ulimit -n`, or what a service manager sets: who wonders why so few are served should know. */
static void log_low_file_limit(const struct server_options *options)
{
    unsigned long wanted = options->settings->limits.connections;
    size_t possible = acceptor_connection_max(wanted);
    if (possible < wanted) {
        log_problem("the limit of open files leaves room for %zu connections a worker, not %lu",
                    possible, wanted);
    }
}

int server_run(const struct server_options *options)
{
    struct systemd_sockets sockets;
    struct keyring ring;
    struct listeners listeners;
    process_keep_standard_files();
    process_raise_file_limit();
    /* Until the master takes signals: files that have just been opened need not be opened again. */
    (void)signal(SIGUSR1, SIG_IGN);
    if (!systemd_begin(&sockets) || !log_open(&options->settings->log) ||
        !keyring_load(options, NULL, &ring)) {
        return 1;
    }
    int code = 1;
    if (options->state != NULL) {
        /* The loader, which tries again as its user, says what is wrong. */
        (void)!state_make(options->state, options->user);
    }
    log_low_file_limit(options);
    if (open_listeners(options, &sockets, &listeners)) {
        code = master_run(options, &listeners, &ring);
    }
    keyring_release(&ring);
    return code;
}
