#include "gemini/known_hosts.h"

#include "base/file.h"
#include "base/limits.h"
#include "gemini/certificate_facts.h"
#include "gemini/url.h"
#include "text/date.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define ALGORITHM SLICE("sha256")

/* The fields of a line. */
struct entry {
    slice server; /* host:port */
    slice fingerprint;
    int64_t expiry;
};

static bool fail(struct buf *error, const char *path, const char *what)
{
    buf_printf(error, "%s: %s", path, what);
    return false;
}

static bool is_fingerprint(slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return false;
        }
    }
    return text.len == sizeof(known_host_fingerprint) - 1;
}

static bool read_entry(slice line, struct entry *entry)
{
    slice algorithm;
    slice expiry;
    return slice_next_piece(&line, ' ', &entry->server) && entry->server.len > 0 &&
           slice_next_piece(&line, ' ', &algorithm) && slice_equal(algorithm, ALGORITHM) &&
           slice_next_piece(&line, ' ', &entry->fingerprint) &&
           is_fingerprint(entry->fingerprint) && slice_next_piece(&line, ' ', &expiry) &&
           line.len == 0 && date_parse_moment(expiry, &entry->expiry);
}

/* Find `server` in the file's text. `*rest_begin` and `*rest_end` are where its line is, both the
 * end of the text when it has none. False when a line has another form. */
static bool find_entry(slice text, slice server, struct entry *found, size_t *line_begin,
                       size_t *line_end, unsigned *bad_line)
{
    slice rest = text;
    slice line;
    *found = (struct entry){ 0 };
    *line_begin = *line_end = text.len;
    *bad_line = 0;
    while (slice_next_line(&rest, &line)) {
        struct entry entry;
        (*bad_line)++;
        line = slice_trim_end(line);
        if (line.len == 0 || line.ptr[0] == '#') {
            continue;
        }
        if (!read_entry(line, &entry)) {
            return false;
        }
        if (slice_equal(entry.server, server)) {
            *found = entry;
            *line_begin = (size_t)(line.ptr - text.ptr);
            *line_end = text.len - rest.len;
            return true;
        }
    }
    return true;
}

static void put_server(struct buf *out, slice host, int port)
{
    url_put_host(host, out);
    buf_printf(out, ":%d", port);
}

static void copy_fingerprint(known_host_fingerprint into, slice fingerprint)
{
    memcpy(into, fingerprint.ptr, fingerprint.len);
    into[fingerprint.len] = '\0';
}

/* Write the file anew, with a line for `server` in the place of the one it had. */
static bool remember(const char *path, slice before, slice after, slice server,
                     const char *fingerprint, int64_t expiry)
{
    struct buf text;
    buf_init(&text, 2 * (size_t)LIMIT_KNOWN_HOSTS);
    buf_put(&text, before);
    if (before.len > 0 && before.ptr[before.len - 1] != '\n') {
        buf_putc(&text, '\n');
    }
    buf_put(&text, server);
    buf_printf(&text, " %.*s %s ", SLICE_ARG(ALGORITHM), fingerprint);
    date_put_moment(&text, expiry);
    buf_putc(&text, '\n');
    buf_put(&text, after);
    errno = EFBIG;
    bool ok = !text.failed && text.len <= LIMIT_KNOWN_HOSTS &&
              file_write(AT_FDCWD, path, buf_slice(&text), 0600);
    buf_release(&text);
    return ok;
}

static bool check_text(const char *path, slice text, slice server, const X509 *certificate,
                       int64_t now, struct known_host_answer *answer, struct buf *error)
{
    struct entry known;
    size_t begin = 0;
    size_t end = 0;
    unsigned line = 0;
    if (!find_entry(text, server, &known, &begin, &end, &line)) {
        buf_printf(error, "%s:%u: this line is not `host:port sha256 fingerprint expiry`", path,
                   line);
        return false;
    }
    answer->verdict = KNOWN_HOST_FIRST;
    if (known.server.len > 0) {
        copy_fingerprint(answer->remembered, known.fingerprint);
        answer->remembered_until = known.expiry;
        if (strcmp(answer->remembered, answer->shown) == 0) {
            answer->verdict = KNOWN_HOST_SAME;
        } else {
            answer->verdict = known.expiry < now ? KNOWN_HOST_RENEWED : KNOWN_HOST_CHANGED;
        }
    }
    if ((answer->verdict == KNOWN_HOST_FIRST || answer->verdict == KNOWN_HOST_RENEWED) &&
        !remember(path, slice_head(text, begin), slice_from(text, end), server, answer->shown,
                  certificate_expiry(certificate))) {
        return fail(error, path, strerror(errno));
    }
    return true;
}

/* The folder of the file, made when missing, open and locked: what is read is not changed by
 * another process before it is written. -1 with errno when that cannot be had. */
static int lock_folder(const char *path)
{
    struct buf folder;
    const char *slash = strrchr(path, '/');
    int fd = -1;
    buf_init(&folder, (size_t)-1);
    buf_put(&folder, slash ? slice_between(path, slash) : SLICE("."));
    const char *name = buf_string(&folder);
    if (name != NULL && *name == '\0') {
        name = "/";
    }
    if (name != NULL) {
        bool is_new = access(name, F_OK) != 0;
        if (file_make_folders(AT_FDCWD, name) && (!is_new || chmod(name, 0700) == 0)) {
            fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        }
    }
    buf_release(&folder);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0) {
        if (errno != EINTR) {
            int saved = errno;
            (void)close(fd);
            errno = saved;
            fd = -1;
        }
    }
    return fd;
}

bool known_hosts_check(const char *path, slice host, int port, const X509 *certificate, int64_t now,
                       struct known_host_answer *answer, struct buf *error)
{
    *answer = (struct known_host_answer){ 0 };
    int lock = lock_folder(path);
    if (lock < 0) {
        return fail(error, path, strerror(errno));
    }
    struct arena arena;
    struct buf fingerprint;
    struct buf server;
    slice text = SLICE_EMPTY;
    arena_init(&arena);
    buf_init(&fingerprint, sizeof answer->shown - 1);
    buf_init(&server, 1024);
    certificate_put_fingerprint(certificate, '\0', &fingerprint);
    put_server(&server, host, port);
    bool ok = !fingerprint.failed && !server.failed;
    if (!ok) {
        buf_puts(error, "out of memory");
    } else if (!file_read(&arena, AT_FDCWD, path, LIMIT_KNOWN_HOSTS, &text) && errno != ENOENT) {
        ok = fail(error, path, strerror(errno));
    } else {
        copy_fingerprint(answer->shown, buf_slice(&fingerprint));
        ok = check_text(path, text, buf_slice(&server), certificate, now, answer, error);
    }
    buf_release(&server);
    buf_release(&fingerprint);
    arena_release(&arena);
    (void)close(lock);
    return ok;
}
