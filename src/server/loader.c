#include "server/loader.h"

#include "server/background.h"
#include "server/books.h"
#include "server/channel.h"
#include "server/clock.h"
#include "server/generation.h"
#include "server/log.h"
#include "server/presentation.h"
#include "server/process.h"
#include "server/sandbox.h"
#include "server/schedule.h"
#include "server/signals.h"
#include "server/site.h"
#include "server/state.h"
#include "server/watch.h"
#include "server/worker.h"
#include "text/date.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Saving one file makes several events, saving many makes more. A file that was made and is not
 * closed yet is waited for. */
enum { COALESCE_MS = 50, CREATED_MS = 1000 };

/* A capsule, and what only the loader needs of it. */
struct served {
    const struct server_site *asked;
    struct buf authority; /* what site.authority points to */
    struct buf state;     /* what site.state points to */
    struct watch *watch;
    bool has_changed; /* to be looked at again */
    bool is_news;     /* read, and not said yet */
    bool is_outgrown; /* another folder now, which the sandbox keeps us from */
    size_t bad_files;
    struct books books;
    struct page_memo memo;        /* empty here: workers alone make pages */
    struct searcher *searcher;    /* the same */
    unsigned long long looked_at; /* names and certificates, for site_warn_of_names */
    int64_t next_moment;          /* of the wall clock: a review becomes visible, or a day begins */
};

struct loader {
    const struct loader_setup *setup;
    const struct server_options *options;
    struct presentation *presentation;
    struct site sites[LIMIT_CAPSULES];
    struct served served[LIMIT_CAPSULES];
    size_t count;     /* of both */
    struct sites all; /* `sites` */
    struct generations generations;
    struct background background;
    struct schedule schedule;
    bool everything; /* the next reload reads files that look unchanged too */
    bool must_start; /* … and starts workers even if nothing has changed */
    bool has_said_no_state;
    bool has_work;    /* for the background process, when workers answer */
    bool has_started; /* the master knows that we serve */
    bool must_tell;   /* it has asked for a reload, and wants to know when that is done */
};

/* --- what is served --------------------------------------------------------------------------- */

/* Which certificates are whose, after one or the other has changed. */
static void choose_certificates(struct loader *loader)
{
    if (!presentation_set_sites(loader->presentation, &loader->all, loader->options->sites)) {
        log_problem("out of memory");
        process_exit(1);
    }
    for (size_t i = 0; i < loader->count; i++) {
        site_warn_of_names(&loader->all, i, loader->presentation, &loader->served[i].looked_at);
    }
}

static void take_changes(struct loader *loader, struct served *served)
{
    enum watch_change change = watch_take(served->watch);
    if (change != WATCH_NOTHING) {
        served->has_changed = true;
        schedule_plan(&loader->schedule, clock_ms(),
                      change == WATCH_CREATED ? CREATED_MS : COALESCE_MS);
    }
}

static bool is_being_written(void *context, slice path)
{
    return watch_is_being_written(context, path);
}

/* Read one capsule. What was served of it stays when that cannot be. */
static void load(struct loader *loader, size_t index)
{
    struct served *served = &loader->served[index];
    struct site *site = &loader->sites[index];
    const struct server_site *asked = served->asked;
    struct diags diags;
    struct capsule_reading reading = { .everything = loader->everything,
                                       .is_being_written = is_being_written,
                                       .context = served->watch,
                                       .diags = &diags };
    served->has_changed = false;
    served->next_moment = INT64_MAX;
    watch_renew(served->watch);
    diags_init(&diags);
    asked->load(asked->load_state, &reading);
    if (loader->count > 1 && diags.count > 0) {
        log_message("in %s:", asked->folder);
    }
    log_diags(&diags);
    diags_release(&diags);
    if (watch_fd(served->watch) >= 0) {
        take_changes(loader, served); /* those that came meanwhile */
    }
    if (reading.capsule == NULL) {
        return;
    }
    site->capsule = reading.capsule;
    site_fill(site, asked, loader->setup->listeners, &served->authority);
    served->bad_files = reading.bad;
    served->next_moment = site_set_day(site);
    served->is_news |= !reading.is_same;
    loader->must_start |= books_look(&served->books, site);
    loader->must_start |= !reading.is_same;
    loader->has_work |= !reading.is_same;
    if (reading.waiting > 0) {
        served->has_changed = true;
        schedule_plan(&loader->schedule, clock_ms(), SCHEDULE_RELOAD_EVERY_MS);
    }
}

/* --- a capsule that is replaced --------------------------------------------------------------- */

static struct sandbox_tree tree_of(const struct loader *loader, size_t index)
{
    return (struct sandbox_tree){ .folder = loader->options->sites[index].folder,
                                  .below = loader->options->watched,
                                  .state = loader->sites[index].state_folder,
                                  .state_path = loader->sites[index].state };
}

static bool has_conf(const char *folder)
{
    struct stat status;
    struct buf path;
    buf_init(&path, 4096);
    buf_puts(&path, folder);
    buf_puts(&path, "/capsule.conf");
    const char *name = path.failed ? NULL : buf_string(&path);
    bool ok = name != NULL && stat(name, &status) == 0;
    buf_release(&path);
    return ok;
}

/* A folder that has been replaced is closed to this process, and what is below it cannot be watched
 * either: a new loader has to read it. Our workers serve on meanwhile. */
static void find_outgrown(struct loader *loader)
{
    for (size_t i = 0; i < loader->count; i++) {
        struct served *served = &loader->served[i];
        const struct sandbox_tree tree = tree_of(loader, i);
        if (served->has_changed) {
            served->is_outgrown = sandbox_is_outgrown(&tree);
            served->has_changed = !served->is_outgrown;
        }
    }
}

/* One that is only being filled is waited for: there is something to serve until then. */
static bool leave_when_outgrown(const struct loader *loader)
{
    bool waits = false;
    for (size_t i = 0; i < loader->count; i++) {
        if (!loader->served[i].is_outgrown) {
            continue;
        }
        if (has_conf(loader->served[i].asked->folder)) {
            log_message("%s, or a link in it, leads elsewhere now: a new loader reads it",
                        loader->served[i].asked->folder);
            process_exit(LOADER_OUTGROWN);
        }
        waits = true;
    }
    return waits;
}

/* Somebody has taken the state folder away, which the sandbox keeps us from making anew. */
static void leave_when_state_is_gone(const struct loader *loader)
{
    for (size_t i = 0; loader->background.start_at <= clock_ms() && i < loader->count; i++) {
        const struct site *site = &loader->sites[i];
        if (site->state_folder >= 0 && state_is_another(site->state_folder, site->state)) {
            log_message("%s is another folder now, or gone: a new loader makes it", site->state);
            process_exit(LOADER_OUTGROWN);
        }
    }
}

/* --- reloading ---------------------------------------------------------------------------------
 */

/* Read what has changed, and start workers on it. */
static void reload(struct loader *loader)
{
    schedule_reload(&loader->schedule, clock_ms());
    find_outgrown(loader);
    (void)leave_when_outgrown(loader);
    for (size_t i = 0; i < loader->count; i++) {
        if (loader->served[i].has_changed) {
            load(loader, i);
        }
    }
    if (loader->everything) {
        process_trim_memory(); /* there were two of everything */
    }
    loader->everything = false;
    choose_certificates(loader);
    if (loader->must_start) {
        loader->must_start = !generations_start(&loader->generations);
    }
    if (loader->must_start) {
        schedule_plan(&loader->schedule, clock_ms(), SCHEDULE_RELOAD_EVERY_MS);
    }
}

/* New workers, which see what has changed until then. */
static void plan_reload(struct loader *loader, int delay_ms)
{
    loader->must_start = true;
    schedule_plan(&loader->schedule, clock_ms(), delay_ms);
}

/* --- what happens ----------------------------------------------------------------------------- */

/* In a child: what is the loader's alone. */
static void leave(struct loader *loader)
{
    for (size_t i = 0; i < loader->count; i++) {
        watch_free(loader->served[i].watch);
    }
    (void)close(loader->setup->channel);
}

static void leave_for_background(void *context)
{
    struct loader *loader = context;
    leave(loader);
    listen_close(loader->setup->listeners);
}

static void run_worker(void *context, int ready)
{
    struct loader *loader = context;
    const struct worker_setup setup = {
        .sites = &loader->all,
        .listeners = loader->setup->listeners,
        .proxies = &loader->options->settings->proxies,
        .tls = presentation_context(loader->presentation),
        .limits = &loader->options->settings->limits,
        .peers = loader->setup->peers,
        .lifeline = loader->setup->lifeline,
        .ready = ready,
    };
    leave(loader);
    worker_run(&setup);
}

/* The master has read certificates, or a secret, that we have not. A worker that is started before
 * the reload presents them already. */
static void take_credentials(struct loader *loader)
{
    struct keyring ring;
    if (!keyring_receive(loader->setup->channel, &ring)) {
        return; /* the master is gone; the lifeline says so too */
    }
    struct presentation *fresh = presentation_new(&ring, loader->options->settings->tickets);
    keyring_release(&ring);
    if (fresh == NULL) {
        return; /* it has said why */
    }
    presentation_free(loader->presentation);
    loader->presentation = fresh;
    for (size_t i = 0; i < loader->count; i++) {
        loader->served[i].is_news = true;
    }
    choose_certificates(loader);
    plan_reload(loader, 0);
}

/* The log's files are other ones. Workers cannot be given them, so there are new workers; those of
 * before finish what they hold on the old files. */
static void take_logs(struct loader *loader, const int *fds, size_t count)
{
    log_replace(fds, count);
    plan_reload(loader, 0);
}

static void take_message(struct loader *loader)
{
    int fds[CHANNEL_FILES];
    size_t count = 0;
    switch (channel_receive(loader->setup->channel, fds, &count)) {
    case CHANNEL_CREDENTIALS:
        take_credentials(loader);
        break;
    case CHANNEL_LOGS:
        take_logs(loader, fds, count);
        break;
    case CHANNEL_END:
        break; /* the lifeline says so too */
    }
}

/* The background process has ended; what it has made, workers have to be told. */
static void look_at_books(struct loader *loader)
{
    const int64_t now = date_now();
    for (size_t i = 0; i < loader->count; i++) {
        struct books *books = &loader->served[i].books;
        if (books_look(books, &loader->sites[i])) {
            plan_reload(loader, 0);
        }
        const int64_t due = books_due(books);
        if (due > 0) {
            background_want_at(&loader->background,
                               clock_ms() + (due > now ? (due - now) * 1000 : 0));
        }
    }
}

static void reap(struct loader *loader)
{
    pid_t pid = 0;
    int status = 0;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        bool changed = false;
        if (background_reap(&loader->background, pid, status, &changed)) {
            if (changed) {
                plan_reload(loader, 0);
            }
            look_at_books(loader);
            continue;
        }
        peers_leave(loader->setup->peers, pid);
        generations_reap(&loader->generations, pid, status);
    }
}

static void on_ready(struct loader *loader)
{
    for (size_t i = 0; i < loader->count; i++) {
        if (loader->served[i].is_news && loader->sites[i].capsule != NULL) {
            site_log(&loader->sites[i], loader->served[i].bad_files,
                     loader->has_started ? "reloaded" : "loaded");
            loader->served[i].is_news = false;
        }
    }
    if (loader->has_work) {
        loader->has_work = false;
        background_want(&loader->background);
    }
    if (!loader->has_started || loader->must_tell) {
        loader->has_started = true;
        loader->must_tell = false;
        const char ready = LOADER_READY;
        (void)send(loader->setup->channel, &ready, 1, MSG_NOSIGNAL);
    }
}

/* --- the loop --------------------------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The next one of all capsules. */
static int64_t next_moment(const struct loader *loader)
{
    int64_t moment = INT64_MAX;
    for (size_t i = 0; i < loader->count; i++) {
        moment = earlier(moment, loader->served[i].next_moment);
    }
    return moment;
}

static void look_at_clock(struct loader *loader)
{
    int64_t now = date_now();
    int64_t set_back = schedule_look(&loader->schedule, clock_ms(), now);
    if (set_back > 0) {
        log_problem("the clock has been set back by %lld seconds", (long long)set_back);
    }
    for (size_t i = 0; i < loader->count; i++) {
        if (set_back > 0 || now >= loader->served[i].next_moment) {
            loader->served[i].has_changed = true;
            loader->served[i].is_news = true;
            plan_reload(loader, 0);
        }
    }
}

/* One round: do what is due, wait, see what has come. False when the lifeline has ended. */
static bool round_of_loop(struct loader *loader)
{
    enum { LIFELINE, CHANNEL, WATCHES };
    struct pollfd fds[WATCHES + LIMIT_CAPSULES + GENERATIONS_MAX] = {
        [LIFELINE] = { .fd = loader->setup->lifeline, .events = POLLIN },
        [CHANNEL] = { .fd = loader->setup->channel, .events = POLLIN },
    };
    struct pollfd *const ready_fds = &fds[WATCHES + loader->count];
    for (size_t i = 0; i < loader->count; i++) {
        fds[WATCHES + i] =
            (struct pollfd){ .fd = watch_fd(loader->served[i].watch), .events = POLLIN };
    }
    look_at_clock(loader);
    if (loader->schedule.reload_at <= clock_ms()) {
        reload(loader);
    }
    bool waits = leave_when_outgrown(loader);
    int64_t now = clock_ms();
    leave_when_state_is_gone(loader);
    int64_t due = earlier(generations_tend(&loader->generations),
                          schedule_due(&loader->schedule, now, date_now(), next_moment(loader)));
    due = earlier(due, background_tend(&loader->background));
    if (waits) {
        due = earlier(due, now + SCHEDULE_RELOAD_EVERY_MS);
    }
    for (size_t i = 0; i < loader->count; i++) {
        due = earlier(due, watch_due(loader->served[i].watch));
    }
    nfds_t ready = generations_poll(&loader->generations, ready_fds);
    signals_wait(fds, WATCHES + loader->count + ready, clock_timeout(now, due));

    if (fds[LIFELINE].revents != 0) {
        return false;
    }
    if (fds[CHANNEL].revents != 0) {
        take_message(loader);
    }
    for (size_t i = 0; i < loader->count; i++) {
        if (fds[WATCHES + i].revents != 0 || watch_due(loader->served[i].watch) <= clock_ms()) {
            take_changes(loader, &loader->served[i]);
        }
    }
    if (generations_take_ready(&loader->generations, ready_fds, ready)) {
        on_ready(loader);
    }
    if (signals_take(SIGCHLD)) {
        reap(loader);
    }
    if (signals_take(SIGHUP)) {
        for (size_t i = 0; i < loader->count; i++) {
            loader->served[i].has_changed = true;
            loader->served[i].is_news = true;
        }
        loader->must_tell = true;
        loader->everything = true;
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
    background_stop(&loader->background);
    listen_close(loader->setup->listeners);
    while (reap(loader),
           !generations_are_gone(&loader->generations) || loader->background.pid != 0) {
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

/* Without one everything else is served. */
static void open_state(struct loader *loader, size_t index)
{
    struct buf *path = &loader->served[index].state;
    struct site *site = &loader->sites[index];
    buf_init(path, STATE_PATH_MAX);
    if (loader->options->state == NULL) {
        return;
    }
    site->state_folder =
        state_open(loader->options->state, loader->served[index].asked->folder, path);
    if (site->state_folder >= 0) {
        site->state = buf_string(path);
    } else {
        if (!loader->has_said_no_state) {
            log_problem("nothing can be searched: no folder %.*s for what is known of the reviews: "
                        "%s; --state says another place",
                        SLICE_ARG(buf_slice(path)), strerror(errno));
        }
        loader->has_said_no_state = true;
    }
}

static bool start_site(struct loader *loader, size_t index)
{
    const struct server_site *asked = &loader->options->sites[index];
    struct served *served = &loader->served[index];
    *served = (struct served){ .asked = asked, .has_changed = true, .next_moment = INT64_MAX };
    buf_init(&served->authority, 512);
    loader->sites[index] = (struct site){ .static_folder = -1,
                                          .state_folder = -1,
                                          .searcher = &served->searcher,
                                          .memo = &served->memo };
    open_state(loader, index);
    books_init(&served->books);
    loader->sites[index].keeps_books = loader->options->settings->books;
    served->watch = watch_new(asked->folder, loader->options->watched,
                              loader->options->settings->watch_by_looking);
    return served->watch != NULL;
}

static bool start(struct loader *loader)
{
    const struct server_options *options = loader->options;
    if (options->user != NULL && !process_become(options->user)) {
        log_problem("cannot become user %s: %s", user_name(options->user), strerror(errno));
        return false;
    }
    for (size_t i = 0; i < loader->count; i++) {
        if (!start_site(loader, i)) {
            return false;
        }
    }
    loader->presentation = presentation_new(loader->setup->ring, options->settings->tickets);
    struct sandbox_tree trees[LIMIT_CAPSULES];
    for (size_t i = 0; i < loader->count; i++) {
        trees[i] = tree_of(loader, i);
    }
    (void)sandbox_loader(trees, loader->count);
    return loader->presentation != NULL;
}

/* False when there is nothing to serve at all. One capsule that cannot be read does not keep the
 * others off the wire; it may be there later. */
static bool load_all(struct loader *loader)
{
    const struct server_user *user = loader->options->user;
    size_t loaded = 0;
    for (size_t i = 0; i < loader->count; i++) {
        load(loader, i);
        if (loader->sites[i].capsule != NULL) {
            loaded++;
        } else {
            log_problem("nothing to serve in %s%s%s", loader->served[i].asked->folder,
                        user != NULL ? ", as user " : "", user != NULL ? user_name(user) : "");
        }
    }
    return loaded > 0;
}

void loader_run(const struct loader_setup *setup)
{
    const struct server_options *options = setup->options;
    static struct loader loader; /* large; and this function never returns */
    loader = (struct loader){
        .setup = setup,
        .options = options,
        .count = options->site_count,
        .all = { loader.sites, options->site_count },
        .generations = { .run_worker = run_worker, .context = &loader },
        .background = { .sites = &loader.all, .leave = leave_for_background, .context = &loader },
    };
    unsigned long workers = options->settings->workers;
    loader.generations.workers = workers > 0 ? (unsigned)workers : process_count_cores();
    if (loader.generations.workers > LIMIT_WORKERS) {
        loader.generations.workers = LIMIT_WORKERS;
    }
    process_name("matinee-loader");
    background_begin(&loader.background);
    schedule_begin(&loader.schedule, clock_ms(), date_now());
    if (!start(&loader)) {
        process_exit(1);
    }
    if (!load_all(&loader)) {
        process_exit(LOADER_NOTHING_TO_SERVE);
    }
    reload(&loader);
    /* That was no reload: the first change shows at once. */
    loader.schedule.reloaded_at -= SCHEDULE_RELOAD_EVERY_MS;
    while (round_of_loop(&loader)) {
    }
    stop(&loader);
    process_exit(0);
}
