#include "server/connection.h"

#include "gemini/request.h"
#include "server/clock.h"
#include "server/first_record.h"
#include "server/gate.h"
#include "server/log.h"
#include "server/outgoing.h"
#include "server/proxy.h"
#include "server/tls.h"
#include "text/date.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct exchange {
    struct wire wire;
    SSL *ssl;

    /* The request, as far as it has come: a line and CRLF. */
    char input[LIMIT_REQUEST_URL + 2];
    size_t input_length;
    size_t line_length;

    /* The response; its size is 0 as long as there is none. */
    struct outgoing out;
    uint64_t size;
    size_t held;       /* bytes of it that count in worker->held */
    uint64_t taken_at; /* wire.sent when the reader was last given time */

    /* For the log. */
    enum status status;
    slice host; /* of the capsule */
    const char *tls_version;
    int64_t moment;     /* when the request was complete */
    int64_t started_us; /* the same on the clock that measures */
};

const size_t connection_exchange_size = sizeof(struct exchange);

/* What a state's function says when it returns. */
enum progress {
    PROGRESS_ON, /* `state` has changed: go on with its function */
    PROGRESS_WANT_READ,
    PROGRESS_WANT_WRITE,
    PROGRESS_WANT_TICK, /* in a while, whatever the socket does */
};

static int64_t monotonic_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static enum progress go_to(struct connection *c, enum connection_state state)
{
    c->state = state;
    return PROGRESS_ON;
}

/* --- ends ------------------------------------------------------------------------------------- */

/* The one line of the log, written when the last byte is on its way or never will be. */
static void log_exchange(const struct connection *c)
{
    const struct exchange *x = c->exchange;
    size_t unsent = wire_unsent(&x->wire);
    log_request(&(struct log_request){
        .moment = x->moment,
        .status = (int)x->status,
        .sent = x->out.sent > unsent ? x->out.sent - unsent : 0,
        .size = x->size,
        .duration_us = monotonic_us() - x->started_us,
        .line = { x->input, x->line_length },
        .peer = c->peer,
        .host = x->host,
        .tls = x->tls_version,
    });
}

/* A worker keeps room to render the next page in, but not that of the largest page ever. */
static void trim_reply(struct reply *reply)
{
    enum { ROOM_KEPT = 2 * 1024 * 1024 };
    if (reply->body.capacity > ROOM_KEPT) {
        buf_release(&reply->body);
    }
}

/* What is only needed until the last byte of the response is encrypted. */
static void free_response(struct connection *c)
{
    struct exchange *x = c->exchange;
    c->worker->held -= x->held;
    x->held = 0;
    uint64_t sent = x->out.sent;
    outgoing_release(&x->out);
    x->out.sent = sent;
    SSL_free(x->ssl);
    x->ssl = NULL;
    trim_reply(&c->worker->reply);
}

static void free_exchange(struct connection *c)
{
    if (c->exchange != NULL) {
        free_response(c);
        wire_release(&c->exchange->wire);
        pool_give(&c->worker->exchanges, c->exchange);
        c->exchange = NULL;
    }
}

static void destroy(struct connection *c)
{
    if (c->wanted != 0) {
        (void)event_del(&c->event);
    }
    free_exchange(c);
    first_record_release(&c->first);
    proxy_release(c);
    (void)close(c->fd);
    gate_leave(c);
    worker_forget(c->worker, c);
    pool_give(&c->worker->connections, c);
}

static bool is_responding(const struct connection *c)
{
    return c->state >= CONNECTION_RESPOND && c->state <= CONNECTION_FLUSH;
}

/* TLS has failed, or the other side has gone: nothing more can be said to it. */
static enum progress give_up(struct connection *c)
{
    if (c->exchange != NULL && c->exchange->size > 0) {
        log_exchange(c);
    }
    return go_to(c, CONNECTION_CLOSED);
}

/* The same, when it is us who cannot go on with a response. Closing in good order would look like
 * its end, and the kernel would keep what the reader does not take. */
static enum progress give_up_loudly(struct connection *c)
{
    if (is_responding(c)) {
        const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
        (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
    return give_up(c);
}

/* A socket that is closed with unread bytes is reset, and the reset overtakes what the client has
 * not read yet. So what it still sends is read and dropped until it closes, up to a limit. */
static bool has_ended(struct connection *c)
{
    while (c->drained <= LIMIT_LINGER_BYTES) {
        ssize_t n = recv(c->fd, c->worker->chunk, sizeof c->worker->chunk, 0);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return false;
        }
        /* After 0, the end, errno is that of an older call. */
        if (n == 0 || (n < 0 && errno != EINTR)) {
            break;
        }
        c->drained += n > 0 ? (size_t)n : 0;
    }
    return true;
}

void connection_cut(struct connection *c)
{
    if (c->state == CONNECTION_DRAIN) {
        (void)has_ended(c);
    }
    (void)give_up_loudly(c);
    destroy(c);
}

/* --- proxy: whom does it speak for? ----------------------------------------------------------- */

static enum progress run_proxy(struct connection *c)
{
    switch (proxy_run(c)) {
    case PROXY_WAITS:
        return PROGRESS_WANT_READ;
    case PROXY_DONE:
        return go_to(c, CONNECTION_ACCEPTED);
    default:
        return give_up(c);
    }
}

/* --- accepted: something is there ------------------------------------------------------------- */

static enum progress run_accepted(struct connection *c)
{
    struct worker *worker = c->worker;
    slice bytes;
    /* Whatever else talks to this port (a scanner, a client without TLS) is not worth any state,
     * and gets no alert either. */
    switch (first_record_read(&c->first, c->fd, worker->chunk, sizeof worker->chunk, &bytes)) {
    case FIRST_RECORD_WAIT:
        return PROGRESS_WANT_READ;
    case FIRST_RECORD_NONE:
        return give_up(c);
    case FIRST_RECORD_HERE:
        break;
    }
    if (!gate_handshake(c)) {
        return give_up(c);
    }
    struct exchange *x = pool_take(&worker->exchanges);
    if (x == NULL) {
        return give_up(c);
    }
    c->exchange = x;
    outgoing_init(&x->out);
    wire_open(&x->wire, c->fd, bytes);
    x->ssl = tls_new(worker->tls, &x->wire);
    if (x->ssl == NULL) {
        return give_up(c);
    }
    return go_to(c, CONNECTION_HANDSHAKE);
}

/* --- handshake -------------------------------------------------------------------------------- */

/* Before the request is complete the other side may not send as much as it likes. */
static bool is_too_talkative(const struct connection *c)
{
    return c->exchange->wire.received > LIMIT_BEFORE_REQUEST;
}

/* Most clients leave Nagle's algorithm on: between two small packets they wait for an
 * acknowledgement, which the kernel puts off for 40 ms when we have nothing to say ourselves. That
 * is so in TLS 1.3, without tickets, between a client's Finished and its request. */
static void acknowledge_at_once(const struct connection *c)
{
#ifdef TCP_QUICKACK
    const int on = 1;
    (void)setsockopt(c->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
#else
    (void)c;
#endif
}

/* TLS has said `result` before the request was there: send what it has written, and wait. */
static enum progress wait_for_client(struct connection *c, enum tls_result result)
{
    struct wire *wire = &c->exchange->wire;
    if (is_too_talkative(c) || (result != TLS_WANT_READ && result != TLS_WANT_WRITE)) {
        (void)wire_flush(wire, false); /* an alert */
        return give_up(c);
    }
    bool is_silent = wire_unsent(wire) == 0;
    switch (wire_flush(wire, false)) {
    case WIRE_FAILED:
        return give_up(c);
    case WIRE_BLOCKED:
        return PROGRESS_WANT_WRITE;
    case WIRE_SENT:
        break;
    }
    if (is_silent) {
        acknowledge_at_once(c);
    }
    return PROGRESS_WANT_READ;
}

static enum progress run_handshake(struct connection *c)
{
    struct exchange *x = c->exchange;
    enum tls_result result = tls_handshake(x->ssl);
    if (result != TLS_DONE) {
        return wait_for_client(c, result);
    }
    /* That has taken long enough for the request to come after it. */
    x->wire.is_drained = false;
    return go_to(c, CONNECTION_REQUEST);
}

/* --- request ---------------------------------------------------------------------------------- */

static enum progress start_response(struct connection *c, struct reply *reply)
{
    struct worker *worker = c->worker;
    struct exchange *x = c->exchange;
    /* Slow readers of large pages must not fill the memory between them. */
    if (reply->body.len > 0 && worker->held > 0 &&
        worker->held + reply->body.len > worker->limits->held_bytes) {
        gate_note(worker, TURNED_BUSY);
        reply_set(reply, STATUS_SERVER_UNAVAILABLE, "Too busy, please try again");
    }
    buf_clear(&worker->header);
    response_put_header(&worker->header, reply->status, buf_slice(&reply->meta));
    x->out.file = reply->file;
    x->out.file_size = reply->file_size;
    if (worker->header.failed) {
        return give_up(c);
    }
    x->out.header = buf_slice(&worker->header);
    x->out.body = buf_slice(&reply->body);
    x->size = outgoing_size(&x->out);
    x->status = reply->status;
    x->host = reply->host;
    worker_wait(worker, c, WAIT_READER);
    return go_to(c, CONNECTION_RESPOND);
}

/* `length` bytes of the input are the request line, or what was taken for one. */
static enum progress answer(struct connection *c, enum request_line line, size_t length)
{
    struct exchange *x = c->exchange;
    struct reply *reply = &c->worker->reply;
    x->line_length = length;
    x->moment = date_now();
    x->started_us = monotonic_us();
    x->tls_version = SSL_get_version(x->ssl);
    reply->host = SLICE_EMPTY;
    unsigned seconds = 0;
    if (!gate_request(c, &seconds)) {
        char text[16];
        (void)snprintf(text, sizeof text, "%u", seconds);
        reply_set(reply, STATUS_SLOW_DOWN, text);
    } else if (line == REQUEST_LINE_COMPLETE) {
        const struct arrival arrival = {
            .line = { x->input, length },
            .server_name = tls_server_name(x->ssl),
            .client = tls_client_identity(x->ssl),
            .certificate = SSL_get_certificate(x->ssl),
            .now = x->moment,
        };
        route(c->worker->sites, &arrival, reply);
    } else {
        reply_set(reply, STATUS_BAD_REQUEST,
                  "A request is a URL of at most 1024 bytes, then CR and LF");
    }
    return start_response(c, reply);
}

static enum progress run_request(struct connection *c)
{
    struct exchange *x = c->exchange;
    for (;;) {
        size_t length = 0;
        enum request_line line = request_line_end((slice){ x->input, x->input_length }, &length);
        if (line != REQUEST_LINE_PARTIAL) {
            return answer(c, line, line == REQUEST_LINE_COMPLETE ? length : x->input_length);
        }
        size_t room = sizeof x->input - x->input_length;
        size_t got = 0;
        enum tls_result result = tls_read(x->ssl, x->input + x->input_length, room, &got);
        if (result == TLS_DONE) {
            x->input_length += got;
            continue;
        }
        if (result == TLS_CLOSED && x->input_length > 0) {
            return answer(c, REQUEST_LINE_BAD, x->input_length);
        }
        if (result == TLS_CLOSED) {
            return go_to(c, CONNECTION_CLOSE_NOTIFY);
        }
        return wait_for_client(c, result);
    }
}

/* --- respond ---------------------------------------------------------------------------------- */

/* Hand over to the kernel what was written. A reader has a while for each record that it takes. */
static enum wire_result send_written(struct connection *c, bool end_follows)
{
    struct exchange *x = c->exchange;
    enum wire_result result = wire_flush(&x->wire, end_follows);
    if (result == WIRE_SENT || x->wire.sent - x->taken_at >= LIMIT_SEND_CHUNK) {
        x->taken_at = x->wire.sent;
        worker_wait(c->worker, c, WAIT_READER);
    }
    return result;
}

/* The others' turn: the page must not stay where theirs will be. */
static enum progress wait_for_reader(struct connection *c)
{
    struct exchange *x = c->exchange;
    size_t kept = 0;
    if (!outgoing_keep(&x->out, &kept)) {
        return give_up_loudly(c);
    }
    x->held += kept;
    c->worker->held += kept;
    trim_reply(&c->worker->reply);
    return PROGRESS_WANT_WRITE;
}

static enum progress run_respond(struct connection *c)
{
    struct exchange *x = c->exchange;
    for (unsigned i = 0; x->out.sent < x->size; i++) {
        bool is_enough = i == LIMIT_SEND_CHUNKS;
        if (is_enough || wire_is_full(&x->wire)) {
            enum wire_result result = send_written(c, false);
            if (result == WIRE_FAILED) {
                return give_up(c);
            }
            if (is_enough || result == WIRE_BLOCKED) {
                return wait_for_reader(c);
            }
        }
        slice chunk = outgoing_next(&x->out, c->worker->chunk);
        if (chunk.len == 0) {
            log_problem("a file became shorter while it was sent");
            return give_up_loudly(c);
        }
        size_t sent = 0;
        enum tls_result result = tls_write(x->ssl, chunk, &sent);
        if (result == TLS_WANT_READ || result == TLS_WANT_WRITE) {
            return wait_for_reader(c);
        }
        if (result != TLS_DONE) {
            return give_up(c);
        }
        x->out.sent += sent;
    }
    return go_to(c, CONNECTION_CLOSE_NOTIFY);
}

/* --- close_notify, flush, drain --------------------------------------------------------------- */

static enum progress run_close_notify(struct connection *c)
{
    enum tls_result result = tls_close(c->exchange->ssl);
    if (result == TLS_WANT_READ || result == TLS_WANT_WRITE) {
        return wait_for_reader(c);
    }
    return result == TLS_DONE ? go_to(c, CONNECTION_FLUSH) : give_up(c);
}

/* The response, or its end, and close_notify go out together. */
static enum progress run_flush(struct connection *c)
{
    switch (send_written(c, true)) {
    case WIRE_FAILED:
        return give_up(c);
    case WIRE_BLOCKED:
        free_response(c);
        return PROGRESS_WANT_WRITE;
    case WIRE_SENT:
        break;
    }
    if (shutdown(c->fd, SHUT_WR) != 0) {
        return give_up(c);
    }
    if (c->exchange->size > 0) {
        log_exchange(c);
    }
    free_exchange(c);
    /* Its address has had one request of those that it may have, and may have the next one. */
    gate_leave(c);
    c->drain_end = clock_ms() + (int64_t)c->worker->limits->linger_seconds * 1000;
    c->state = CONNECTION_DRAIN;
    return PROGRESS_WANT_TICK;
}

/* Nobody is in a hurry any more. The client's close_notify and its end, one after the other, are
 * not worth an event each: all connections that wait for their end are looked at now and then. */
static enum progress run_drain(struct connection *c)
{
    return has_ended(c) || clock_ms() >= c->drain_end ? go_to(c, CONNECTION_CLOSED)
                                                      : PROGRESS_WANT_TICK;
}

/* --- the machine ------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    enum progress (*run)(struct connection *c);
} states[CONNECTION_STATES] = {
    [CONNECTION_PROXY] = { "proxy", run_proxy },
    [CONNECTION_ACCEPTED] = { "accepted", run_accepted },
    [CONNECTION_HANDSHAKE] = { "handshake", run_handshake },
    [CONNECTION_REQUEST] = { "request", run_request },
    [CONNECTION_RESPOND] = { "respond", run_respond },
    [CONNECTION_CLOSE_NOTIFY] = { "close_notify", run_close_notify },
    [CONNECTION_FLUSH] = { "flush", run_flush },
    [CONNECTION_DRAIN] = { "drain", run_drain },
    [CONNECTION_CLOSED] = { "closed", NULL },
};

const char *connection_state_name(enum connection_state state)
{
    return states[state].name;
}

static void on_event(int fd, short what, void *arg);

/* Most connections wait for reading alone, from accept to the answer, so this is seldom a system
 * call. */
static bool want(struct connection *c, short what)
{
    if (c->wanted == what) {
        return true;
    }
    if (c->wanted != 0) {
        (void)event_del(&c->event);
    }
    c->wanted = what;
    if (what == 0) {
        return true;
    }
    return event_assign(&c->event, c->worker->base, c->fd, (short)(what | EV_PERSIST), on_event,
                        c) == 0 &&
           event_add(&c->event, NULL) == 0;
}

static void run(struct connection *c)
{
    static const short events[] = {
        [PROGRESS_WANT_READ] = EV_READ, [PROGRESS_WANT_WRITE] = EV_WRITE, [PROGRESS_WANT_TICK] = 0
    };
    while (c->state != CONNECTION_CLOSED) {
        enum progress progress = states[c->state].run(c);
        if (progress == PROGRESS_ON) {
            continue;
        }
        if (want(c, events[progress])) {
            if (progress == PROGRESS_WANT_TICK) {
                worker_wait(c->worker, c, WAIT_END);
            }
            return;
        }
        (void)give_up(c);
    }
    destroy(c);
}

static void on_event(UNUSED int fd, short what, void *arg)
{
    struct connection *c = arg;
    if ((what & EV_READ) != 0 && c->exchange != NULL) {
        c->exchange->wire.is_drained = false;
    }
    run(c);
}

void connection_is_due(struct connection *c)
{
    if (c->state == CONNECTION_DRAIN) {
        run(c);
    } else {
        connection_cut(c);
    }
}

bool connection_accept(struct worker *worker, int fd, const struct peer_address *peer)
{
    struct connection *c = pool_take(&worker->connections);
    if (c == NULL) {
        (void)close(fd);
        return false;
    }
    *c = (struct connection){
        .fd = fd, .worker = worker, .peer = *peer, .peer_id = PEER_NONE, .wait = WAIT_KINDS
    };
    c->state = proxy_is_one(c) ? CONNECTION_PROXY : CONNECTION_ACCEPTED;
    if (c->state == CONNECTION_ACCEPTED && !gate_enter(c)) {
        (void)close(fd);
        pool_give(&worker->connections, c);
        return false;
    }
    worker_wait(worker, c, WAIT_REQUEST);
    if (!want(c, EV_READ)) {
        destroy(c);
        return false;
    }
    return true;
}
