#include "server/sandbox.h"

#ifdef __linux__

#include "base/buf.h"
#include "server/calls.h"
#include "server/landlock.h"
#include "server/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* No path that the system takes is longer. */
enum { PATH_BYTES_MAX = 4096 };

/* What has happened to this process and those it comes from. */
static bool is_wanted;
static unsigned held;

/* The folders and files that rules were made for: the same name may be another one later. */
static struct identity {
    dev_t device;
    ino_t number;
} * known;
static size_t known_count;

/* --- sanitizers and valgrind ------------------------------------------------------------------ */

/* They make system calls of their own. */
static const char *instrument(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return "a sanitizer is watching";
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || \
    __has_feature(thread_sanitizer)
    return "a sanitizer is watching";
#endif
#endif
    const char *preloaded = getenv("LD_PRELOAD");
    return preloaded != NULL && strstr(preloaded, "/vgpreload_") != NULL ? "valgrind is watching"
                                                                         : NULL;
}

/* What a sanitizer reads for its report. */
static const char *const instrument_files[] = { "/proc", "/proc/self/exe", "/usr", "/lib",
                                                "/lib64" };

/* --- privileges, limits ----------------------------------------------------------------------- */

/* Give up all capabilities but those of the set; only root has any. False when that failed. */
static bool keep_capabilities(uint64_t kept)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, data) != 0) {
        return false;
    }
    bool is_change = false;
    for (size_t i = 0; i < ARRAY_LENGTH(data); i++) {
        uint32_t part = (uint32_t)(kept >> (32 * i));
        is_change |= (data[i].permitted & ~part) != 0 || data[i].inheritable != 0;
        data[i].permitted &= part;
        data[i].effective &= part;
        data[i].inheritable = 0;
    }
    /* A service manager that leaves us none may forbid the call as well. */
    return !is_change || syscall(SYS_capset, &header, data) == 0;
}

#define CAPABILITY(name) (UINT64_C(1) << (name))

/* Become the loader's user, end it, read certificates whoever owns them, write logs, make sockets
 * for a user. */
static const uint64_t master_capabilities =
    CAPABILITY(CAP_SETUID) | CAPABILITY(CAP_SETGID) | CAPABILITY(CAP_KILL) |
    CAPABILITY(CAP_DAC_OVERRIDE) | CAPABILITY(CAP_DAC_READ_SEARCH) | CAPABILITY(CAP_CHOWN) |
    CAPABILITY(CAP_FOWNER) | CAPABILITY(CAP_NET_BIND_SERVICE);
/* Root without another user to become serves capsules of others too. */
static const uint64_t reader_capabilities = CAPABILITY(CAP_DAC_READ_SEARCH);

static unsigned give_up_privileges(uint64_t kept)
{
    bool ok = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    ok &= keep_capabilities(kept);
    return ok ? SANDBOX_PRIVILEGES : 0;
}

/* Keys are in memory. A limit of 0 forbids core files, but not all kernels pass it on to a program
 * that takes dumps over a pipe; such a dump shall have no memory in it. (PR_SET_DUMPABLE would do
 * too, and hide the process from the user it belongs to.) */
static void forbid_core_dumps(void)
{
    const struct rlimit none = { 0, 0 };
    (void)setrlimit(RLIMIT_CORE, &none);
    int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!write(fd, "0", 1);
        (void)close(fd);
    }
}

/* --- files ------------------------------------------------------------------------------------ */

/* For each thing that a loader may read: its path. */
typedef bool path_visit(void *context, const char *path);

static bool visit_in(const char *folder, const char *name, path_visit *visit, void *context)
{
    char path[PATH_BYTES_MAX];
    int n = snprintf(path, sizeof path, "%s/%s", folder, name);
    return n < 0 || (size_t)n >= sizeof path || visit(context, path);
}

static bool is_link_to_file(int folder, const char *name)
{
    struct stat status;
    return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode) &&
           fstatat(folder, name, &status, 0) == 0 && S_ISREG(status.st_mode);
}

/* The folder, the folders in it that may be links, and the files in it that are links (to a
 * capsule.conf in /etc, say). Stops, and returns false, when `visit` does. */
static bool visit_tree(const struct sandbox_tree *tree, path_visit *visit, void *context)
{
    bool go_on = visit(context, tree->folder);
    for (size_t i = 0; go_on && tree->below != NULL && tree->below[i] != NULL; i++) {
        go_on = visit_in(tree->folder, tree->below[i], visit, context);
    }
    DIR *folder = go_on ? opendir(tree->folder) : NULL;
    const struct dirent *item = NULL;
    while (go_on && folder != NULL && (item = readdir(folder)) != NULL) {
        if (item->d_name[0] != '.' && is_link_to_file(dirfd(folder), item->d_name)) {
            go_on = visit_in(tree->folder, item->d_name, visit, context);
        }
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
    return go_on;
}

static void remember(const struct stat *status)
{
    struct identity *more = realloc(known, (known_count + 1) * sizeof *known);
    if (more != NULL) {
        known = more;
        known[known_count++] = (struct identity){ status->st_dev, status->st_ino };
    }
}

static bool is_known(const struct stat *status)
{
    for (size_t i = 0; i < known_count; i++) {
        if (known[i].device == status->st_dev && known[i].number == status->st_ino) {
            return true;
        }
    }
    return false;
}

/* What does not exist, or cannot be read anyway, needs no rule. */
static bool allow_path(void *context, const char *path)
{
    const struct landlock *landlock = context;
    struct stat status;
    int fd = open(path, O_PATH | O_CLOEXEC);
    bool ok = fd < 0 || landlock_allow(landlock, fd, LANDLOCK_LIST);
    if (fd >= 0 && fstat(fd, &status) == 0) {
        remember(&status);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return ok;
}

/* What libmagic and the C library read: kinds of files, time zones. */
static const char *const library_files[] = {
    "/etc/magic",          "/etc/magic.mime",   "/usr/share/misc",
    "/usr/share/file",     "/usr/lib/file",     "/usr/local/share/misc",
    "/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo",
    "/etc/zoneinfo",       "/etc/localtime"
};

static bool allow_all(const struct landlock *landlock, const char *const *paths, size_t count)
{
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        ok = allow_path((void *)(uintptr_t)landlock, paths[i]);
    }
    return ok;
}

static bool allow_libraries(const struct landlock *landlock)
{
    const char *home = getenv("HOME");
    const char *const others[] = { getenv("TZDIR"), getenv("MAGIC") };
    void *context = (void *)(uintptr_t)landlock;
    bool ok = allow_all(landlock, library_files, ARRAY_LENGTH(library_files));
    for (size_t i = 0; ok && i < ARRAY_LENGTH(others); i++) {
        ok = others[i] == NULL || allow_path(context, others[i]);
    }
    if (ok && home != NULL) {
        ok = visit_in(home, ".magic", allow_path, context) &&
             visit_in(home, ".magic.mgc", allow_path, context);
    }
    if (ok && instrument() != NULL) {
        ok = allow_all(landlock, instrument_files, ARRAY_LENGTH(instrument_files));
    }
    return ok;
}

static bool begin_files(struct landlock *landlock)
{
    if (!landlock_begin(landlock)) {
        return false;
    }
    if (instrument() != NULL &&
        !allow_all(landlock, instrument_files, ARRAY_LENGTH(instrument_files))) {
        (void)close(landlock->rules);
        return false;
    }
    return true;
}

/* The bits of what holds; 0 with errno, that of the rule which could not be added unless `ok`. */
static unsigned enforce(struct landlock *landlock, bool ok)
{
    if (!ok) {
        int saved = errno;
        (void)close(landlock->rules);
        errno = saved;
        return 0;
    }
    return landlock_enforce(landlock) ? landlock_protections(landlock->version) : 0;
}

static unsigned restrict_loader_files(const struct sandbox_tree *trees, size_t count)
{
    struct landlock landlock;
    if (!begin_files(&landlock)) {
        return 0;
    }
    bool ok = allow_libraries(&landlock);
    for (size_t i = 0; ok && i < count; i++) {
        ok = visit_tree(&trees[i], allow_path, &landlock) &&
             (trees[i].state < 0 || landlock_allow(&landlock, trees[i].state, LANDLOCK_CHANGE));
    }
    return enforce(&landlock, ok);
}

static bool allow_folders(const struct landlock *landlock, const int *folders, size_t count,
                          enum landlock_use use)
{
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        ok = folders[i] < 0 || landlock_allow(landlock, folders[i], use);
    }
    return ok;
}

static bool is_readable_or_known(UNUSED void *context, const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0) {
        (void)close(fd);
        return true;
    }
    /* What cannot be read for another reason could not be by a new loader either, and what is
     * known was tried with a rule. */
    return errno != EACCES || stat(path, &status) != 0 || is_known(&status);
}

bool sandbox_is_outgrown(const struct sandbox_tree *tree)
{
    return (held & SANDBOX_FILES) != 0 && !visit_tree(tree, is_readable_or_known, NULL);
}

/* --- what is said ----------------------------------------------------------------------------- */

static const char *why_no_landlock(int reason)
{
    switch (reason) {
    case ENOSYS:
        return "this kernel has none, or the container hides it";
    case EOPNOTSUPP:
        return "it was left out when this machine was started";
    case EPERM:
    case EACCES:
        return "the container forbids it";
    default:
        return strerror(reason);
    }
}

static void say_what_holds(void)
{
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {
        { SANDBOX_FILES, "files" },           { SANDBOX_NETWORK, "network" },
        { SANDBOX_SIGNALS, "signals" },       { SANDBOX_CALLS, "system calls" },
        { SANDBOX_PRIVILEGES, "privileges" },
    };
    struct buf text;
    buf_init(&text, 512);
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        if (held & names[i].bit) {
            buf_printf(&text, "%s%s", text.len > 0 ? ", " : "", names[i].name);
        }
    }
    log_message("sandbox: restricted are %.*s", SLICE_ARG(buf_slice(&text)));
    buf_release(&text);
}

/* --- the processes
 * -------------------------------------------------------------------------------- */

/* 0, with `*reason`, when calls cannot be restricted. */
static unsigned restrict_calls(enum calls_role role, const char **reason)
{
    *reason = instrument();
    return *reason == NULL && calls_restrict(role, reason) ? SANDBOX_CALLS : 0;
}

unsigned sandbox_master(bool wanted)
{
    const char *reason = NULL;
    is_wanted = wanted;
    if (!wanted) {
        return 0;
    }
    forbid_core_dumps();
    held = give_up_privileges(master_capabilities);
    held |= restrict_calls(CALLS_MASTER, &reason); /* the loader says when there is no filter */
    return held;
}

unsigned sandbox_loader(const struct sandbox_tree *trees, size_t count)
{
    const char *reason = NULL;
    if (!is_wanted) {
        log_message("sandbox: off, as the settings say");
        return 0;
    }
    bool has_state = false;
    for (size_t i = 0; i < count; i++) {
        has_state |= trees[i].state >= 0;
    }
    unsigned files = restrict_loader_files(trees, count);
    if (files == 0) {
        log_problem("sandbox: files, network and signals are not restricted, for want of landlock: "
                    "%s",
                    why_no_landlock(errno));
    }
    held = files | give_up_privileges(reader_capabilities);
    held |= restrict_calls(has_state ? CALLS_LOADER_WITH_STATE : CALLS_LOADER, &reason);
    if (reason != NULL) {
        log_problem("sandbox: system calls are not restricted: %s", reason);
    }
    say_what_holds();
    return held;
}

/* A child of the loader: `files` are bits of what holds of files. */
static unsigned restrict_child(const char *name, enum calls_role role, unsigned files)
{
    const char *reason = NULL;
    const unsigned before = held;
    if (files == 0 && (before & SANDBOX_FILES)) {
        log_problem("sandbox: %s sees what the loader sees: %s", name, strerror(errno));
    }
    held = files;
    if (instrument() == NULL) {
        const struct rlimit none = { 0, 0 };
        (void)setrlimit(RLIMIT_NPROC, &none);
    }
    held |= give_up_privileges(reader_capabilities);
    held |= restrict_calls(role, &reason);
    if (reason != NULL && (before & SANDBOX_CALLS)) {
        log_problem("sandbox: %s may do what the loader may: %s", name, reason);
    }
    return held;
}

unsigned sandbox_worker(const int *folders, size_t count)
{
    struct landlock landlock;
    unsigned files = 0;
    if (!is_wanted) {
        return 0;
    }
    if (begin_files(&landlock)) {
        files = enforce(&landlock, allow_folders(&landlock, folders, count, LANDLOCK_READ));
    }
    return restrict_child("a worker", CALLS_WORKER, files);
}

unsigned sandbox_background(const int *read, const int *write, size_t count)
{
    struct landlock landlock;
    unsigned files = 0;
    if (!is_wanted) {
        return 0;
    }
    if (begin_files(&landlock)) {
        files = enforce(&landlock, allow_folders(&landlock, read, count, LANDLOCK_READ) &&
                                       allow_folders(&landlock, write, count, LANDLOCK_CHANGE));
    }
    return restrict_child("the background process", CALLS_BACKGROUND, files);
}

#endif
