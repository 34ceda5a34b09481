#include "server/acceptor.h"

#include "server/clock.h"
#include "server/connection.h"
#include "server/gate.h"
#include "server/log.h"
#include "server/wake_one.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Connections until another worker is the first one to be asked. */
enum { CONNECTIONS_PER_TURN = 32 };
/* Connections that were gone before they were taken, until that looks like a fault. */
enum { GONE_IN_A_ROW = 8 };
/* After a refusal of the system that will not pass with the next connection, and when there is no
 * room; and how often at most a refusal is said. */
enum { RETRY_MS = 100, LOG_EVERY_MS = 10 * 1000 };
/* Connections that are looked at for the one to make room. */
enum { CANDIDATES = 32 };
/* Descriptors that are no connections' (listeners, epoll, logs), generously. */
enum { DESCRIPTORS_KEPT = 128 };

static size_t room_of(const struct worker *worker)
{
    return worker->connection_count < worker->connection_max
               ? worker->connection_max - worker->connection_count
               : 0;
}

/* The others are told. */
static void offer_room(const struct worker *worker)
{
    bool takes_any = worker->acceptor.listening == LISTENING_FIRST;
    peers_offer_room(worker->peers, worker->place, takes_any ? room_of(worker) : 0);
}

static void set_listening(struct worker *worker, enum listening listening)
{
    struct acceptor *acceptor = &worker->acceptor;
    if (acceptor->listening == listening || (listening != LISTENING_NOT && worker->draining)) {
        return;
    }
    acceptor->listening = listening;
    offer_room(worker);
    for (size_t i = 0; i < worker->listeners->count; i++) {
        /* What waits in the backlog of a socket that somebody else keeps open can wait for the next
         * server. */
        bool can_wait = worker->stopping && worker->listeners->items[i].is_borrowed;
        (void)event_del(&acceptor->events[i]);
        if (listening == LISTENING_NOT || can_wait) {
            continue;
        }
        (void)event_add(&acceptor->events[i], NULL);
        if (listening == LISTENING_FIRST) {
            wake_one(worker->listeners->items[i].fd);
        }
    }
}

/* A connection of which this worker alone is told must not be one that it cannot take: nobody else
 * would hear of it. So who is full listens along with the others. */
static void listen_again(struct worker *worker)
{
    set_listening(worker, room_of(worker) > 0 ? LISTENING_FIRST : LISTENING_ALONG);
}

static void pause_listening(struct worker *worker)
{
    const struct timeval pause = { .tv_usec = RETRY_MS * 1000 };
    set_listening(worker, LISTENING_NOT);
    (void)event_add(worker->acceptor.retry, &pause);
}

/* --- room ------------------------------------------------------------------------------------- */

/* Who has had its answer loses nothing. Of the oldest that have not asked yet, the one that has not
 * said a word goes before one that has begun to, and who holds much before who holds little; so the
 * connections of one that floods go first, and a client on a slow line is likely to stay. */
static struct connection *choose_victim(const struct worker *worker)
{
    struct connection *victim = TAILQ_FIRST(&worker->waiting[WAIT_END]);
    struct connection *c = NULL;
    unsigned victim_holds = 0;
    int looked_at = 0;
    if (victim != NULL) {
        return victim;
    }
    TAILQ_FOREACH(c, &worker->waiting[WAIT_REQUEST], queue)
    {
        if (looked_at++ == CANDIDATES) {
            break;
        }
        unsigned holds = peers_connections(worker->peers, c->peer_id);
        bool is_silent = c->state <= CONNECTION_ACCEPTED;
        bool victim_is_silent = victim != NULL && victim->state <= CONNECTION_ACCEPTED;
        if (victim == NULL || (is_silent && !victim_is_silent) ||
            (is_silent == victim_is_silent && holds > victim_holds)) {
            victim = c;
            victim_holds = holds;
        }
    }
    return victim;
}

static void make_room(struct worker *worker, struct connection *victim)
{
    if (victim->wait == WAIT_REQUEST) {
        gate_note(worker, TURNED_CUT);
    }
    connection_cut(victim);
}

size_t acceptor_connection_max(size_t wanted)
{
    struct rlimit limit;
    size_t max = wanted;
    /* A connection that sends a file has two. */
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
        limit.rlim_cur < (rlim_t)wanted * 2 + DESCRIPTORS_KEPT) {
        size_t descriptors = (size_t)limit.rlim_cur;
        max = descriptors > DESCRIPTORS_KEPT * 2 ? (descriptors - DESCRIPTORS_KEPT) / 2
                                                 : descriptors / 4 + 1;
    }
    return max;
}

/* --- refusals --------------------------------------------------------------------------------- */

/* About one connection, which is gone already (accept(2), "Error handling"; EPERM is a firewall's).
 */
static bool concerns_one(int reason)
{
    switch (reason) {
    case ECONNABORTED:
    case EINTR:
    case EPERM:
    case EPROTO:
    case ENETDOWN:
    case ENETUNREACH:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
#ifdef ENONET
    case ENONET:
#endif
        return true;
    default:
        return false;
    }
}

static void log_refusal(struct acceptor *acceptor, int reason)
{
    int64_t now = clock_ms();
    acceptor->refusals++;
    if (acceptor->logged_at != 0 && now - acceptor->logged_at < LOG_EVERY_MS) {
        return;
    }
    if (acceptor->refusals > 1) {
        log_problem("cannot accept a connection: %s (%lu times since it was last said)",
                    strerror(reason), acceptor->refusals);
    } else {
        log_problem("cannot accept a connection: %s", strerror(reason));
    }
    acceptor->logged_at = now;
    acceptor->refusals = 0;
}

/* The listener stays readable, so without a pause this would spin. When descriptors are what is
 * missing, one of ours is given back for the next time. */
static void pause_for(struct worker *worker, int reason)
{
    bool wants_descriptor = reason == EMFILE || reason == ENFILE;
    struct connection *victim = wants_descriptor ? choose_victim(worker) : NULL;
    log_refusal(&worker->acceptor, reason);
    worker->acceptor.is_refused = true;
    pause_listening(worker);
    if (victim != NULL) {
        make_room(worker, victim);
    }
}

/* --- accepting -------------------------------------------------------------------------------- */

static void stop_listening_on(struct worker *worker, int fd)
{
    for (size_t i = 0; i < worker->listeners->count; i++) {
        if (worker->listeners->items[i].fd == fd) {
            (void)event_del(&worker->acceptor.events[i]);
        }
    }
}

/* The workers take turns at being asked first: else one that is never busy would have all who are
 * silent. Not each time, for what one has just done it does best. */
static void count_turn(struct acceptor *acceptor, int listener)
{
    if (++acceptor->taken % CONNECTIONS_PER_TURN == 0 && acceptor->listening == LISTENING_FIRST) {
        wake_one(listener);
    }
}

/* True when there was one. */
static bool take_one(struct worker *worker, int listener)
{
    struct acceptor *acceptor = &worker->acceptor;
    struct connection *victim = NULL;
    if (room_of(worker) == 0) {
        /* Nobody has to go as long as there is room somewhere. */
        bool is_for_others = peers_room_elsewhere(worker->peers, worker->place) > 0;
        victim = is_for_others ? NULL : choose_victim(worker);
        if (victim == NULL) {
            pause_listening(worker);
            return false;
        }
    }
    struct sockaddr_storage from = { .ss_family = AF_UNSPEC };
    socklen_t length = sizeof from;
    int fd = accept4(listener, (struct sockaddr *)&from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        struct peer_address peer = peer_address_of(&from);
        acceptor->gone = 0;
        count_turn(acceptor, listener);
        if (worker->stopping) {
            listen_admit(fd);
        }
        /* Only for one that may stay: who is refused must not push others out. */
        if (connection_accept(worker, fd, &peer) && victim != NULL) {
            make_room(worker, victim);
        }
        offer_room(worker);
        listen_again(worker);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        return false; /* another worker was faster */
    } else if (errno == EINVAL) {
        /* A Unix socket on which nobody is to listen any more (listen_refuse). */
        stop_listening_on(worker, listener);
    } else if (!concerns_one(errno) || ++acceptor->gone == GONE_IN_A_ROW) {
        /* When it is one after the other it is no chance. */
        acceptor->gone = 0;
        pause_for(worker, errno);
    }
    return fd >= 0;
}

/* One connection for each event: the other workers and the open connections get their turn, and
 * nobody asks for one that is not there. */
static void on_accept(int listener, UNUSED short what, void *arg)
{
    (void)take_one(arg, listener);
}

static void on_retry(UNUSED int fd, UNUSED short what, void *arg)
{
    struct worker *worker = arg;
    worker->acceptor.is_refused = false;
    listen_again(worker);
}

void acceptor_has_room(struct worker *worker)
{
    offer_room(worker);
    if (!worker->acceptor.is_refused) {
        listen_again(worker);
    }
}

bool acceptor_begin(struct worker *worker)
{
    struct acceptor *acceptor = &worker->acceptor;
    acceptor->retry = evtimer_new(worker->base, on_retry, worker);
    for (size_t i = 0; i < worker->listeners->count; i++) {
        if (event_assign(&acceptor->events[i], worker->base, worker->listeners->items[i].fd,
                         EV_READ | EV_PERSIST, on_accept, worker) != 0) {
            return false;
        }
    }
    if (acceptor->retry == NULL) {
        return false;
    }
    listen_again(worker);
    return true;
}

void acceptor_last_call(struct worker *worker)
{
    set_listening(worker, LISTENING_NOT);
    listen_again(worker);
}

void acceptor_take_rest(struct worker *worker)
{
    const struct acceptor *acceptor = &worker->acceptor;
    for (size_t i = 0; i < worker->listeners->count; i++) {
        const struct listener *listener = &worker->listeners->items[i];
        while (!listener->is_borrowed && acceptor->listening != LISTENING_NOT &&
               take_one(worker, listener->fd)) {
        }
    }
}

void acceptor_stop(struct worker *worker)
{
    set_listening(worker, LISTENING_NOT);
}

void acceptor_release(struct worker *worker)
{
    set_listening(worker, LISTENING_NOT);
    if (worker->acceptor.retry != NULL) {
        event_free(worker->acceptor.retry);
        worker->acceptor.retry = NULL;
    }
}
