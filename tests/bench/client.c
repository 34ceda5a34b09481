/* client: ask servers for the same page again and again, and print what that cost each of them.
 *
 *     client --name NAME --path PATH --expect FILE [--tls 12|13] [--resume] [--requests N]
 *            [--parallel C] [--seconds S] [--no-delay] SERVER...
 *
 * SERVER is NAME:PORT, NAME:PORT:PID, or tls_floor:FOLDER (floor.h; the certificate of `localhost`
 * in FOLDER). A NAME that ends with + is resumed without --resume too; one that ends with ? is left
 * out, with a message, when its first answer is not what is wanted. Whatever else is wrong with a
 * response ends all with a message and exit code 1.
 *
 * The servers take turns, ten requests each, so that all of them see the same machine, which drifts
 * by half within seconds. Prints samples for report.c, a server each: NAME/SERVER/p50 and /p99,
 * microseconds from connect(2) to close_notify, and for those with a process NAME/SERVER/cpu,
 * microseconds of user and system time of that process and those below it, per request.
 */
#include "exchange.h"
#include "floor.h"
#include "process.h"

#include "base/arena.h"
#include "base/file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    MAX_SERVERS = 8,
    MAX_PARALLEL = 64,
    MAX_REQUESTS = 1000000,
    MAX_BODY = 64 * 1024 * 1024,
    TURN = 10,
    /* A server still has to notice that the client has closed when that is done. */
    SETTLE_MS = 50,
};

struct server {
    slice name;
    bool is_optional;
    bool is_left_out;
    struct exchange_target target;
    pid_t pid;           /* 0: not known */
    struct floor *floor; /* NULL: a real one */
    struct floor_options floor_options;
    int64_t before_ns;
    int64_t after_ns; /* of the floor: the sum */
    double *latencies;
    size_t done;
};

/* A thread, which is with each server for a turn. */
struct asker {
    pthread_t thread;
    SSL_SESSION *sessions[MAX_SERVERS];
    double *latencies[MAX_SERVERS]; /* room for `each` */
    size_t done[MAX_SERVERS];
    size_t failed; /* which of them, when not ok */
    bool is_first; /* it alone goes to the floor */
    bool ok;
    char error[512];
};

static struct {
    const char *name;
    slice path;
    slice body;
    SSL_CTX *context;
    int tls;
    bool resume;
    bool no_delay; /* without Nagle's algorithm */
    size_t requests;
    size_t parallel;
    size_t each; /* requests of a thread to a server */
    double seconds;
    double until; /* 0: no end */
    struct server servers[MAX_SERVERS];
    size_t server_count;
    struct asker askers[MAX_PARALLEL];
    struct arena arena;
} all = { .tls = 13, .requests = 300, .parallel = 1 };

_Noreturn static void fail(slice server, const char *what)
{
    (void)fprintf(stderr, "bench client: %s/%.*s: %s\n", all.name != NULL ? all.name : "",
                  SLICE_ARG(server), what);
    exit(1);
}

static double now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* --- asking ----------------------------------------------------------------------------------- */

static bool ask(struct asker *asker, size_t which)
{
    struct server *server = &all.servers[which];
    if (server->floor != NULL) {
        server->after_ns += floor_run(server->floor);
        return true;
    }
    return exchange_run(all.context, &server->target, &asker->sessions[which], asker->error,
                        sizeof asker->error);
}

static void ask_turn(struct asker *asker, size_t which)
{
    const struct server *server = &all.servers[which];
    if (server->is_left_out || (server->floor != NULL && !asker->is_first)) {
        return;
    }
    for (size_t i = 0; asker->ok && i < TURN && asker->done[which] < all.each; i++) {
        double begun = now_us();
        asker->ok = ask(asker, which);
        asker->failed = which;
        asker->latencies[which][asker->done[which]++] = now_us() - begun;
    }
}

static void *run_asker(void *argument)
{
    struct asker *asker = argument;
    size_t turns = (all.each + TURN - 1) / TURN;
    for (size_t i = 0; i < turns && (all.until == 0 || now_us() < all.until); i++) {
        for (size_t j = 0; j < all.server_count; j++) {
            ask_turn(asker, (i + j) % all.server_count); /* nobody is always the first */
        }
    }
    return NULL;
}

/* The first request is not measured: it brings the session that is resumed, and wakes the server.
 */
static void ask_first(struct asker *asker, size_t which)
{
    struct server *server = &all.servers[which];
    if (server->is_left_out || (server->floor != NULL && !asker->is_first)) {
        return;
    }
    bool ok = ask(asker, which);
    if (ok && server->target.resume && asker->sessions[which] == NULL) {
        (void)snprintf(asker->error, sizeof asker->error, "it gives no session");
        ok = false;
    }
    if (!ok && !server->is_optional) {
        fail(server->name, asker->error);
    }
    if (!ok) {
        (void)fprintf(stderr, "bench client: %s: without %.*s: %s\n", all.name,
                      SLICE_ARG(server->name), asker->error);
        server->is_left_out = true;
    }
}

/* --- measuring -------------------------------------------------------------------------------- */

static void look_at_cpu(bool before)
{
    const struct timespec pause = { .tv_nsec = SETTLE_MS * 1000000L };
    (void)nanosleep(&pause, NULL);
    for (size_t i = 0; i < all.server_count; i++) {
        struct server *server = &all.servers[i];
        int64_t *into = before ? &server->before_ns : &server->after_ns;
        if (server->pid > 0 && !process_cpu(server->pid, into)) {
            fail(server->name, "it has gone");
        }
        if (server->floor != NULL && before) {
            server->after_ns = 0;
        }
    }
}

static int compare(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;
    return (*x > *y) - (*x < *y);
}

/* The latencies of all threads, which each have room of their own, one after the other. */
static void gather(struct server *server, size_t which)
{
    for (size_t i = 0; i < all.parallel; i++) {
        const struct asker *asker = &all.askers[i];
        memmove(server->latencies + server->done, asker->latencies[which],
                asker->done[which] * sizeof *server->latencies);
        server->done += asker->done[which];
    }
    if (server->done == 0) {
        fail(server->name, "no request was made");
    }
    qsort(server->latencies, server->done, sizeof *server->latencies, compare);
}

static void print_server(const struct server *server)
{
    size_t n = server->done;
    if (server->pid > 0 || server->floor != NULL) {
        printf("%s/%.*s/cpu us %.1f\n", all.name, SLICE_ARG(server->name),
               (double)(server->after_ns - server->before_ns) / 1e3 / (double)n);
    }
    if (server->floor == NULL) {
        printf("%s/%.*s/p50 us %.1f\n", all.name, SLICE_ARG(server->name),
               server->latencies[n / 2]);
        printf("%s/%.*s/p99 us %.1f\n", all.name, SLICE_ARG(server->name),
               server->latencies[(n * 99 + 99) / 100 - 1]);
    }
}

static void measure(void)
{
    for (size_t i = 0; i < all.parallel; i++) {
        for (size_t j = 0; j < all.server_count; j++) {
            ask_first(&all.askers[i], j);
        }
    }
    look_at_cpu(true);
    all.until = all.seconds > 0 ? now_us() + all.seconds * 1e6 : 0;
    for (size_t i = 0; i < all.parallel; i++) {
        if (pthread_create(&all.askers[i].thread, NULL, run_asker, &all.askers[i]) != 0) {
            fail(SLICE_EMPTY, "no thread");
        }
    }
    for (size_t i = 0; i < all.parallel; i++) {
        (void)pthread_join(all.askers[i].thread, NULL);
        if (!all.askers[i].ok) {
            fail(all.servers[all.askers[i].failed].name, all.askers[i].error);
        }
    }
    look_at_cpu(false);
    for (size_t i = 0; i < all.server_count; i++) {
        if (!all.servers[i].is_left_out) {
            gather(&all.servers[i], i);
            print_server(&all.servers[i]);
        }
    }
}

/* --- what is asked for ------------------------------------------------------------------------ */

static size_t number(slice text, size_t max)
{
    unsigned long n = 0;
    if (!slice_to_number(text, max, &n) || n == 0) {
        (void)fprintf(stderr, "bench client: no number from 1 to %zu: %.*s\n", max,
                      SLICE_ARG(text));
        exit(2);
    }
    return n;
}

static void parse_options(int argc, char **argv)
{
    static const struct option names[] = {
        { "expect", required_argument, NULL, 'e' }, { "no-delay", no_argument, NULL, 'd' },
        { "name", required_argument, NULL, 'n' },   { "parallel", required_argument, NULL, 'c' },
        { "path", required_argument, NULL, 'p' },   { "requests", required_argument, NULL, 'r' },
        { "resume", no_argument, NULL, 'R' },       { "seconds", required_argument, NULL, 's' },
        { "tls", required_argument, NULL, 't' },    { NULL, 0, NULL, 0 },
    };
    for (int c = 0; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        slice value = slice_of(optarg);
        switch (c) {
        case 'e':
            if (!file_read(&all.arena, AT_FDCWD, optarg, MAX_BODY, &all.body)) {
                fail(value, strerror(errno));
            }
            break;
        case 'd':
            all.no_delay = true;
            break;
        case 'n':
            all.name = optarg;
            break;
        case 'c':
            all.parallel = number(value, MAX_PARALLEL);
            break;
        case 'p':
            all.path = value;
            break;
        case 'r':
            all.requests = number(value, MAX_REQUESTS);
            break;
        case 'R':
            all.resume = true;
            break;
        case 's':
            all.seconds = (double)number(value, 3600);
            break;
        case 't':
            all.tls = (int)number(value, 13);
            break;
        default:
            exit(2);
        }
    }
    if (all.name == NULL || all.path.len == 0 || optind == argc || argc - optind > MAX_SERVERS) {
        (void)fprintf(stderr, "bench client: --name, --path and servers are needed\n");
        exit(2);
    }
}

static void add_server(slice text)
{
    struct server *server = &all.servers[all.server_count++];
    (void)slice_next_piece(&text, ':', &server->name);
    if (slice_equal(server->name, SLICE("tls_floor"))) {
        server->floor_options = (struct floor_options){
            .certs = text.ptr,
            .host = "localhost",
            .size = all.body.len,
            .tls = all.tls,
            .resume = all.resume,
        };
        server->floor = floor_new(&server->floor_options);
        return;
    }
    if (slice_ends_with(server->name, SLICE("?"))) {
        server->is_optional = true;
        server->name.len--;
    }
    bool resume = all.resume || slice_ends_with(server->name, SLICE("+"));
    if (slice_ends_with(server->name, SLICE("+"))) {
        server->name.len--;
    }
    slice port = SLICE_EMPTY;
    (void)slice_next_piece(&text, ':', &port);
    server->pid = text.len > 0 ? (pid_t)number(text, 1u << 30) : 0;
    server->target = (struct exchange_target){
        .address = { .sin_family = AF_INET,
                     .sin_port = htons((uint16_t)number(port, 65535)),
                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) },
        .host = "localhost",
        .request = arena_printf(&all.arena, "gemini://localhost:%.*s%.*s\r\n", SLICE_ARG(port),
                                SLICE_ARG(all.path)),
        .body = all.body,
        .resume = resume,
        .no_delay = all.no_delay,
    };
}

static void make_room(void)
{
    all.each = (all.requests + all.parallel - 1) / all.parallel;
    for (size_t i = 0; i < all.server_count; i++) {
        struct server *server = &all.servers[i];
        server->latencies = calloc(all.each * all.parallel, sizeof *server->latencies);
        if (server->latencies == NULL) {
            fail(server->name, "out of memory");
        }
        for (size_t j = 0; j < all.parallel; j++) {
            all.askers[j].latencies[i] = server->latencies + j * all.each;
        }
    }
    for (size_t j = 0; j < all.parallel; j++) {
        all.askers[j].ok = true;
        all.askers[j].is_first = j == 0;
    }
}

int main(int argc, char **argv)
{
    (void)signal(SIGPIPE, SIG_IGN);
    arena_init(&all.arena);
    parse_options(argc, argv);
    all.context = exchange_context_new(all.tls);
    if (all.context == NULL) {
        fail(SLICE_EMPTY, "OpenSSL has no such TLS");
    }
    for (int i = optind; i < argc; i++) {
        add_server(slice_of(argv[i]));
    }
    make_room();
    measure();
    for (size_t i = 0; i < all.server_count; i++) {
        for (size_t j = 0; j < all.parallel; j++) {
            SSL_SESSION_free(all.askers[j].sessions[i]);
        }
        floor_free(all.servers[i].floor);
        free(all.servers[i].latencies);
    }
    SSL_CTX_free(all.context);
    arena_release(&all.arena);
    return 0;
}
