#include "server/gate.h"

#include "base/buf.h"
#include "server/clock.h"
#include "server/log.h"

static int64_t now_us(void)
{
    return clock_ms() * 1000;
}

/* --- what is said about it -------------------------------------------------------------------- */

void gate_report(struct peers *peers, bool at_once)
{
    static const char *const what[TURNED_KINDS] = {
        [TURNED_SLOW_DOWN] = "told to slow down",
        [TURNED_CLOSED] = "closed before a handshake",
        [TURNED_CUT] = "cut to make room",
        [TURNED_BUSY] = "refused for want of memory",
    };
    unsigned long counts[TURNED_KINDS];
    struct buf text;
    if (!peers_report(peers, now_us(), at_once, counts)) {
        return;
    }
    buf_init(&text, 256);
    for (int i = 0; i < TURNED_KINDS; i++) {
        if (counts[i] > 0) {
            buf_printf(&text, "%s%lu %s", text.len > 0 ? ", " : "", counts[i], what[i]);
        }
    }
    log_message("connections turned away: %.*s", SLICE_ARG(buf_slice(&text)));
    buf_release(&text);
}

void gate_note(struct worker *worker, enum turned_away what)
{
    peers_note(worker->peers, what);
    gate_report(worker->peers, false);
}

/* --- connections ------------------------------------------------------------------------------ */

bool gate_enter(struct connection *c)
{
    struct worker *worker = c->worker;
    unsigned long most = worker->address_connection_max;
    c->peer_id = PEER_NONE;
    c->is_one_too_many = false;
    if (prefix_list_holds(&worker->limits->unlimited, &c->peer)) {
        return true;
    }
    c->peer_id = peers_enter(worker->peers, worker->place, &c->peer, now_us());
    unsigned long held = peers_connections(worker->peers, c->peer_id);
    if ((most > 0 && held > most * 2) ||
        !peers_may_handshake(worker->peers, c->peer_id, worker->limits, now_us())) {
        gate_leave(c);
        gate_note(worker, TURNED_CLOSED);
        return false;
    }
    c->is_one_too_many = most > 0 && held > most;
    return true;
}

void gate_leave(struct connection *c)
{
    peers_exit(c->worker->peers, c->worker->place, c->peer_id);
    c->peer_id = PEER_NONE;
}

bool gate_change(struct connection *c, const struct peer_address *address)
{
    gate_leave(c);
    c->peer = *address;
    return gate_enter(c);
}

/* --- handshakes, requests --------------------------------------------------------------------- */

bool gate_handshake(const struct connection *c)
{
    struct worker *worker = c->worker;
    if (peers_take_handshake(worker->peers, c->peer_id, worker->limits, now_us())) {
        return true;
    }
    gate_note(worker, TURNED_CLOSED);
    return false;
}

bool gate_request(const struct connection *c, unsigned *seconds)
{
    struct worker *worker = c->worker;
    *seconds = 1;
    if (!c->is_one_too_many &&
        peers_take_request(worker->peers, c->peer_id, worker->limits, now_us(), seconds)) {
        return true;
    }
    gate_note(worker, TURNED_SLOW_DOWN);
    return false;
}
