#include "base/file.h"

#include "base/buf.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void close_keeping_errno(int fd)
{
    int saved = errno;
    (void)close(fd);
    errno = saved;
}

static bool read_all(int fd, char *into, size_t size)
{
    size_t got = 0;
    while (got < size) {
        ssize_t n = read(fd, into + got, size - got);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return false;
        }
        if (n == 0) {
            errno = EAGAIN; /* it shrank while we read: somebody is writing it */
            return false;
        }
        got += (size_t)n;
    }
    return true;
}

bool file_read(struct arena *arena, int at, const char *path, size_t max, slice *out)
{
    int fd = openat(at, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return false;
    }
    struct stat status;
    bool ok = fstat(fd, &status) == 0;
    if (ok && !S_ISREG(status.st_mode)) {
        errno = EINVAL;
        ok = false;
    }
    if (ok && (status.st_size < 0 || (unsigned long long)status.st_size > max)) {
        errno = EFBIG;
        ok = false;
    }
    if (ok) {
        size_t size = (size_t)status.st_size;
        char *bytes = arena_alloc(arena, size + 1);
        ok = read_all(fd, bytes, size);
        *out = (slice){ bytes, size };
    }
    close_keeping_errno(fd);
    return ok;
}

static bool write_all(int fd, slice contents)
{
    while (contents.len > 0) {
        ssize_t n = write(fd, contents.ptr, contents.len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return false;
        }
        contents = slice_from(contents, (size_t)n);
    }
    return true;
}

/* A new file beside `path`, open for writing; its name goes into `temporary`. It starts with a dot,
 * so that no loader takes it for a source file. */
static int open_temporary(int at, const char *path, mode_t mode, char temporary[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash - path + 1) : 0;
    for (unsigned attempt = 0; attempt < 100; attempt++) {
        int n = snprintf(temporary, PATH_MAX, "%.*s.%s.%ld.%u", folder, path, path + folder,
                         (long)getpid(), attempt);
        if (n < 0 || n >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        int fd = openat(at, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
        if (fd >= 0 || errno != EEXIST) {
            return fd;
        }
    }
    return -1;
}

static bool write_beside(int at, const char *path, slice contents, mode_t mode, bool replace)
{
    char temporary[PATH_MAX];
    int fd = open_temporary(at, path, mode != 0 ? mode : 0644, temporary);
    if (fd < 0) {
        return false;
    }
    bool ok = write_all(fd, contents) && fsync(fd) == 0;
    close_keeping_errno(fd);
    if (ok && replace) {
        ok = renameat(at, temporary, at, path) == 0;
    } else if (ok) {
        /* link(2) refuses an existing name, which rename(2) would replace. */
        ok = linkat(at, temporary, at, path, 0) == 0;
    }
    if (!ok || !replace) {
        int saved = errno;
        (void)unlinkat(at, temporary, 0);
        errno = saved;
    }
    return ok;
}

bool file_write(int at, const char *path, slice contents, mode_t mode)
{
    return write_beside(at, path, contents, mode, true);
}

bool file_create(int at, const char *path, slice contents, mode_t mode)
{
    return write_beside(at, path, contents, mode, false);
}

bool file_make_folders(int at, const char *path)
{
    char part[PATH_MAX];
    size_t length = strlen(path);
    if (length >= sizeof part) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(part, path, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (part[i] != '/' && part[i] != '\0') {
            continue;
        }
        char kept = part[i];
        part[i] = '\0';
        if (mkdirat(at, part, 0755) != 0 && errno != EEXIST) {
            return false;
        }
        part[i] = kept;
    }
    struct stat status;
    if (fstatat(at, path, &status, 0) != 0) {
        return false;
    }
    if (!S_ISDIR(status.st_mode)) {
        errno = ENOTDIR;
        return false;
    }
    return true;
}

bool file_is_temporary(slice name)
{
    static const slice ends[] = { SLICE_INIT("~"), SLICE_INIT(".swp"), SLICE_INIT(".swo"),
                                  SLICE_INIT(".tmp"),
                                  /* An import puts it beside a file that was changed by hand. */
                                  SLICE_INIT(".gmi.new") };
    for (size_t i = 0; i < ARRAY_LENGTH(ends); i++) {
        if (slice_ends_with(name, ends[i])) {
            return true;
        }
    }
    return slice_starts_with(name, SLICE(".")) ||
           /* Vim tries with it whether the folder can be written. */
           slice_equal(name, SLICE("4913")) ||
           (slice_starts_with(name, SLICE("#")) && slice_ends_with(name, SLICE("#")));
}

struct walk {
    file_visit *visit;
    file_unreadable *unreadable; /* NULL: nobody asks */
    void *context;
    const char *root;
    char *real_root; /* the root without symbolic links, from realpath(3) */
    struct buf path; /* of what is being visited, below the root */
    struct buf full; /* scratch: root, slash, path */
    bool stopped;    /* a visit returned false */
    /* The folders from the root to the one that is being visited. */
    struct {
        dev_t device;
        ino_t number;
    } way[LIMIT_FOLDER_DEPTH + 1];
};

static const char *full_path(struct walk *walk)
{
    buf_clear(&walk->full);
    buf_puts(&walk->full, walk->root);
    if (walk->path.len > 0) {
        buf_putc(&walk->full, '/');
        buf_put(&walk->full, buf_slice(&walk->path));
    }
    return walk->full.failed ? NULL : buf_string(&walk->full);
}

/* True when the symbolic link at `path` leads to something inside the root. */
static bool link_stays_inside(const struct walk *walk, const char *path)
{
    char *real = realpath(path, NULL);
    if (real == NULL) {
        return false;
    }
    size_t root = strlen(walk->real_root);
    bool inside = strncmp(real, walk->real_root, root) == 0 &&
                  (real[root] == '/' || real[root] == '\0' || root == 1);
    free(real);
    return inside;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in the folder at `path`, without those that start with a dot, sorted. False with errno.
 */
static bool read_names(struct arena *arena, const char *path, char ***names, size_t *count)
{
    struct {
        char **items;
        size_t count, capacity;
    } found = { 0 };
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return false;
    }
    errno = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] != '.') {
            *ARRAY_ADD(arena, &found) = arena_alloc(arena, strlen(entry->d_name) + 1);
            memcpy(found.items[found.count - 1], entry->d_name, strlen(entry->d_name) + 1);
        }
        errno = 0;
    }
    int saved = errno;
    (void)closedir(folder);
    errno = saved;
    if (found.count > 1) {
        qsort(found.items, found.count, sizeof *found.items, by_name);
    }
    *names = found.items;
    *count = found.count;
    return saved == 0;
}

static bool walk_folder(struct walk *walk, unsigned depth);

/* A link leads back to where we are, or to a folder that we came through. */
static bool is_loop(const struct walk *walk, unsigned depth, const struct stat *status)
{
    for (unsigned i = 0; i <= depth; i++) {
        if (walk->way[i].device == status->st_dev && walk->way[i].number == status->st_ino) {
            return true;
        }
    }
    return false;
}

/* The folder that walk->path names. One that is gone by now is no news. */
static void walk_below(struct walk *walk, unsigned depth, const struct stat *status)
{
    if (is_loop(walk, depth, status)) {
        return;
    }
    bool ok = false;
    errno = ELOOP;
    if (depth < LIMIT_FOLDER_DEPTH) {
        walk->way[depth + 1].device = status->st_dev;
        walk->way[depth + 1].number = status->st_ino;
        ok = walk_folder(walk, depth + 1);
    }
    if (!ok && errno != ENOENT && walk->unreadable != NULL) {
        walk->unreadable(walk->context, buf_slice(&walk->path), errno);
    }
}

/* Visit what walk->path names: a file, or the files below a folder. False when its own folder does
 * not let us look at it. */
static bool walk_entry(struct walk *walk, unsigned depth)
{
    struct stat status;
    const char *path = full_path(walk);
    /* What cannot be looked at is gone since the folder was read, or has too long a path. */
    if (path == NULL || lstat(path, &status) != 0) {
        return path == NULL || errno != EACCES;
    }
    if (S_ISLNK(status.st_mode) && (!link_stays_inside(walk, path) || stat(path, &status) != 0)) {
        return true;
    }
    if (S_ISREG(status.st_mode)) {
        walk->stopped = !walk->visit(walk->context, buf_slice(&walk->path), &status);
    } else if (S_ISDIR(status.st_mode)) {
        walk_below(walk, depth, &status);
    }
    return true;
}

/* False, with errno, when the folder cannot be read. */
static bool walk_folder(struct walk *walk, unsigned depth)
{
    struct arena names_arena;
    char **names = NULL;
    size_t count = 0;
    const char *path = full_path(walk);
    if (path == NULL) {
        errno = ENAMETOOLONG;
        return false;
    }
    arena_init(&names_arena);
    bool ok = read_names(&names_arena, path, &names, &count);
    int reason = errno;
    for (size_t i = 0; ok && !walk->stopped && i < count; i++) {
        size_t before = walk->path.len;
        if (before > 0) {
            buf_putc(&walk->path, '/');
        }
        buf_puts(&walk->path, names[i]);
        if (!walk_entry(walk, depth)) {
            ok = false;
            reason = EACCES;
        }
        buf_truncate(&walk->path, before);
    }
    arena_release(&names_arena);
    errno = reason;
    return ok;
}

bool file_walk(const char *root, file_visit *visit, file_unreadable *unreadable, void *context)
{
    struct walk walk = {
        .visit = visit, .unreadable = unreadable, .context = context, .root = root
    };
    walk.real_root = realpath(root, NULL);
    if (walk.real_root == NULL) {
        return false;
    }
    /* Room for the longest names at every depth: what the system finds too long is passed over. */
    buf_init(&walk.path, (size_t)(LIMIT_FOLDER_DEPTH + 1) * (NAME_MAX + 1));
    buf_init(&walk.full, walk.path.max + 2 * (size_t)PATH_MAX);
    struct stat status;
    bool ok = stat(root, &status) == 0;
    if (ok) {
        walk.way[0].device = status.st_dev;
        walk.way[0].number = status.st_ino;
        ok = walk_folder(&walk, 0);
    }
    int saved = walk.stopped ? 0 : errno;
    buf_release(&walk.path);
    buf_release(&walk.full);
    free(walk.real_root);
    errno = saved;
    return ok && !walk.stopped;
}
