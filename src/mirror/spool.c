#include "mirror/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const char spool_path[] = ".matinee/fetched";

bool spool_open(struct spool *spool, int at)
{
    *spool = (struct spool){ .fd = -1 };
    if (unlinkat(at, spool_path, 0) != 0 && errno != ENOENT) {
        return false;
    }
    spool->fd = openat(at, spool_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (spool->fd >= 0 && unlinkat(at, spool_path, 0) != 0) {
        spool_close(spool);
    }
    return spool->fd >= 0;
}

void spool_close(struct spool *spool)
{
    if (spool->fd >= 0) {
        (void)close(spool->fd);
    }
    spool->fd = -1;
}

static bool begin(void *context)
{
    struct spool *spool = context;
    spool->size = spool->read = 0;
    return ftruncate(spool->fd, 0) == 0;
}

static bool take(void *context, slice bytes)
{
    struct spool *spool = context;
    while (bytes.len > 0) {
        ssize_t written = pwrite(spool->fd, bytes.ptr, bytes.len, (off_t)spool->size);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        if (written > 0) {
            bytes = slice_from(bytes, (size_t)written);
            spool->size += written;
        }
    }
    return true;
}

void spool_take(struct spool *spool, struct fetch_request *request)
{
    request->begin = begin;
    request->take = take;
    request->context = spool;
}

static ssize_t read_on(void *context, char *into, size_t room)
{
    struct spool *spool = context;
    ssize_t got = pread(spool->fd, into, room, (off_t)spool->read);
    spool->read += got > 0 ? got : 0;
    return got;
}

struct byte_stream spool_stream(struct spool *spool, slice path)
{
    spool->read = 0;
    return (struct byte_stream){ path, read_on, spool };
}

bool spool_read(const struct spool *spool, struct arena *arena, size_t max, slice *out)
{
    size_t size = (uint64_t)spool->size < max ? (size_t)spool->size : max;
    char *bytes = arena_alloc(arena, size + 1);
    size_t done = 0;
    while (done < size) {
        ssize_t got = pread(spool->fd, bytes + done, size - done, (off_t)done);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return false;
        }
        done += got > 0 ? (size_t)got : 0;
    }
    *out = (slice){ bytes, size };
    return true;
}
