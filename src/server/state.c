#include "server/state.h"

#include "base/siphash.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, READABLE_BYTES = 64, MODE = 0700 };

/* --- the folder of all --------------------------------------------------------------------------
 */

/* Whoever may write to the folder above could have put a link in its place meanwhile, or another
 * folder: that is not given away. */
static bool give(const char *path, const struct server_user *user)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    bool ok = fstat(fd, &status) == 0 && status.st_uid == geteuid();
    ok = ok && fchown(fd, user->uid, user->gid) == 0;
    int reason = errno;
    (void)close(fd);
    errno = reason;
    return ok;
}

static bool make_one(const char *path, const struct server_user *user)
{
    struct stat status;
    if (mkdir(path, MODE) == 0) {
        return user == NULL || give(path, user);
    }
    /* A file system that is read-only says so before it looks. */
    int reason = errno;
    if (stat(path, &status) == 0) {
        errno = ENOTDIR;
        return S_ISDIR(status.st_mode);
    }
    errno = reason;
    return false;
}

bool state_make(const char *folder, const struct server_user *user)
{
    char path[PATH_BYTES];
    size_t length = strlen(folder);
    if (length == 0 || length >= sizeof path) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(path, folder, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if ((path[i] == '/' || path[i] == '\0') && path[i - 1] != '/') {
            const char end = path[i];
            path[i] = '\0';
            if (!make_one(path, user)) {
                return false;
            }
            path[i] = end;
        }
    }
    return true;
}

/* --- that of a capsule --------------------------------------------------------------------------
 */

/* Append `path` from the root on, without `.`, `..` and double slashes. Links are left as they are:
 * one that is turned to the next release leads to the same capsule. */
static bool put_absolute(struct buf *out, slice path)
{
    char here[PATH_MAX];
    if (!slice_starts_with(path, SLICE("/"))) {
        if (getcwd(here, sizeof here) == NULL || !put_absolute(out, slice_of(here))) {
            return false;
        }
    }
    while (path.len > 0) {
        const slice name = slice_head(path, slice_find_byte(path, '/'));
        path = slice_from(path, name.len + 1);
        if (slice_equal(name, SLICE(".."))) {
            while (out->len > 0 && out->ptr[--out->len] != '/') {
            }
        } else if (name.len > 0 && !slice_equal(name, SLICE("."))) {
            buf_putc(out, '/');
            buf_put(out, name);
        }
    }
    return !out->failed;
}

static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_';
}

/* The last two names of `absolute`, for people, and a hash of all of it, which tells capsules
 * apart.
 */
static void put_name(struct buf *out, slice absolute)
{
    static const struct siphash_key key = { 0 };
    size_t begin = absolute.len;
    for (int names = 0; begin > 0 && names < 2; names++) {
        do {
            begin--;
        } while (begin > 0 && absolute.ptr[begin] != '/');
    }
    slice readable = slice_from(absolute, begin + 1);
    if (readable.len > READABLE_BYTES) {
        readable = slice_from(readable, readable.len - READABLE_BYTES);
    }
    for (size_t i = 0; i < readable.len; i++) {
        buf_putc(out, is_plain(readable.ptr[i]) ? readable.ptr[i] : '-');
    }
    buf_printf(out, "-%016llx", (unsigned long long)siphash(&key, absolute));
}

int state_open(const char *folder, const char *capsule, struct buf *path)
{
    struct buf absolute;
    buf_init(&absolute, PATH_BYTES);
    buf_clear(path);
    bool ok = put_absolute(path, slice_of(folder)) && put_absolute(&absolute, slice_of(capsule));
    if (ok) {
        buf_putc(path, '/');
        put_name(path, buf_slice(&absolute));
    }
    buf_release(&absolute);
    const char *name = ok && !path->failed ? buf_string(path) : NULL;
    if (name == NULL) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (!state_make(name, NULL) || access(name, R_OK | W_OK | X_OK) != 0) {
        return -1;
    }
    return open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bool state_is_another(int folder, const char *path)
{
    struct stat ours;
    struct stat there;
    return fstat(folder, &ours) != 0 || stat(path, &there) != 0 || ours.st_dev != there.st_dev ||
           ours.st_ino != there.st_ino;
}
