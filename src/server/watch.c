#include "server/watch.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "server/clock.h"
#include "server/log.h"
#include "server/notify.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* No path that the system takes is longer. */
enum { PATH_BYTES_MAX = 4096 };
/* Names on the way to the root, those in the targets of links too: where links make a loop, this
 * ends it. */
enum { STEPS_MAX = 400 };
/* How often to look; with very many files less often, so that it takes a twentieth of the time. */
enum { LOOK_MS = 1000, REST = 20, LOOK_MAX_MS = 60 * 1000 };
/* The system tells of most ways in which another folder comes to the root, but not of mounts. */
enum { LOOK_AT_ROOT_MS = 60 * 1000 };

struct watch {
    const char *root;
    const char *const *deep;
    struct notify *notify;  /* NULL: by looking */
    enum watch_change kept; /* seen, and not asked for yet */
    /* What stood at the root; zero: nothing. */
    dev_t root_device;
    ino_t root_number;
    /* By looking: a sum over names, times, sizes and numbers of all files. */
    unsigned long long seen;
    int64_t look_at; /* when to do it again; when told, only the root is looked at then */
    struct buf path; /* of the folder that is being visited */
    /* The folders from the top to the one that is being visited, by the depth that is left. */
    struct {
        dev_t device;
        ino_t number;
    } way[LIMIT_FOLDER_DEPTH + 1];
};

/* --- walking ---------------------------------------------------------------------------------- */

/* Called for each folder, before what is in it; false: not to be looked into. */
typedef bool folder_visit(struct watch *watch);
/* Called for each name in it. */
typedef void entry_visit(struct watch *watch, const char *name, const struct stat *status);

/* A link leads back to where we are, or to a folder that we came through. */
static bool is_loop(const struct watch *watch, unsigned depth, unsigned top)
{
    for (unsigned i = depth + 1; i <= top; i++) {
        if (watch->way[i].device == watch->way[depth].device &&
            watch->way[i].number == watch->way[depth].number) {
            return true;
        }
    }
    return false;
}

/* `top` is the depth that was left at the first folder, `depth` is what is left here. */
static void walk_folder(struct watch *watch, unsigned depth, unsigned top, folder_visit *folder,
                        entry_visit *entry)
{
    const char *path = buf_string(&watch->path);
    DIR *dir = path == NULL ? NULL : opendir(path);
    struct stat own = { 0 };
    if (dir == NULL) {
        return;
    }
    bool ok = fstat(dirfd(dir), &own) == 0;
    watch->way[depth].device = own.st_dev;
    watch->way[depth].number = own.st_ino;
    if (!ok || is_loop(watch, depth, top) || (folder != NULL && !folder(watch))) {
        (void)closedir(dir);
        return;
    }
    if (entry != NULL && depth == top) {
        entry(watch, "", &own); /* deeper ones are entries of the folder above */
    }
    const struct dirent *item = NULL;
    size_t length = watch->path.len;
    while ((item = readdir(dir)) != NULL) {
        struct stat status;
        bool is_file = item->d_type == DT_REG; /* not every file system tells */
        if (file_is_temporary(slice_of(item->d_name)) || (entry == NULL && is_file) ||
            fstatat(dirfd(dir), item->d_name, &status, 0) != 0) {
            continue;
        }
        if (entry != NULL) {
            entry(watch, item->d_name, &status);
        }
        if (S_ISDIR(status.st_mode) && depth > 0) {
            buf_putc(&watch->path, '/');
            buf_puts(&watch->path, item->d_name);
            if (!watch->path.failed) {
                walk_folder(watch, depth - 1, top, folder, entry);
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
    walk_folder(watch, 0, 0, folder, entry);
    for (size_t i = 0; watch->deep != NULL && watch->deep[i] != NULL; i++) {
        buf_clear(&watch->path);
        buf_puts(&watch->path, watch->root);
        buf_putc(&watch->path, '/');
        buf_puts(&watch->path, watch->deep[i]);
        walk_folder(watch, LIMIT_FOLDER_DEPTH, LIMIT_FOLDER_DEPTH, folder, entry);
    }
}

/* --- by looking ------------------------------------------------------------------------------- */

static void add_to_sum(struct watch *watch, const char *name, const struct stat *status)
{
    /* The times of a folder change when an editor writes a temporary file into it. */
    bool is_file = !S_ISDIR(status->st_mode);
    const long long numbers[] = { (long long)status->st_dev,
                                  (long long)status->st_ino,
                                  (long long)status->st_mode,
                                  is_file ? (long long)status->st_size : 0,
                                  is_file ? (long long)status->st_mtim.tv_sec : 0,
                                  is_file ? status->st_mtim.tv_nsec : 0,
                                  is_file ? (long long)status->st_ctim.tv_sec : 0,
                                  is_file ? status->st_ctim.tv_nsec : 0 };
    /* Folder by folder the names come in any order, so the sum must not depend on it. */
    unsigned long long hash = slice_hash(slice_of(name), SLICE_HASH_SEED);
    hash = slice_hash(buf_slice(&watch->path), hash);
    hash = slice_hash((slice){ (const char *)numbers, sizeof numbers }, hash);
    watch->seen += hash;
}

static bool look(struct watch *watch)
{
    unsigned long long before = watch->seen;
    int64_t begun = clock_ms();
    watch->seen = 0;
    walk(watch, NULL, add_to_sum);
    int64_t now = clock_ms();
    int64_t rest = (now - begun) * REST;
    watch->look_at = now + (rest < LOOK_MS ? LOOK_MS : rest < LOOK_MAX_MS ? rest : LOOK_MAX_MS);
    return watch->seen != before;
}

/* --- by being told ---------------------------------------------------------------------------- */

static void give_up_notify(struct watch *watch)
{
    log_problem("inotify: %s; looking for changes in %s once a second instead", strerror(errno),
                watch->root);
    notify_free(watch->notify);
    watch->notify = NULL;
}

static bool add_folder(struct watch *watch)
{
    const char *path = buf_string(&watch->path);
    if (watch->notify == NULL || path == NULL) {
        return false;
    }
    slice below = slice_from(buf_slice(&watch->path), strlen(watch->root));
    while (slice_starts_with(below, SLICE("/"))) {
        below = slice_from(below, 1);
    }
    enum notify_added added = notify_add_folder(watch->notify, path, below);
    if (added == NOTIFY_FULL) {
        give_up_notify(watch);
    }
    return added == NOTIFY_ADDED;
}

static void add_name(struct watch *watch, const char *folder, slice name)
{
    if (watch->notify != NULL && notify_add_name(watch->notify, folder, name) == NOTIFY_FULL) {
        give_up_notify(watch);
    }
}

/* One name further on a path; "" is the working directory. */
static void put_name(struct buf *path, slice name)
{
    if (path->len > 0 && !slice_ends_with(buf_slice(path), SLICE("/"))) {
        buf_putc(path, '/');
    }
    buf_put(path, name);
}

static slice without_slashes(slice path)
{
    while (slice_starts_with(path, SLICE("/"))) {
        path = slice_from(path, 1);
    }
    return path;
}

/* Go one name of `todo` further from the folder `at`, and watch that name there when it is a link,
 * is missing, or is the last one. What is left to go is put into `next`. False at the end. */
static bool step_to_root(struct watch *watch, struct buf *at, const struct buf *todo,
                         struct buf *next)
{
    slice rest = without_slashes(buf_slice(todo));
    slice name = slice_head(rest, slice_find_byte(rest, '/'));
    slice after = without_slashes(slice_from(rest, name.len));
    size_t before = at->len;
    char target[PATH_BYTES_MAX];
    struct stat status;
    if (name.len == 0) {
        return false;
    }
    put_name(at, name);
    const char *path = buf_string(at);
    bool exists = path != NULL && lstat(path, &status) == 0;
    ssize_t length = exists && S_ISLNK(status.st_mode) ? readlink(path, target, sizeof target) : -1;
    bool is_name = !slice_equal(name, SLICE(".")) && !slice_equal(name, SLICE(".."));
    buf_clear(next);
    if (length > 0) {
        buf_put(next, (slice){ target, (size_t)length });
        buf_putc(next, '/');
    }
    buf_put(next, after);
    if (is_name && (!exists || length > 0 || after.len == 0)) {
        buf_truncate(at, before);
        add_name(watch, before > 0 ? buf_string(at) : ".", name);
        put_name(at, name);
    }
    if (length > 0) {
        buf_truncate(at, target[0] == '/' ? 0 : before);
        buf_puts(at, target[0] == '/' ? "/" : "");
    }
    return exists && !next->failed && !at->failed;
}

/* The root may be moved away and come back as another folder, and every link on the way to it may
 * be turned. Where that cannot be watched, everything else still is. */
static void add_way_to_root(struct watch *watch)
{
    struct buf at;
    struct buf todo;
    struct buf next;
    buf_init(&at, PATH_BYTES_MAX);
    buf_init(&todo, PATH_BYTES_MAX);
    buf_init(&next, PATH_BYTES_MAX);
    buf_puts(&todo, watch->root);
    buf_puts(&at, watch->root[0] == '/' ? "/" : "");
    for (unsigned steps = 0; steps < STEPS_MAX && step_to_root(watch, &at, &todo, &next); steps++) {
        struct buf swapped = todo;
        todo = next;
        next = swapped;
    }
    buf_release(&at);
    buf_release(&todo);
    buf_release(&next);
}

/* --- both ------------------------------------------------------------------------------------- */

struct watch *watch_new(const char *root, const char *const *deep, bool by_looking)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL) {
        return NULL;
    }
    *watch = (struct watch){ .root = root, .deep = deep };
    buf_init(&watch->path, PATH_BYTES_MAX);
    if (!by_looking) {
        watch->notify = notify_new();
        if (watch->notify == NULL) {
            give_up_notify(watch);
        }
    }
    watch_renew(watch);
    return watch;
}

void watch_free(struct watch *watch)
{
    if (watch != NULL) {
        notify_free(watch->notify);
        buf_release(&watch->path);
        free(watch);
    }
}

void watch_renew(struct watch *watch)
{
    struct stat status;
    bool exists = stat(watch->root, &status) == 0;
    watch->root_device = exists ? status.st_dev : 0;
    watch->root_number = exists ? status.st_ino : 0;
    if (watch->notify != NULL) {
        watch->look_at = clock_ms() + LOOK_AT_ROOT_MS;
        notify_begin_round(watch->notify);
        add_way_to_root(watch);
        walk(watch, add_folder, NULL);
    }
    if (watch->notify != NULL) {
        notify_end_round(watch->notify);
    } else {
        (void)look(watch);
    }
}

int watch_fd(const struct watch *watch)
{
    return watch->notify != NULL ? notify_fd(watch->notify) : -1;
}

int64_t watch_due(const struct watch *watch)
{
    return watch->look_at;
}

bool watch_root_is_another(const struct watch *watch)
{
    struct stat status;
    bool exists = stat(watch->root, &status) == 0;
    return watch->root_device != (exists ? status.st_dev : 0) ||
           watch->root_number != (exists ? status.st_ino : 0);
}

enum watch_change watch_take(struct watch *watch)
{
    enum watch_change kept = watch->kept;
    watch->kept = WATCH_NOTHING;
    if (watch->notify != NULL) {
        bool is_due = watch->look_at <= clock_ms();
        enum watch_change change = notify_take(watch->notify);
        if (is_due) {
            watch->look_at = clock_ms() + LOOK_AT_ROOT_MS;
        }
        change = is_due && watch_root_is_another(watch) ? WATCH_CHANGED : change;
        return change > kept ? change : kept;
    }
    return look(watch) ? WATCH_CHANGED : kept;
}

bool watch_is_being_written(struct watch *watch, slice path)
{
    if (watch->notify == NULL) {
        return false;
    }
    enum watch_change change = notify_take(watch->notify);
    watch->kept = change > watch->kept ? change : watch->kept;
    return notify_is_being_written(watch->notify, path);
}
