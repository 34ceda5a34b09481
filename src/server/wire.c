#include "server/wire.h"

#include "base/limits.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* RFC 8446, 5.2: what a record may have beyond its content, rounded up. */
enum { RECORD_OVERHEAD = 256 + 5 };
enum { RECORD_BYTES = LIMIT_SEND_CHUNK + RECORD_OVERHEAD };

#ifndef MSG_MORE
#define MSG_MORE 0
#endif

/* Of the connection whose event is handled. */
static struct {
    const struct wire *owner;
    size_t length;
    char bytes[LIMIT_SEND_RECORDS * RECORD_BYTES];
} outbox;

void wire_open(struct wire *wire, int fd, slice early)
{
    /* What is behind it, if it filled the buffer, is another event. */
    *wire = (struct wire){ .fd = fd, .early = early, .is_drained = early.len > 0 };
}

static void free_unsent(struct wire *wire)
{
    free(wire->unsent);
    wire->unsent = NULL;
    wire->unsent_start = 0;
    wire->unsent_end = 0;
}

void wire_release(struct wire *wire)
{
    if (outbox.owner == wire) {
        outbox.length = 0;
        outbox.owner = NULL;
    }
    free_unsent(wire);
}

/* --- sending ---------------------------------------------------------------------------------- */

/* How much of it the socket took; -1 when it is broken. */
static ssize_t send_some(struct wire *wire, slice bytes, bool end_follows)
{
    ssize_t n = -1;
    do {
        n = send(wire->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL | (end_follows ? MSG_MORE : 0));
    } while (n < 0 && errno == EINTR);
    n = n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : n;
    wire->sent += n > 0 ? (uint64_t)n : 0;
    return n;
}

static enum wire_result send_unsent(struct wire *wire, bool end_follows)
{
    const slice rest = { wire->unsent + wire->unsent_start, wire->unsent_end - wire->unsent_start };
    ssize_t n = send_some(wire, rest, end_follows);
    if (n < 0) {
        return WIRE_FAILED;
    }
    wire->unsent_start += (size_t)n;
    if (wire->unsent_start < wire->unsent_end) {
        return WIRE_BLOCKED;
    }
    free_unsent(wire);
    return WIRE_SENT;
}

/* Empties the shared buffer, whatever comes of it. */
static enum wire_result send_outbox(struct wire *wire, bool end_follows)
{
    slice rest = { outbox.bytes, outbox.length };
    ssize_t n = send_some(wire, rest, end_follows);
    outbox.length = 0;
    outbox.owner = NULL;
    rest = slice_from(rest, n < 0 ? 0 : (size_t)n);
    if (rest.len == 0) {
        return WIRE_SENT;
    }
    wire->unsent = n < 0 ? NULL : malloc(rest.len);
    if (wire->unsent == NULL) {
        wire->lost = rest.len;
        return WIRE_FAILED;
    }
    memcpy(wire->unsent, rest.ptr, rest.len);
    wire->unsent_end = rest.len;
    wire->is_slow = true;
    return WIRE_BLOCKED;
}

enum wire_result wire_flush(struct wire *wire, bool end_follows)
{
    bool has_more = outbox.owner == wire && outbox.length > 0;
    if (wire->unsent != NULL) {
        enum wire_result result = send_unsent(wire, end_follows && !has_more);
        /* Nothing is written while something is unsent. */
        assert(result != WIRE_BLOCKED || !has_more);
        if (result != WIRE_SENT) {
            return result;
        }
    }
    return has_more ? send_outbox(wire, end_follows) : WIRE_SENT;
}

bool wire_is_full(const struct wire *wire)
{
    return wire->unsent != NULL || (wire->is_slow && outbox.length > 0) ||
           sizeof outbox.bytes - outbox.length < RECORD_BYTES;
}

size_t wire_unsent(const struct wire *wire)
{
    return wire->unsent_end - wire->unsent_start + wire->lost +
           (outbox.owner == wire ? outbox.length : 0);
}

/* --- the BIO ---------------------------------------------------------------------------------- */

/* Returns what BIO_read(3) does. */
static int on_read(BIO *bio, char *into, size_t size, size_t *got)
{
    struct wire *wire = BIO_get_data(bio);
    ssize_t n = -1;
    *got = 0;
    BIO_clear_retry_flags(bio);
    /* OpenSSL handles what is no data of the application (a handshake in pieces of one byte, a
     * flood of KeyUpdate) for as long as more of it comes, within one call. So the bytes are
     * limited here, where they are read, and not only between calls. */
    if (wire->received > LIMIT_BEFORE_REQUEST) {
        return 0;
    }
    if (wire->early.len > 0) {
        *got = wire->early.len < size ? wire->early.len : size;
        memcpy(into, wire->early.ptr, *got);
        wire->early = slice_from(wire->early, *got);
        wire->received += *got;
        return 1;
    }
    if (!wire->is_drained) {
        do {
            n = recv(wire->fd, into, size, 0);
        } while (n < 0 && errno == EINTR);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) {
            return (int)n;
        }
        wire->is_drained = n < 0 || (size_t)n < size;
    }
    if (n < 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    *got = (size_t)n;
    wire->received += *got;
    return 1;
}

static int on_write(BIO *bio, const char *bytes, size_t size, size_t *written)
{
    struct wire *wire = BIO_get_data(bio);
    *written = 0;
    BIO_clear_retry_flags(bio);
    assert(outbox.owner == NULL || outbox.owner == wire);
    if (wire->unsent != NULL || size > sizeof outbox.bytes - outbox.length) {
        switch (wire_flush(wire, false)) {
        case WIRE_SENT:
            break;
        case WIRE_BLOCKED:
            BIO_set_retry_write(bio);
            return -1;
        case WIRE_FAILED:
            return -1;
        }
    }
    *written = size < sizeof outbox.bytes ? size : sizeof outbox.bytes;
    memcpy(outbox.bytes + outbox.length, bytes, *written);
    outbox.length += *written;
    outbox.owner = wire;
    return 1;
}

/* What is written goes out when the connection waits, so there is nothing to flush for OpenSSL. */
static long on_ctrl(UNUSED BIO *bio, int command, UNUSED long number, UNUSED void *pointer)
{
    return command == BIO_CTRL_FLUSH;
}

static const BIO_METHOD *method(void)
{
    static BIO_METHOD *made;
    if (made == NULL) {
        made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
        if (made != NULL &&
            (BIO_meth_set_read_ex(made, on_read) != 1 ||
             BIO_meth_set_write_ex(made, on_write) != 1 || BIO_meth_set_ctrl(made, on_ctrl) != 1)) {
            BIO_meth_free(made);
            made = NULL;
        }
    }
    return made;
}

BIO *wire_bio(struct wire *wire)
{
    const BIO_METHOD *wires = method();
    BIO *bio = wires == NULL ? NULL : BIO_new(wires);
    if (bio != NULL) {
        BIO_set_data(bio, wire);
        BIO_set_init(bio, 1);
    }
    return bio;
}
