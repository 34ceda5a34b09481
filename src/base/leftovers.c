#include "base/leftovers.h"

#include "base/limits.h"
#include "base/slice.h"

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
static bool is_leftover(const char *entry, slice ending)
{
    slice name = slice_of(entry);
    unsigned long number = 0;
    unsigned long process = 0;
    return name.ptr[0] == '.' && take_number(&name, &number) && take_number(&name, &process) &&
           name.len > 1 && slice_ends_with(name, ending) && process > 0 &&
           kill((pid_t)process, 0) != 0 && errno == ESRCH;
}

static size_t remove_below(int at, const char *path, slice ending, unsigned depth)
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
        if (fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
            continue;
        }
        if (S_ISREG(status.st_mode) && is_leftover(entry->d_name, ending)) {
            removed += unlinkat(fd, entry->d_name, 0) == 0;
        } else if (S_ISDIR(status.st_mode) && entry->d_name[0] != '.' &&
                   depth < LIMIT_FOLDER_DEPTH) {
            removed += remove_below(fd, entry->d_name, ending, depth + 1);
        }
    }
    (void)closedir(folder);
    return removed;
}

size_t leftovers_remove(int at, const char *path, slice ending)
{
    return remove_below(at, path, ending, 0);
}
