#include "server/first_record.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/types.h>

/* RFC 8446, 5.1: type, version, length of what follows. */
enum { RECORD_HEADER = 5, TYPE_HANDSHAKE = 0x16 };

static int wait_for(int fd, size_t bytes)
{
    const int low = (int)bytes;
    return setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &low, sizeof low);
}

static size_t record_size(const char *bytes, size_t count)
{
    const unsigned char *header = (const unsigned char *)bytes;
    return RECORD_HEADER + (count < RECORD_HEADER ? 0 : (size_t)header[3] << 8 | header[4]);
}

enum first_record first_record_look(int fd, size_t *awaited, char *scratch, size_t size)
{
    ssize_t n = recv(fd, scratch, size, MSG_PEEK);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        return FIRST_RECORD_WAIT;
    }
    if (n <= 0 || scratch[0] != TYPE_HANDSHAKE) {
        return FIRST_RECORD_NONE;
    }
    size_t whole = record_size(scratch, (size_t)n);
    whole = whole < size ? whole : size;
    /* Woken with less than was asked for: that was all, or this kind of socket does not wait. */
    if ((size_t)n < whole && *awaited < whole && wait_for(fd, whole) == 0) {
        *awaited = whole;
        return FIRST_RECORD_WAIT;
    }
    if (*awaited > 0) {
        (void)wait_for(fd, 1);
    }
    return FIRST_RECORD_HERE;
}
