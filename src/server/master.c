#include "server/master.h"

#include "gemini/certificate_facts.h"
#include "gemini/url.h"
#include "server/backoff.h"
#include "server/channel.h"
#include "server/clock.h"
#include "server/gate.h"
#include "server/loader.h"
#include "server/log.h"
#include "server/process.h"
#include "server/sandbox.h"
#include "server/signals.h"
#include "server/systemd.h"
#include "server/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* Certificate and key are two files: both should be there when they are read. */
enum { CREDENTIALS_SETTLE_MS = 200 };
/* Loaders that have to make room for a new one; as often as one may read anew. */
enum { RESTART_EVERY_MS = 1000 };
/* How long a loader may take to receive what it is sent, when more of that waits than fits into the
 * channel: as long we hear no signal. */
enum { CHANNEL_SECONDS = 5 };
/* Crews of loaders that died before their workers had finished. */
enum { CREWS_MAX = 8 };

/**
 * A loader and its workers: one process group, so that the workers can be told to end when their
 * loader has died and nobody knows them by number any more.
 */
struct crew {
    pid_t group;
    bool has_loader;
    bool is_ready;
    int lifeline; /* its other end is in all processes of the crew */
    int channel;
};

struct master {
    const struct server_options *options;
    struct listeners *listeners;
    struct keyring *ring;
    struct peers *peers;
    bool had_terminal;
    struct watch *watch; /* of the certificates */
    int64_t read_credentials_at;
    struct crew crews[CREWS_MAX]; /* oldest first; the last one is the current */
    size_t crew_count;
    struct backoff backoff;
    int64_t start_at;
    bool has_served;
    bool stopping;
    bool failed; /* the first loader ended before it served */
    int64_t kill_at;
};

static struct crew *current(struct master *master)
{
    return master->crew_count > 0 ? &master->crews[master->crew_count - 1] : NULL;
}

/* --- crews ------------------------------------------------------------------------------------ */

static void signal_crew(const struct crew *crew, int signal)
{
    (void)kill(-crew->group, signal);
}

static void close_pipes(struct crew *crew)
{
    int *const fds[] = { &crew->lifeline, &crew->channel };
    for (size_t i = 0; i < ARRAY_LENGTH(fds); i++) {
        if (*fds[i] >= 0) {
            (void)close(*fds[i]);
        }
        *fds[i] = -1;
    }
}

static void remove_crew(struct master *master, size_t index)
{
    close_pipes(&master->crews[index]);
    master->crew_count--;
    memmove(&master->crews[index], &master->crews[index + 1],
            (master->crew_count - index) * sizeof master->crews[0]);
}

/* Forget those of which no process is left. */
static void forget_gone_crews(struct master *master)
{
    for (size_t i = master->crew_count; i-- > 0;) {
        const struct crew *crew = &master->crews[i];
        if (!crew->has_loader && kill(-crew->group, 0) != 0 && errno == ESRCH) {
            remove_crew(master, i);
        }
    }
}

static NO_RETURN void run_loader(struct master *master, int lifeline, int channel)
{
    (void)setpgid(0, 0);
    signals_forget();
    for (size_t i = 0; i < master->crew_count; i++) {
        close_pipes(&master->crews[i]);
    }
    watch_free(master->watch);
    loader_run(&(struct loader_setup){
        .options = master->options,
        .listeners = master->listeners,
        .ring = master->ring,
        .peers = master->peers,
        .lifeline = lifeline,
        .channel = channel,
    });
}

static bool start_crew(struct master *master)
{
    int lifeline[2] = { -1, -1 };
    int channel[2] = { -1, -1 };
    pid_t pid = -1;
    if (pipe2(lifeline, O_CLOEXEC) == 0 &&
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) == 0) {
        pid = fork();
    }
    if (pid == 0) {
        (void)close(lifeline[1]);
        (void)close(channel[0]);
        run_loader(master, lifeline[0], channel[1]);
    }
    int reason = errno;
    const struct timeval patience = { .tv_sec = CHANNEL_SECONDS };
    (void)setsockopt(channel[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    struct crew crew = {
        .group = pid, .has_loader = true, .lifeline = lifeline[1], .channel = channel[0]
    };
    if (lifeline[0] >= 0) {
        (void)close(lifeline[0]);
    }
    if (channel[1] >= 0) {
        (void)close(channel[1]);
    }
    if (pid < 0) {
        log_problem("cannot start a process: %s", strerror(reason));
        close_pipes(&crew);
        return false;
    }
    (void)setpgid(pid, pid); /* the child does so too; whoever is first */
    if (master->crew_count == CREWS_MAX) {
        signal_crew(&master->crews[0], SIGKILL);
        remove_crew(master, 0);
    }
    master->crews[master->crew_count++] = crew;
    master->backoff.started = clock_ms();
    return true;
}

static void start_crew_if_due(struct master *master)
{
    int64_t now = clock_ms();
    if (master->stopping || master->start_at > now) {
        return;
    }
    master->start_at = CLOCK_NEVER;
    if (!start_crew(master)) {
        master->backoff.started = now;
        master->start_at = backoff_next(&master->backoff, now) + 1;
    }
}

/* --- what is said at the start ---------------------------------------------------------------- */

static void log_fingerprint(const struct certificate *certificate)
{
    struct buf text;
    buf_init(&text, 4096);
    certificate_put_fingerprint(certificate->leaf, ':', &text);
    buf_puts(&text, " for ");
    certificate_put_names(certificate->leaf, &text);
    log_message("certificate SHA-256 %.*s", SLICE_ARG(buf_slice(&text)));
    buf_release(&text);
}

/* Those that `before`, which may be NULL, has not. */
static void log_fingerprints(const struct master *master, const struct keyring *before)
{
    for (size_t i = 0; i < master->ring->count; i++) {
        const struct key_pair *pair = &master->ring->pairs[i];
        const struct key_pair *old =
            before != NULL ? keyring_find(before, slice_of(pair->name)) : NULL;
        if (old == NULL || !certificate_equal(&old->certificate, &pair->certificate)) {
            log_fingerprint(&pair->certificate);
        }
    }
}

static void log_urls(const struct server_site *site, uint16_t port)
{
    for (size_t i = 0; i < site->shown_host_count; i++) {
        struct buf url;
        buf_init(&url, 512);
        buf_puts(&url, "gemini://");
        url_put_host(site->shown_hosts[i], &url);
        if (port != LISTEN_DEFAULT_PORT) {
            buf_printf(&url, ":%u", port);
        }
        log_message("serving %.*s/", SLICE_ARG(buf_slice(&url)));
        buf_release(&url);
    }
}

static void log_addresses(const struct master *master)
{
    const struct server_options *options = master->options;
    uint16_t port = 0;
    for (size_t i = 0; i < master->listeners->count; i++) {
        const struct listener *listener = &master->listeners->items[i];
        log_message("listening on %s", listener->name);
        if (port == 0 || listener->port == LISTEN_DEFAULT_PORT) {
            port = listener->port;
        }
    }
    port = port != 0 ? port : LISTEN_DEFAULT_PORT;
    for (size_t i = 0; i < options->site_count; i++) {
        const struct server_site *site = &options->sites[i];
        log_urls(site, site->shown_port != 0 ? site->shown_port : port);
    }
}

/* --- what happens ----------------------------------------------------------------------------- */

/* The workers of loaders that have died are not needed any more. */
static void retire_old_crews(struct master *master)
{
    for (size_t i = 0; i + 1 < master->crew_count; i++) {
        signal_crew(&master->crews[i], SIGTERM);
    }
}

static void tell_ready(const struct master *master)
{
    const struct server_options *options = master->options;
    size_t first = 0;
    struct buf status;
    while (options->sites[first].shown_host_count == 0) { /* a capsule that could not be read */
        first++;
    }
    buf_init(&status, 512);
    buf_printf(&status, "Serving %.*s", SLICE_ARG(options->sites[first].shown_hosts[0]));
    if (options->site_count > 1) {
        buf_printf(&status, " and %zu more", options->site_count - 1);
    }
    systemd_ready(buf_slice(&status));
    buf_release(&status);
}

static void on_channel(struct master *master, struct crew *crew)
{
    char byte = 0;
    if (recv(crew->channel, &byte, 1, MSG_DONTWAIT) != 1) {
        (void)close(crew->channel); /* the loader has gone; SIGCHLD tells how */
        crew->channel = -1;
        return;
    }
    if (byte != LOADER_READY) {
        return;
    }
    if (!crew->is_ready) {
        crew->is_ready = true;
        retire_old_crews(master);
    }
    if (!master->has_served) {
        master->has_served = true;
        log_fingerprints(master, NULL);
        log_addresses(master);
        log_started();
    }
    tell_ready(master);
}

/* After something was sent, which is whole in the channel if `ok`. A loader that takes nothing
 * hangs, in a file system that has gone away say. Its workers serve on, and another one is started.
 */
static void note_sent(struct crew *crew, bool ok)
{
    if (!ok && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        log_problem("the loader takes nothing any more; ending it");
        (void)close(crew->channel);
        crew->channel = -1;
        (void)kill(crew->group, SIGKILL);
    }
}

static void read_credentials(struct master *master)
{
    struct keyring fresh;
    master->read_credentials_at = CLOCK_NEVER;
    watch_renew(master->watch); /* the folder may be another one */
    if (!keyring_load(master->options, master->ring, &fresh)) {
        return;
    }
    if (!keyring_equal(&fresh, master->ring)) {
        struct keyring old = *master->ring;
        *master->ring = fresh;
        fresh = old;
        log_fingerprints(master, &old);
        struct crew *crew = current(master);
        if (crew != NULL && crew->channel >= 0) {
            note_sent(crew, keyring_send(crew->channel, master->ring));
        }
    }
    keyring_release(&fresh);
}

static void plan_read_credentials(struct master *master)
{
    if (master->read_credentials_at == CLOCK_NEVER) {
        master->read_credentials_at = clock_ms() + CREDENTIALS_SETTLE_MS;
    }
}

static void loader_ended(struct master *master, struct crew *crew, int status)
{
    struct buf text;
    crew->has_loader = false;
    if (master->stopping) {
        return;
    }
    int64_t now = clock_ms();
    if (WIFEXITED(status) && WEXITSTATUS(status) == LOADER_OUTGROWN) {
        /* It has said why; and that is no failure, however often it happens. */
        int64_t soonest = master->backoff.started + RESTART_EVERY_MS;
        master->start_at = now > soonest ? now : soonest;
        return;
    }
    /* What is wrong would be wrong again; and somebody is there to read it. */
    master->failed = !master->has_served;
    master->start_at = backoff_next(&master->backoff, now);
    if (master->failed && WIFEXITED(status)) {
        return; /* it has said why */
    }
    buf_init(&text, 256);
    process_put_end(&text, status);
    log_problem("the loader ended: %.*s%s", SLICE_ARG(buf_slice(&text)),
                master->failed ? "" : "; starting another");
    buf_release(&text);
}

/* A worker whose loader has died: nobody else sees its end. Or its background process, which takes
 * what we send for the end. */
static void orphan_ended(const struct master *master, int status)
{
    struct buf text;
    if (master->stopping || (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
        (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM)) {
        return;
    }
    buf_init(&text, 256);
    process_put_end(&text, status);
    log_problem("a worker ended: %.*s", SLICE_ARG(buf_slice(&text)));
    buf_release(&text);
}

/* Returns false when there are no children left. */
static bool reap(struct master *master)
{
    int status = 0;
    pid_t pid = 0;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        struct crew *crew = current(master);
        peers_leave(master->peers, pid);
        if (crew != NULL && crew->has_loader && crew->group == pid) {
            loader_ended(master, crew, status);
        } else {
            orphan_ended(master, status);
        }
    }
    bool has_children = pid == 0;
    forget_gone_crews(master);
    return has_children;
}

/* --- the loop --------------------------------------------------------------------------------- */

static void begin_stop(struct master *master)
{
    master->stopping = true;
    systemd_stopping();
    /* The loader takes as long as its slowest worker, and a moment more. */
    master->kill_at = clock_ms() + LIMIT_STOP_SECONDS * 1000 + 2000;
    listen_refuse(master->listeners);
    listen_close(master->listeners);
    for (size_t i = 0; i < master->crew_count; i++) {
        close_pipes(&master->crews[i]);
    }
}

static void kill_all(struct master *master)
{
    master->kill_at = CLOCK_NEVER;
    for (size_t i = 0; i < master->crew_count; i++) {
        signal_crew(&master->crews[i], SIGKILL);
    }
}

/* At once, and certificates first: who asked for it may wait until it is said to be done. A loader
 * that is being started reads everything anyway. */
static void reload(struct master *master)
{
    struct crew *crew = current(master);
    systemd_reloading();
    read_credentials(master);
    if (crew != NULL && crew->has_loader) {
        (void)kill(crew->group, SIGHUP);
    }
}

/* Whoever has renamed the files of the log wants new ones. A loader that is started later has them
 * from us. */
static void reopen_logs(struct master *master)
{
    int fds[LOG_FILES];
    struct crew *crew = current(master);
    if (!log_reopen()) {
        return;
    }
    log_message("the log was opened again");
    if (crew != NULL && crew->channel >= 0) {
        note_sent(crew, channel_send(crew->channel, CHANNEL_LOGS, fds, log_files(fds)));
    }
}

/* A terminal that is closed sends SIGHUP too; then nobody is there any more who wants to serve. */
static bool terminal_is_gone(const struct master *master)
{
    return master->had_terminal && !isatty(STDERR_FILENO);
}

static void take_signals(struct master *master)
{
    bool stop = signals_take(SIGTERM);
    stop |= signals_take(SIGINT);
    if (signals_take(SIGHUP)) {
        if (terminal_is_gone(master)) {
            stop = true;
        } else if (!master->stopping) {
            reload(master);
        }
    }
    if (signals_take(SIGUSR1)) {
        reopen_logs(master);
    }
    if (stop && !master->stopping) {
        begin_stop(master);
    } else if (stop) {
        kill_all(master);
    }
}

static int64_t next_due(const struct master *master)
{
    const int64_t dues[] = {
        master->stopping ? master->kill_at : CLOCK_NEVER,
        master->stopping ? CLOCK_NEVER : master->start_at,
        master->stopping ? CLOCK_NEVER : master->read_credentials_at,
        watch_due(master->watch),
    };
    int64_t due = CLOCK_NEVER;
    for (size_t i = 0; i < ARRAY_LENGTH(dues); i++) {
        due = dues[i] < due ? dues[i] : due;
    }
    return due;
}

/* One round: do what is due, wait, see what has come. False when all has ended. */
static bool round_of_loop(struct master *master)
{
    enum { WATCH, CHANNEL, FDS };
    int64_t now = clock_ms();
    start_crew_if_due(master);
    /* What came after the last line about it; the watch wakes us once a minute. */
    gate_report(master->peers, false);
    if (!master->stopping && master->read_credentials_at <= now) {
        read_credentials(master);
    }
    if (master->stopping && master->kill_at <= now) {
        kill_all(master);
    }
    struct crew *crew = current(master);
    struct pollfd fds[FDS] = {
        [WATCH] = { .fd = watch_fd(master->watch), .events = POLLIN },
        [CHANNEL] = { .fd = crew != NULL ? crew->channel : -1, .events = POLLIN },
    };
    signals_wait(fds, FDS, clock_timeout(clock_ms(), next_due(master)));

    if (fds[CHANNEL].revents != 0) {
        on_channel(master, crew);
    }
    if (fds[WATCH].revents != 0 || watch_due(master->watch) <= clock_ms()) {
        if (watch_take(master->watch) != WATCH_NOTHING) {
            plan_read_credentials(master);
        }
    }
    take_signals(master);
    bool has_children = true;
    if (signals_take(SIGCHLD) || master->stopping) {
        has_children = reap(master);
    }
    return has_children || !master->stopping;
}

int master_run(const struct server_options *options, struct listeners *listeners,
               struct keyring *ring)
{
    struct master master = {
        .options = options,
        .listeners = listeners,
        .ring = ring,
        .had_terminal = isatty(STDERR_FILENO) == 1,
        .read_credentials_at = CLOCK_NEVER,
        .kill_at = CLOCK_NEVER,
    };
    master.peers = peers_new();
    signals_begin();
    process_adopt_orphans();
    master.watch = watch_new(options->certs_folder, NULL, options->settings->watch_by_looking);
    if (master.watch == NULL || master.peers == NULL) {
        log_problem("cannot start: %s", strerror(errno));
        listen_refuse(listeners);
        listen_close(listeners);
        return 1;
    }
    (void)sandbox_master(options->settings->sandbox);
    while (!master.failed && round_of_loop(&master)) {
    }
    if (master.failed) {
        kill_all(&master);
    }
    for (size_t i = master.crew_count; i-- > 0;) {
        remove_crew(&master, i);
    }
    gate_report(master.peers, true);
    peers_free(master.peers);
    watch_free(master.watch);
    listen_refuse(listeners);
    listen_close(listeners);
    return master.failed ? 1 : 0;
}
