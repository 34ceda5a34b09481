#include "server/first_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

/* RFC 8446, 5.1: type, version, length of what follows. */
enum { RECORD_HEADER = 5, TYPE_HANDSHAKE = 0x16 };

static bool wait_for(int fd, size_t bytes)
{
    const int low = (int)bytes;
    return setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &low, sizeof low) == 0;
}

static size_t record_size(const char *bytes, size_t count)
{
    const unsigned char *header = (const unsigned char *)bytes;
    return RECORD_HEADER + (count < RECORD_HEADER ? 0 : (size_t)header[3] << 8 | header[4]);
}

void first_record_release(struct first_record *record)
{
    free(record->part);
    *record = (struct first_record){ 0 };
}

/* There is more to come, and it is worth waiting for it as a whole. */
static enum first_record_state keep(struct first_record *record, const char *bytes, size_t length)
{
    char *part = realloc(record->part, length);
    if (part == NULL) {
        return FIRST_RECORD_NONE;
    }
    memcpy(part, bytes, length);
    record->part = part;
    record->length = length;
    return FIRST_RECORD_WAIT;
}

enum first_record_state first_record_read(struct first_record *record, int fd, char *scratch,
                                          size_t size, slice *bytes)
{
    if (record->length > 0) {
        memcpy(scratch, record->part, record->length);
    }
    ssize_t n = recv(fd, scratch + record->length, size - record->length, 0);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        return FIRST_RECORD_WAIT;
    }
    if (n <= 0 || scratch[0] != TYPE_HANDSHAKE) {
        return FIRST_RECORD_NONE;
    }
    size_t length = record->length + (size_t)n;
    size_t whole = record_size(scratch, length);
    whole = whole < size ? whole : size;
    /* Woken with less than was asked for: that was all, or this kind of socket does not wait. */
    if (length < whole && record->awaited < whole && wait_for(fd, whole - length)) {
        record->awaited = whole;
        return keep(record, scratch, length);
    }
    if (record->awaited > 0) {
        (void)wait_for(fd, 1);
        first_record_release(record);
    }
    *bytes = (slice){ scratch, length };
    return FIRST_RECORD_HERE;
}
