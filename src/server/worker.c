#include "server/worker.h"

#include "server/acceptor.h"
#include "server/clock.h"
#include "server/connection.h"
#include "server/log.h"
#include "server/process.h"
#include "server/sandbox.h"
#include "server/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Memory is given back to the system when so few of so many connections are left, and once more
 * when there are next to none. */
enum { PEAK_MIN = 256, PEAK_SHARE = 8, NEXT_TO_NONE = 8 };
/* How often connections that wait for their end are looked at: a client that is not far away has
 * closed by then, and 50 ms of a busy server's connections are 50 descriptors. */
enum { LOOK_EVERY_MS = 50 };
/* For connections that had been opened when the server was told to end. The kernel has them at
 * once; this is for the last packet of a handshake of TCP that was on its way. */
enum { LAST_CALL_MS = 50 };

static struct timeval timeval_of(int64_t ms)
{
    return (struct timeval){ .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
}

/* --- deadlines -------------------------------------------------------------------------------- */

static void arm_deadline(struct worker *worker, int64_t due)
{
    if (due < worker->deadline_at) {
        int64_t left = due - clock_ms();
        /* Not before it is due: an early event would find nothing to do. */
        struct timeval timeout = timeval_of(left > 0 ? left + 1 : 0);
        (void)event_add(worker->deadline, &timeout);
        worker->deadline_at = due;
    }
}

static void on_deadline(UNUSED int fd, UNUSED short what, void *arg)
{
    struct worker *worker = arg;
    int64_t now = clock_ms();
    int64_t earliest = CLOCK_NEVER;
    worker->deadline_at = CLOCK_NEVER;
    for (int i = 0; i < WAIT_KINDS; i++) {
        struct connection *first = NULL;
        while ((first = TAILQ_FIRST(&worker->waiting[i])) != NULL && first->due <= now) {
            connection_is_due(first);
        }
        if (first != NULL && first->due < earliest) {
            earliest = first->due;
        }
    }
    arm_deadline(worker, earliest);
}

static int64_t due_at(const struct worker *worker, enum wait wait)
{
    int64_t now = clock_ms();
    switch (wait) {
    case WAIT_REQUEST:
        return now + (int64_t)worker->limits->request_seconds * 1000;
    case WAIT_READER:
        return now + (int64_t)worker->limits->stall_seconds * 1000;
    default:
        /* Together with all others that are due about then. */
        return (now / LOOK_EVERY_MS + 1) * LOOK_EVERY_MS;
    }
}

void worker_wait(struct worker *worker, struct connection *connection, enum wait wait)
{
    if (connection->wait == WAIT_KINDS) {
        worker->connection_count++;
        if (worker->connection_count > worker->connection_peak) {
            worker->connection_peak = worker->connection_count;
        }
    } else {
        TAILQ_REMOVE(&worker->waiting[connection->wait], connection, queue);
    }
    connection->wait = wait;
    connection->due = due_at(worker, wait);
    TAILQ_INSERT_TAIL(&worker->waiting[wait], connection, queue);
    arm_deadline(worker, connection->due);
}

/* The memory of a burst would stay with the allocator for good. */
static void give_memory_back(struct worker *worker)
{
    if (worker->connection_peak >= PEAK_MIN &&
        worker->connection_count <= worker->connection_peak / PEAK_SHARE) {
        worker->connection_peak = worker->connection_count;
        worker->has_more_to_give = true;
        process_trim_memory();
    } else if (worker->has_more_to_give && worker->connection_count <= NEXT_TO_NONE) {
        worker->has_more_to_give = false;
        process_trim_memory();
    }
}

void worker_forget(struct worker *worker, struct connection *connection)
{
    TAILQ_REMOVE(&worker->waiting[connection->wait], connection, queue);
    worker->connection_count--;
    if (worker->draining && worker->connection_count == 0) {
        (void)event_base_loopbreak(worker->base);
    } else {
        acceptor_has_room(worker);
        give_memory_back(worker);
    }
}

/* --- the end ---------------------------------------------------------------------------------- */

static void drain(struct worker *worker, int seconds)
{
    acceptor_stop(worker);
    worker->draining = true;
    listen_close(worker->listeners);
    struct timeval timeout = timeval_of((int64_t)seconds * 1000);
    (void)event_add(worker->drain_end, &timeout);
    if (worker->connection_count == 0) {
        (void)event_base_loopbreak(worker->base);
    }
}

static void on_drain_end(UNUSED int fd, UNUSED short what, void *arg)
{
    struct worker *worker = arg;
    (void)event_base_loopbreak(worker->base);
}

static void on_terminate(UNUSED int signal, UNUSED short what, void *arg)
{
    struct worker *worker = arg;
    /* Who ends the server may send this to all of its processes at once (systemd does), so it may
     * come after the end of the lifeline. Who wants it ended at once tells the master. */
    if (!worker->draining && !worker->stopping) {
        drain(worker, LIMIT_DRAIN_SECONDS);
    }
}

/* The master has closed its end, or is gone. What clients sent before they could know of it is on
 * its way: connections that the system has taken already are accepted still. */
static void on_lifeline_end(UNUSED int fd, UNUSED short what, void *arg)
{
    struct worker *worker = arg;
    const struct timeval silence = timeval_of(LIMIT_SILENCE_MS);
    const struct timeval last_call = timeval_of(LAST_CALL_MS);
    (void)event_del(worker->lifeline);
    worker->stopping = true;
    (void)event_add(worker->silent_end, &silence);
    if (worker->draining) {
        drain(worker, LIMIT_STOP_SECONDS);
    } else {
        acceptor_last_call(worker);
        (void)event_add(worker->last_call, &last_call);
    }
}

static void on_last_call_end(UNUSED int fd, UNUSED short what, void *arg)
{
    acceptor_take_rest(arg);
    drain(arg, LIMIT_STOP_SECONDS);
}

/* Who still has not said a word loses nothing. */
static void on_silent_end(UNUSED int fd, UNUSED short what, void *arg)
{
    struct worker *worker = arg;
    struct connection *c = NULL;
    struct connection *next = NULL;
    for (c = TAILQ_FIRST(&worker->waiting[WAIT_REQUEST]); c != NULL; c = next) {
        next = TAILQ_NEXT(c, queue);
        if (c->state <= CONNECTION_ACCEPTED) {
            connection_cut(c);
        }
    }
}

/* Say what is lost: `2 respond, 1 drain`. */
static void log_cut(const struct worker *worker)
{
    size_t counts[CONNECTION_STATES] = { 0 };
    const struct connection *c = NULL;
    struct buf text;
    for (int i = 0; i < WAIT_KINDS; i++) {
        TAILQ_FOREACH(c, &worker->waiting[i], queue)
        {
            counts[c->state]++;
        }
    }
    buf_init(&text, 256);
    for (enum connection_state state = 0; state < CONNECTION_STATES; state++) {
        if (counts[state] > 0) {
            buf_printf(&text, "%s%zu %s", text.len > 0 ? ", " : "", counts[state],
                       connection_state_name(state));
        }
    }
    log_problem("connections cut: %.*s", SLICE_ARG(buf_slice(&text)));
    buf_release(&text);
}

static void cut_all(struct worker *worker)
{
    struct connection *c = NULL;
    if (worker->connection_count > 0) {
        log_cut(worker);
    }
    for (int i = 0; i < WAIT_KINDS; i++) {
        while ((c = TAILQ_FIRST(&worker->waiting[i])) != NULL) {
            connection_cut(c);
        }
    }
}

/* --- setting up ------------------------------------------------------------------------------- */

static struct event_base *new_base(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;
    if (config != NULL) {
        /* Without libevent's change list: it would take a listener out of epoll after it was closed
         * here, which is too late for one that other processes keep open. */
        (void)event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV);
        base = event_base_new_with_config(config);
        event_config_free(config);
    }
    return base;
}

static bool add(struct event *event)
{
    return event != NULL && event_add(event, NULL) == 0;
}

/* One address never gets more than a quarter of the connections without being told to slow down. */
static void set_address_connection_max(struct worker *worker)
{
    unsigned long quarter = worker->connection_max / 4 + 1;
    unsigned long max = worker->limits->address_connections;
    worker->address_connection_max = max > quarter ? quarter : max;
}

static bool set_up(struct worker *worker, const struct worker_setup *setup)
{
    *worker = (struct worker){
        .sites = setup->sites,
        .tls = setup->tls,
        .listeners = setup->listeners,
        .proxies = setup->proxies,
        .limits = setup->limits,
        .peers = setup->peers,
        .place = peers_join(setup->peers, getpid()),
        .connection_max = acceptor_connection_max(setup->limits->connections),
        .deadline_at = CLOCK_NEVER,
    };
    for (int i = 0; i < WAIT_KINDS; i++) {
        TAILQ_INIT(&worker->waiting[i]);
    }
    set_address_connection_max(worker);
    reply_init(&worker->reply);
    buf_init(&worker->header, LIMIT_META + 16);
    pool_init(&worker->connections, sizeof(struct connection));
    pool_init(&worker->exchanges, connection_exchange_size);
    worker->base = new_base();
    if (worker->base == NULL) {
        return false;
    }
    worker->deadline = evtimer_new(worker->base, on_deadline, worker);
    worker->drain_end = evtimer_new(worker->base, on_drain_end, worker);
    worker->last_call = evtimer_new(worker->base, on_last_call_end, worker);
    worker->silent_end = evtimer_new(worker->base, on_silent_end, worker);
    worker->terminate = evsignal_new(worker->base, SIGTERM, on_terminate, worker);
    worker->lifeline = event_new(worker->base, setup->lifeline, EV_READ, on_lifeline_end, worker);
    if (worker->deadline == NULL || worker->drain_end == NULL || worker->last_call == NULL ||
        worker->silent_end == NULL || !add(worker->terminate) || !add(worker->lifeline)) {
        return false;
    }
    return acceptor_begin(worker);
}

static void tear_down(struct worker *worker)
{
    cut_all(worker);
    acceptor_release(worker);
    peers_leave(worker->peers, getpid());
    struct event *const events[] = { worker->deadline,   worker->drain_end, worker->last_call,
                                     worker->silent_end, worker->terminate, worker->lifeline };
    for (size_t i = 0; i < ARRAY_LENGTH(events); i++) {
        if (events[i] != NULL) {
            event_free(events[i]);
        }
    }
    event_base_free(worker->base);
    reply_release(&worker->reply);
    buf_release(&worker->header);
    pool_release(&worker->connections);
    pool_release(&worker->exchanges);
}

/* Before the first accept; nothing that a stranger sent has been read. */
static void restrict_self(const struct worker *worker)
{
    int folders[2 * LIMIT_CAPSULES];
    const size_t count = worker->sites->count;
    for (size_t i = 0; i < count; i++) {
        folders[i] = worker->sites->items[i].static_folder;
        folders[count + i] = worker->sites->items[i].state_folder;
    }
    (void)sandbox_worker(folders, 2 * count);
}

void worker_run(const struct worker_setup *setup)
{
    process_name("matinee-worker");
    signals_leave();
    (void)signal(SIGHUP, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGUSR1, SIG_IGN);
    struct worker *worker = malloc(sizeof *worker);
    if (worker == NULL || !set_up(worker, setup)) {
        log_problem("a worker cannot start: %s", strerror(errno));
        process_exit(1);
    }
    restrict_self(worker);
    signals_unblock();
    (void)!write(setup->ready, "r", 1);
    (void)close(setup->ready);
    bool ok = event_base_dispatch(worker->base) >= 0;
    /* Who ends is told so once more when its loader has died meanwhile; libevent gives SIGTERM its
     * default back. */
    signals_block();
    tear_down(worker);
    free(worker);
    process_exit(ok ? 0 : 1);
}
