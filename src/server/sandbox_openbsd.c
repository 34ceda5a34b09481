/* Untested: written after pledge(2) and unveil(2), and compiled on OpenBSD alone. */
#include "server/sandbox.h"

#ifdef __OpenBSD__

#include "server/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static bool is_wanted;

/* What libmagic and the C library read: kinds of files, time zones. */
static const char *const library_files[] = { "/etc/magic", "/usr/local/share/misc",
                                             "/usr/share/misc", "/usr/share/zoneinfo",
                                             "/etc/localtime" };

/* False, with a line in the log, when the system refuses. */
static bool promise(const char *process, const char *promises)
{
    /* Nothing is ever executed, so no promise is left for what would be. */
    if (pledge(promises, "") == 0) {
        return true;
    }
    log_problem("sandbox: %s: pledge: %s", process, strerror(errno));
    return false;
}

unsigned sandbox_master(bool wanted)
{
    const struct rlimit none = { 0, 0 };
    is_wanted = wanted;
    if (!wanted) {
        return 0;
    }
    (void)setrlimit(RLIMIT_CORE, &none);
    /* id, unveil: for the loader, which becomes somebody else and hides files. getpw: for its
     * groups. wpath, cpath, fattr: logs and certificates. inet, unix: the loader's workers. */
    return promise("master", "stdio rpath wpath cpath fattr chown inet unix proc id getpw unveil "
                             "tty")
               ? SANDBOX_CALLS
               : 0;
}

static bool may_read(const char *path)
{
    /* What does not exist need not be seen. */
    return unveil(path, "r") == 0 || errno == ENOENT;
}

static bool may_change(const char *path)
{
    return path == NULL || unveil(path, "rwc") == 0;
}

static bool may_read_tree(const struct sandbox_tree *tree)
{
    bool ok = may_read(tree->folder);
    for (size_t i = 0; ok && tree->below != NULL && tree->below[i] != NULL; i++) {
        char path[1024];
        int n = snprintf(path, sizeof path, "%s/%s", tree->folder, tree->below[i]);
        ok = n < 0 || (size_t)n >= sizeof path || may_read(path);
    }
    return ok;
}

unsigned sandbox_loader(const struct sandbox_tree *trees, size_t count)
{
    if (!is_wanted) {
        log_message("sandbox: off, as the settings say");
        return 0;
    }
    bool ok = true;
    bool has_state = false;
    for (size_t i = 0; ok && i < sizeof library_files / sizeof library_files[0]; i++) {
        ok = may_read(library_files[i]);
    }
    for (size_t i = 0; ok && i < count; i++) {
        ok = may_read_tree(&trees[i]) && may_change(trees[i].state_path);
        has_state |= trees[i].state >= 0;
    }
    if (!ok) {
        log_problem("sandbox: loader: unveil: %s", strerror(errno));
    }
    /* inet: to accept, in the workers. The missing promise `unveil` makes what is seen final. */
    bool holds = promise("loader", has_state ? "stdio rpath wpath cpath flock fattr inet unix proc"
                                             : "stdio rpath flock inet unix proc");
    log_message("sandbox: %s%s", ok ? "files (unveil), " : "",
                holds ? "system calls (pledge)" : "no pledge");
    return (ok ? SANDBOX_FILES : 0u) | (holds ? SANDBOX_CALLS : 0u);
}

/* Names are looked up anew here, so a folder that is replaced is still seen. */
bool sandbox_is_outgrown(UNUSED const struct sandbox_tree *tree)
{
    return false;
}

unsigned sandbox_worker(UNUSED const int *folders, UNUSED size_t count)
{
    return is_wanted && promise("worker", "stdio rpath flock inet unix") ? SANDBOX_CALLS : 0;
}

unsigned sandbox_background(UNUSED const int *read, UNUSED const int *write, UNUSED size_t count)
{
    return is_wanted && promise("background", "stdio rpath wpath cpath flock fattr") ? SANDBOX_CALLS
                                                                                     : 0;
}

#endif
