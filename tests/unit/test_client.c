/* The client against a server that answers what each test needs, well-formed or not. */
#include "check.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "gemini/certificate_facts.h"
#include "gemini/certificate_files.h"
#include "gemini/client.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char root[] = "/tmp/matinee-test-client-XXXXXX";
static struct buf error;
static int port;
static pid_t server = -1;

/* --- the server: a process that forks one for each connection --------------------------------- */

enum behaviour {
    CLOSES,         /* sends the answer, then close_notify */
    BREAKS_OFF,     /* … without close_notify */
    SENDS_BYTES,    /* … byte by byte */
    ECHOES,         /* header, then the request, a blank, the name in SNI */
    SAYS_NOTHING,   /* keeps the connection open */
    NEVER_ENDS,     /* sends a body for ever, fast */
    DRIPS,          /* sends a body for ever, slowly */
    LONG_HEADER,    /* a header line without end */
    LONGEST_HEADER, /* META of exactly LIMIT_META bytes */
};

static const struct {
    const char *path;
    enum behaviour behaviour;
    const char *answer;
} answers[] = {
    { "/plain", CLOSES, "20 text/gemini\r\n# Hello\n" },
    { "/bytes", SENDS_BYTES, "20 text/gemini\r\n# Hello\n" },
    { "/empty", CLOSES, "20 text/plain\r\n" },
    { "/cut", BREAKS_OFF, "20 text/plain\r\npart" },
    { "/missing", CLOSES, "51 Not here\r\n" },
    { "/missing-cut", BREAKS_OFF, "51 Not here\r\n" },
    { "/missing-body", CLOSES, "51 Not here\r\nA body that must not be.\n" },
    { "/input", CLOSES, "10 Your name?\r\n" },
    { "/http", CLOSES, "HTTP/1.1 400 Bad Request\r\n\r\n" },
    { "/line-feed", CLOSES, "20 text/plain\nx" },
    { "/half", CLOSES, "20 text/pl" },
    { "/nothing", CLOSES, "" },
    { "/nothing-cut", BREAKS_OFF, "" },
    { "/escape", CLOSES, "51 \x1b[2J\r\n" },
    { "/redirect", CLOSES, "31 ../plain?x\r\n" },
    { "/redirect-twice", CLOSES, "30 /redirect\r\n" },
    { "/loop", CLOSES, "30 /loop\r\n" },
    { "/web", CLOSES, "30 https://example.org/\r\n" },
    { "/nowhere", CLOSES, "30 gemini://[/\r\n" },
    { "/echo", ECHOES, "20 text/plain\r\n" },
    { "/", ECHOES, "20 text/plain\r\n" },
    { "/silent", SAYS_NOTHING, "" },
    { "/half-silent", SAYS_NOTHING, "20 text/plain\r\nsome" },
    { "/endless", NEVER_ENDS, "20 text/plain\r\n" },
    { "/drip", DRIPS, "20 text/plain\r\n" },
    { "/long-header", LONG_HEADER, "20 " },
    { "/longest-header", LONGEST_HEADER, "51 " },
};

static void nap(long milliseconds)
{
    struct timespec time = { milliseconds / 1000, milliseconds % 1000 * 1000000 };
    (void)nanosleep(&time, NULL);
}

static void behave(SSL *ssl, enum behaviour behaviour, const char *answer, const char *request)
{
    char block[4096];
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    memset(block, 'x', sizeof block);
    if (behaviour == SENDS_BYTES) {
        for (; *answer != '\0'; answer++) {
            (void)SSL_write(ssl, answer, 1);
        }
    } else if (*answer != '\0') {
        (void)SSL_write(ssl, answer, (int)strlen(answer));
    }
    if (behaviour == ECHOES) {
        (void)SSL_write(ssl, request, (int)strlen(request));
        (void)SSL_write(ssl, " ", 1);
        (void)SSL_write(ssl, name ? name : "-", name ? (int)strlen(name) : 1);
    }
    if (behaviour == LONGEST_HEADER) {
        (void)SSL_write(ssl, block, LIMIT_META);
        (void)SSL_write(ssl, "\r\n", 2);
    }
    if (behaviour == SAYS_NOTHING) {
        nap(20000);
    }
    while (behaviour == NEVER_ENDS || behaviour == LONG_HEADER || behaviour == DRIPS) {
        if (SSL_write(ssl, block, behaviour == DRIPS ? 1 : (int)sizeof block) <= 0) {
            return;
        }
        nap(behaviour == DRIPS ? 20 : 0);
    }
    if (behaviour != BREAKS_OFF) {
        (void)SSL_shutdown(ssl);
    }
}

static void answer_connection(SSL_CTX *context, int fd)
{
    char request[LIMIT_REQUEST_URL + 3] = "";
    size_t length = 0;
    SSL *ssl = SSL_new(context);
    if (ssl == NULL || SSL_set_fd(ssl, fd) != 1 || SSL_accept(ssl) != 1) {
        return;
    }
    while (length < sizeof request - 1 && strchr(request, '\n') == NULL) {
        int count = SSL_read(ssl, request + length, (int)(sizeof request - 1 - length));
        if (count <= 0) {
            return;
        }
        length += (size_t)count;
    }
    request[strcspn(request, "\r")] = '\0';
    const char *path = strchr(request + strlen("gemini://"), '/');
    size_t path_length = path ? strcspn(path, "?") : 0;
    for (size_t i = 0; i < ARRAY_LENGTH(answers); i++) {
        if (strlen(answers[i].path) == path_length &&
            strncmp(answers[i].path, path, path_length) == 0) {
            behave(ssl, answers[i].behaviour, answers[i].answer, request);
            break;
        }
    }
    SSL_free(ssl);
}

static void serve(int listener, const struct certificate *certificate)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGCHLD, SIG_IGN);
    if (context == NULL || SSL_CTX_use_certificate(context, certificate->leaf) != 1 ||
        SSL_CTX_use_PrivateKey(context, certificate->key) != 1) {
        _exit(1);
    }
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0 && fork() == 0) {
            /* Ends with the test program, whatever it hangs in. */
            (void)alarm(30);
            answer_connection(context, fd);
            _exit(0);
        }
        (void)close(fd);
    }
}

static int begin(UNUSED void **state)
{
    const slice names[] = { SLICE("localhost") };
    struct certificate certificate;
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    buf_init(&error, 65536);
    (void)signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (mkdtemp(root) == NULL || !certificate_make(root, names, 1, &error) ||
        !certificate_load(root, names[0], true, &certificate, NULL, &error) || listener < 0 ||
        bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 16) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        return -1;
    }
    port = ntohs(address.sin_port);
    server = fork();
    if (server == 0) {
        (void)alarm(120);
        serve(listener, &certificate);
    }
    (void)close(listener);
    certificate_release(&certificate);
    return server > 0 ? 0 : -1;
}

static int end(UNUSED void **state)
{
    char command[sizeof root + 16];
    (void)kill(server, SIGKILL);
    (void)waitpid(server, NULL, 0);
    buf_release(&error);
    (void)snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

/* --- the tests -------------------------------------------------------------------------------- */

struct record {
    struct buf headers; /* every header line, a line each */
    struct buf body;
    bool trusts;
    unsigned asked;
};

static bool on_trust(void *context, slice host, int at, X509 *certificate, struct buf *why)
{
    struct record *record = context;
    record->asked++;
    assert_true(slice_equal(host, SLICE("localhost")) || slice_equal(host, SLICE("127.0.0.1")));
    assert_int_equal(at, port);
    assert_non_null(certificate);
    buf_puts(why, record->trusts ? "" : "not trusted");
    return record->trusts;
}

static bool on_header(void *context, int status, slice meta)
{
    struct record *record = context;
    buf_printf(&record->headers, "%d %.*s\n", status, SLICE_ARG(meta));
    return true;
}

static bool on_body(void *context, slice bytes)
{
    struct record *record = context;
    buf_put(&record->body, bytes);
    return !record->body.failed;
}

static struct record record;
static struct client_answer answer;
static struct client_options options;

static int fresh(UNUSED void **state)
{
    record = (struct record){ .trusts = true };
    buf_init(&record.headers, 1 << 20);
    buf_init(&record.body, 1 << 20);
    options = (struct client_options){ .timeout_ms = 10000, .max_body = 100000 };
    options.events = (struct client_events){ on_trust, on_header, on_body, &record };
    return 0;
}

static int done(UNUSED void **state)
{
    buf_release(&record.headers);
    buf_release(&record.body);
    return 0;
}

static bool get(const char *path)
{
    char url[2048];
    (void)snprintf(url, sizeof url, "gemini://localhost:%d%s", port, path);
    buf_clear(&error);
    buf_clear(&record.headers);
    buf_clear(&record.body);
    return client_get(slice_of(url), &options, &answer, &error);
}

static void assert_got(const char *path, const char *headers, const char *body)
{
    if (!get(path)) {
        fail_msg("%s: %s", path, buf_string(&error));
    }
    assert_slice_equal(buf_slice(&record.headers), headers);
    assert_slice_equal(buf_slice(&record.body), body);
    assert_int_equal(answer.body, record.body.len);
}

static void assert_fails(const char *path, const char *why)
{
    if (get(path)) {
        fail_msg("%s is taken", path);
    }
    if (strstr(buf_string(&error), why) == NULL) {
        fail_msg("%s: `%s` does not say `%s`", path, buf_string(&error), why);
    }
}

static void test_answers(UNUSED void **state)
{
    assert_got("/plain", "20 text/gemini\n", "# Hello\n");
    assert_false(answer.truncated);
    assert_int_equal(answer.status, 20);
    assert_int_equal(record.asked, 1);
    assert_got("/bytes", "20 text/gemini\n", "# Hello\n");
    assert_got("/empty", "20 text/plain\n", "");
    assert_got("/missing", "51 Not here\n", "");
    assert_got("/missing-cut", "51 Not here\n", "");
    assert_got("/missing-body", "51 Not here\n", "");
    assert_int_equal(answer.status, 51);
    assert_got("/input", "10 Your name?\n", "");
    assert_true(get("/longest-header"));
    assert_int_equal(record.headers.len, 3 + LIMIT_META + 1);
}

static void test_cut_off(UNUSED void **state)
{
    assert_got("/cut", "20 text/plain\n", "part");
    assert_true(answer.truncated);
}

static void test_what_is_sent(UNUSED void **state)
{
    char wanted[256];
    (void)snprintf(wanted, sizeof wanted, "gemini://localhost:%d/ localhost", port);
    assert_got("", "20 text/plain\n", wanted);
    assert_got("/#top", "20 text/plain\n", wanted);
    (void)snprintf(wanted, sizeof wanted, "gemini://localhost:%d/?q localhost", port);
    assert_got("?q", "20 text/plain\n", wanted);
    (void)snprintf(wanted, sizeof wanted, "gemini://localhost:%d/echo?a%%20b localhost", port);
    assert_got("/echo?a%20b#x", "20 text/plain\n", wanted);
    /* An address is no name for SNI; a final dot is none of the name. */
    char url[128];
    buf_clear(&record.body);
    (void)snprintf(url, sizeof url, "gemini://127.0.0.1:%d/echo", port);
    (void)snprintf(wanted, sizeof wanted, "%s -", url);
    assert_true(client_get(slice_of(url), &options, &answer, &error));
    assert_slice_equal(buf_slice(&record.body), wanted);
    buf_clear(&record.body);
    (void)snprintf(url, sizeof url, "GEMINI://LocalHost.:%d/echo", port);
    (void)snprintf(wanted, sizeof wanted, "%s localhost", url);
    assert_true(client_get(slice_of(url), &options, &answer, &error));
    assert_slice_equal(buf_slice(&record.body), wanted);
}

static void test_no_answers(UNUSED void **state)
{
    assert_fails("/http", "header line");
    assert_fails("/line-feed", "header line");
    assert_fails("/escape", "header line");
    assert_fails("/long-header", "header line");
    assert_fails("/half", "closed before");
    assert_fails("/nothing", "closed before");
    assert_fails("/nothing-cut", "closed before");
    assert_int_equal(answer.status, 0);
    assert_int_equal(record.headers.len, 0);
}

static void test_limits(UNUSED void **state)
{
    assert_fails("/endless", "larger than 100000 bytes");
    assert_true(answer.body <= 100000);
    options.max_body = 8;
    assert_got("/plain", "20 text/gemini\n", "# Hello\n");
    options.max_body = 7;
    assert_fails("/plain", "larger than 7 bytes");
}

static void test_deadline(UNUSED void **state)
{
    static const char *const paths[] = { "/silent", "/half-silent", "/drip", "/endless" };
    options.timeout_ms = 300;
    options.max_body = 1ull << 60;
    options.events.body = NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        struct timespec before;
        struct timespec after;
        (void)clock_gettime(CLOCK_MONOTONIC, &before);
        assert_fails(paths[i], "in time");
        (void)clock_gettime(CLOCK_MONOTONIC, &after);
        assert_true(after.tv_sec - before.tv_sec < 5);
    }
}

static void test_redirects(UNUSED void **state)
{
    assert_got("/redirect", "31 ../plain?x\n", "");
    options.redirects = LIMIT_REDIRECTS;
    assert_got("/redirect", "31 ../plain?x\n20 text/gemini\n", "# Hello\n");
    assert_got("/redirect-twice", "30 /redirect\n31 ../plain?x\n20 text/gemini\n", "# Hello\n");
    assert_fails("/loop", "too many redirects");
    assert_int_equal(record.headers.len, 6 * strlen("30 /loop\n"));
    assert_fails("/web", "no gemini URL");
    assert_fails("/nowhere", "leads to no URL");
    options.redirects = 1;
    assert_fails("/redirect-twice", "too many redirects");
}

static void test_trust(UNUSED void **state)
{
    record.trusts = false;
    assert_fails("/plain", "not trusted");
    assert_int_equal(record.asked, 1);
    assert_int_equal(record.headers.len, 0);
    options.events.trust = NULL;
    assert_got("/plain", "20 text/gemini\n", "# Hello\n");
}

static bool refuse_body(UNUSED void *context, UNUSED slice bytes)
{
    return false;
}

static void test_caller_ends_it(UNUSED void **state)
{
    options.events.body = refuse_body;
    assert_fails("/endless", "passed on");
}

static void test_bad_urls(UNUSED void **state)
{
    static const char *const urls[] = {
        "",
        "localhost",
        "/plain",
        "https://localhost/",
        "gemini://",
        "gemini:///x",
        "gemini://user@localhost/",
        "gemini://localhost:0/",
        "gemini://localhost/a b",
        "gemini://localhost/\r\n",
        "gemini://[::1/",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(urls); i++) {
        buf_clear(&error);
        assert_false(client_get(slice_of(urls[i]), &options, &answer, &error));
        assert_true(error.len > 0);
    }
    char longest[LIMIT_REQUEST_URL + 2];
    memset(longest, 'a', sizeof longest);
    memcpy(longest, "/echo?", 6);
    char prefix[64];
    int used = snprintf(prefix, sizeof prefix, "gemini://localhost:%d", port);
    longest[LIMIT_REQUEST_URL - used] = '\0';
    assert_true(get(longest));
    assert_int_equal(record.body.len, LIMIT_REQUEST_URL + strlen(" localhost"));
    longest[LIMIT_REQUEST_URL - used] = 'a';
    longest[LIMIT_REQUEST_URL - used + 1] = '\0';
    assert_fails(longest, "1024 bytes");
    assert_int_equal(record.asked, 1);
}

static void test_nobody_there(UNUSED void **state)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof address;
    char url[64];
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    /* A port that is bound, so nobody else's, but not listening. */
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    (void)snprintf(url, sizeof url, "gemini://127.0.0.1:%d/", ntohs(address.sin_port));
    buf_clear(&error);
    assert_false(client_get(slice_of(url), &options, &answer, &error));
    assert_non_null(strstr(buf_string(&error), "refused"));
    (void)close(fd);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, fresh, done)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_answers),    CASE(test_cut_off),      CASE(test_what_is_sent),
        CASE(test_no_answers), CASE(test_limits),       CASE(test_deadline),
        CASE(test_redirects),  CASE(test_trust),        CASE(test_caller_ends_it),
        CASE(test_bad_urls),   CASE(test_nobody_there),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
