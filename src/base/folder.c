#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH_MAX = 64 };

static DIR *open_folder(int at, const char *path)
{
    int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (folder == NULL && fd >= 0) {
        int saved = errno;
        (void)close(fd);
        errno = saved;
    }
    return folder;
}

static void close_folder(DIR *folder)
{
    int saved = errno;
    (void)closedir(folder);
    errno = saved;
}

/* The next name but `.` and `..`. NULL at the end with errno 0, or with the errno of a failure. */
static const char *next_name(DIR *folder)
{
    struct dirent *entry;
    do {
        errno = 0;
        entry = readdir(folder);
    } while (entry != NULL &&
             (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    return entry != NULL ? entry->d_name : NULL;
}

bool folder_list(int at, const char *path, folder_visit *visit, void *context)
{
    DIR *folder = open_folder(at, path);
    if (folder == NULL) {
        return false;
    }
    const char *name = next_name(folder);
    while (name != NULL && visit(context, name)) {
        name = next_name(folder);
    }
    bool ok = name != NULL || errno == 0;
    close_folder(folder);
    return ok;
}

static bool note_entry(void *context, UNUSED const char *name)
{
    bool *empty = context;
    *empty = false;
    return false;
}

bool folder_is_empty(int folder, bool *empty)
{
    *empty = true;
    return folder_list(folder, ".", note_entry, empty);
}

static bool remove_below(int at, const char *path, unsigned depth)
{
    if (unlinkat(at, path, 0) == 0 || errno == ENOENT) {
        return true;
    }
    if (errno != EISDIR && errno != EPERM) {
        return false;
    }
    if (depth == DEPTH_MAX) {
        errno = ELOOP;
        return false;
    }
    DIR *folder = open_folder(at, path);
    if (folder == NULL) {
        return false;
    }
    const char *name = next_name(folder);
    while (name != NULL && remove_below(dirfd(folder), name, depth + 1)) {
        name = next_name(folder);
    }
    bool ok = name == NULL && errno == 0;
    close_folder(folder);
    return ok && unlinkat(at, path, AT_REMOVEDIR) == 0;
}

bool folder_remove(int at, const char *path)
{
    return remove_below(at, path, 0);
}
