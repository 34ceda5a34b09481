#include "server/systemd.h"

#include "server/log.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* The first descriptor that is handed over (SD_LISTEN_FDS_START). */
enum { FIRST_SOCKET = 3 };
/* A manager that does not listen must not hold us for long. */
enum { PATIENCE_SECONDS = 2 };

/* From the environment; the addresses stay empty without it. */
static struct sockaddr_un notify_address;
static socklen_t notify_length;
static unsigned long journal_device;
static unsigned long journal_inode;
static bool has_journal;

/* --- the environment -------------------------------------------------------------------------- */

static bool number_of(const char *name, unsigned long max, unsigned long *out)
{
    const char *value = getenv(name);
    return value != NULL && slice_to_number(slice_of(value), max, out);
}

/* `one:two`; the names live as long as the process. */
static void read_names(struct systemd_sockets *sockets)
{
    static char *text;
    const char *value = getenv("LISTEN_FDNAMES");
    free(text);
    text = value != NULL ? strdup(value) : NULL;
    char *rest = text;
    for (size_t i = 0; i < sockets->count; i++) {
        const char *name = rest != NULL ? strsep(&rest, ":") : NULL;
        sockets->names[i] = name != NULL ? name : "";
    }
}

static bool read_sockets(struct systemd_sockets *sockets)
{
    unsigned long pid = 0;
    unsigned long count = 0;
    *sockets = (struct systemd_sockets){ .first = FIRST_SOCKET };
    if (!number_of("LISTEN_PID", INT_MAX, &pid) || pid != (unsigned long)getpid() ||
        !number_of("LISTEN_FDS", INT_MAX, &count)) {
        return true; /* not meant for us */
    }
    if (count > LIMIT_LISTENERS) {
        log_problem("%lu sockets were handed over; %d are the most", count, LIMIT_LISTENERS);
        return false;
    }
    sockets->count = count;
    read_names(sockets);
    for (size_t i = 0; i < count; i++) {
        (void)fcntl(FIRST_SOCKET + (int)i, F_SETFD, FD_CLOEXEC);
    }
    return true;
}

/* A path, or `@` and a name that is not in the file system. */
static void read_notify_socket(void)
{
    const char *path = getenv("NOTIFY_SOCKET");
    size_t length = path != NULL ? strlen(path) : 0;
    notify_length = 0;
    if (length < 2 || length >= sizeof notify_address.sun_path ||
        (path[0] != '/' && path[0] != '@')) {
        return;
    }
    notify_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    memcpy(notify_address.sun_path, path, length);
    if (path[0] == '@') {
        notify_address.sun_path[0] = '\0';
    }
    notify_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

/* `DEVICE:INODE` of what standard output or error was connected to. */
static void read_journal_stream(void)
{
    slice rest = slice_of(getenv("JOURNAL_STREAM"));
    slice device;
    has_journal = slice_next_piece(&rest, ':', &device) &&
                  slice_to_number(device, ULONG_MAX, &journal_device) &&
                  slice_to_number(rest, ULONG_MAX, &journal_inode);
}

bool systemd_begin(struct systemd_sockets *sockets)
{
    static const char *const names[] = { "LISTEN_PID",     "LISTEN_FDS",    "LISTEN_FDNAMES",
                                         "LISTEN_PIDFDID", "NOTIFY_SOCKET", "JOURNAL_STREAM" };
    bool ok = read_sockets(sockets);
    read_notify_socket();
    read_journal_stream();
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        (void)unsetenv(names[i]);
    }
    return ok;
}

bool systemd_is_journal(int fd)
{
    struct stat status;
    return has_journal && fstat(fd, &status) == 0 &&
           (unsigned long)status.st_dev == journal_device &&
           (unsigned long)status.st_ino == journal_inode;
}

/* --- the state of the service ------------------------------------------------------------------
 */

static void send_text(const char *text, size_t length)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return;
    }
    const struct timeval patience = { .tv_sec = PATIENCE_SECONDS };
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    (void)!sendto(fd, text, length, MSG_NOSIGNAL, (const struct sockaddr *)&notify_address,
                  notify_length);
    (void)close(fd);
}

void systemd_notify(const char *format, ...)
{
    char text[1024];
    va_list args;
    if (notify_length == 0) {
        return;
    }
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n > 0) {
        send_text(text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
    }
}

void systemd_ready(slice status)
{
    systemd_notify("READY=1\nMAINPID=%ld\nSTATUS=%.*s", (long)getpid(), SLICE_ARG(status));
}

void systemd_reloading(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    systemd_notify("RELOADING=1\nMONOTONIC_USEC=%" PRIu64 "\nSTATUS=Reading everything again",
                   (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000);
}

void systemd_stopping(void)
{
    systemd_notify("STOPPING=1\nSTATUS=Finishing open answers");
}
