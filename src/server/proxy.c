#include "server/proxy.h"

#include "base/buf.h"
#include "server/clock.h"
#include "server/gate.h"
#include "server/log.h"
#include "server/proxy_header.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

/* What is wrong with a proxy is wrong with each of its connections. */
enum { SAY_AGAIN_MS = 60 * 1000 };

bool proxy_is_one(const struct connection *c)
{
    return prefix_list_holds(c->worker->proxies, &c->peer);
}

void proxy_release(struct connection *c)
{
    free(c->proxy);
    c->proxy = NULL;
}

static void log_no_header(const struct connection *c)
{
    static int64_t said_at;
    int64_t now = clock_ms();
    struct buf address;
    if (said_at != 0 && now - said_at < SAY_AGAIN_MS) {
        return;
    }
    said_at = now;
    buf_init(&address, 128);
    peer_address_put(&c->peer, &address);
    log_problem("%.*s is set to be a proxy, but does not begin with a PROXY header",
                SLICE_ARG(buf_slice(&address)));
    buf_release(&address);
}

/* The header has come. Without an address in it the connection is the proxy's own: it is not
 * counted, or many readers would be one address. */
static enum proxy_progress take_over(struct connection *c, const struct peer_address *client)
{
    proxy_release(c);
    return client->family == AF_UNSPEC || gate_change(c, client) ? PROXY_DONE : PROXY_GONE;
}

enum proxy_progress proxy_run(struct connection *c)
{
    char *chunk = c->worker->chunk;
    if (c->proxy == NULL && (c->proxy = calloc(1, sizeof *c->proxy)) == NULL) {
        return PROXY_GONE;
    }
    for (;;) {
        ssize_t n = recv(c->fd, chunk, sizeof c->worker->chunk, MSG_PEEK);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return PROXY_WAITS;
        }
        if (n <= 0) {
            return PROXY_GONE; /* such as a check whether the port is open */
        }
        struct peer_address client;
        size_t used = 0;
        enum proxy_result result =
            proxy_header_read(c->proxy, (slice){ chunk, (size_t)n }, &used, &client);
        if (result == PROXY_BAD) {
            log_no_header(c);
            return PROXY_GONE;
        }
        /* They are there, so they come at once; TLS reads what is behind them. */
        if (recv(c->fd, chunk, used, 0) != (ssize_t)used) {
            return PROXY_GONE;
        }
        if (result == PROXY_COMPLETE) {
            return take_over(c, &client);
        }
    }
}
