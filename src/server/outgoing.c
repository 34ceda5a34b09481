#include "server/outgoing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void outgoing_init(struct outgoing *outgoing)
{
    *outgoing = (struct outgoing){ .file = -1 };
}

void outgoing_release(struct outgoing *outgoing)
{
    if (outgoing->file >= 0) {
        (void)close(outgoing->file);
    }
    free(outgoing->own);
    outgoing_init(outgoing);
}

uint64_t outgoing_size(const struct outgoing *outgoing)
{
    return outgoing->header.len + outgoing->body.len + outgoing->file_size;
}

/* Fill up `chunk`, which has `used` bytes, from the file. */
static slice add_file(const struct outgoing *outgoing, uint64_t offset, char *chunk, size_t used)
{
    uint64_t left = outgoing->file_size - offset;
    size_t room = LIMIT_SEND_CHUNK - used;
    size_t want = left < room ? (size_t)left : room;
    while (want > 0) {
        ssize_t n = pread(outgoing->file, chunk + used, want, (off_t)offset);
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

slice outgoing_next(const struct outgoing *outgoing, char scratch[LIMIT_SEND_CHUNK])
{
    slice header = outgoing->header;
    size_t used = 0;
    if (outgoing->sent < header.len) {
        header = slice_from(header, (size_t)outgoing->sent);
        used = header.len < LIMIT_SEND_CHUNK ? header.len : LIMIT_SEND_CHUNK;
        memcpy(scratch, header.ptr, used);
    }
    uint64_t offset = outgoing->sent + used - outgoing->header.len;
    if (outgoing->file >= 0) {
        return add_file(outgoing, offset, scratch, used);
    }
    slice body = slice_head(slice_from(outgoing->body, (size_t)offset), LIMIT_SEND_CHUNK - used);
    if (used == 0) {
        return body;
    }
    if (body.len > 0) {
        memcpy(scratch + used, body.ptr, body.len);
    }
    return (slice){ scratch, used + body.len };
}

bool outgoing_keep(struct outgoing *outgoing, size_t *kept)
{
    *kept = outgoing->own == NULL ? outgoing->header.len + outgoing->body.len : 0;
    if (*kept == 0) {
        return true;
    }
    outgoing->own = malloc(*kept);
    if (outgoing->own == NULL) {
        return false;
    }
    char *body = outgoing->own + outgoing->header.len;
    memcpy(outgoing->own, outgoing->header.ptr, outgoing->header.len);
    if (outgoing->body.len > 0) {
        memcpy(body, outgoing->body.ptr, outgoing->body.len);
    }
    outgoing->header.ptr = outgoing->own;
    outgoing->body.ptr = body;
    return true;
}
