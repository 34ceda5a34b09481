/* client: ask a server for one URL again and again, and print what that cost it.
 *
 *     client --port P --url URL --expect FILE [--tls 12|13] [--resume] [--requests N]
 *            [--parallel C] [--seconds S] [--server PID] [--from ADDRESS] --name NAME
 *
 * Prints samples for report.c: NAME/p50 and NAME/p99, microseconds from connect(2) to close_notify,
 * and with --server NAME/cpu, microseconds of user and system time of that process and those below
 * it, per request. Whatever is wrong with a response ends it with a message and exit code 1.
 */
#include "exchange.h"
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
    MAX_PARALLEL = 64,
    MAX_REQUESTS = 1000000,
    MAX_BODY = 64 * 1024 * 1024,
    /* A server still has to notice that the client has closed when that is done. */
    SETTLE_MS = 50,
};

struct options {
    struct exchange_target target;
    int tls;
    size_t requests;
    size_t parallel;
    double seconds; /* stop after; 0: when the requests are done */
    pid_t server;
    const char *name;
};

struct asker {
    pthread_t thread;
    const struct options *options;
    SSL_CTX *context;
    SSL_SESSION *session;
    double *latencies; /* room for `count` */
    size_t count;
    size_t done;
    double until; /* in seconds, 0: no end */
    bool ok;
    char error[512];
};

static double now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void settle(void)
{
    const struct timespec t = { .tv_nsec = SETTLE_MS * 1000000L };
    (void)nanosleep(&t, NULL);
}

static bool ask(struct asker *asker)
{
    return exchange_run(asker->context, &asker->options->target, &asker->session, asker->error,
                        sizeof asker->error);
}

static void *run_asker(void *argument)
{
    struct asker *asker = argument;
    while (asker->ok && asker->done < asker->count) {
        double begun = now_us();
        if (asker->until != 0 && begun > asker->until) {
            break;
        }
        asker->ok = ask(asker);
        asker->latencies[asker->done++] = now_us() - begun;
    }
    return NULL;
}

static int compare(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;
    return (*x > *y) - (*x < *y);
}

static int fail(const struct options *options, const char *what)
{
    (void)fprintf(stderr, "bench client: %s: %s\n", options->name, what);
    return 1;
}

static int measure(const struct options *options, struct asker *askers, double *latencies)
{
    int64_t before = 0;
    int64_t after = 0;
    size_t done = 0;
    /* The first one is not measured: it brings the session that is resumed, and wakes the server.
     */
    for (size_t i = 0; i < options->parallel; i++) {
        askers[i].ok = ask(&askers[i]);
        if (!askers[i].ok) {
            return fail(options, askers[i].error);
        }
        if (options->target.resume && askers[i].session == NULL) {
            return fail(options, "the server gives no session");
        }
    }
    settle();
    if (options->server > 0 && !process_cpu(options->server, &before)) {
        return fail(options, "the server has gone");
    }
    double until = options->seconds > 0 ? now_us() + options->seconds * 1e6 : 0;
    for (size_t i = 0; i < options->parallel; i++) {
        askers[i].until = until;
        if (pthread_create(&askers[i].thread, NULL, run_asker, &askers[i]) != 0) {
            return fail(options, "no thread");
        }
    }
    int status = 0;
    for (size_t i = 0; i < options->parallel; i++) {
        (void)pthread_join(askers[i].thread, NULL);
        if (!askers[i].ok) {
            status = fail(options, askers[i].error);
        }
        memmove(latencies + done, askers[i].latencies, askers[i].done * sizeof *latencies);
        done += askers[i].done;
    }
    settle();
    if (options->server > 0 && !process_cpu(options->server, &after)) {
        return fail(options, "the server has gone");
    }
    if (status != 0 || done == 0) {
        return status != 0 ? status : fail(options, "no request was made");
    }
    qsort(latencies, done, sizeof *latencies, compare);
    if (options->server > 0) {
        printf("%s/cpu us %.1f\n", options->name, (double)(after - before) / 1e3 / (double)done);
    }
    printf("%s/p50 us %.1f\n", options->name, latencies[done / 2]);
    printf("%s/p99 us %.1f\n", options->name, latencies[(done * 99 + 99) / 100 - 1]);
    return 0;
}

static size_t number(const char *text, size_t max)
{
    unsigned long n = 0;
    if (!slice_to_number(slice_of(text), max, &n) || n == 0) {
        (void)fprintf(stderr, "bench client: no number from 1 to %zu: %s\n", max, text);
        exit(2);
    }
    return n;
}

static void parse(int argc, char **argv, struct options *options, struct arena *arena)
{
    static const struct option names[] = {
        { "expect", required_argument, NULL, 'e' }, { "from", required_argument, NULL, 'f' },
        { "name", required_argument, NULL, 'n' },   { "parallel", required_argument, NULL, 'c' },
        { "port", required_argument, NULL, 'p' },   { "requests", required_argument, NULL, 'r' },
        { "resume", no_argument, NULL, 'R' },       { "seconds", required_argument, NULL, 's' },
        { "server", required_argument, NULL, 'P' }, { "tls", required_argument, NULL, 't' },
        { "url", required_argument, NULL, 'u' },    { NULL, 0, NULL, 0 },
    };
    struct exchange_target *target = &options->target;
    for (int c = 0; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        switch (c) {
        case 'e':
            if (!file_read(arena, AT_FDCWD, optarg, MAX_BODY, &target->body)) {
                (void)fprintf(stderr, "bench client: %s: %s\n", optarg, strerror(errno));
                exit(2);
            }
            break;
        case 'f':
            target->from.s_addr = inet_addr(optarg);
            break;
        case 'n':
            options->name = optarg;
            break;
        case 'c':
            options->parallel = number(optarg, MAX_PARALLEL);
            break;
        case 'p':
            target->address.sin_port = htons((uint16_t)number(optarg, 65535));
            break;
        case 'r':
            options->requests = number(optarg, MAX_REQUESTS);
            break;
        case 'R':
            target->resume = true;
            break;
        case 's':
            options->seconds = (double)number(optarg, 3600);
            break;
        case 'P':
            options->server = (pid_t)number(optarg, 1u << 30);
            break;
        case 't':
            options->tls = (int)number(optarg, 13);
            break;
        case 'u':
            target->request = arena_printf(arena, "%s\r\n", optarg);
            break;
        default:
            exit(2);
        }
    }
    if (target->address.sin_port == 0 || target->request.len == 0 || options->name == NULL) {
        (void)fprintf(stderr, "bench client: --port, --url and --name are needed\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    static struct asker askers[MAX_PARALLEL];
    struct arena arena;
    struct options options = {
        .target = { .address = { .sin_family = AF_INET }, .host = "localhost" },
        .tls = 13,
        .requests = 300,
        .parallel = 1,
    };
    options.target.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)signal(SIGPIPE, SIG_IGN);
    arena_init(&arena);
    parse(argc, argv, &options, &arena);
    size_t each = (options.requests + options.parallel - 1) / options.parallel;
    double *latencies = calloc(each * options.parallel, sizeof *latencies);
    SSL_CTX *context = exchange_context_new(options.tls);
    int status = 1;
    if (latencies == NULL || context == NULL) {
        (void)fail(&options, "out of memory");
        goto end;
    }
    for (size_t i = 0; i < options.parallel; i++) {
        askers[i].options = &options;
        askers[i].context = context;
        askers[i].latencies = latencies + i * each;
        askers[i].count = each;
    }
    status = measure(&options, askers, latencies);
    for (size_t i = 0; i < options.parallel; i++) {
        SSL_SESSION_free(askers[i].session);
    }
end:
    SSL_CTX_free(context);
    free(latencies);
    arena_release(&arena);
    return status;
}
