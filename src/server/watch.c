#include "server/watch.h"

#include "base/buf.h"
#include "base/limits.h"
#include "server/log.h"

#include <dirent.h>
#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/inotify.h>
#endif

/* No path that the system takes is longer. */
enum { PATH_BYTES_MAX = 4096 };

struct watch {
    const char *root;
    const char *const *deep;
    int inotify; /* -1: by looking */
    /* The folder that holds the root, and the root's name in it: a root that is moved away, or that
     * is a link, may come back as another folder. */
    int parent; /* of inotify; -1: not watched */
    slice name;
    /* By looking: a sum over names, times, sizes and numbers of all files. */
    unsigned long long seen;
    /* The path of the folder that is being visited. */
    struct buf path;
};

/* --- walking ---------------------------------------------------------------------------------- */

/* Called for each folder, before what is in it. */
typedef void folder_visit(struct watch *watch);
/* Called for each name in it. */
typedef void entry_visit(struct watch *watch, const char *name, const struct stat *status);

static bool is_of_interest(const char *name)
{
    size_t length = strlen(name);
    return length > 0 && name[0] != '.' && name[length - 1] != '~';
}

static void walk_folder(struct watch *watch, unsigned depth, folder_visit *folder,
                        entry_visit *entry)
{
    const char *path = buf_string(&watch->path);
    DIR *dir = path == NULL ? NULL : opendir(path);
    if (dir == NULL) {
        return;
    }
    if (folder != NULL) {
        folder(watch);
    }
    const struct dirent *item = NULL;
    size_t length = watch->path.len;
    while ((item = readdir(dir)) != NULL) {
        struct stat status;
        if (!is_of_interest(item->d_name) || fstatat(dirfd(dir), item->d_name, &status, 0) != 0) {
            continue;
        }
        if (entry != NULL) {
            entry(watch, item->d_name, &status);
        }
        /* Where links make a loop, the depth ends it. */
        if (S_ISDIR(status.st_mode) && depth > 0) {
            buf_putc(&watch->path, '/');
            buf_puts(&watch->path, item->d_name);
            if (!watch->path.failed) {
                walk_folder(watch, depth - 1, folder, entry);
            }
            watch->path.failed = false;
            buf_truncate(&watch->path, length);
        }
    }
    (void)closedir(dir);
}

static void walk(struct watch *watch, folder_visit *folder, entry_visit *entry)
{
    buf_clear(&watch->path);
    buf_puts(&watch->path, watch->root);
    walk_folder(watch, 0, folder, entry);
    for (size_t i = 0; watch->deep != NULL && watch->deep[i] != NULL; i++) {
        buf_clear(&watch->path);
        buf_puts(&watch->path, watch->root);
        buf_putc(&watch->path, '/');
        buf_puts(&watch->path, watch->deep[i]);
        walk_folder(watch, LIMIT_FOLDER_DEPTH, folder, entry);
    }
}

/* --- by looking ------------------------------------------------------------------------------- */

static void add_to_sum(struct watch *watch, const char *name, const struct stat *status)
{
    /* Folder by folder the names come in any order, so the sum must not depend on it. */
    const long long numbers[] = { (long long)status->st_mtim.tv_sec, status->st_mtim.tv_nsec,
                                  (long long)status->st_size, (long long)status->st_ino };
    unsigned long long hash = slice_hash(slice_of(name), SLICE_HASH_SEED);
    hash = slice_hash(buf_slice(&watch->path), hash);
    hash = slice_hash((slice){ (const char *)numbers, sizeof numbers }, hash);
    watch->seen += hash;
}

static bool look(struct watch *watch)
{
    unsigned long long before = watch->seen;
    watch->seen = 0;
    walk(watch, NULL, add_to_sum);
    return watch->seen != before;
}

/* --- with inotify ----------------------------------------------------------------------------- */

#ifdef __linux__

static void give_up_inotify(struct watch *watch)
{
    log_message("inotify: %s; looking for changes in %s once a second instead", strerror(errno),
                watch->root);
    (void)close(watch->inotify);
    watch->inotify = -1;
}

/* Adding a folder again that is watched already changes nothing. */
static void add_folder(struct watch *watch)
{
    const uint32_t events = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                            IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
    const char *path = buf_string(&watch->path);
    if (watch->inotify >= 0 && path != NULL &&
        inotify_add_watch(watch->inotify, path, events | IN_ONLYDIR) < 0 && errno != ENOENT &&
        errno != ENOTDIR && errno != EACCES) {
        give_up_inotify(watch);
    }
}

/* Without it, everything but the return of a lost root is still seen, so it may fail. */
static void add_parent(struct watch *watch)
{
    slice root = slice_of(watch->root);
    while (slice_ends_with(root, SLICE("/"))) {
        root = slice_head(root, root.len - 1);
    }
    size_t begin = root.len;
    while (begin > 0 && root.ptr[begin - 1] != '/') {
        begin--;
    }
    watch->name = slice_from(root, begin);
    watch->parent = -1;
    if (watch->name.len == 0 || slice_equal(watch->name, SLICE(".")) ||
        slice_equal(watch->name, SLICE(".."))) {
        return;
    }
    buf_clear(&watch->path);
    buf_put(&watch->path, begin > 0 ? slice_head(root, begin) : SLICE("."));
    const char *path = buf_string(&watch->path);
    if (path != NULL) {
        watch->parent = inotify_add_watch(watch->inotify, path,
                                          IN_CREATE | IN_MOVED_TO | IN_ONLYDIR | IN_MASK_ADD);
    }
}

static enum watch_change change_of(const struct watch *watch, const struct inotify_event *event)
{
    if (event->mask & IN_Q_OVERFLOW) {
        return WATCH_CHANGED;
    }
    if (event->wd == watch->parent) {
        return event->len > 0 && slice_equal(slice_of(event->name), watch->name) ? WATCH_CHANGED
                                                                                 : WATCH_NOTHING;
    }
    if (event->mask & IN_IGNORED) {
        return WATCH_NOTHING;
    }
    if (event->len > 0 && !is_of_interest(event->name)) {
        return WATCH_NOTHING;
    }
    if ((event->mask & IN_CREATE) && !(event->mask & IN_ISDIR)) {
        return WATCH_CREATED;
    }
    return WATCH_CHANGED;
}

static enum watch_change take_events(struct watch *watch)
{
    alignas(struct inotify_event) char bytes[4096];
    enum watch_change change = WATCH_NOTHING;
    ssize_t n = 0;
    while ((n = read(watch->inotify, bytes, sizeof bytes)) > 0) {
        for (const char *at = bytes; at < bytes + n;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
            enum watch_change this = change_of(watch, event);
            change = this > change ? this : change;
            at += sizeof *event + event->len;
        }
    }
    return change;
}

#endif

/* --- both ------------------------------------------------------------------------------------- */

struct watch *watch_new(const char *root, const char *const *deep)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL) {
        return NULL;
    }
    *watch = (struct watch){ .root = root, .deep = deep, .inotify = -1, .parent = -1 };
    buf_init(&watch->path, PATH_BYTES_MAX);
#ifdef __linux__
    watch->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch->inotify < 0) {
        give_up_inotify(watch);
    }
#endif
    watch_renew(watch);
    return watch;
}

void watch_free(struct watch *watch)
{
    if (watch != NULL) {
        if (watch->inotify >= 0) {
            (void)close(watch->inotify);
        }
        buf_release(&watch->path);
        free(watch);
    }
}

void watch_renew(struct watch *watch)
{
#ifdef __linux__
    if (watch->inotify >= 0) {
        add_parent(watch);
        walk(watch, add_folder, NULL);
    }
#endif
    if (watch->inotify < 0) {
        (void)look(watch);
    }
}

int watch_fd(const struct watch *watch)
{
    return watch->inotify;
}

enum watch_change watch_take(struct watch *watch)
{
#ifdef __linux__
    if (watch->inotify >= 0) {
        return take_events(watch);
    }
#endif
    return look(watch) ? WATCH_CHANGED : WATCH_NOTHING;
}
