#include "server/served_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

/* The longest that the system takes; loaded paths are shorter. */
enum { PATH_BYTES_MAX = 4096 };

/* The kernel gives up on a link with `..` when anything on the machine is renamed at that moment,
 * and leaves trying again to us (openat2(2), EAGAIN). */
enum { OPEN_TRIES = 100 };

/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
enum { OPEN_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };

/* Folders on the way are not read, so a sandbox need not let us. */
#ifdef O_PATH
enum { FOLDER_FLAGS = O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW };
#else
enum { FOLDER_FLAGS = OPEN_FLAGS | O_DIRECTORY | O_NOFOLLOW };
#endif

/* One part after the other, each without following links. `path` is changed. */
static int open_by_parts(int folder, char *path)
{
    int at = folder;
    for (;;) {
        char *slash = strchr(path, '/');
        if (slash != NULL) {
            *slash = '\0';
        }
        int fd = -1;
        if (path[0] == '\0' || strcmp(path, ".") == 0 || strcmp(path, "..") == 0) {
            errno = ENOENT;
        } else {
            fd = openat(at, path, slash != NULL ? FOLDER_FLAGS : OPEN_FLAGS | O_NOFOLLOW);
        }
        int saved = errno;
        if (at != folder) {
            (void)close(at);
        }
        errno = saved;
        if (fd < 0 || slash == NULL) {
            return fd;
        }
        at = fd;
        path = slash + 1;
    }
}

static int open_beneath(int folder, char *path)
{
#if defined(__linux__) && defined(SYS_openat2)
    static bool is_missing; /* an older kernel, or a container that does not know the call */
    if (!is_missing) {
        const struct open_how how = { .flags = OPEN_FLAGS,
                                      .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };
        int fd = -1;
        for (int i = 0; i < OPEN_TRIES && (i == 0 || (fd < 0 && errno == EAGAIN)); i++) {
            fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
        }
        if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) {
            return fd;
        }
        is_missing = errno == ENOSYS;
    }
#endif
    return open_by_parts(folder, path);
}

/* What the author did or undid, as opposed to what the machine lacks. */
static bool is_absence(int reason)
{
    return reason == ENOTDIR || reason == ELOOP || reason == EXDEV || reason == EMLINK ||
           reason == ENXIO || reason == ENODEV || reason == ENAMETOOLONG;
}

int served_file_open(int folder, slice path, uint64_t *size)
{
    char text[PATH_BYTES_MAX];
    if (folder < 0 || path.len == 0 || path.len >= sizeof text ||
        memchr(path.ptr, '\0', path.len) != NULL) {
        errno = ENOENT;
        return -1;
    }
    memcpy(text, path.ptr, path.len);
    text[path.len] = '\0';
    int fd = open_beneath(folder, text);
    if (fd < 0) {
        errno = is_absence(errno) ? ENOENT : errno;
        return -1;
    }
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size < 0) {
        (void)close(fd);
        errno = ENOENT;
        return -1;
    }
    *size = (uint64_t)status.st_size;
    return fd;
}
