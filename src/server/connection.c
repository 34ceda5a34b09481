#include "server/connection.h"

#include "gemini/request.h"
#include "server/clock.h"
#include "server/first_record.h"
#include "server/gate.h"
#include "server/log.h"
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

/* A worker keeps room to render the next page in, but not that of the largest page ever. */
enum { BODY_ROOM_KEPT = 1024 * 1024 };

struct exchange {
    SSL *ssl;

    /* The request, as far as it has come: a line and CRLF. */
    char input[LIMIT_REQUEST_URL + 2];
    size_t input_length;
    size_t line_length;

    /* The response: the bytes of `head` (header and page, or header alone), then those of `file`.
     * `sent` counts through both. */
    enum status status;
    slice host; /* of the capsule, for the log */
    char *head;
    size_t head_length;
    int file; /* -1: none */
    uint64_t file_size;
    uint64_t sent;
    int64_t moment;     /* when the request was complete */
    int64_t started_us; /* the same on the clock that measures */
};

/* What a state's function says when it returns. */
enum progress {
    PROGRESS_ON, /* `state` has changed: go on with its function */
    PROGRESS_WANT_READ,
    PROGRESS_WANT_WRITE,
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

static uint64_t response_size(const struct exchange *x)
{
    return x->head_length + x->file_size;
}

/* The one line of the log, written when the last byte is on its way or never will be. */
static void log_exchange(const struct connection *c)
{
    const struct exchange *x = c->exchange;
    log_request(&(struct log_request){
        .moment = x->moment,
        .status = (int)x->status,
        .sent = x->sent,
        .size = response_size(x),
        .duration_us = monotonic_us() - x->started_us,
        .line = { x->input, x->line_length },
        .peer = c->peer,
        .host = x->host,
        .tls = SSL_get_version(x->ssl),
    });
}

static void free_exchange(struct connection *c)
{
    struct exchange *x = c->exchange;
    if (x == NULL) {
        return;
    }
    if (x->file >= 0) {
        (void)close(x->file);
    }
    c->worker->held -= x->head_length;
    free(x->head);
    SSL_free(x->ssl);
    free(x);
    c->exchange = NULL;
}

static void destroy(struct connection *c)
{
    if (c->wanted != 0) {
        (void)event_del(&c->event);
    }
    free_exchange(c);
    proxy_release(c);
    (void)close(c->fd);
    gate_leave(c);
    worker_forget(c->worker, c);
    free(c);
}

/* TLS has failed, or the other side has gone: nothing more can be said to it. */
static enum progress give_up(struct connection *c)
{
    if (c->state == CONNECTION_RESPOND && c->exchange != NULL) {
        log_exchange(c);
    }
    return go_to(c, CONNECTION_CLOSED);
}

/* The same, when it is us who cannot go on with a response. Closing in good order would look like
 * its end, and the kernel would keep what the reader does not take. */
static enum progress give_up_loudly(struct connection *c)
{
    if (c->state == CONNECTION_RESPOND || c->state == CONNECTION_CLOSE_NOTIFY) {
        const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
        (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
    return give_up(c);
}

void connection_cut(struct connection *c)
{
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
    /* Whatever else talks to this port (a scanner, a client without TLS) is not worth any state,
     * and gets no alert either. */
    switch (first_record_look(c->fd, &c->awaited, worker->chunk, sizeof worker->chunk)) {
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
    c->exchange = calloc(1, sizeof *c->exchange);
    if (c->exchange == NULL) {
        return give_up(c);
    }
    c->exchange->file = -1;
    c->exchange->ssl = tls_new(c->worker->tls, c->fd);
    if (c->exchange->ssl == NULL) {
        return give_up(c);
    }
    return go_to(c, CONNECTION_HANDSHAKE);
}

/* --- handshake -------------------------------------------------------------------------------- */

/* Before the request is complete the other side may not send as much as it likes. */
static bool is_too_talkative(const struct connection *c)
{
    return tls_bytes_received(c->exchange->ssl) > LIMIT_BEFORE_REQUEST;
}

/* In TLS 1.3, without tickets, we have nothing to say between the client's Finished and its
 * request. Most clients leave Nagle's algorithm on, and so hold the request back until Finished is
 * acknowledged, which the kernel would put off for 40 ms. */
static void acknowledge_at_once(const struct connection *c)
{
#ifdef TCP_QUICKACK
    const int on = 1;
    (void)setsockopt(c->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
#else
    (void)c;
#endif
}

static enum progress run_handshake(struct connection *c)
{
    enum tls_result result = tls_handshake(c->exchange->ssl);
    if (result == TLS_DONE) {
        return go_to(c, CONNECTION_REQUEST);
    }
    if (is_too_talkative(c) || (result != TLS_WANT_READ && result != TLS_WANT_WRITE)) {
        return give_up(c);
    }
    if (result == TLS_WANT_WRITE) {
        return PROGRESS_WANT_WRITE;
    }
    acknowledge_at_once(c);
    return PROGRESS_WANT_READ;
}

/* --- request ---------------------------------------------------------------------------------- */

/* Take the header and a page into memory of the connection: the worker's bufs serve the next one
 * meanwhile, and keep their room. */
static bool take_head(struct connection *c, struct buf *header, const struct buf *body)
{
    struct exchange *x = c->exchange;
    x->head = malloc(header->len + body->len);
    if (x->head == NULL) {
        return false;
    }
    memcpy(x->head, header->ptr, header->len);
    if (body->len > 0) {
        memcpy(x->head + header->len, body->ptr, body->len);
    }
    x->head_length = header->len + body->len;
    c->worker->held += x->head_length;
    return true;
}

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
    struct buf header;
    buf_init(&header, LIMIT_META + 16);
    response_put_header(&header, reply->status, buf_slice(&reply->meta));
    x->status = reply->status;
    x->host = reply->host;
    x->file = reply->file;
    x->file_size = reply->file_size;
    bool ok = !header.failed && take_head(c, &header, &reply->body);
    buf_release(&header);
    if (reply->body.capacity > BODY_ROOM_KEPT) {
        buf_release(&reply->body);
    }
    if (!ok) {
        return give_up(c);
    }
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
        if (result == TLS_FAILED || is_too_talkative(c)) {
            return give_up(c);
        }
        return result == TLS_WANT_READ ? PROGRESS_WANT_READ : PROGRESS_WANT_WRITE;
    }
}

/* --- respond ---------------------------------------------------------------------------------- */

/* The next bytes of the response, at most one record of them. A call that the socket did not let
 * through is made again with the same bytes, so nothing is kept here. Empty when the file has
 * become shorter than it was. */
static slice next_chunk(struct connection *c)
{
    const struct exchange *x = c->exchange;
    char *chunk = c->worker->chunk;
    size_t used = 0;
    if (x->sent < x->head_length) {
        slice head = { x->head + x->sent, x->head_length - (size_t)x->sent };
        if (x->file_size == 0 || head.len >= LIMIT_SEND_CHUNK) {
            return slice_head(head, LIMIT_SEND_CHUNK);
        }
        memcpy(chunk, head.ptr, head.len);
        used = head.len;
    }
    uint64_t offset = x->sent + used - x->head_length;
    uint64_t left = x->file_size - offset;
    size_t want = left < LIMIT_SEND_CHUNK - used ? (size_t)left : LIMIT_SEND_CHUNK - used;
    while (want > 0) {
        ssize_t n = pread(x->file, chunk + used, want, (off_t)offset);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return SLICE_EMPTY;
        }
        used += (size_t)n;
        offset += (uint64_t)n;
        want -= (size_t)n;
    }
    return (slice){ chunk, used };
}

static enum progress run_respond(struct connection *c)
{
    struct exchange *x = c->exchange;
    for (unsigned i = 0; x->sent < response_size(x); i++) {
        if (i == LIMIT_SEND_CHUNKS) {
            return PROGRESS_WANT_WRITE; /* the others' turn */
        }
        slice chunk = next_chunk(c);
        if (chunk.len == 0) {
            log_problem("a file became shorter while it was sent");
            return give_up_loudly(c);
        }
        size_t sent = 0;
        enum tls_result result = tls_write(x->ssl, chunk, &sent);
        if (result == TLS_WANT_READ || result == TLS_WANT_WRITE) {
            return result == TLS_WANT_READ ? PROGRESS_WANT_READ : PROGRESS_WANT_WRITE;
        }
        if (result != TLS_DONE) {
            return give_up(c);
        }
        x->sent += sent;
        worker_wait(c->worker, c, WAIT_READER);
    }
    log_exchange(c);
    return go_to(c, CONNECTION_CLOSE_NOTIFY);
}

/* --- close_notify, shutdown, drain ------------------------------------------------------------ */

static enum progress run_close_notify(struct connection *c)
{
    enum tls_result result = tls_close(c->exchange->ssl);
    if (result == TLS_WANT_READ || result == TLS_WANT_WRITE) {
        return result == TLS_WANT_READ ? PROGRESS_WANT_READ : PROGRESS_WANT_WRITE;
    }
    if (result != TLS_DONE || shutdown(c->fd, SHUT_WR) != 0) {
        return give_up(c);
    }
    free_exchange(c);
    worker_wait(c->worker, c, WAIT_END);
    return go_to(c, CONNECTION_DRAIN);
}

/* A socket that is closed with unread bytes is reset, and the reset overtakes what the client has
 * not read yet. So what it still sends is read and dropped until it closes, up to a limit. */
static enum progress run_drain(struct connection *c)
{
    while (c->drained <= LIMIT_LINGER_BYTES) {
        ssize_t n = recv(c->fd, c->worker->chunk, sizeof c->worker->chunk, 0);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return PROGRESS_WANT_READ;
        }
        /* After 0, the end, errno is that of an older call. */
        if (n == 0 || (n < 0 && errno != EINTR)) {
            break;
        }
        c->drained += n > 0 ? (size_t)n : 0;
    }
    return go_to(c, CONNECTION_CLOSED);
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
    [CONNECTION_DRAIN] = { "drain", run_drain },
    [CONNECTION_CLOSED] = { "closed", NULL },
};

const char *connection_state_name(enum connection_state state)
{
    return states[state].name;
}

static void on_event(int fd, short what, void *arg);

/* Most connections wait for reading alone, from accept to close, so this is seldom a system call.
 */
static bool want(struct connection *c, short what)
{
    if (c->wanted == what) {
        return true;
    }
    if (c->wanted != 0) {
        (void)event_del(&c->event);
    }
    c->wanted = what;
    return event_assign(&c->event, c->worker->base, c->fd, (short)(what | EV_PERSIST), on_event,
                        c) == 0 &&
           event_add(&c->event, NULL) == 0;
}

static void run(struct connection *c)
{
    while (c->state != CONNECTION_CLOSED) {
        enum progress progress = states[c->state].run(c);
        if (progress == PROGRESS_ON) {
            continue;
        }
        if (want(c, progress == PROGRESS_WANT_READ ? EV_READ : EV_WRITE)) {
            return;
        }
        (void)give_up(c);
    }
    destroy(c);
}

static void on_event(UNUSED int fd, UNUSED short what, void *arg)
{
    run(arg);
}

bool connection_accept(struct worker *worker, int fd, const struct peer_address *peer)
{
    struct connection *c = calloc(1, sizeof *c);
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
        free(c);
        return false;
    }
    worker_wait(worker, c, WAIT_REQUEST);
    if (!want(c, EV_READ)) {
        destroy(c);
        return false;
    }
    return true;
}
