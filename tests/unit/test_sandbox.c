/* What a process of the server can still do, tried out call by call in processes of their own. */
#include "check.h"

#include "base/attributes.h"
#include "base/file.h"
#include "server/sandbox.h"
#include "server/served_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__

#include <arpa/inet.h>
#include <dirent.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>

enum role { MASTER, LOADER, WORKER, ROLES };
static const char *const role_names[ROLES] = { "master", "loader", "worker" };

/* What every attempt finds. */
static char root[64]; /* with capsule/, capsule/static/, outside/ */
static char capsule[128];
static struct sandbox_tree tree = { .folder = capsule,
                                    .below = (const char *const[]){ "reviews", "static", NULL },
                                    .state = -1 };
static int static_folder = -1;
static int state_folder = -1;
static int listener = -1;      /* of TCP, with a connection for each role */
static int not_connected = -1; /* a socket of TCP */
static struct sockaddr_in listening;
static int pair[2];
static int epoll = -1;
static int open_file = -1; /* outside, opened before, for writing: as the log is */

static const char *in_root(const char *name)
{
    static char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static int setup(void **state)
{
    (void)state;
    strcpy(root, "/tmp/matinee-sandbox-XXXXXX");
    assert_non_null(mkdtemp(root));
    (void)snprintf(capsule, sizeof capsule, "%s/capsule", root);
    assert_true(file_make_folders(AT_FDCWD, in_root("capsule/static/sub")));
    assert_true(file_make_folders(AT_FDCWD, in_root("outside")));
    assert_true(file_make_folders(AT_FDCWD, in_root("elsewhere")));
    assert_true(file_write(AT_FDCWD, in_root("capsule/capsule.conf"), SLICE("conf"), 0));
    assert_true(file_write(AT_FDCWD, in_root("capsule/static/sub/file"), SLICE("12345"), 0));
    assert_true(file_write(AT_FDCWD, in_root("capsule/static/superfluous"), SLICE(""), 0));
    assert_true(file_write(AT_FDCWD, in_root("outside/secret"), SLICE("secret"), 0));
    assert_true(file_write(AT_FDCWD, in_root("outside/linked"), SLICE("linked"), 0));
    assert_true(file_write(AT_FDCWD, in_root("elsewhere/review"), SLICE("review"), 0));
    assert_int_equal(symlink("../../outside/secret", in_root("capsule/static/out")), 0);
    assert_int_equal(symlink("../outside/linked", in_root("capsule/linked.conf")), 0);
    assert_int_equal(symlink("../elsewhere", in_root("capsule/reviews")), 0);
    assert_int_equal(symlink("sub/file", in_root("capsule/static/in")), 0);

    assert_true(file_make_folders(AT_FDCWD, in_root("state")));
    assert_true(file_write(AT_FDCWD, in_root("state/index"), SLICE("words"), 0));
    state_folder = open(in_root("state"), O_RDONLY | O_DIRECTORY);
    static_folder = open(in_root("capsule/static"), O_RDONLY | O_DIRECTORY);
    open_file = open(in_root("outside/log"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    assert_true(static_folder >= 0 && open_file >= 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    epoll = epoll_create1(0);
    listening =
        (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof listening;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    not_connected = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&listening, size), 0);
    assert_int_equal(listen(listener, 5), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&listening, &size), 0);
    for (int role = 0; role < ROLES + 1; role++) {
        int client = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(connect(client, (struct sockaddr *)&listening, size), 0);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -r '%s'", root);
    return system(command);
}

/* --- attempts: 0 when it succeeded, else errno ------------------------------------------------ */

static int result(long returned)
{
    return returned >= 0 ? 0 : errno != 0 ? errno : 1;
}

static int open_and_read(const char *path)
{
    char byte = 0;
    int fd = open(path, O_RDONLY);
    return fd < 0 ? errno : result(read(fd, &byte, 1));
}

static int read_outside(void)
{
    return open_and_read(in_root("outside/secret"));
}
static int read_passwords(void)
{
    return open_and_read("/etc/passwd");
}
static int read_own_memory(void)
{
    return open_and_read("/proc/self/maps");
}
static int read_through_a_link(void)
{
    return open_and_read(in_root("capsule/static/out"));
}
static int read_by_openat2(void)
{
    const struct open_how how = { .flags = O_RDONLY };
    return result(syscall(SYS_openat2, AT_FDCWD, in_root("outside/secret"), &how, sizeof how));
}
static int write_by_openat2(void)
{
    const struct open_how how = { .flags = O_WRONLY };
    return result(
        syscall(SYS_openat2, AT_FDCWD, in_root("capsule/static/sub/file"), &how, sizeof how));
}
static int list_outside(void)
{
    return opendir(in_root("outside")) != NULL ? 0 : errno;
}
static int read_conf(void)
{
    return open_and_read(in_root("capsule/capsule.conf"));
}
static int read_linked_file(void)
{
    return open_and_read(in_root("capsule/linked.conf"));
}
static int read_in_linked_folder(void)
{
    return open_and_read(in_root("capsule/reviews/review"));
}
static int list_capsule(void)
{
    return opendir(capsule) != NULL ? 0 : errno;
}
static int read_time_zone(void)
{
    int reason = open_and_read("/usr/share/zoneinfo/Europe/Berlin");
    return reason == ENOENT ? 0 : reason;
}
static int write_inside(void)
{
    return result(open(in_root("capsule/static/sub/file"), O_WRONLY));
}
static int create_inside(void)
{
    const char *path = in_root("capsule/static/new");
    return open(path, O_RDONLY | O_CREAT, 0600) < 0 ? errno : result(unlink(path));
}
static int truncate_inside(void)
{
    return result(truncate(in_root("capsule/static/sub/file"), 5));
}
static int remove_inside(void)
{
    return result(unlink(in_root("capsule/static/superfluous")));
}
static int rename_inside(void)
{
    return result(rename(in_root("outside/log"), in_root("outside/log")));
}
static int make_folder(void)
{
    return result(mkdir(in_root("capsule/folder"), 0700));
}
static int change_mode(void)
{
    return result(chmod(in_root("capsule/capsule.conf"), 0600));
}

static int tcp_socket(void)
{
    return result(socket(AF_INET, SOCK_STREAM, 0));
}
static int udp_socket(void)
{
    return result(socket(AF_INET6, SOCK_DGRAM, 0));
}
static int unix_socket(void)
{
    return result(socket(AF_UNIX, SOCK_STREAM, 0));
}
static int connect_out(void)
{
    return result(connect(not_connected, (struct sockaddr *)&listening, sizeof listening));
}
static int bind_port(void)
{
    struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    return result(bind(not_connected, (struct sockaddr *)&any, sizeof any));
}

static int execute(void)
{
    char *const arguments[] = { (char *)(uintptr_t) "true", NULL };
    (void)execv("/bin/true", arguments);
    return errno;
}
static int fork_child(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    return pid < 0 ? errno : result(waitpid(pid, NULL, 0));
}
static void *run_thread(void *context)
{
    return context;
}
static int start_thread(void)
{
    pthread_t thread;
    int reason = pthread_create(&thread, NULL, run_thread, NULL);
    return reason != 0 ? reason : pthread_join(thread, NULL);
}
static int trace_parent(void)
{
    return result(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}
static int be_traced(void)
{
    return result(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}
static int read_parents_memory(void)
{
    char byte = 0;
    struct iovec mine = { &byte, 1 };
    struct iovec theirs = { root, 1 };
    return result(process_vm_readv(getppid(), &mine, 1, &theirs, 1, 0));
}
static int signal_parent(void)
{
    return result(kill(getppid(), 0));
}
static int make_code(void)
{
    void *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page != MAP_FAILED ? 0 : errno;
}
static int turn_into_code(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return result(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}
static int file_in_memory(void)
{
    return result(memfd_create("code", 0));
}
static int become_somebody(void)
{
    return result(setuid(getuid()));
}
static int new_namespace(void)
{
    return result(unshare(CLONE_NEWUSER));
}
static int change_root(void)
{
    return result(chroot(root));
}
static int mount_something(void)
{
    return result(mount("none", root, "tmpfs", 0, NULL));
}
static int ring_of_calls(void)
{
    char parameters[256] = { 0 };
    return result(syscall(SYS_io_uring_setup, 1, parameters));
}
static int kernel_program(void)
{
    char attributes[128] = { 0 };
    return result(syscall(SYS_bpf, 0, attributes, sizeof attributes));
}
static int raise_limit(void)
{
    const struct rlimit limit = { 1, 1 };
    return result(setrlimit(RLIMIT_NPROC, &limit));
}
static int be_dumpable(void)
{
    return result(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}
static int device_control(void)
{
    int count = 0;
    return result(syscall(SYS_ioctl, pair[0], 0x541B /* FIONREAD */, &count));
}

static int take_connection(void)
{
    const int on = 1;
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    int fd = accept4(listener, (struct sockaddr *)&peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 || setsockopt(fd, IPPROTO_TCP, 12 /* TCP_QUICKACK */, &on, sizeof on) != 0 ||
        getpeername(fd, (struct sockaddr *)&peer, &size) != 0 || send(fd, "x", 1, 0) != 1 ||
        shutdown(fd, SHUT_WR) != 0) {
        return errno;
    }
    return result(close(fd));
}
static int talk(void)
{
    char byte = 0;
    struct pollfd wait = { .fd = pair[1], .events = POLLIN };
    struct epoll_event event = { .events = EPOLLIN };
    if (send(pair[0], "x", 1, 0) != 1 || poll(&wait, 1, 1000) != 1 ||
        epoll_ctl(epoll, EPOLL_CTL_ADD, pair[1], &event) != 0 ||
        epoll_wait(epoll, &event, 1, 1000) != 1 ||
        epoll_ctl(epoll, EPOLL_CTL_DEL, pair[1], NULL) != 0) {
        return errno;
    }
    return result(recv(pair[1], &byte, 1, 0));
}
static int serve_file(void)
{
    uint64_t size = 0;
    char bytes[5];
    int fd = served_file_open(static_folder, SLICE("sub/file"), &size);
    return fd < 0 ? errno : size != 5 ? EIO : result(pread(fd, bytes, sizeof bytes, 0));
}
static int serve_file_by_link(void)
{
    uint64_t size = 0;
    return result(served_file_open(static_folder, SLICE("in"), &size));
}
static int write_log(void)
{
    return result(write(open_file, "line\n", 5));
}
static int take_memory(void)
{
    size_t size = (size_t)64 * 1024 * 1024;
    char *bytes = malloc(size);
    if (bytes == NULL) {
        return errno;
    }
    memset(bytes, 1, size);
    char *more = realloc(bytes, 2 * size);
    free(more);
    return more != NULL ? 0 : ENOMEM;
}
static int use_time_and_chance(void)
{
    char bytes[8];
    struct timespec now;
    struct rlimit limit;
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes || getpid() <= 0 || time(NULL) <= 0) {
        return errno;
    }
    return result(clock_gettime(CLOCK_MONOTONIC, &now) | getrlimit(RLIMIT_NOFILE, &limit));
}
static int take_signal(void)
{
    struct sigaction action = { .sa_handler = SIG_IGN };
    sigset_t set;
    (void)sigemptyset(&set);
    return result(sigaction(SIGTERM, &action, NULL) | sigprocmask(SIG_SETMASK, &set, NULL));
}
static int watch_folder(void)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    return fd < 0 ? errno : result(inotify_add_watch(fd, capsule, IN_CLOSE_WRITE));
}
static int no_core_dumps(void)
{
    struct rlimit limit = { 1, 1 };
    return getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max != 0 ? EIO : 0;
}

/* --- who may do what ---------------------------------------------------------------------------
 */

#define FILES SANDBOX_FILES
/* A sanitizer reads these for its reports. */
#ifdef __SANITIZE_ADDRESS__
#define SYSTEM_FILES 0
#else
#define SYSTEM_FILES FILES
#endif
#define CALLS SANDBOX_CALLS
#define NEVER ROLES

static const struct attempt {
    const char *name;
    int (*run)(void);
    /* Protections that forbid it, each of them alone; 0: nothing does. */
    unsigned kept_by;
    /* The last role, in the order of the enum, that may do it; NEVER: none, not even the master. */
    enum role last;
} attempts[] = {
    { "read a file outside", read_outside, FILES, MASTER },
    { "read /etc/passwd", read_passwords, FILES, MASTER },
    { "read /proc/self", read_own_memory, SYSTEM_FILES, MASTER },
    { "read outside through a link", read_through_a_link, FILES, MASTER },
    { "read outside by openat2", read_by_openat2, FILES, MASTER },
    { "list a folder outside", list_outside, FILES, MASTER },
    { "write by openat2", write_by_openat2, FILES, MASTER },
    { "write a file of the capsule", write_inside, FILES | CALLS, MASTER },
    { "make a file in the capsule", create_inside, FILES | CALLS, MASTER },
    { "truncate a file", truncate_inside, CALLS, MASTER },
    { "remove a file", remove_inside, FILES | CALLS, MASTER },
    { "rename a file", rename_inside, FILES | CALLS, MASTER },
    { "make a folder", make_folder, FILES | CALLS, MASTER },
    { "change a mode", change_mode, CALLS, MASTER },
    { "make a socket of TCP", tcp_socket, CALLS, MASTER },
    { "make a socket of UDP", udp_socket, CALLS, MASTER },
    { "make a Unix socket", unix_socket, CALLS, MASTER },
    { "bind a port", bind_port, SANDBOX_NETWORK | CALLS, MASTER },
    { "connect", connect_out, CALLS, NEVER },
    { "execute", execute, CALLS, NEVER },
    { "trace the parent", trace_parent, CALLS, NEVER },
    { "be traced", be_traced, CALLS, NEVER },
    { "read the parent's memory", read_parents_memory, CALLS, NEVER },
    { "a new namespace", new_namespace, CALLS, NEVER },
    { "change the root", change_root, CALLS, NEVER },
    { "mount", mount_something, CALLS, NEVER },
    { "a ring of calls", ring_of_calls, CALLS, NEVER },
    { "a program in the kernel", kernel_program, CALLS, NEVER },
    { "signal the parent", signal_parent, SANDBOX_SIGNALS, MASTER },
    { "become somebody", become_somebody, CALLS, MASTER },
    { "make code", make_code, CALLS, MASTER },
    { "turn data into code", turn_into_code, CALLS, MASTER },
    { "a file in memory", file_in_memory, CALLS, MASTER },
    { "start a thread", start_thread, CALLS, MASTER },
    { "be dumped", be_dumpable, CALLS, MASTER },
    { "control a device", device_control, CALLS, MASTER },
    { "fork", fork_child, CALLS, LOADER },
    { "list the capsule", list_capsule, FILES, LOADER },
    { "read capsule.conf", read_conf, FILES, LOADER },
    { "read a file that is a link", read_linked_file, FILES, LOADER },
    { "read in a folder that is a link", read_in_linked_folder, FILES, LOADER },
    { "read a time zone", read_time_zone, SYSTEM_FILES, LOADER },
    { "watch a folder", watch_folder, CALLS, LOADER },
    { "set a limit", raise_limit, CALLS, LOADER },
    { "take a connection", take_connection, 0, WORKER },
    { "talk", talk, 0, WORKER },
    { "serve a file", serve_file, 0, WORKER },
    { "serve a file by a link", serve_file_by_link, 0, WORKER },
    { "write a line of the log", write_log, 0, WORKER },
    { "take memory", take_memory, 0, WORKER },
    { "use time and chance", use_time_and_chance, 0, WORKER },
    { "take a signal", take_signal, 0, WORKER },
    { "no core dumps", no_core_dumps, 0, WORKER },
};

/* --- running them ----------------------------------------------------------------------------- */

static unsigned enter(enum role role)
{
    /* What is said at the start of a server is no news here. */
    (void)dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
    unsigned held = sandbox_master(true);
    if (role >= LOADER) {
        held = sandbox_loader(&tree, 1);
    }
    if (role == WORKER) {
        const int folders[] = { -1, static_folder };
        held = sandbox_worker(folders, ARRAY_LENGTH(folders));
    }
    return held;
}

static int wait_for(pid_t pid)
{
    int status = 0;
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static unsigned held_by(enum role role)
{
    pid_t pid = fork();
    if (pid == 0) {
        _exit((int)enter(role));
    }
    int status = wait_for(pid);
    assert_true(WIFEXITED(status));
    return (unsigned)WEXITSTATUS(status);
}

static int outcome(enum role role, int (*run)(void))
{
    pid_t pid = fork();
    if (pid == 0) {
        (void)enter(role);
        errno = 0;
        _exit(run());
    }
    return wait_for(pid);
}

static void test_attempts(void **state)
{
    (void)state;
    unsigned wrong = 0;
    unsigned skipped = 0;
    for (enum role role = MASTER; role < ROLES; role++) {
        unsigned held = held_by(role);
        for (size_t i = 0; i < ARRAY_LENGTH(attempts); i++) {
            const struct attempt *attempt = &attempts[i];
            bool allowed = attempt->last != NEVER && role <= attempt->last;
            if (!allowed && (attempt->kept_by & held) == 0) {
                skipped++;
                continue;
            }
            int status = outcome(role, attempt->run);
            bool done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
            bool refused = (WIFEXITED(status) && WEXITSTATUS(status) != 0) ||
                           (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
            if (allowed ? !done : !refused) {
                print_error("%s: %s: exit code %d, signal %d\n", role_names[role], attempt->name,
                            WIFEXITED(status) ? WEXITSTATUS(status) : 0,
                            WIFSIGNALED(status) ? WTERMSIG(status) : 0);
                wrong++;
            }
        }
    }
    if (skipped > 0) {
        print_message("skipped: %u attempts that nothing here protects from\n", skipped);
    }
    assert_int_equal(wrong, 0);
}

static void test_what_an_intruder_tries_ends_the_process(void **state)
{
    (void)state;
    static int (*const calls[])(void) = { execute,     be_traced,  tcp_socket,
                                          connect_out, fork_child, make_code };
    if ((held_by(WORKER) & SANDBOX_CALLS) == 0) {
        print_message("skipped: system calls are not restricted here\n");
        skip();
    }
    for (size_t i = 0; i < ARRAY_LENGTH(calls); i++) {
        int status = outcome(WORKER, calls[i]);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGSYS);
    }
}

static int give_up(void)
{
    abort();
}

static void test_an_assertion_that_fails_is_no_bad_system_call(void **state)
{
    (void)state;
    int status = outcome(WORKER, give_up);
#ifndef __SANITIZE_ADDRESS__
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
#endif
    assert_true(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
}

static void test_nothing_is_restricted_unless_wanted(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        (void)dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
        unsigned held = sandbox_master(false) | sandbox_loader(&tree, 1) | sandbox_worker(NULL, 0);
        _exit(held == 0 && tcp_socket() == 0 && read_outside() == 0 && fork_child() == 0 ? 0 : 1);
    }
    int status = wait_for(pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* --- the background process ----------------------------------------------------------------------
 */

static int read_state(void)
{
    return open_and_read(in_root("state/index"));
}
static int write_state(void)
{
    char other[256];
    strcpy(other, in_root("state/fresh"));
    const int fd = open(other, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || pwrite(fd, "x", 1, 0) != 1 || ftruncate(fd, 0) != 0 || fdatasync(fd) != 0 ||
        fchmod(fd, 0600) != 0 || close(fd) != 0 || rename(other, in_root("state/index")) != 0) {
        return errno;
    }
    return 0;
}
static int remove_state(void)
{
    const char *path = in_root("state/folder");
    return mkdir(path, 0700) != 0 || rmdir(path) != 0 || unlink(in_root("state/index")) != 0 ? errno
                                                                                             : 0;
}
static int lock_state(void)
{
    return result(flock(open(in_root("state"), O_RDONLY | O_DIRECTORY), LOCK_EX | LOCK_NB));
}

static const struct state_attempt {
    const char *name;
    int (*run)(void);
    unsigned kept_by; /* from who may not */
    bool by_worker, by_background;
} state_attempts[] = {
    { "remove from the state folder", remove_state, FILES | CALLS, false, true },
    { "write to the state folder", write_state, FILES | CALLS, false, true },
    { "lock the state folder", lock_state, FILES | CALLS, false, true },
    { "read the state folder", read_state, 0, true, true },
    { "read a file outside", read_outside, FILES, false, false },
    { "list the capsule", list_capsule, FILES, false, false },
    { "write a file of the capsule", write_inside, FILES, false, false },
    { "make a file in the capsule", create_inside, FILES, false, false },
    { "remove a file of the capsule", remove_inside, FILES, false, false },
    { "rename a file outside", rename_inside, FILES, false, false },
    { "truncate a file by its name", truncate_inside, CALLS, false, false },
    { "change a mode by its name", change_mode, CALLS, false, false },
    { "make a socket", tcp_socket, CALLS, false, false },
    { "connect", connect_out, CALLS, false, false },
    { "take a connection", take_connection, CALLS, true, false },
    { "fork", fork_child, CALLS, false, false },
    { "execute", execute, CALLS, false, false },
    { "signal the parent", signal_parent, SANDBOX_SIGNALS | CALLS, false, false },
    { "make code", make_code, CALLS, false, false },
    { "serve a file", serve_file, 0, true, true },
    { "write a line of the log", write_log, 0, true, true },
    { "take memory", take_memory, 0, true, true },
};

static unsigned enter_with_state(bool is_background)
{
    struct sandbox_tree with_state = tree;
    with_state.state = state_folder;
    (void)dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
    (void)sandbox_master(true);
    (void)sandbox_loader(&with_state, 1);
    const int folders[] = { static_folder, state_folder };
    return is_background ? sandbox_background(&folders[0], &folders[1], 1)
                         : sandbox_worker(folders, ARRAY_LENGTH(folders));
}

static bool try_with_state(const struct state_attempt *attempt, bool is_background)
{
    const bool allowed = is_background ? attempt->by_background : attempt->by_worker;
    pid_t pid = fork();
    if (pid == 0) {
        const unsigned held = enter_with_state(is_background);
        if (!allowed && (attempt->kept_by & held) == 0) {
            _exit(1); /* nothing here protects from it */
        }
        errno = 0;
        _exit(attempt->run());
    }
    const int status = wait_for(pid);
    const bool done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    const bool refused = WIFEXITED(status) ? !done : WTERMSIG(status) == SIGSYS;
    if (allowed ? !done : !refused) {
        print_error("%s: %s: status %x\n", is_background ? "background" : "worker", attempt->name,
                    (unsigned)status);
        return false;
    }
    return true;
}

static void test_who_writes_to_the_state_folder(void **state)
{
    (void)state;
    unsigned wrong = 0;
    for (int is_background = 1; is_background >= 0; is_background--) {
        for (size_t i = 0; i < ARRAY_LENGTH(state_attempts); i++) {
            wrong += !try_with_state(&state_attempts[i], is_background != 0);
        }
    }
    assert_int_equal(wrong, 0);
}

/* --- a capsule that is replaced ------------------------------------------------------------------
 */

/* In a loader: may what is at the tree now be read? The parent changes it between two questions. */
static void test_a_folder_that_is_replaced(void **state)
{
    (void)state;
    if ((held_by(LOADER) & SANDBOX_FILES) == 0) {
        print_message("skipped: files are not restricted here\n");
        skip();
    }
    int question[2];
    int answer[2];
    char byte = 0;
    assert_int_equal(pipe(question), 0);
    assert_int_equal(pipe(answer), 0);
    pid_t pid = fork();
    if (pid == 0) {
        (void)close(question[1]);
        (void)enter(LOADER);
        while (read(question[0], &byte, 1) == 1) {
            byte = sandbox_is_outgrown(&tree) ? 'y' : 'n';
            (void)!write(answer[1], &byte, 1);
        }
        _exit(0);
    }
    (void)close(question[0]);
    char moved[256];
    char fresh[256];
    (void)snprintf(moved, sizeof moved, "%s/moved", root);
    (void)snprintf(fresh, sizeof fresh, "%s/fresh", root);
    assert_true(file_make_folders(AT_FDCWD, fresh));

#define ASK(expected)                                \
    assert_int_equal(write(question[1], "?", 1), 1); \
    assert_int_equal(read(answer[0], &byte, 1), 1);  \
    assert_int_equal(byte, expected)

    ASK('n');
    assert_int_equal(rename(capsule, moved), 0);
    ASK('n'); /* there is none */
    assert_int_equal(rename(fresh, capsule), 0);
    ASK('y');
    assert_int_equal(rename(capsule, fresh), 0);
    assert_int_equal(rename(moved, capsule), 0);
    ASK('n');
    /* A new folder below it is nothing new, */
    assert_int_equal(unlink(in_root("capsule/reviews")), 0);
    assert_int_equal(mkdir(in_root("capsule/reviews"), 0700), 0);
    ASK('n');
    /* a link to one outside is, and so is one to a file. */
    assert_int_equal(rmdir(in_root("capsule/reviews")), 0);
    assert_int_equal(symlink("../outside", in_root("capsule/reviews")), 0);
    ASK('y');
    assert_int_equal(unlink(in_root("capsule/reviews")), 0);
    assert_int_equal(symlink("../elsewhere", in_root("capsule/reviews")), 0);
    ASK('n');
    assert_int_equal(symlink("../outside/secret", in_root("capsule/other.conf")), 0);
    ASK('y');
    assert_int_equal(unlink(in_root("capsule/other.conf")), 0);
    ASK('n');
    (void)close(question[1]);
    assert_int_equal(wait_for(pid), 0);
}

#endif

int main(void)
{
#ifdef __linux__
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attempts),
        cmocka_unit_test(test_who_writes_to_the_state_folder),
        cmocka_unit_test(test_what_an_intruder_tries_ends_the_process),
        cmocka_unit_test(test_an_assertion_that_fails_is_no_bad_system_call),
        cmocka_unit_test(test_nothing_is_restricted_unless_wanted),
        cmocka_unit_test(test_a_folder_that_is_replaced),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
#else
    print_message("skipped: written for Linux\n");
    return 0;
#endif
}
