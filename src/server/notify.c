#include "server/notify.h"

#include <errno.h>

#ifdef __linux__

#include "base/file.h"
#include "server/clock.h"
#include "server/log.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files that are being written at one time; of more it is not known. */
enum { WRITTEN_MAX = 64 };
/* A file that was made and not yet written. One that was linked into its place never is. */
enum { CREATED_MS = 900 };

/* A folder that the kernel tells about. */
struct folder {
    int wd;
    unsigned round;
    char *path;  /* as it was added: to look at what is in it */
    char *below; /* as the capsule knows it; NULL: only names are of interest */
    struct {
        char **items;
        size_t count;
    } names; /* that have to come for it to be a change */
};

struct written {
    char *path; /* as the capsule knows it */
    bool has_begun;
    int64_t until; /* clock_ms() at which we lose patience */
};

struct notify {
    int fd;
    unsigned round;
    struct {
        struct folder **items; /* sorted by wd */
        size_t count, capacity;
    } folders;
    struct written written[WRITTEN_MAX];
    size_t written_count;
};

static void forget_names(struct folder *folder)
{
    for (size_t i = 0; i < folder->names.count; i++) {
        free(folder->names.items[i]);
    }
    free(folder->names.items);
    folder->names.items = NULL;
    folder->names.count = 0;
}

static void free_folder(struct folder *folder)
{
    forget_names(folder);
    free(folder->path);
    free(folder->below);
    free(folder);
}

/* The place of `wd` in the table, or the one where it belongs. */
static size_t place_of(const struct notify *notify, int wd)
{
    size_t low = 0;
    size_t high = notify->folders.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (notify->folders.items[middle]->wd < wd) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct folder *find_folder(const struct notify *notify, int wd)
{
    size_t at = place_of(notify, wd);
    return at < notify->folders.count && notify->folders.items[at]->wd == wd
               ? notify->folders.items[at]
               : NULL;
}

static void remove_folder(struct notify *notify, int wd)
{
    size_t at = place_of(notify, wd);
    free_folder(notify->folders.items[at]);
    notify->folders.count--;
    memmove(&notify->folders.items[at], &notify->folders.items[at + 1],
            (notify->folders.count - at) * sizeof(struct folder *));
}

/* NULL when out of memory. The system counts up, so the new one nearly always is the last. */
static struct folder *insert_folder(struct notify *notify, int wd)
{
    if (notify->folders.count == notify->folders.capacity) {
        size_t capacity = notify->folders.capacity * 2 + 16;
        struct folder **items = realloc(notify->folders.items, capacity * sizeof(struct folder *));
        if (items == NULL) {
            return NULL;
        }
        notify->folders.items = items;
        notify->folders.capacity = capacity;
    }
    struct folder *folder = calloc(1, sizeof *folder);
    if (folder != NULL) {
        size_t at = place_of(notify, wd);
        memmove(&notify->folders.items[at + 1], &notify->folders.items[at],
                (notify->folders.count - at) * sizeof(struct folder *));
        notify->folders.items[at] = folder;
        notify->folders.count++;
        folder->wd = wd;
    }
    return folder;
}

struct notify *notify_new(void)
{
    struct notify *notify = calloc(1, sizeof *notify);
    if (notify == NULL) {
        return NULL;
    }
    notify->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (notify->fd < 0) {
        int saved = errno;
        free(notify);
        errno = saved;
        return NULL;
    }
    return notify;
}

static void forget_written(struct notify *notify)
{
    for (size_t i = 0; i < notify->written_count; i++) {
        free(notify->written[i].path);
    }
    notify->written_count = 0;
}

void notify_free(struct notify *notify)
{
    if (notify == NULL) {
        return;
    }
    for (size_t i = 0; i < notify->folders.count; i++) {
        free_folder(notify->folders.items[i]);
    }
    free(notify->folders.items);
    forget_written(notify);
    (void)close(notify->fd);
    free(notify);
}

/* --- folders ---------------------------------------------------------------------------------- */

void notify_begin_round(struct notify *notify)
{
    notify->round++;
}

void notify_end_round(struct notify *notify)
{
    size_t kept = 0;
    for (size_t i = 0; i < notify->folders.count; i++) {
        struct folder *folder = notify->folders.items[i];
        if (folder->round == notify->round) {
            notify->folders.items[kept++] = folder;
        } else {
            (void)inotify_rm_watch(notify->fd, folder->wd);
            free_folder(folder);
        }
    }
    notify->folders.count = kept;
}

static enum notify_added failure(void)
{
    bool missing = errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == ELOOP ||
                   errno == ENAMETOOLONG;
    return missing ? NOTIFY_MISSING : NOTIFY_FULL;
}

/* The folder of `wd`, in this round; NULL when out of memory. */
static struct folder *take_folder(struct notify *notify, int wd, const char *path)
{
    struct folder *folder = find_folder(notify, wd);
    if (folder != NULL && folder->round == notify->round) {
        return folder;
    }
    char *copy = strdup(path);
    if (folder == NULL && copy != NULL) {
        folder = insert_folder(notify, wd);
    }
    if (folder == NULL || copy == NULL) {
        free(copy);
        errno = ENOMEM;
        return NULL;
    }
    free(folder->path);
    free(folder->below);
    forget_names(folder);
    folder->path = copy;
    folder->below = NULL;
    folder->round = notify->round;
    return folder;
}

enum notify_added notify_add_folder(struct notify *notify, const char *path, slice below)
{
    /* Adding a folder again that is watched already gives the same number. */
    const uint32_t events = IN_CLOSE_WRITE | IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                            IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
    int wd = inotify_add_watch(notify->fd, path, events | IN_ONLYDIR | IN_MASK_ADD);
    if (wd < 0) {
        return failure();
    }
    struct folder *folder = take_folder(notify, wd, path);
    if (folder != NULL && folder->below != NULL) {
        return NOTIFY_KNOWN;
    }
    if (folder != NULL) {
        folder->below = strndup(below.len > 0 ? below.ptr : "", below.len);
    }
    return folder != NULL && folder->below != NULL ? NOTIFY_ADDED : NOTIFY_FULL;
}

enum notify_added notify_add_name(struct notify *notify, const char *path, slice name)
{
    int wd = inotify_add_watch(notify->fd, path,
                               IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR | IN_MASK_ADD);
    if (wd < 0) {
        return failure();
    }
    struct folder *folder = take_folder(notify, wd, path);
    if (folder == NULL) {
        return NOTIFY_FULL;
    }
    char **items = realloc(folder->names.items, (folder->names.count + 1) * sizeof *items);
    char *copy = strndup(name.ptr, name.len);
    if (items != NULL) {
        folder->names.items = items;
    }
    if (items == NULL || copy == NULL) {
        free(copy);
        errno = ENOMEM;
        return NOTIFY_FULL;
    }
    folder->names.items[folder->names.count++] = copy;
    return NOTIFY_ADDED;
}

/* --- files that are being written ------------------------------------------------------------- */

static void drop_written(struct notify *notify, size_t index)
{
    free(notify->written[index].path);
    notify->written[index] = notify->written[--notify->written_count];
}

/* Its number, or WRITTEN_MAX. */
static size_t find_written(const struct notify *notify, slice path)
{
    for (size_t i = 0; i < notify->written_count; i++) {
        if (slice_equal(slice_of(notify->written[i].path), path)) {
            return i;
        }
    }
    return WRITTEN_MAX;
}

bool notify_is_being_written(const struct notify *notify, slice path)
{
    size_t at = find_written(notify, path);
    return at < WRITTEN_MAX && notify->written[at].until > clock_ms();
}

/* Takes over `path`. */
static void begin_written(struct notify *notify, char *path, bool has_begun)
{
    int64_t now = clock_ms();
    /* Those we have lost patience with are kept, so that they are not begun anew, while there is
     * room. */
    for (size_t i = 0; i < notify->written_count && notify->written_count == WRITTEN_MAX; i++) {
        if (notify->written[i].until <= now) {
            drop_written(notify, i);
        }
    }
    if (notify->written_count == WRITTEN_MAX) {
        free(path);
        return;
    }
    notify->written[notify->written_count++] =
        (struct written){ path, has_begun, now + (has_begun ? NOTIFY_WRITING_MS : CREATED_MS) };
}

/* `reviews/a.gmi`; the caller frees it. NULL when out of memory. */
static char *path_below(const struct folder *folder, const char *name)
{
    size_t size = strlen(folder->below) + strlen(name) + 2;
    char *path = malloc(size);
    if (path != NULL) {
        (void)snprintf(path, size, "%s%s%s", folder->below, folder->below[0] != '\0' ? "/" : "",
                       name);
    }
    return path;
}

static void note_written(struct notify *notify, const struct folder *folder,
                         const struct inotify_event *event)
{
    const uint32_t begins = IN_CREATE | IN_MODIFY;
    const uint32_t ends = IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
    if (event->len == 0 || (event->mask & IN_ISDIR) || (event->mask & (begins | ends)) == 0 ||
        (notify->written_count == 0 && (event->mask & begins) == 0)) {
        return;
    }
    char *path = path_below(folder, event->name);
    if (path == NULL) {
        return;
    }
    size_t at = find_written(notify, slice_of(path));
    bool has_begun = (event->mask & IN_MODIFY) != 0;
    if (at == WRITTEN_MAX && (event->mask & begins)) {
        begin_written(notify, path, has_begun);
        return;
    }
    free(path);
    if (at < WRITTEN_MAX && (event->mask & ends)) {
        drop_written(notify, at);
    } else if (at < WRITTEN_MAX && has_begun && !notify->written[at].has_begun) {
        notify->written[at].has_begun = true;
        notify->written[at].until = clock_ms() + NOTIFY_WRITING_MS;
    }
}

/* --- news ------------------------------------------------------------------------------------- */

int notify_fd(const struct notify *notify)
{
    return notify->fd;
}

static bool is_awaited(const struct folder *folder, const char *name)
{
    for (size_t i = 0; i < folder->names.count; i++) {
        if (strcmp(folder->names.items[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* A file that was made under one more name, or as a link, is complete. */
static bool is_made_by_linking(const struct folder *folder, const char *name)
{
    struct stat status;
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/%s", folder->path, name);
    return n > 0 && (size_t)n < sizeof path && lstat(path, &status) == 0 &&
           (S_ISLNK(status.st_mode) || status.st_nlink > 1);
}

static enum watch_change change_of(struct notify *notify, const struct inotify_event *event)
{
    if (event->mask & IN_Q_OVERFLOW) {
        log_problem("inotify: more changes than the system keeps; looking at all files");
        forget_written(notify);
        return WATCH_CHANGED;
    }
    const struct folder *folder = find_folder(notify, event->wd);
    if (folder == NULL) {
        return WATCH_NOTHING; /* on its way when we stopped watching it */
    }
    if (event->mask & IN_IGNORED) {
        remove_folder(notify, folder->wd);
        return WATCH_NOTHING;
    }
    /* IN_ATTRIB: it may be read now. */
    if (event->len > 0 && (event->mask & (IN_CREATE | IN_MOVED_TO | IN_ATTRIB)) &&
        is_awaited(folder, event->name)) {
        return WATCH_CHANGED;
    }
    if (folder->below == NULL || (event->len > 0 && file_is_temporary(slice_of(event->name)))) {
        return WATCH_NOTHING;
    }
    if ((event->mask & IN_CREATE) && !(event->mask & IN_ISDIR) &&
        is_made_by_linking(folder, event->name)) {
        return WATCH_CHANGED;
    }
    note_written(notify, folder, event);
    if (event->mask & IN_MODIFY) {
        return WATCH_NOTHING; /* until it is closed */
    }
    return (event->mask & IN_CREATE) && !(event->mask & IN_ISDIR) ? WATCH_CREATED : WATCH_CHANGED;
}

enum watch_change notify_take(struct notify *notify)
{
    alignas(struct inotify_event) char bytes[4096];
    enum watch_change change = WATCH_NOTHING;
    ssize_t n = 0;
    while ((n = read(notify->fd, bytes, sizeof bytes)) > 0) {
        for (const char *at = bytes; at < bytes + n;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
            enum watch_change this = change_of(notify, event);
            change = this > change ? this : change;
            at += sizeof *event + event->len;
        }
    }
    return change;
}

#else

struct notify *notify_new(void)
{
    errno = ENOSYS;
    return NULL;
}

void notify_free(UNUSED struct notify *notify)
{
}

void notify_begin_round(UNUSED struct notify *notify)
{
}

void notify_end_round(UNUSED struct notify *notify)
{
}

enum notify_added notify_add_folder(UNUSED struct notify *notify, UNUSED const char *path,
                                    UNUSED slice below)
{
    return NOTIFY_MISSING;
}

enum notify_added notify_add_name(UNUSED struct notify *notify, UNUSED const char *path,
                                  UNUSED slice name)
{
    return NOTIFY_MISSING;
}

int notify_fd(UNUSED const struct notify *notify)
{
    return -1;
}

enum watch_change notify_take(UNUSED struct notify *notify)
{
    return WATCH_NOTHING;
}

bool notify_is_being_written(UNUSED const struct notify *notify, UNUSED slice path)
{
    return false;
}

#endif
