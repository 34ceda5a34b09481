#include "server/server.h"

#include "server/keyring.h"
#include "server/listen.h"
#include "server/log.h"
#include "server/master.h"
#include "server/process.h"

int server_run(const struct server_options *options)
{
    const struct path_list *listen = &options->settings->listen;
    struct keyring ring;
    struct listeners listeners;
    process_keep_standard_files();
    process_raise_file_limit();
    if (!log_open(&options->settings->log) || !keyring_load(options, NULL, &ring)) {
        return 1;
    }
    int code = 1;
    if (listen_open(listen->items, listen->count, options->loopback_only, &listeners)) {
        code = master_run(options, &listeners, &ring);
    }
    keyring_release(&ring);
    return code;
}
