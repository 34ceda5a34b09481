/* changes: how long a capsule takes until it is served, and a saved file until it shows.
 *
 *     changes NAME SAVES MATINEE CAPSULE CERTS LOG STATE FILE URL-PATH
 *
 * Starts a server of CAPSULE; then changes the title of the review in FILE, which is served at
 * URL-PATH, SAVES times, and asks until it shows. Between two saves the workers of before end. The
 * server ends with the program. Prints samples:
 *
 *     NAME/start ms        from the start of the server to the end of the first answer
 *     NAME/loader/after MB, NAME/loader/peak MB    resident memory of the loader then, and its most
 *     NAME/saved ms        from a save to the answer that has it
 *     NAME/saved/cpu ms    of the loader, for it
 *     NAME/saved/next ms   the slowest of the pages that are asked for right after
 *     NAME/loader/later MB resident memory of the loader after all saves
 *
 * STATE is a state folder, or `none`: then nothing is searched. With one:
 *
 *     NAME/indexed s       from the start of the server until the index has been made
 *     NAME/found ms        from a save until a search finds what was saved
 */
#include "exchange.h"
#include "process.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    LOOK_MS = 5,
    /* Reloads are a second apart at least, and the workers of before are to be gone. */
    BETWEEN_MS = 1600,
    SETTLE_MS = 400,
    GIVE_UP_MS = 60 * 1000,
    FIND_GIVE_UP_MS = 300 * 1000,
    PAGE_MAX = 16 << 20,
};

struct changes {
    const char *name;
    const char *capsule;
    bool is_searched;
    pid_t server;
    pid_t loader;
    int port;
    SSL_CTX *context;
    struct buf page; /* the last answer */
};

static struct changes changes;

NO_RETURN static void die(const char *what)
{
    (void)fprintf(stderr, "changes: %s: %s\n", what, strerror(errno));
    if (changes.server > 0) {
        (void)kill(changes.server, SIGTERM);
    }
    exit(1);
}

static double now_ms(void)
{
    struct timespec time = { 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void rest(long ms)
{
    const struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    (void)nanosleep(&time, NULL);
}

static void print(const char *what, const char *unit, double value)
{
    printf("%s/%s %s %.3f\n", changes.name, what, unit, value);
}

/* --- the server ------------------------------------------------------------------------------- */

/* Its messages come on `*messages`. */
static void start(char **argv, FILE **messages)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        die("pipe");
    }
    char log[4096];
    (void)snprintf(log, sizeof log, "Log=%s", argv[6]);
    changes.server = fork();
    if (changes.server == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
        (void)dup2(ends[1], STDERR_FILENO);
        (void)execl(argv[3], argv[3], "serve", argv[4], "--certs", argv[5], "--listen",
                    "127.0.0.1:0", "--workers", "2", "--set", log, "--state", argv[7],
                    (char *)NULL);
        _exit(127);
    }
    (void)close(ends[1]);
    *messages = fdopen(ends[0], "r");
    if (changes.server < 0 || *messages == NULL) {
        die("the server");
    }
}

static void wait_until_served(FILE *messages)
{
    static const char listening[] = "matinee: listening on 127.0.0.1:";
    char line[4096];
    while (fgets(line, sizeof line, messages) != NULL) {
        if (strncmp(line, listening, sizeof listening - 1) == 0) {
            changes.port = (int)strtol(line + sizeof listening - 1, NULL, 10);
        }
        if (strncmp(line, "matinee: serving ", 17) == 0) {
            return;
        }
        if (strstr(line, "error:") != NULL) {
            (void)fputs(line, stderr);
        }
    }
    die("the server has not started");
}

/* The child of the server whose name says so. */
static void find_loader(void)
{
    char path[64];
    char name[32] = "";
    char list[1024] = "";
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)changes.server,
                   (int)changes.server);
    FILE *children = fopen(path, "re");
    if (children == NULL || fgets(list, sizeof list, children) == NULL) {
        die(path);
    }
    (void)fclose(children);
    char *end = list;
    for (long pid = strtol(list, &end, 10); pid > 0; pid = strtol(end, &end, 10)) {
        (void)snprintf(path, sizeof path, "/proc/%ld/comm", pid);
        FILE *file = fopen(path, "re");
        if (file != NULL && fgets(name, sizeof name, file) != NULL &&
            strncmp(name, "matinee-loader", 14) == 0) {
            changes.loader = (pid_t)pid;
        }
        if (file != NULL) {
            (void)fclose(file);
        }
    }
    if (changes.loader == 0) {
        die("the server has no loader");
    }
}

/* A line of /proc/LOADER/status, in MB. */
static double memory_mb(const char *field)
{
    char path[64];
    double value = 0;
    char line[256];
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)changes.loader);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        die(path);
    }
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, field, strlen(field)) == 0) {
            value = strtod(line + strlen(field), NULL) * 1024 / 1e6;
        }
    }
    (void)fclose(file);
    return value;
}

static double loader_cpu_ms(void)
{
    clockid_t clock = 0;
    struct timespec time = { 0 };
    if (clock_getcpuclockid(changes.loader, &clock) != 0 || clock_gettime(clock, &time) != 0) {
        die("the loader");
    }
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* --- requests --------------------------------------------------------------------------------- */

/* Ask for `path` and keep the answer. False when there is none, as while workers change. */
static bool fetch(const char *path)
{
    char request[1100];
    char error[512];
    struct exchange_target target = {
        .address = { .sin_family = AF_INET,
                     .sin_port = htons((uint16_t)changes.port),
                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) },
    };
    int length =
        snprintf(request, sizeof request, "gemini://localhost:%d%s\r\n", changes.port, path);
    int fd = exchange_connect(&target, error, sizeof error);
    if (fd < 0) {
        return false;
    }
    SSL *ssl = SSL_new(changes.context);
    SSL_SESSION *session = NULL;
    buf_clear(&changes.page);
    bool ok = ssl != NULL && SSL_set_fd(ssl, fd) == 1 && SSL_set_app_data(ssl, &session) == 1 &&
              SSL_set_tlsext_host_name(ssl, "localhost") == 1 && SSL_connect(ssl) == 1 &&
              SSL_write(ssl, request, length) == length;
    int got = 0;
    do {
        char *room = ok ? buf_room(&changes.page, 65536) : NULL;
        got = room != NULL ? SSL_read(ssl, room, 65536) : 0;
        buf_added(&changes.page, got > 0 ? (size_t)got : 0);
    } while (got > 0);
    SSL_SESSION_free(session);
    SSL_free(ssl);
    (void)close(fd);
    return ok && slice_starts_with(buf_slice(&changes.page), SLICE("20 "));
}

static bool shows(const char *path, const char *text)
{
    const char *page = fetch(path) ? buf_string(&changes.page) : NULL;
    return page != NULL && strstr(page, text) != NULL;
}

/* The slowest of a few pages that no worker has made yet. */
static double next_pages_ms(void)
{
    static const char *const paths[] = { "/", "/reviews/", "/people/", "/reviews/review-1/" };
    double slowest = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        double begun = now_ms();
        if (!fetch(paths[i])) {
            die(paths[i]);
        }
        double taken = now_ms() - begun;
        slowest = taken > slowest ? taken : slowest;
    }
    return slowest;
}

/* --- searching -------------------------------------------------------------------------------- */

/* Until a search for the phrase `words` finds the review at `url_path`. */
static void wait_until_found(const char *words, const char *url_path)
{
    char path[512] = "/search.gmi?%22";
    char link[256];
    size_t length = strlen(path);
    for (; *words != '\0' && length + sizeof "%20%22" < sizeof path; words++) {
        length += (size_t)snprintf(path + length, sizeof path - length, "%%%02X",
                                   (unsigned)(unsigned char)*words);
    }
    (void)snprintf(path + length, sizeof path - length, "%%22");
    (void)snprintf(link, sizeof link, "\n=> %s", url_path);
    const double begun = now_ms();
    while (!shows(path, link)) {
        if (now_ms() - begun > FIND_GIVE_UP_MS) {
            die("a saved title is not found");
        }
        rest(LOOK_MS);
    }
}

/* --- saving ----------------------------------------------------------------------------------- */

/* As most editors do: the file is written over. `rest_of_file` begins with the second line. */
static void save(const char *path, const char *title, slice rest_of_file)
{
    struct buf text;
    buf_init(&text, PAGE_MAX);
    buf_printf(&text, "Title: %s\n", title);
    buf_put(&text, rest_of_file);
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    slice left = buf_slice(&text);
    if (fd < 0 || write(fd, left.ptr, left.len) != (ssize_t)left.len || close(fd) != 0) {
        die(path);
    }
    buf_release(&text);
}

static void save_and_wait(const char *path, slice rest_of_file, const char *url_path, int number)
{
    char title[64];
    char heading[80];
    (void)snprintf(title, sizeof title, "Saved for the time number %d", number);
    (void)snprintf(heading, sizeof heading, "# %s\n", title);
    double cpu = loader_cpu_ms();
    double begun = now_ms();
    save(path, title, rest_of_file);
    while (!shows(url_path, heading)) {
        if (now_ms() - begun > GIVE_UP_MS) {
            die("a saved title does not show");
        }
        rest(LOOK_MS);
    }
    print("saved", "ms", now_ms() - begun);
    if (changes.is_searched) {
        wait_until_found(title, url_path);
        print("found", "ms", now_ms() - begun);
    }
    print("saved/next", "ms", next_pages_ms());
    rest(SETTLE_MS);
    print("saved/cpu", "ms", loader_cpu_ms() - cpu);
}

int main(int argc, char **argv)
{
    if (argc != 10) {
        (void)fputs("usage: changes NAME SAVES MATINEE CAPSULE CERTS LOG STATE FILE URL-PATH\n",
                    stderr);
        return 2;
    }
    struct arena arena;
    slice text = SLICE_EMPTY;
    FILE *messages = NULL;
    const long saves = strtol(argv[2], NULL, 10);
    changes.name = argv[1];
    changes.is_searched = strcmp(argv[7], "none") != 0;
    changes.context = exchange_context_new(13);
    arena_init(&arena);
    buf_init(&changes.page, PAGE_MAX);
    if (changes.context == NULL || !file_read(&arena, AT_FDCWD, argv[8], PAGE_MAX, &text)) {
        die(argv[8]);
    }
    (void)signal(SIGPIPE, SIG_IGN);

    double begun = now_ms();
    start(argv, &messages);
    wait_until_served(messages);
    if (!fetch(argv[9])) {
        die("the first request");
    }
    print("start", "ms", now_ms() - begun);
    find_loader();
    print("loader/after", "MB", memory_mb("VmRSS:"));
    print("loader/peak", "MB", memory_mb("VmHWM:"));
    if (changes.is_searched) {
        char title[128];
        const slice line = slice_head(text, slice_find_byte(text, '\n'));
        (void)snprintf(title, sizeof title, "%.*s", SLICE_ARG(slice_from(line, strlen("Title: "))));
        wait_until_found(title, argv[9]);
        print("indexed", "s", (now_ms() - begun) / 1e3);
    }
    slice rest_of_file = slice_from(text, slice_find_byte(text, '\n') + 1);
    for (int i = 0; i < saves; i++) {
        rest(BETWEEN_MS);
        save_and_wait(argv[8], rest_of_file, argv[9], i);
    }
    print("loader/later", "MB", memory_mb("VmRSS:"));
    (void)kill(changes.server, SIGTERM);
    (void)waitpid(changes.server, NULL, 0);
    (void)fclose(messages);
    buf_release(&changes.page);
    SSL_CTX_free(changes.context);
    arena_release(&arena);
    return 0;
}
