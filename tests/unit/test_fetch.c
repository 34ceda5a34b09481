/* Files from a server that answers what each test needs, well-formed or not. */
#include "check.h"

#include "base/attributes.h"
#include "base/buf.h"
#include "base/limits.h"
#include "web/fetch.h"
#include "web/transfer.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int port;
static pid_t server = -1;

/* --- the server: a process that forks one for each connection --------------------------------- */

#define OK(headers, body) "HTTP/1.1 200 OK\r\n" headers "\r\n" body
#define EMPTY(status, headers) "HTTP/1.1 " status "\r\n" headers "Content-Length: 0\r\n\r\n"
#define HELLO OK("Content-Length: 6\r\n", "hello\n")
/* `hello` and a line feed with gzip. */
#define GZIP                                                                                \
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcbH\xcd\xc9\xc9\xe7\x02\x00\x20\x30\x3a\x36" \
    "\x06\x00\x00\x00"

enum behaviour {
    PLAIN,         /* sends the answer, keeps the connection */
    CLOSES,        /* … closes it */
    ECHOES,        /* sends what was asked */
    SAYS_NOTHING,  /* keeps the connection open */
    NEVER_ENDS,    /* sends a body for ever, fast */
    DRIPS,         /* … slowly */
    LONG_HEADER,   /* a header without end */
    MANY_PACKED,   /* 16 MB of zeros, packed */
    TO_OTHER_HOST, /* a redirect to the same server by another name */
};

static const struct answer {
    const char *path;
    enum behaviour behaviour;
    unsigned bad; /* so many times `first` is the answer */
    const char *first;
    const char *answer; /* then this */
    size_t length;      /* when it holds NUL */
} answers[] = {
    { "/plain", PLAIN, 0, NULL,
      OK("Content-Length: 6\r\nETag: \"x1\"\r\nLast-Modified: Mon, 01 Sep 2025 10:00:00 GMT\r\n"
         "Content-Type: text/plain\r\n",
         "hello\n"),
      0 },
    { "/empty", PLAIN, 0, NULL, EMPTY("200 OK", ""), 0 },
    { "/echo", ECHOES, 0, NULL, "", 0 },
    { "/chunked", PLAIN, 0, NULL,
      OK("Transfer-Encoding: chunked\r\n", "3\r\nhel\r\n3\r\nlo\n\r\n0\r\n\r\n"), 0 },
    { "/packed", PLAIN, 0, NULL, OK("Content-Encoding: gzip\r\nContent-Length: 26\r\n", GZIP),
      sizeof OK("Content-Encoding: gzip\r\nContent-Length: 26\r\n", GZIP) - 1 },
    { "/packed-wrong", CLOSES, 0, NULL, OK("Content-Encoding: gzip\r\n", "no gzip at all"), 0 },
    { "/bomb", MANY_PACKED, 0, NULL, NULL, 0 },
    { "/hints", PLAIN, 0, NULL,
      "HTTP/1.1 103 Early Hints\r\nETag: \"early\"\r\n\r\n" OK("Content-Length: 6\r\n", "hello\n"),
      0 },
    { "/same", PLAIN, 0, NULL, "HTTP/1.1 304 Not Modified\r\n\r\n", 0 },
    { "/missing", PLAIN, 0, NULL, EMPTY("404 Not Found", ""), 0 },
    { "/gone", PLAIN, 0, NULL, EMPTY("410 Gone", ""), 0 },
    { "/closed", PLAIN, 0, NULL, EMPTY("403 Forbidden", ""), 0 },
    { "/teapot", PLAIN, 0, NULL, EMPTY("418 I am a teapot", ""), 0 },
    { "/endless-missing", NEVER_ENDS, 0, NULL, "HTTP/1.1 404 Not Found\r\n\r\n", 0 },
    { "/odd-etag", PLAIN, 0, NULL, OK("Content-Length: 0\r\nETag: \"a\x01\"\r\n", ""), 0 },

    { "/redirect", PLAIN, 0, NULL, EMPTY("302 Found", "Location: plain?x\r\n"), 0 },
    { "/redirect-2", PLAIN, 0, NULL, EMPTY("301 Moved", "Location: /redirect\r\n"), 0 },
    { "/redirect-3", PLAIN, 0, NULL, EMPTY("307 Moved", "Location: /redirect-2\r\n"), 0 },
    { "/redirect-4", PLAIN, 0, NULL, EMPTY("308 Moved", "Location: /redirect-3\r\n"), 0 },
    { "/redirect-5", PLAIN, 0, NULL, EMPTY("303 Moved", "Location: /redirect-4\r\n"), 0 },
    { "/redirect-6", PLAIN, 0, NULL, EMPTY("302 Moved", "Location: /redirect-5\r\n"), 0 },
    { "/loop", PLAIN, 0, NULL, EMPTY("302 Found", "Location: /loop#x\r\n"), 0 },
    { "/loop-a", PLAIN, 0, NULL, EMPTY("302 Found", "Location: /loop-b\r\n"), 0 },
    { "/loop-b", PLAIN, 0, NULL, EMPTY("302 Found", "Location: /loop-a\r\n"), 0 },
    { "/to-nowhere", PLAIN, 0, NULL, EMPTY("302 Found", ""), 0 },
    { "/to-file", PLAIN, 0, NULL, EMPTY("302 Found", "Location: file:///etc/passwd\r\n"), 0 },
    { "/to-user", PLAIN, 0, NULL, EMPTY("302 Found", "Location: http://me@localhost/\r\n"), 0 },
    { "/to-closed", PLAIN, 0, NULL, EMPTY("302 Found", "Location: /private/x\r\n"), 0 },
    { "/to-other-host", TO_OTHER_HOST, 0, NULL, NULL, 0 },

    { "/busy", PLAIN, 2, EMPTY("503 Busy", ""), HELLO, 0 },
    { "/slow-down", PLAIN, 1, EMPTY("429 Too Many", "Retry-After: 1\r\n"), HELLO, 0 },
    { "/date", PLAIN, 1, EMPTY("503 Busy", "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n"), HELLO,
      0 },
    { "/tomorrow", PLAIN, 9, EMPTY("503 Busy", "Retry-After: 20000\r\n"), HELLO, 0 },
    { "/cut", CLOSES, 2, OK("Content-Length: 6\r\n", "hel"), HELLO, 0 },
    { "/cut-chunk", CLOSES, 1, OK("Transfer-Encoding: chunked\r\n", "3\r\nhel\r\n"), HELLO, 0 },
    { "/cut-header", CLOSES, 1, "HTTP/1.1 200 OK\r\nContent-Le", HELLO, 0 },
    { "/nothing", CLOSES, 1, "", HELLO, 0 },
    { "/no-http", CLOSES, 9, "20 text/gemini\r\nhello\n", HELLO, 0 },
    { "/fails", CLOSES, 99, EMPTY("500 Oops", ""), HELLO, 0 },
    { "/cut-always", CLOSES, 99, OK("Content-Length: 60\r\n", "hel"), HELLO, 0 },

    { "/announced", CLOSES, 0, NULL, OK("Content-Length: 99999999999\r\n", "x"), 0 },
    { "/endless", NEVER_ENDS, 0, NULL, "HTTP/1.1 200 OK\r\n\r\n", 0 },
    { "/drips", DRIPS, 0, NULL, "HTTP/1.1 200 OK\r\n\r\n", 0 },
    { "/silent", SAYS_NOTHING, 0, NULL, "", 0 },
    { "/long-header", LONG_HEADER, 0, NULL, "HTTP/1.1 200 OK\r\n", 0 },
};

enum robots { NO_ROBOTS, SOME_ROBOTS, BROKEN_ROBOTS, MOVED_ROBOTS, ENDLESS_ROBOTS };

/* Shared with the server's processes. */
static struct shared {
    unsigned asked[ARRAY_LENGTH(answers)];
    unsigned robots_asked;
    unsigned connections;
    enum robots robots;
    unsigned delay; /* in robots.txt */
} * shared;

static void nap(long milliseconds)
{
    struct timespec time = { milliseconds / 1000, milliseconds % 1000 * 1000000 };
    (void)nanosleep(&time, NULL);
}

static void say(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t count = write(fd, bytes, length);
        if (count <= 0) {
            _exit(0);
        }
        bytes += count;
        length -= (size_t)count;
    }
}

static void say_text(int fd, const char *text)
{
    say(fd, text, strlen(text));
}

/* Blocks of zeros as deflate has them cost a thousandth of their size; this one is stored, and only
 * long. */
static void say_packed(int fd)
{
    static const char head[] =
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03";
    static char block[5 + 65535] = "\x00\xff\xff\x00\x00";
    say(fd, head, sizeof head - 1);
    for (int i = 0; i < 256; i++) {
        say(fd, block, sizeof block);
    }
}

static void say_robots(int fd)
{
    char text[256];
    shared->robots_asked++;
    switch (shared->robots) {
    case NO_ROBOTS:
        say_text(fd, EMPTY("404 Not Found", ""));
        break;
    case SOME_ROBOTS:
        (void)snprintf(text, sizeof text,
                       "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
                       "User-agent: matinee\nDisallow: /private/\nCrawl-delay: %u\n",
                       shared->delay);
        say_text(fd, text);
        _exit(0);
    case BROKEN_ROBOTS:
        say_text(fd, EMPTY("500 Oops", ""));
        break;
    case MOVED_ROBOTS:
        say_text(fd, EMPTY("302 Found", "Location: /plain\r\n"));
        break;
    case ENDLESS_ROBOTS:
        say_text(fd, "HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nDisallow: /private/\n");
        for (;;) {
            say_text(fd, "# and so on, and so on\n");
        }
    }
}

static void behave(int fd, size_t which, const char *request)
{
    const struct answer *answer = &answers[which];
    char block[4096];
    memset(block, 'x', sizeof block);
    bool bad = ++shared->asked[which] <= answer->bad;
    switch (answer->behaviour) {
    case PLAIN:
    case CLOSES:
        if (bad) {
            say_text(fd, answer->first);
        } else {
            say(fd, answer->answer, answer->length > 0 ? answer->length : strlen(answer->answer));
        }
        if (answer->behaviour == CLOSES) {
            _exit(0);
        }
        break;
    case ECHOES:
        (void)snprintf(block, sizeof block, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
                       strlen(request));
        say_text(fd, block);
        say_text(fd, request);
        break;
    case TO_OTHER_HOST:
        (void)snprintf(block, sizeof block,
                       "HTTP/1.1 302 Found\r\nLocation: http://localhost:%d/plain\r\n"
                       "Content-Length: 0\r\n\r\n",
                       port);
        say_text(fd, block);
        break;
    case MANY_PACKED:
        say_packed(fd);
        _exit(0);
    case SAYS_NOTHING:
        nap(20000);
        _exit(0);
    case NEVER_ENDS:
    case DRIPS:
    case LONG_HEADER:
        say_text(fd, answer->answer);
        for (;;) {
            if (answer->behaviour == LONG_HEADER) {
                say_text(fd, "X-Header: and so on\r\n");
            } else {
                say(fd, block, answer->behaviour == DRIPS ? 1 : sizeof block);
                nap(answer->behaviour == DRIPS ? 20 : 0);
            }
        }
    }
}

static void answer_connection(int fd)
{
    char request[8192];
    shared->connections++;
    for (;;) {
        size_t length = 0;
        while (length < 4 || memcmp(request + length - 4, "\r\n\r\n", 4) != 0) {
            if (length == sizeof request - 1 || read(fd, request + length, 1) != 1) {
                return;
            }
            length++;
        }
        request[length] = '\0';
        size_t path = strcspn(request + 4, " ?");
        if (path == 11 && strncmp(request + 4, "/robots.txt", path) == 0) {
            say_robots(fd);
            continue;
        }
        size_t which = 0;
        while (which < ARRAY_LENGTH(answers) &&
               (strlen(answers[which].path) != path ||
                strncmp(answers[which].path, request + 4, path) != 0)) {
            which++;
        }
        if (which < ARRAY_LENGTH(answers)) {
            behave(fd, which, request);
        } else {
            say_text(fd, EMPTY("404 Not Found", ""));
        }
    }
}

static int begin(UNUSED void **state)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)signal(SIGPIPE, SIG_IGN);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (shared == MAP_FAILED || listener < 0 ||
        bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 16) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        return -1;
    }
    port = ntohs(address.sin_port);
    server = fork();
    if (server == 0) {
        (void)setpgid(0, 0);
        (void)alarm(120);
        (void)signal(SIGCHLD, SIG_IGN);
        for (;;) {
            int fd = accept(listener, NULL, NULL);
            if (fd >= 0 && fork() == 0) {
                /* Ends with the test program, whatever it hangs in. */
                (void)alarm(60);
                answer_connection(fd);
                _exit(0);
            }
            (void)close(fd);
        }
    }
    (void)close(listener);
    return server > 0 ? 0 : -1;
}

static int end(UNUSED void **state)
{
    (void)setpgid(server, server); /* it may not have come to do so */
    (void)kill(-server, SIGKILL);
    (void)waitpid(server, NULL, 0);
    return munmap(shared, sizeof *shared);
}

/* --- the tests -------------------------------------------------------------------------------- */

static struct arena arena;
static struct buf body;
static struct buf told;
static volatile sig_atomic_t stop;
static struct fetch_options options;
static struct fetcher *fetcher;
static struct fetch_request request;
static struct fetch_answer answer;
static unsigned begun;

static void on_tell(UNUSED void *context, slice message)
{
    buf_put(&told, message);
    buf_putc(&told, '\n');
}

static bool on_begin(UNUSED void *context)
{
    begun++;
    buf_clear(&body);
    return true;
}

static bool on_take(UNUSED void *context, slice bytes)
{
    buf_put(&body, bytes);
    return !body.failed;
}

static int fresh(UNUSED void **state)
{
    arena_init(&arena);
    buf_init(&body, 1 << 20);
    buf_init(&told, 1 << 20);
    *shared = (struct shared){ .robots = NO_ROBOTS };
    stop = 0;
    options = (struct fetch_options){ .allow_private = true, .stop = &stop, .tell = on_tell };
    fetcher = fetch_begin(&options);
    request = (struct fetch_request){ .max = 100000, .begin = on_begin, .take = on_take };
    return fetcher == NULL;
}

static int done(UNUSED void **state)
{
    fetch_end(fetcher);
    buf_release(&body);
    buf_release(&told);
    arena_release(&arena);
    return 0;
}

static enum fetch_result get(const char *path)
{
    request.url = arena_printf(&arena, "http://127.0.0.1:%d%s", port, path);
    begun = 0;
    return fetch(fetcher, &arena, &request, &answer);
}

static void assert_got(const char *path, const char *expected)
{
    enum fetch_result result = get(path);
    if (result != FETCH_DONE) {
        fail_msg("%s: %d, %.*s", path, (int)result, SLICE_ARG(answer.problem));
    }
    assert_slice_equal(buf_slice(&body), expected);
    assert_slice_equal(answer.problem, "");
}

static void assert_is(enum fetch_result expected, const char *path, const char *problem)
{
    enum fetch_result result = get(path);
    if (result != expected) {
        fail_msg("%s: %d, %.*s", path, (int)result, SLICE_ARG(answer.problem));
    }
    if (slice_find(answer.problem, slice_of(problem)) == answer.problem.len) {
        fail_msg("%s: `%.*s` does not say `%s`", path, SLICE_ARG(answer.problem), problem);
    }
}

static unsigned times_asked(const char *path)
{
    for (size_t i = 0; i < ARRAY_LENGTH(answers); i++) {
        if (strcmp(answers[i].path, path) == 0) {
            return shared->asked[i];
        }
    }
    return 0;
}

static void test_answers(UNUSED void **state)
{
    assert_got("/plain", "hello\n");
    assert_slice_equal(answer.etag, "\"x1\"");
    assert_slice_equal(answer.modified, "Mon, 01 Sep 2025 10:00:00 GMT");
    assert_slice_equal(answer.type, "text/plain");
    assert_true(get("/empty") == FETCH_DONE && body.len == 0);
    assert_got("/chunked", "hello\n");
    assert_got("/packed", "hello\n");
    assert_got("/hints", "hello\n");
    assert_slice_equal(answer.etag, "");
    assert_true(get("/odd-etag") == FETCH_DONE && answer.etag.len == 0);
    assert_is(FETCH_GONE, "/missing", "not found (404)");
    assert_is(FETCH_GONE, "/gone", "gone (410)");
    assert_is(FETCH_GONE, "/endless-missing", "404");
    assert_is(FETCH_NEVER, "/closed", "refuses it (403)");
    assert_is(FETCH_NEVER, "/teapot", "418");
    assert_is(FETCH_NEVER, "/same", "304");
    assert_int_equal(told.len, 0);
}

/* One connection is kept, robots.txt is asked for once. */
static void test_connection(UNUSED void **state)
{
    for (int i = 0; i < 10; i++) {
        assert_got("/plain", "hello\n");
    }
    assert_int_equal(shared->connections, 1);
    assert_int_equal(shared->robots_asked, 1);
}

static void test_what_is_sent(UNUSED void **state)
{
    request.etag = SLICE("\"x1\"");
    request.modified = SLICE("Mon, 01 Sep 2025 10:00:00 GMT");
    request.accept = SLICE("application/atom+xml");
    assert_true(get("/echo?a%20b&c#d") == FETCH_DONE);
    slice sent = buf_slice(&body);
    slice first;
    assert_true(slice_next_line(&sent, &first));
    assert_slice_equal(first, "GET /echo?a%20b&c HTTP/1.1\r");
    sent = buf_slice(&body);
    static const char *const lines[] = {
        "User-Agent: matinee/" MATINEE_VERSION "\r\n",
        "Accept: application/atom+xml\r\n",
        "Accept-Encoding: gzip\r\n",
        "If-None-Match: \"x1\"\r\n",
        "If-Modified-Since: Mon, 01 Sep 2025 10:00:00 GMT\r\n",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        if (slice_find(sent, slice_of(lines[i])) == sent.len) {
            fail_msg("%s is not in\n%.*s", lines[i], SLICE_ARG(sent));
        }
    }
    assert_true(get("/same") == FETCH_SAME);
    /* What one request said is not said again. */
    request.etag = request.modified = request.accept = SLICE_EMPTY;
    assert_true(get("/echo") == FETCH_DONE);
    assert_int_equal(slice_find(buf_slice(&body), SLICE("If-")), body.len);
}

static void test_redirects(UNUSED void **state)
{
    assert_got("/redirect", "hello\n");
    assert_true(slice_ends_with(answer.url, SLICE("/plain?x")));
    assert_got("/redirect-5", "hello\n");
    assert_is(FETCH_NEVER, "/redirect-6", "too many redirects");
    assert_is(FETCH_NEVER, "/loop", "circle");
    assert_int_equal(times_asked("/loop"), 1);
    assert_is(FETCH_NEVER, "/loop-a", "circle");
    assert_is(FETCH_NEVER, "/to-nowhere", "leads nowhere");
    assert_is(FETCH_NEVER, "/to-file", "a redirect to no address of the web");
    assert_is(FETCH_NEVER, "/to-user", "user");
    assert_got("/to-other-host", "hello\n");
    assert_true(slice_starts_with(answer.url, SLICE("http://localhost:")));
    assert_int_equal(shared->robots_asked, 2);
}

static void test_tried_again(UNUSED void **state)
{
    assert_got("/busy", "hello\n");
    assert_int_equal(begun, 3);
    assert_true(slice_find(buf_slice(&told), SLICE("/busy: the server answers 503; asked again")) <
                told.len);
    assert_got("/date", "hello\n");
    assert_got("/cut", "hello\n");
    assert_int_equal(begun, 3);
    assert_got("/cut-chunk", "hello\n");
    assert_got("/cut-header", "hello\n");
    assert_got("/nothing", "hello\n");
    buf_clear(&told);
    assert_got("/slow-down", "hello\n");
    assert_true(slice_find(buf_slice(&told), SLICE("asked again in 1.0 s")) < told.len);
    assert_is(FETCH_LATER, "/fails", "500, after 5 tries");
    assert_int_equal(times_asked("/fails"), 5);
}

/* A host that fails again and again is left alone, and so is one that says so. */
static void test_left_alone(UNUSED void **state)
{
    assert_is(FETCH_LATER, "/cut-always", "after 5 tries");
    assert_is(FETCH_LATER, "/fails", "after 5 tries");
    assert_got("/plain", "hello\n"); /* they were not in a row */
    for (int i = 0; i < LIMIT_WEB_FAILURES; i++) {
        assert_is(FETCH_LATER, "/fails", "after 5 tries");
    }
    assert_is(FETCH_LATER, "/plain", "failed too often");
    assert_int_equal(times_asked("/plain"), 1);
}

static void test_asks_to_wait(UNUSED void **state)
{
    /* Under six hours: newer versions of libcurl say no more than that. */
    assert_is(FETCH_LATER, "/tomorrow", "503 and asks to wait for 334 minutes");
    assert_int_equal(times_asked("/tomorrow"), 1);
    assert_is(FETCH_LATER, "/plain", "asked to be left alone");
    assert_int_equal(times_asked("/plain"), 0);
}

static void test_limits(UNUSED void **state)
{
    assert_is(FETCH_NEVER, "/announced", "");
    assert_is(FETCH_NEVER, "/endless", "larger than 100000 bytes");
    assert_true(body.len <= 100000);
    assert_is(FETCH_NEVER, "/bomb", "larger than 100000 bytes");
    assert_is(FETCH_NEVER, "/long-header", "header is too large");
    assert_is(FETCH_NEVER, "file:///etc/passwd", "");
    assert_is(FETCH_LATER, "/packed-wrong", "");
    assert_is(FETCH_LATER, "/no-http", "");
}

static void test_wrong_addresses(UNUSED void **state)
{
    static const char *const urls[] = { "", "x", "ftp://127.0.0.1/", "http://u@127.0.0.1/" };
    for (size_t i = 0; i < ARRAY_LENGTH(urls); i++) {
        request.url = slice_of(urls[i]);
        assert_int_equal(fetch(fetcher, &arena, &request, &answer), FETCH_NEVER);
        assert_true(answer.problem.len > 0);
    }
}

static void test_not_taken(UNUSED void **state)
{
    buf_release(&body);
    buf_init(&body, 3);
    assert_is(FETCH_NOT_TAKEN, "/plain", "kept");
}

static void test_robots(UNUSED void **state)
{
    shared->robots = SOME_ROBOTS;
    assert_is(FETCH_NEVER, "/private/x", "robots.txt of its site does not allow it");
    assert_is(FETCH_NEVER, "/to-closed", "robots.txt");
    assert_got("/plain", "hello\n");
    assert_int_equal(shared->robots_asked, 1);
}

static void test_robots_delay(UNUSED void **state)
{
    struct timespec before;
    struct timespec after;
    shared->robots = SOME_ROBOTS;
    shared->delay = 1;
    (void)clock_gettime(CLOCK_MONOTONIC, &before);
    assert_got("/plain", "hello\n");
    assert_got("/plain", "hello\n");
    (void)clock_gettime(CLOCK_MONOTONIC, &after);
    assert_true(
        (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 >= 999);
}

static void test_robots_broken(UNUSED void **state)
{
    shared->robots = BROKEN_ROBOTS;
    assert_is(FETCH_LATER, "/plain",
              "robots.txt of its site cannot be had: the server answers 500");
    assert_is(FETCH_LATER, "/plain", "robots.txt of its site cannot be had");
    assert_int_equal(times_asked("/plain"), 0);
    assert_int_equal(shared->robots_asked, 5);
}

static void test_robots_odd(UNUSED void **state)
{
    shared->robots = MOVED_ROBOTS;
    assert_got("/plain", "hello\n");
    fetch_end(fetcher);
    fetcher = fetch_begin(&options);
    shared->robots = ENDLESS_ROBOTS;
    assert_got("/plain", "hello\n");
    assert_is(FETCH_NEVER, "/private/", "robots.txt");
}

static void test_private(UNUSED void **state)
{
    options.allow_private = false;
    fetch_end(fetcher);
    fetcher = fetch_begin(&options);
    static const char *const hosts[] = {
        "127.0.0.1", "localhost", "[::1]", "0", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"
    };
    for (size_t i = 0; i < ARRAY_LENGTH(hosts); i++) {
        request.url = arena_printf(&arena, "http://%s:%d/plain", hosts[i], port);
        if (fetch(fetcher, &arena, &request, &answer) != FETCH_NEVER ||
            slice_find(answer.problem, SLICE("private network")) == answer.problem.len) {
            fail_msg("%s: %.*s", hosts[i], SLICE_ARG(answer.problem));
        }
    }
    assert_int_equal(shared->connections, 0);
}

static void on_alarm(UNUSED int signal_number)
{
    stop = 1;
}

static void test_stop(UNUSED void **state)
{
    (void)signal(SIGALRM, on_alarm);
    (void)alarm(1);
    assert_is(FETCH_STOPPED, "/silent", "stopped");
    assert_is(FETCH_STOPPED, "/plain", "stopped");
}

/* What a slow server may do to one transfer; the limits of a whole fetch are longer. */
static void test_slow(UNUSED void **state)
{
    const struct transfer_options patience[] = {
        { .allow_private = true, .connect_s = 5, .stall_s = 1, .total_s = 60 },
        { .allow_private = true, .connect_s = 5, .stall_s = 60, .total_s = 1 },
    };
    static const char *const paths[] = { "/silent", "/drips" };
    for (size_t i = 0; i < 4; i++) {
        struct transfer *transfer = transfer_open(&patience[i / 2]);
        struct transfer_answer got;
        const struct transfer_request wanted = {
            .url = arena_printf(&arena, "http://127.0.0.1:%d%s", port, paths[i % 2]),
            .max = 100000,
            .take = on_take,
        };
        assert_non_null(transfer);
        enum transfer_result result = transfer_get(transfer, &arena, &wanted, &got);
        assert_int_equal(result, i < 2 ? TRANSFER_FAILED : TRANSFER_REFUSED);
        assert_true(got.problem.len > 0);
        transfer_close(transfer);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, done)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_answers),       TEST(test_connection),  TEST(test_what_is_sent),
        TEST(test_redirects),     TEST(test_tried_again), TEST(test_left_alone),
        TEST(test_asks_to_wait),  TEST(test_limits),      TEST(test_wrong_addresses),
        TEST(test_not_taken),     TEST(test_robots),      TEST(test_robots_delay),
        TEST(test_robots_broken), TEST(test_robots_odd),  TEST(test_private),
        TEST(test_stop),          TEST(test_slow),
    };
    return cmocka_run_group_tests_name("fetch", tests, begin, end);
}
