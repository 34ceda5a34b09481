#include "base/leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROCESS_MAX = 1 << 30 };

/* Take `.NUMBER` off the end of `*name`. */
static bool take_number(slice *name, unsigned long *number)
{
    size_t at = name->len;
    while (at > 0 && name->ptr[at - 1] != '.') {
        at--;
    }
    if (at < 2 || !slice_to_number(slice_from(*name, at), PROCESS_MAX, number)) {
        return false;
    }
    *name = slice_head(*name, at - 1);
    return true;
}

/* True for the unfinished file of a process that is gone. */
static bool is_leftover(const char *entry, const struct leftovers *which)
{
    slice name = slice_of(entry);
    unsigned long number = 0;
    unsigned long process = 0;
    bool meant = false;
    if (name.ptr[0] != '.' || !take_number(&name, &number) || !take_number(&name, &process)) {
        return false;
    }
    for (size_t i = 0; i < which->count; i++) {
        meant = meant || slice_ends_with(name, which->endings[i]);
    }
    return meant && name.len > 1 && process > 0 && kill((pid_t)process, 0) != 0 && errno == ESRCH;
}

static size_t remove_below(int at, const char *path, const struct leftovers *which, unsigned depth)
{
    size_t removed = 0;
    int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return 0;
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        struct stat status;
        bool hidden = entry->d_name[0] == '.';
        /* Most files are neither, and are not asked for. */
        bool wanted = hidden ? is_leftover(entry->d_name, which) : depth < which->depth;
        if (!wanted || fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
            continue;
        }
        if (hidden && S_ISREG(status.st_mode)) {
            removed += unlinkat(fd, entry->d_name, 0) == 0;
        } else if (!hidden && S_ISDIR(status.st_mode)) {
            removed += remove_below(fd, entry->d_name, which, depth + 1);
        }
    }
    (void)closedir(folder);
    return removed;
}

size_t leftovers_remove(int at, const char *path, const struct leftovers *which)
{
    return remove_below(at, path, which, 0);
}
