#include "server/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif
#ifdef __GLIBC__
#include <malloc.h>
#endif
#ifdef __FreeBSD__
#include <sys/procctl.h>
#endif
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

void process_name(UNUSED const char *name)
{
#ifdef __linux__
    (void)prctl(PR_SET_NAME, name, 0, 0, 0);
#endif
}

void process_keep_standard_files(void)
{
    int fd = -1;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO) {
        (void)close(fd);
    }
}

void process_raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

void process_adopt_orphans(void)
{
#if defined(__linux__)
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
#elif defined(__FreeBSD__)
    (void)procctl(P_PID, 0, PROC_REAP_ACQUIRE, NULL);
#endif
}

bool process_become(const struct server_user *user)
{
    /* Groups first: afterwards nobody may change them. */
    if (setgroups(user->group_count, user->groups) != 0 || setgid(user->gid) != 0 ||
        setuid(user->uid) != 0) {
        return false;
    }
    /* A capability that outlives the change of user would make it none. */
    if (user->uid != 0 && setuid(0) == 0) {
        errno = EPERM;
        return false;
    }
    return true;
}

void process_trim_memory(void)
{
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
}

void process_be_nice(void)
{
    /* Not the last of all: what was saved is to be found within a second, also on a busy machine.
     */
    enum { NICE = 5 };
    (void)setpriority(PRIO_PROCESS, 0, NICE);
#if defined(__linux__) && defined(SYS_ioprio_set)
    enum { THIS_PROCESS = 1, BEST_EFFORT = 2, CLASS_SHIFT = 13, LAST = 7 };
    (void)syscall(SYS_ioprio_set, THIS_PROCESS, 0, BEST_EFFORT << CLASS_SHIFT | LAST);
#endif
}

unsigned process_count_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        cores = CPU_COUNT(&set);
    }
#endif
    return cores > 0 ? (unsigned)cores : 1;
}

void process_exit(int code)
{
#if defined(__SANITIZE_ADDRESS__)
    /* _exit would skip it. */
    __lsan_do_leak_check();
#endif
    _exit(code);
}

void process_put_end(struct buf *out, int wait_status)
{
    if (WIFSIGNALED(wait_status)) {
        int number = WTERMSIG(wait_status);
        buf_printf(out, "signal %d (%s)", number, strsignal(number));
    } else {
        buf_printf(out, "exit code %d", WEXITSTATUS(wait_status));
    }
}
