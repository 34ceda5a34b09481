#include "server/calls.h"

#ifdef __linux__

#ifndef MATINEE_SECCOMP

bool calls_restrict(UNUSED enum calls_role role, const char **reason)
{
    *reason = "built without libseccomp";
    return false;
}

#else

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/* --- allowed ---------------------------------------------------------------------------------- */

/* What all of them need. */
static const char *const common_calls[] = {
    /* Signals: SIGTERM, and what the kernel does around a handler. */
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "restart_syscall",
    /* Files that may be opened: landlock says which; see also allow_files. SQLite locks what it
     * reads, and looks for files by their names. poll before a line of the log is written. */
    "openat2", "fstat", "fstat64", "pread64", "lseek", "_llseek", "read", "readv", "write",
    "writev", "close", "fcntl", "fcntl64", "poll", "ppoll", "ppoll_time64", "stat", "stat64",
    "lstat", "lstat64", "fstatat64", "newfstatat", "statx", "access", "faccessat", "faccessat2",
    "readlink", "readlinkat", "geteuid", "geteuid32",
    /* … and waits for a lock, a few milliseconds. */
    "nanosleep", "clock_nanosleep", "clock_nanosleep_time64",
    /* Memory; mmap and mprotect are allowed as far as nothing becomes executable. */
    "brk", "munmap", "mremap", "madvise",
    /* Time, where the vDSO has none. */
    "clock_gettime", "clock_gettime64", "gettimeofday", "time",
    /* OpenSSL: random numbers, who it is after a fork, locks. qsort of older C libraries: how much
     * memory there is. */
    "getrandom", "getpid", "gettid", "futex", "futex_time64", "sched_yield", "sysinfo",
    /* The end. */
    "exit", "exit_group"
};

static const char *const worker_calls[] = {
    /* The event loop: libevent over epoll. */
    "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2",
    /* Sockets that exist: taking connections, reading and writing, TLS, who is at the other end. No
     * sendmsg and recvmsg: descriptors could be passed with them. */
    "accept", "accept4", "recv", "recvfrom", "send", "sendto", "shutdown", "getsockopt",
    "setsockopt", "getsockname", "getpeername"
};

static const char *const loader_calls[] = {
    /* Reading folders and files: landlock says which; see also allow_files. */
    "statfs", "fstatfs", "fstatfs64", "getdents", "getdents64", "getcwd", "fadvise64",
    "fadvise64_64", "arm_fadvise64_64", "readahead", "flock",
    /* Watching them. */
    "inotify_add_watch", "inotify_rm_watch", "inotify_init1",
    /* Starting, minding and ending workers; `clone` without new namespaces, see below. */
    "fork", "set_robust_list", "rseq", "kill", "wait4", "waitpid", "waitid", "pipe2", "pipe",
    "getppid", "getpgrp", "getpgid", "setpgid", "sched_getaffinity", "nanosleep", "clock_nanosleep",
    "clock_nanosleep_time64", "dup", "dup2", "dup3",
    /* What a worker makes before it is restricted itself: its event loop, its limits, its sandbox.
     */
    "epoll_create", "epoll_create1", "eventfd2", "getrlimit", "ugetrlimit", "setrlimit",
    "prlimit64", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self",
    "seccomp", "capget", "capset", "sigaltstack", "getuid", "getgid", "getegid", "getuid32",
    "getgid32", "getegid32",
    /* What the background process makes of itself before: one that gives way to others. */
    "getpriority", "setpriority", "ioprio_set",
    /* What the master passes on: certificates, and descriptors of the log. */
    "recvmsg"
};

/* The background process, besides what all need: files are looked through, written, and put into
 * their place. Landlock says where. A worker that did so would end; see below. */
static const char *const background_calls[] = {
    /* Its lock, and how it waits for it. */
    "flock", "nanosleep", "clock_nanosleep", "clock_nanosleep_time64",
    /* Looking through folders; SQLite wants to know who it is. */
    "statfs", "fstatfs", "fstatfs64", "getdents", "getdents64", "getcwd", "dup", "getuid",
    "getuid32", "getppid"
};

static const char *const writing_calls[] = {
    /* Without the restriction of allow_files. */
    "open", "openat",
    /* What is written, and that it stays written. */
    "pwrite64", "ftruncate", "ftruncate64", "fsync", "fdatasync", "syncfs", "fallocate", "umask",
    "utimensat", "utimensat_time64",
    /* Whose a file is, of one that is open: SQLite makes its files alike, and tries to when it
     * finds one that another process has left. */
    "fchmod", "fchown", "fchown32"
};

/* Names. */
static const char *const changing_calls[] = { "unlink",    "unlinkat", "rename",  "renameat",
                                              "renameat2", "mkdir",    "mkdirat", "rmdir" };

/* --- what ends the process -------------------------------------------------------------------- */

/* No process of ours has a use for these, and no library probes them. */
static const char *const intruder_calls[] = {
    /* Another program, another process's memory. */
    "execve", "execveat", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise",
    "pidfd_getfd", "kcmp", "uselib",
    /* The kernel and the machine. */
    "init_module", "finit_module", "delete_module", "create_module", "kexec_load",
    "kexec_file_load", "reboot", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup",
    "io_uring_enter", "io_uring_register", "lookup_dcookie", "swapon", "swapoff", "iopl", "ioperm",
    "modify_ldt", "vm86", "vm86old", "acct", "quotactl", "quotactl_fd", "syslog", "sethostname",
    "setdomainname", "settimeofday", "clock_settime", "clock_settime64", "stime", "nfsservctl",
    "vhangup", "personality",
    /* Other views of the file system, other namespaces. */
    "mount", "umount", "umount2", "pivot_root", "chroot", "unshare", "setns", "open_tree",
    "move_mount", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "open_by_handle_at",
    "name_to_handle_at", "fanotify_init", "fanotify_mark",
    /* The kernel's store of keys. */
    "add_key", "request_key", "keyctl"
};

/* Nor have loader and workers for these; the master, or what it does before, has. */
static const char *const inner_intruder_calls[] = {
    /* New sockets. */
    "socket", "socketpair", "connect", "bind", "listen",
    /* Another user. */
    "setuid", "setuid32", "setgid", "setgid32", "setreuid", "setreuid32", "setregid", "setregid32",
    "setresuid", "setresuid32", "setresgid", "setresgid32", "setgroups", "setgroups32", "setfsuid",
    "setfsuid32", "setfsgid", "setfsgid32",
    /* Changing files. */
    "creat", "link", "linkat", "symlink", "symlinkat", "mknod", "mknodat", "chmod", "fchmodat",
    "fchmodat2", "chown", "chown32", "lchown", "lchown32", "fchownat", "truncate", "truncate64",
    "setxattr", "lsetxattr", "fsetxattr",
    /* Code out of nowhere. */
    "memfd_create", "memfd_secret", "remap_file_pages", "pkey_mprotect"
};

/* Nor have the loader's children for these. */
static const char *const child_intruder_calls[] = {
    /* Processes and threads. clone3, which a library tries first, fails as on an older kernel. */
    "fork", "vfork", "clone",
    /* Signals to others. */
    "kill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open", "pidfd_send_signal"
};

/* --- building --------------------------------------------------------------------------------- */

static int number_of(const char *name)
{
    return seccomp_syscall_resolve_name(name);
}

/* A call that this architecture does not have has a number below zero: no rule is needed for it. */
static bool add(scmp_filter_ctx filter, uint32_t action, const char *name,
                const struct scmp_arg_cmp *when, unsigned count)
{
    int number = number_of(name);
    return number < 0 || seccomp_rule_add_array(filter, action, number, count, when) == 0;
}

static bool add_all(scmp_filter_ctx filter, uint32_t action, const char *const *names, size_t count)
{
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        ok = add(filter, action, names[i], NULL, 0);
    }
    return ok;
}

static struct scmp_arg_cmp when_bits(unsigned argument, uint64_t mask, uint64_t value)
{
    return (struct scmp_arg_cmp){
        .arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value
    };
}

static struct scmp_arg_cmp when_equal(unsigned argument, uint64_t value)
{
    return (struct scmp_arg_cmp){ .arg = argument, .op = SCMP_CMP_EQ, .datum_a = value };
}

#define ADD_ALL(filter, action, names) add_all(filter, action, names, ARRAY_LENGTH(names))

/* Only when none of the bits `mask` of argument `which` is set. */
static bool allow_without(scmp_filter_ctx filter, const char *name, unsigned which, uint64_t mask)
{
    const struct scmp_arg_cmp when = when_bits(which, mask, 0);
    return add(filter, SCMP_ACT_ALLOW, name, &when, 1);
}

/* Opened for reading alone, and nothing made. (openat2 has its flags in memory, where no filter
 * sees them.) */
static bool allow_files(scmp_filter_ctx filter)
{
    const uint64_t writing = O_ACCMODE | O_CREAT | O_TRUNC;
    return allow_without(filter, "open", 1, writing) && allow_without(filter, "openat", 2, writing);
}

/* What is written as data never becomes code. */
static bool allow_memory(scmp_filter_ctx filter)
{
    static const char *const names[] = { "mmap", "mmap2", "mprotect" };
    const struct scmp_arg_cmp executable = when_bits(2, PROT_EXEC, PROT_EXEC);
    bool ok = true;
    for (size_t i = 0; ok && i < ARRAY_LENGTH(names); i++) {
        ok = allow_without(filter, names[i], 2, PROT_EXEC) &&
             add(filter, SCMP_ACT_KILL_PROCESS, names[i], &executable, 1);
    }
    return ok;
}

/* abort(3) sends a signal to its own process. */
static bool allow_abort(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp self = when_equal(0, (uint64_t)getpid());
    return add(filter, SCMP_ACT_ALLOW, "tgkill", &self, 1);
}

/* What worker and background process have in common. */
static bool allow_child(scmp_filter_ctx filter)
{
    /* C libraries make getrlimit(2) of prlimit64. */
    const struct scmp_arg_cmp only_reading[] = { when_equal(0, 0), when_equal(2, 0) };
    return ADD_ALL(filter, SCMP_ACT_ALLOW, common_calls) && allow_memory(filter) &&
           allow_abort(filter) && add(filter, SCMP_ACT_ALLOW, "prlimit64", only_reading, 2) &&
           ADD_ALL(filter, SCMP_ACT_KILL_PROCESS, inner_intruder_calls) &&
           ADD_ALL(filter, SCMP_ACT_KILL_PROCESS, child_intruder_calls);
}

static bool allow_worker(scmp_filter_ctx filter)
{
    return allow_child(filter) && ADD_ALL(filter, SCMP_ACT_ALLOW, worker_calls) &&
           allow_files(filter) && ADD_ALL(filter, SCMP_ACT_KILL_PROCESS, changing_calls);
}

static bool allow_background(scmp_filter_ctx filter)
{
    return allow_child(filter) && ADD_ALL(filter, SCMP_ACT_ALLOW, background_calls) &&
           ADD_ALL(filter, SCMP_ACT_ALLOW, writing_calls) &&
           ADD_ALL(filter, SCMP_ACT_ALLOW, changing_calls);
}

/* A worker's name, and what it does to be restricted itself. */
static bool allow_prctl(scmp_filter_ctx filter)
{
    static const int operations[] = { PR_SET_NAME, PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS,
                                      PR_SET_SECCOMP, PR_GET_SECCOMP };
    bool ok = true;
    for (size_t i = 0; ok && i < ARRAY_LENGTH(operations); i++) {
        const struct scmp_arg_cmp this = when_equal(0, (uint64_t)operations[i]);
        ok = add(filter, SCMP_ACT_ALLOW, "prctl", &this, 1);
    }
    return ok;
}

/* A child can do nothing that the loader cannot. */
static bool allow_changes(scmp_filter_ctx filter, bool has_state)
{
    return has_state
               ? ADD_ALL(filter, SCMP_ACT_ALLOW, writing_calls) &&
                     ADD_ALL(filter, SCMP_ACT_ALLOW, changing_calls)
               : allow_files(filter) && ADD_ALL(filter, SCMP_ACT_KILL_PROCESS, changing_calls);
}

static bool allow_loader(scmp_filter_ctx filter, bool has_state)
{
#if defined(__s390__)
    const unsigned flags = 1;
#else
    const unsigned flags = 0;
#endif
    /* fork(3) is this call; threads are not needed, and namespaces are a way out. */
    const uint64_t refused = CLONE_VM | CLONE_THREAD | CLONE_PTRACE | CLONE_UNTRACED |
                             CLONE_PARENT | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
                             CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
    return ADD_ALL(filter, SCMP_ACT_ALLOW, common_calls) &&
           ADD_ALL(filter, SCMP_ACT_ALLOW, worker_calls) &&
           ADD_ALL(filter, SCMP_ACT_ALLOW, loader_calls) && allow_changes(filter, has_state) &&
           allow_memory(filter) && allow_prctl(filter) &&
           allow_without(filter, "clone", flags, refused) &&
           add(filter, SCMP_ACT_ALLOW, "tgkill", NULL, 0) &&
           ADD_ALL(filter, SCMP_ACT_KILL_PROCESS, inner_intruder_calls);
}

static bool build(scmp_filter_ctx filter, enum calls_role role)
{
    /* Calls of another architecture's numbering would pass by the lists. */
    bool ok = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
              ADD_ALL(filter, SCMP_ACT_KILL_PROCESS, intruder_calls);
    switch (role) {
    case CALLS_MASTER:
        /* A library that looks for a name service has to find that there is none. */
        return ok && add(filter, SCMP_ACT_ERRNO(EACCES), "connect", NULL, 0);
    case CALLS_LOADER:
        return ok && allow_loader(filter, false);
    case CALLS_LOADER_WITH_STATE:
        return ok && allow_loader(filter, true);
    case CALLS_WORKER:
        return ok && allow_worker(filter);
    case CALLS_BACKGROUND:
        return ok && allow_background(filter);
    }
    return false;
}

bool calls_restrict(enum calls_role role, const char **reason)
{
    uint32_t otherwise = role == CALLS_MASTER ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS);
    scmp_filter_ctx filter = seccomp_init(otherwise);
    bool ok = filter != NULL && build(filter, role);
    int failed = -EINVAL;
    if (ok) {
#if SCMP_VER_MAJOR > 2 || SCMP_VER_MINOR >= 5
        /* A tree instead of a row: the filter runs before each call. */
        (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
#endif
        failed = seccomp_load(filter);
        ok = failed == 0;
    }
    if (filter != NULL) {
        seccomp_release(filter);
    }
    if (!ok) {
        *reason = strerror(-failed);
    }
    return ok;
}

#endif
#endif
