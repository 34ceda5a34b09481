#include "server/log.h"

#include "base/buf.h"
#include "base/limits.h"
#include "server/clock.h"
#include "server/systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* How long a process waits for who reads the log, once; then lines are lost until it reads on. */
enum { PATIENCE_MS = 1000 };
/* Between two messages that lines are lost. */
enum { SAY_AGAIN_MS = 1000 };

enum kind { MESSAGES, REQUESTS, KINDS };

/* What all processes know of a log. */
struct shared {
    atomic_ulong lost;   /* pieces of text that are not there, and nobody has said so yet */
    atomic_int reason;   /* an errno; 0: nobody read */
    atomic_bool is_torn; /* it does not end with a line feed: the disk was full within a line */
    _Atomic int64_t said_at;
};

struct sink {
    int fd;
    const char *path; /* NULL: stderr */
    bool may_stall;   /* no regular file: a pipe, a terminal, a socket */
    bool is_journal;  /* systemd's: it reads priorities */
};

static struct sink sinks[KINDS] = { { .fd = STDERR_FILENO, .may_stall = true },
                                    { .fd = STDERR_FILENO, .may_stall = true } };
static struct log_settings settings;

static struct {
    struct shared logs[KINDS];
    atomic_bool started;
} own, *shared = &own;

/* --- writing ---------------------------------------------------------------------------------- */

/* Requests that go where messages go share their fate. */
static struct shared *shared_of(const struct sink *sink)
{
    return &shared->logs[sink->fd == sinks[MESSAGES].fd ? MESSAGES : REQUESTS];
}

/* False when a write would have to wait for a reader (a pipe that is full, a terminal stopped with
 * Ctrl-S). */
static bool has_room(const struct sink *sink)
{
    struct pollfd log = { .fd = sink->fd, .events = POLLOUT };
    bool is_first = atomic_load(&shared_of(sink)->lost) == 0;
    int ready = 1;
    if (sink->may_stall) {
        do {
            ready = poll(&log, 1, is_first ? PATIENCE_MS : 0);
        } while (ready < 0 && errno == EINTR);
    }
    return ready != 0;
}

/* One piece, at most LIMIT_LOG_LINE bytes: a pipe with room takes it whole, it is shorter than
 * PIPE_BUF. Returns 0, or the reason why it is not there, or not whole. */
static int write_piece(const struct sink *sink, slice piece)
{
    struct shared *state = shared_of(sink);
    bool was_torn = atomic_exchange(&state->is_torn, false);
    struct iovec parts[] = { { (void *)(uintptr_t) "\n", was_torn ? 1 : 0 },
                             { (void *)(uintptr_t)piece.ptr, piece.len } };
    ssize_t n = -1;
    do {
        n = writev(sink->fd, parts, ARRAY_LENGTH(parts));
    } while (n < 0 && errno == EINTR);
    int reason = n < 0 ? errno : (size_t)n < parts[0].iov_len + piece.len ? ENOSPC : 0;
    if (reason != 0 && (was_torn || n > 0)) {
        atomic_store(&state->is_torn, true);
    }
    return reason;
}

/* False when it is not there, or not all of it; that is counted. */
static bool write_text(const struct sink *sink, slice text)
{
    struct shared *state = shared_of(sink);
    while (text.len > 0) {
        slice piece = slice_head(text, LIMIT_LOG_LINE);
        bool stalls = !has_room(sink);
        int reason = stalls ? 0 : write_piece(sink, piece);
        if (stalls || reason != 0) {
            atomic_store(&state->reason, reason == EAGAIN ? 0 : reason);
            (void)atomic_fetch_add(&state->lost, 1);
            return false;
        }
        text = slice_from(text, piece.len);
    }
    return true;
}

static void write_message(const char *text, size_t length)
{
    slice whole = { text, length };
    if (sinks[MESSAGES].path != NULL && !atomic_load(&shared->started)) {
        (void)!write(STDERR_FILENO, text, length);
    }
    (void)write_text(&sinks[MESSAGES], whole);
}

/* --- what is lost ----------------------------------------------------------------------------- */

static const char *reason_of(const struct shared *state)
{
    int reason = atomic_load(&state->reason);
    return reason == 0 ? "nobody read the log" : strerror(reason);
}

/* Not more often than it is worth it: a disk that is nearly full changes its mind with each line.
 */
static bool may_say(struct shared *state)
{
    int64_t now = clock_ms();
    int64_t said_at = atomic_load(&state->said_at);
    return (said_at == 0 || now - said_at >= SAY_AGAIN_MS) &&
           atomic_compare_exchange_strong(&state->said_at, &said_at, now);
}

/* There are lines to be spoken of, and this process is the one to do it. */
static unsigned long take_lost(struct shared *state)
{
    return atomic_load(&state->lost) > 0 && may_say(state) ? atomic_exchange(&state->lost, 0) : 0;
}

/* Before a line where messages go: that some are missing there. */
static void say_lost_messages(void)
{
    const struct sink *sink = &sinks[MESSAGES];
    struct shared *state = shared_of(sink);
    char note[LIMIT_LOG_LINE];
    if (atomic_load(&state->lost) == 0 || !has_room(sink)) {
        return;
    }
    unsigned long lost = take_lost(state);
    int n = snprintf(note, sizeof note, "matinee: %lu messages or requests are not here: %s\n",
                     lost, reason_of(state));
    if (lost > 0 && n > 0 && !write_text(sink, (slice){ note, (size_t)n })) {
        (void)atomic_fetch_add(&state->lost, lost - 1); /* write_text has counted the note */
    }
}

static void write_request(slice line)
{
    const struct sink *sink = &sinks[REQUESTS];
    struct shared *state = shared_of(sink);
    if (state == shared_of(&sinks[MESSAGES])) {
        say_lost_messages();
        (void)write_text(sink, line);
        return;
    }
    bool had_lost = atomic_load(&state->lost) > 0;
    if (!write_text(sink, line)) {
        if (!had_lost && may_say(state)) {
            log_problem("requests cannot be logged in %s: %s; serving goes on", sink->path,
                        reason_of(state));
        }
        return;
    }
    unsigned long lost = had_lost ? take_lost(state) : 0;
    if (lost > 0) {
        log_problem("%lu requests are not in %s: %s", lost, sink->path, reason_of(state));
    }
}

/* --- lines ------------------------------------------------------------------------------------ */

void log_request(const struct log_request *request)
{
    static struct buf line = { .max = LIMIT_LOG_LINE };
    if (!settings.no_requests) {
        buf_clear(&line);
        log_line_put(&line, request, settings.form, settings.addresses);
        write_request(buf_slice(&line));
    }
}

/* What systemd's journal reads before a line as its priority (sd-daemon(3)); lines without are
 * LEVEL_INFO. */
enum level { LEVEL_ERROR = 3, LEVEL_WARNING = 4, LEVEL_NOTICE = 5, LEVEL_INFO = 6 };

static void put_level(struct buf *out, enum level level)
{
    if (level != LEVEL_INFO && sinks[MESSAGES].is_journal) {
        buf_printf(out, "<%d>", (int)level);
    }
}

static void PRINTF_LIKE(2, 0) log_formatted(enum level level, const char *format, va_list args)
{
    char text[LIMIT_LOG_LINE];
    struct buf line;
    int n = vsnprintf(text, sizeof text, format, args);
    slice message = { text, n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1 };
    buf_init(&line, LIMIT_LOG_LINE);
    put_level(&line, level);
    buf_puts(&line, "matinee: ");
    log_put_escaped(&line, message, LIMIT_LOG_LINE - 1 - line.len, LOG_ESCAPE_MESSAGE);
    buf_putc(&line, '\n');
    say_lost_messages();
    write_message(line.ptr, line.len);
    buf_release(&line);
}

void log_message(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_formatted(LEVEL_INFO, format, args);
    va_end(args);
}

void log_problem(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_formatted(LEVEL_WARNING, format, args);
    va_end(args);
}

/* A problem has several lines, and each is one of the journal. */
static void put_diag(const struct diag *diag, struct buf *out)
{
    static const enum level levels[DIAG_LEVELS] = {
        [DIAG_ERROR] = LEVEL_ERROR, [DIAG_WARNING] = LEVEL_WARNING, [DIAG_NOTE] = LEVEL_NOTICE
    };
    struct buf text;
    buf_init(&text, SIZE_MAX / 2);
    diag_format(diag, &text);
    slice rest = buf_slice(&text);
    slice line;
    while (slice_next_line(&rest, &line)) {
        put_level(out, levels[diag->level]);
        buf_put(out, line);
        buf_putc(out, '\n');
    }
    buf_release(&text);
}

void log_diags(const struct diags *diags)
{
    struct buf out;
    buf_init(&out, SIZE_MAX / 2);
    for (size_t i = 0; i < diags->count; i++) {
        put_diag(&diags->items[i], &out);
    }
    if (out.len > 0) {
        say_lost_messages();
        write_message(out.ptr, out.len);
    }
    buf_release(&out);
}

/* --- files ------------------------------------------------------------------------------------ */

/* Never through a link: whoever may write into the folder could lead root to another file. Without
 * waiting: a FIFO that nobody reads is no log. */
static int open_file(const char *path)
{
    int fd = open(
        path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0640);
    if (fd < 0) {
        int reason = errno;
        log_problem("cannot open the log %s: %s", path,
                    reason == ELOOP   ? "it is a symbolic link"
                    : reason == ENXIO ? "nobody reads this pipe"
                                      : strerror(reason));
    }
    return fd;
}

static void use(struct sink *sink, int fd, const char *path)
{
    struct stat status;
    *sink = (struct sink){ .fd = fd, .path = path };
    sink->is_journal = path == NULL && systemd_is_journal(fd);
    sink->may_stall = fstat(fd, &status) != 0 || !S_ISREG(status.st_mode);
}

bool log_open(const struct log_settings *wanted)
{
    const char *const paths[KINDS] = { [MESSAGES] = wanted->message_path,
                                       [REQUESTS] =
                                           wanted->no_requests ? NULL : wanted->request_path };
    void *page =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page != MAP_FAILED) {
        shared = page;
    }
    settings = *wanted;
    for (int kind = KINDS - 1; kind >= 0; kind--) {
        int fd = paths[kind] != NULL ? open_file(paths[kind]) : STDERR_FILENO;
        if (fd < 0) {
            return false;
        }
        use(&sinks[kind], fd, paths[kind]);
    }
    return true;
}

void log_started(void)
{
    atomic_store(&shared->started, true);
}

/* Takes over `fd`. */
static void replace(struct sink *sink, int fd)
{
    if (dup3(fd, sink->fd, O_CLOEXEC) >= 0) {
        use(sink, sink->fd, sink->path);
    }
    (void)close(fd);
}

bool log_reopen(void)
{
    bool has_files = false;
    for (int kind = 0; kind < KINDS; kind++) {
        struct sink *sink = &sinks[kind];
        int fd = sink->path != NULL ? open_file(sink->path) : -1;
        has_files |= sink->path != NULL;
        if (fd >= 0) {
            replace(sink, fd);
        }
    }
    return has_files;
}

size_t log_files(int *fds)
{
    size_t count = 0;
    for (int kind = 0; kind < KINDS; kind++) {
        if (sinks[kind].path != NULL) {
            fds[count++] = sinks[kind].fd;
        }
    }
    return count;
}

void log_replace(const int *fds, size_t count)
{
    size_t used = 0;
    for (int kind = 0; kind < KINDS; kind++) {
        if (sinks[kind].path != NULL && used < count) {
            replace(&sinks[kind], fds[used++]);
        }
    }
    while (used < count) {
        (void)close(fds[used++]);
    }
}
