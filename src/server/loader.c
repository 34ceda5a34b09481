#include "server/loader.h"

#include "gemini/url.h"
#include "server/clock.h"
#include "server/credentials.h"
#include "server/generation.h"
#include "server/log.h"
#include "server/process.h"
#include "server/route.h"
#include "server/signals.h"
#include "server/tls.h"
#include "server/watch.h"
#include "server/worker.h"
#include "text/date.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Saving one file makes several events, saving many makes more; and no more than one reload a
 * second, however fast they come. A file that was made and is not closed yet is waited for. */
enum { COALESCE_MS = 50, CREATED_MS = 1000, RELOAD_EVERY_MS = 1000 };
/* The wall clock may be set, or the machine may have slept: look at it once a minute. */
enum { LOOK_AT_CLOCK_MS = 60 * 1000 };

struct loader {
    const struct loader_setup *setup;
    const struct server_options *options;
    struct certificate certificate;
    SSL_CTX *tls;
    struct site site;
    struct buf authority; /* what site.authority points to */
    struct watch *watch;
    int64_t looked_at; /* when the files were looked at, without inotify */
    struct generations generations;
    int64_t reload_at;
    int64_t reloaded_at;
    int64_t next_moment; /* of the wall clock: a review becomes visible, or a day begins */
    bool has_started;    /* the master knows that we serve */
};

/* --- what is served --------------------------------------------------------------------------- */

static void set_ports(struct loader *loader)
{
    struct site *site = &loader->site;
    const struct listeners *listeners = loader->setup->listeners;
    bool has_default = false;
    site->port_count = 0;
    for (size_t i = 0; i < listeners->count; i++) {
        site->ports[site->port_count++] = listeners->items[i].port;
        has_default |= listeners->items[i].port == LISTEN_DEFAULT_PORT;
    }
    buf_clear(&loader->authority);
    url_put_host(site->hosts[0], &loader->authority);
    if (!has_default && site->port_count > 0) {
        buf_printf(&loader->authority, ":%u", site->ports[0]);
    }
    site->authority = buf_slice(&loader->authority);
}

static void open_static(struct loader *loader)
{
    struct buf path;
    buf_init(&path, 4096);
    buf_puts(&path, loader->options->capsule_folder);
    buf_puts(&path, "/static");
    if (loader->site.static_folder >= 0) {
        (void)close(loader->site.static_folder);
    }
    const char *name = path.failed ? NULL : buf_string(&path);
    loader->site.static_folder = name == NULL ? -1 : open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    buf_release(&path);
}

static void log_capsule(const struct loader *loader, const char *event)
{
    const struct capsule *capsule = loader->site.capsule;
    log_message("%s %.*s: %zu review%s, %zu page%s, %zu file%s", event,
                SLICE_ARG(capsule->conf.title), capsule->review_count,
                capsule->review_count == 1 ? "" : "s", capsule->page_count,
                capsule->page_count == 1 ? "" : "s", capsule->static_count,
                capsule->static_count == 1 ? "" : "s");
}

/* A name that was added after the certificate was made: clients that look at names refuse it. */
static void warn_of_uncovered_hosts(const struct loader *loader)
{
    const struct site *site = &loader->site;
    for (size_t i = 0; i < site->host_count; i++) {
        if (!tls_covers(site->certificate, site->hosts[i])) {
            log_message("the certificate is not for %.*s", SLICE_ARG(site->hosts[i]));
        }
    }
}

/* The next moment at which the same files make other pages. */
static int64_t next_moment(const struct capsule *capsule)
{
    int64_t midnight = date_begin(date_next(date_of(date_now())));
    return capsule->next_change > 0 && capsule->next_change < midnight ? capsule->next_change
                                                                       : midnight;
}

/* Read everything and start workers on it. False when there is nothing to serve. */
static bool load(struct loader *loader)
{
    const struct server_options *options = loader->options;
    struct diags diags;
    loader->reloaded_at = clock_ms();
    loader->reload_at = CLOCK_NEVER;
    watch_renew(loader->watch);
    diags_init(&diags);
    const struct capsule *capsule = options->load(options->load_state, &diags);
    log_diags(&diags);
    diags_release(&diags);
    if (capsule == NULL) {
        return false;
    }
    struct site *site = &loader->site;
    site->capsule = capsule;
    site->asks_for_certificate = capsule->conf.paths.area_count > 0;
    site->hosts = options->host_count > 0 ? options->hosts : capsule->conf.hosts;
    site->host_count = options->host_count > 0 ? options->host_count : capsule->conf.host_count;
    set_ports(loader);
    open_static(loader);
    warn_of_uncovered_hosts(loader);
    loader->next_moment = next_moment(capsule);
    if (!generations_start(&loader->generations)) {
        loader->reload_at = clock_ms() + RELOAD_EVERY_MS;
    }
    return true;
}

static void plan_reload(struct loader *loader, int delay_ms)
{
    int64_t now = clock_ms();
    int64_t at = now + delay_ms;
    if (at < loader->reloaded_at + RELOAD_EVERY_MS) {
        at = loader->reloaded_at + RELOAD_EVERY_MS;
    }
    if (at < loader->reload_at) {
        loader->reload_at = at;
    }
}

/* --- what happens ----------------------------------------------------------------------------- */

static void run_worker(void *context, int ready)
{
    struct loader *loader = context;
    const struct worker_setup setup = {
        .site = &loader->site,
        .listeners = loader->setup->listeners,
        .tls = loader->tls,
        .lifeline = loader->setup->lifeline,
        .ready = ready,
    };
    watch_free(loader->watch);
    (void)close(loader->setup->channel);
    worker_run(&setup);
}

static void take_changes(struct loader *loader)
{
    enum watch_change change = watch_take(loader->watch);
    loader->looked_at = clock_ms();
    if (change != WATCH_NOTHING) {
        plan_reload(loader, change == WATCH_CREATED ? CREATED_MS : COALESCE_MS);
    }
}

/* The master has read a certificate that is not the one we have. */
static void take_credentials(struct loader *loader)
{
    struct certificate received;
    struct buf error;
    if (!credentials_receive(loader->setup->channel, &received)) {
        return; /* the master is gone; the lifeline says so too */
    }
    buf_init(&error, 512);
    SSL_CTX *tls = tls_context_new(&received, &error);
    if (tls == NULL) {
        log_message("the new certificate cannot be used: %.*s", SLICE_ARG(buf_slice(&error)));
        certificate_release(&received);
    } else {
        SSL_CTX_free(loader->tls);
        certificate_release(&loader->certificate);
        loader->tls = tls;
        loader->certificate = received;
        loader->site.certificate = received.leaf;
        plan_reload(loader, 0);
    }
    buf_release(&error);
}

static void reap(struct loader *loader)
{
    pid_t pid = 0;
    int status = 0;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        generations_reap(&loader->generations, pid, status);
    }
}

static void on_ready(struct loader *loader)
{
    if (loader->has_started) {
        log_capsule(loader, "reloaded");
        return;
    }
    log_capsule(loader, "loaded");
    loader->has_started = true;
    const char ready = LOADER_READY;
    (void)send(loader->setup->channel, &ready, 1, MSG_NOSIGNAL);
}

/* --- the loop --------------------------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t wall_clock_due(const struct loader *loader, int64_t now)
{
    int64_t left = loader->next_moment - date_now();
    return now + (left <= 0 ? 0 : left < LOOK_AT_CLOCK_MS / 1000 ? left * 1000 : LOOK_AT_CLOCK_MS);
}

/* One round: do what is due, wait, see what has come. False when the lifeline has ended. */
static bool round_of_loop(struct loader *loader)
{
    enum { LIFELINE, CHANNEL, WATCH, READY };
    struct pollfd fds[READY + GENERATIONS_MAX] = {
        [LIFELINE] = { .fd = loader->setup->lifeline, .events = POLLIN },
        [CHANNEL] = { .fd = loader->setup->channel, .events = POLLIN },
        [WATCH] = { .fd = watch_fd(loader->watch), .events = POLLIN },
    };
    if (date_now() >= loader->next_moment) {
        plan_reload(loader, 0);
    }
    if (loader->reload_at <= clock_ms()) {
        (void)load(loader); /* what was served stays when this is false */
    }
    int64_t due = earlier(generations_tend(&loader->generations), loader->reload_at);
    int64_t now = clock_ms();
    if (loader->reload_at == CLOCK_NEVER) {
        due = earlier(due, wall_clock_due(loader, now));
    }
    if (watch_fd(loader->watch) < 0) {
        due = earlier(due, loader->looked_at + WATCH_POLL_MS);
    }
    nfds_t ready = generations_poll(&loader->generations, &fds[READY]);
    signals_wait(fds, READY + ready, clock_timeout(now, due));

    if (fds[LIFELINE].revents != 0) {
        return false;
    }
    if (fds[CHANNEL].revents != 0) {
        take_credentials(loader);
    }
    if (fds[WATCH].revents != 0 ||
        (watch_fd(loader->watch) < 0 && clock_ms() >= loader->looked_at + WATCH_POLL_MS)) {
        take_changes(loader);
    }
    if (generations_take_ready(&loader->generations, &fds[READY], ready)) {
        on_ready(loader);
    }
    if (signals_take(SIGCHLD)) {
        reap(loader);
    }
    if (signals_take(SIGHUP)) {
        plan_reload(loader, 0);
    }
    return true;
}

/* The workers have seen the end of the lifeline themselves; wait for them. */
static void stop(struct loader *loader)
{
    int64_t end = clock_ms() + LIMIT_STOP_SECONDS * 1000 + 1000;
    int64_t now = 0;
    generations_stop(&loader->generations);
    listen_close(loader->setup->listeners);
    while (reap(loader), !generations_are_gone(&loader->generations)) {
        now = clock_ms();
        if (now >= end) {
            generations_kill(&loader->generations);
            end = CLOCK_NEVER;
        }
        signals_wait(NULL, 0, clock_timeout(now, end));
    }
}

static const char *user_name(const struct server_user *user)
{
    static char number[32];
    (void)snprintf(number, sizeof number, "%lu", (unsigned long)user->uid);
    return user->name != NULL ? user->name : number;
}

static bool start(struct loader *loader)
{
    const struct server_options *options = loader->options;
    if (options->user != NULL && !process_become(options->user)) {
        log_message("cannot become user %s: %s", user_name(options->user), strerror(errno));
        return false;
    }
    struct buf error;
    buf_init(&error, 512);
    loader->tls = tls_context_new(loader->setup->certificate, &error);
    if (loader->tls == NULL) {
        log_message("the certificate cannot be used: %.*s", SLICE_ARG(buf_slice(&error)));
    }
    buf_release(&error);
    loader->watch = watch_new(options->capsule_folder, options->watched);
    loader->looked_at = clock_ms();
    return loader->tls != NULL && loader->watch != NULL;
}

void loader_run(const struct loader_setup *setup)
{
    const struct server_options *options = setup->options;
    struct loader loader = {
        .setup = setup,
        .options = options,
        .site = { .static_folder = -1, .certificate = setup->certificate->leaf },
        .generations = { .run_worker = run_worker, .context = &loader },
        .next_moment = INT64_MAX,
    };
    loader.generations.workers = options->workers > 0 ? options->workers : process_count_cores();
    if (loader.generations.workers > LIMIT_WORKERS) {
        loader.generations.workers = LIMIT_WORKERS;
    }
    buf_init(&loader.authority, 512);
    process_name("matinee-loader");
    if (!start(&loader)) {
        process_exit(1);
    }
    if (!load(&loader)) {
        if (options->user != NULL) {
            log_message("nothing to serve in %s, as user %s", options->capsule_folder,
                        user_name(options->user));
        } else {
            log_message("nothing to serve in %s", options->capsule_folder);
        }
        process_exit(LOADER_NOTHING_TO_SERVE);
    }
    loader.reloaded_at -= RELOAD_EVERY_MS; /* that was no reload: the first change shows at once */
    while (round_of_loop(&loader)) {
    }
    stop(&loader);
    process_exit(0);
}
