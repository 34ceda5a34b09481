/* hold: open connections, leave them open, and print what they cost the server.
 *
 *     hold idle|stalled|readers --name NAME --server PORT:PID --count N [--path PATH]
 *          [--rate BYTES] [--buffer BYTES] [--steady SECONDS] [--ready FILE] [--after SECONDS]
 *
 * idle: nothing is said. stalled: ClientHello is sent and nothing else, nor is the answer read.
 * readers: PATH is asked for, and read with so many bytes a second (10,000), the socket with a
 * buffer of so many bytes (as the system has it).
 *
 * When all are open and the server has become quiet, or after some seconds when told to (what the
 * kernels of both sides take at once lasts a slow reader for six), it prints samples for report.c:
 *
 *     NAME/ours       bytes of the server's own memory, a connection
 *     NAME/kernel     bytes in the queues of its sockets, a connection
 *     NAME/quiet      CPU of the server while nobody else asks, microseconds a second
 *     NAME/lost       connections that the server has closed
 *     NAME/young-lost those of them that are not the oldest
 *
 * then makes FILE, and holds on until it gets SIGTERM or a minute has passed. It closes all, waits
 * for some seconds when told to, and prints
 *
 *     NAME/kept       bytes of its own memory that the server still has
 *     NAME/kept-share the same as a share of what it had for these connections
 *
 * Connections come from many addresses, 127.1.x.y, 32 from each, so that the limits for one
 * address, which may be switched on for these, are not met.
 */
#include "exchange.h"
#include "process.h"
#include "sockets.h"

#include "base/arena.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <openssl/err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_COUNT = 60000,
    AN_ADDRESS = 32, /* connections from each address */
    DESCRIPTORS_KEPT = 100,
    TICK_MS = 100,
    HOLD_MS = 60 * 1000,
    SETTLE_MS = 20 * 1000, /* at most */
    QUIET_MS = 2000,
    QUIET_SHARE = 50, /* a server is quiet that takes less than 1/50 of a core */
};

enum kind { IDLE, STALLED, READERS };

struct held {
    int fd;
    SSL *ssl;
};

static struct {
    enum kind kind;
    const char *name;
    const char *path;
    const char *ready;
    uint16_t port;
    pid_t pid;
    size_t count;
    size_t rate;
    int buffer;
    long steady_s;
    long after_s;
    struct held *held;
    SSL_CTX *context;
    struct process_memory before;
} all = { .count = 1, .rate = 10000 };

static volatile sig_atomic_t told_to_end;

static void on_signal(int number)
{
    (void)number;
    told_to_end = 1;
}

_Noreturn static void fail(const char *what)
{
    (void)fprintf(stderr, "bench hold: %s: %s\n", all.name != NULL ? all.name : "", what);
    exit(1);
}

static void pause_ms(long ms)
{
    const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    (void)nanosleep(&t, NULL);
}

static void print(const char *what, const char *unit, double value)
{
    printf("%s/%s %s %.1f\n", all.name, what, unit, value);
    (void)fflush(stdout);
}

/* --- opening ---------------------------------------------------------------------------------- */

/* Each connection needs one; so do those of the server, which looks after itself. */
static void make_room_for_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return;
    }
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < all.count + DESCRIPTORS_KEPT) {
        all.count = limit.rlim_cur > 2u * DESCRIPTORS_KEPT ? limit.rlim_cur - DESCRIPTORS_KEPT : 1;
        (void)fprintf(stderr, "bench hold: %s: only %zu connections: the limit of open files\n",
                      all.name, all.count);
    }
}

/* What a client says first, the same for all. */
static slice client_hello(void)
{
    SSL *ssl = SSL_new(all.context);
    BIO *out = BIO_new(BIO_s_mem());
    BIO *in = BIO_new(BIO_s_mem());
    char *bytes = NULL;
    if (ssl == NULL || out == NULL || in == NULL ||
        SSL_set_tlsext_host_name(ssl, "localhost") != 1) {
        fail("out of memory");
    }
    SSL_set_bio(ssl, in, out);
    (void)SSL_connect(ssl);
    long length = BIO_get_mem_data(out, &bytes);
    static char kept[4096];
    if (length <= 0 || (size_t)length > sizeof kept) {
        fail("no ClientHello");
    }
    memcpy(kept, bytes, (size_t)length);
    SSL_free(ssl);
    ERR_clear_error();
    return (slice){ kept, (size_t)length };
}

static void begin_to_read(struct held *held, slice request)
{
    held->ssl = SSL_new(all.context);
    if (held->ssl == NULL || SSL_set_fd(held->ssl, held->fd) != 1 ||
        SSL_set_tlsext_host_name(held->ssl, "localhost") != 1 || SSL_connect(held->ssl) != 1 ||
        SSL_write(held->ssl, request.ptr, (int)request.len) <= 0 ||
        fcntl(held->fd, F_SETFL, O_NONBLOCK) != 0) {
        fail("a reader gets no answer");
    }
}

static void open_all(slice request)
{
    slice hello = client_hello();
    struct exchange_target target = {
        .address = { .sin_family = AF_INET,
                     .sin_port = htons(all.port),
                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) },
    };
    char error[256];
    target.receive_buffer = all.buffer;
    for (size_t i = 0; i < all.count; i++) {
        struct held *held = &all.held[i];
        target.from.s_addr = htonl(0x7f010001u + (uint32_t)(i / AN_ADDRESS));
        held->fd = exchange_connect(&target, error, sizeof error);
        if (held->fd < 0) {
            fail(error);
        }
        if (all.kind == STALLED && send(held->fd, hello.ptr, hello.len, MSG_NOSIGNAL) < 0) {
            fail("ClientHello cannot be sent");
        }
        if (all.kind == READERS) {
            begin_to_read(held, request);
        }
    }
}

/* --- holding ---------------------------------------------------------------------------------- */

/* The share of a second's bytes that a tick has, for each reader. */
static void read_a_little(void)
{
    static char bytes[16 * 1024];
    size_t share = all.rate * TICK_MS / 1000;
    for (size_t i = 0; all.kind == READERS && i < all.count; i++) {
        size_t left = share;
        while (left > 0) {
            ERR_clear_error();
            int n = SSL_read(all.held[i].ssl, bytes,
                             left < sizeof bytes ? (int)left : (int)sizeof bytes);
            if (n <= 0) {
                break;
            }
            left -= (size_t)n;
        }
    }
}

static void tick(void)
{
    pause_ms(TICK_MS);
    read_a_little();
}

static int64_t cpu(void)
{
    int64_t ns = 0;
    if (!process_cpu(all.pid, &ns)) {
        fail("the server has gone");
    }
    return ns;
}

/* Until it has accepted all of them, and done with each what there is to do. */
static void wait_until_quiet(void)
{
    for (long waited = 0; waited < all.steady_s * 1000; waited += TICK_MS) {
        tick();
    }
    if (all.steady_s > 0) {
        return;
    }
    int quiet = 0;
    for (int waited = 0; quiet < 3 && waited < SETTLE_MS; waited += TICK_MS) {
        int64_t before = cpu();
        tick();
        quiet = (cpu() - before) < (int64_t)TICK_MS * 1000000 / QUIET_SHARE ? quiet + 1 : 0;
    }
}

static bool is_closed(const struct held *held)
{
    char byte = 0;
    ssize_t n = recv(held->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

/* Returns how many there are still. */
static size_t print_lost(void)
{
    size_t lost = 0;
    size_t young = 0;
    for (size_t i = 0; i < all.count; i++) {
        lost += is_closed(&all.held[i]);
    }
    for (size_t i = lost; i < all.count; i++) {
        young += is_closed(&all.held[i]);
    }
    print("lost", "connections", (double)lost);
    print("young-lost", "connections", (double)young);
    return all.count - lost;
}

static int64_t own_memory(void)
{
    struct process_memory now;
    if (!process_memory(all.pid, &now)) {
        fail("the server's memory cannot be seen");
    }
    return now.private - all.before.private;
}

static void make_file(const char *path)
{
    FILE *file = fopen(path, "we");
    if (file == NULL || fclose(file) != 0) {
        fail(path);
    }
}

static int64_t measure(void)
{
    struct sockets sockets;
    wait_until_quiet();
    int64_t ours = own_memory();
    size_t left = print_lost();
    print("ours", "bytes", (double)ours / (double)(left > 0 ? left : 1));
    if (sockets_look(all.port, &sockets) && sockets.count > 0) {
        print("kernel", "bytes", (double)sockets.bytes / (double)sockets.count);
    }
    int64_t before = cpu();
    for (int i = 0; i < QUIET_MS / TICK_MS; i++) {
        tick();
    }
    print("quiet", "us/s", (double)(cpu() - before) / QUIET_MS);
    return ours;
}

static void close_all(void)
{
    for (size_t i = 0; i < all.count; i++) {
        SSL_free(all.held[i].ssl);
        (void)close(all.held[i].fd);
    }
}

/* --- what is asked for ------------------------------------------------------------------------ */

static enum kind kind_of(const char *text)
{
    static const char *const names[] = {
        [IDLE] = "idle", [STALLED] = "stalled", [READERS] = "readers"
    };
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        if (strcmp(text, names[i]) == 0) {
            return (enum kind)i;
        }
    }
    (void)fprintf(stderr, "usage: hold idle|stalled|readers --name NAME --server PORT:PID …\n");
    exit(2);
}

static void parse(int argc, char **argv)
{
    static const struct option names[] = {
        { "after", required_argument, NULL, 'a' },  { "buffer", required_argument, NULL, 'B' },
        { "count", required_argument, NULL, 'c' },  { "name", required_argument, NULL, 'n' },
        { "path", required_argument, NULL, 'p' },   { "rate", required_argument, NULL, 'b' },
        { "ready", required_argument, NULL, 'r' },  { "server", required_argument, NULL, 's' },
        { "steady", required_argument, NULL, 'S' }, { NULL, 0, NULL, 0 },
    };
    char *end = NULL;
    for (int c = 0; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        switch (c) {
        case 'a':
            all.after_s = strtol(optarg, NULL, 10);
            break;
        case 'c':
            all.count = strtoul(optarg, NULL, 10);
            break;
        case 'n':
            all.name = optarg;
            break;
        case 'p':
            all.path = optarg;
            break;
        case 'B':
            all.buffer = (int)strtol(optarg, NULL, 10);
            break;
        case 'b':
            all.rate = strtoul(optarg, NULL, 10);
            break;
        case 'r':
            all.ready = optarg;
            break;
        case 'S':
            all.steady_s = strtol(optarg, NULL, 10);
            break;
        case 's':
            all.port = (uint16_t)strtoul(optarg, &end, 10);
            all.pid = *end == ':' ? (pid_t)strtol(end + 1, NULL, 10) : 0;
            break;
        default:
            exit(2);
        }
    }
    all.kind = kind_of(optind < argc ? argv[optind] : "");
    if (all.name == NULL || all.pid <= 0 || all.count == 0 || all.count > MAX_COUNT ||
        (all.kind == READERS && all.path == NULL)) {
        fail("--name, --server PORT:PID, --count, and for readers --path, are needed");
    }
}

int main(int argc, char **argv)
{
    struct arena arena;
    arena_init(&arena);
    parse(argc, argv);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGTERM, on_signal);
    make_room_for_descriptors();
    all.context = exchange_context_new(13);
    all.held = calloc(all.count, sizeof *all.held);
    if (all.context == NULL || all.held == NULL) {
        fail("out of memory");
    }
    slice request = SLICE_EMPTY;
    if (all.kind == READERS) {
        request = arena_printf(&arena, "gemini://localhost:%d%s\r\n", all.port, all.path);
    }
    if (!process_memory(all.pid, &all.before)) {
        fail("the server's memory cannot be seen");
    }
    open_all(request);
    int64_t ours = measure();
    if (all.ready != NULL) {
        make_file(all.ready);
        for (int held = 0; told_to_end == 0 && held < HOLD_MS; held += TICK_MS) {
            tick();
        }
    }
    close_all();
    if (all.after_s > 0) {
        pause_ms(all.after_s * 1000);
        int64_t kept = own_memory();
        print("kept", "bytes", (double)kept);
        print("kept-share", "share", (double)kept / (double)ours);
    }
    free(all.held);
    SSL_CTX_free(all.context);
    arena_release(&arena);
    return 0;
}
