#include "floor.h"

#include "exchange.h"

#include "gemini/certificate_files.h"
#include "server/tickets.h"
#include "server/tls.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RECORD = 16 * 1024, PAIR = 64 * 1024, LOOKS = 10000 };

struct floor {
    const struct floor_options *options;
    SSL_CTX *server_context;
    SSL_CTX *client_context;
    BIO *server_bio;
    BIO *client_bio;
    SSL_SESSION *session;
    int64_t ns; /* of the server's turns */
    int64_t look_ns;
};

/* One connection. */
struct sides {
    SSL *server;
    SSL *client;
    size_t sent;
    size_t received;
    bool asked;   /* the client has sent its request */
    bool answers; /* the server has it */
    bool ended;   /* close_notify has come */
};

static char bytes[RECORD];
static const char request[] = "gemini://localhost/reviews/a-film/full.gmi\r\n";

static int64_t thread_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

_Noreturn static void fail(const struct floor_options *options, const char *what)
{
    (void)fprintf(stderr, "bench floor: TLS %d%s: %s\n", options->tls,
                  options->resume ? " resumed" : "", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static bool waits(const SSL *ssl, int returned)
{
    int error = SSL_get_error(ssl, returned);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

/* --- the server's side, which is measured ----------------------------------------------------- */

static void server_begin(struct floor *floor, struct sides *sides)
{
    sides->server = SSL_new(floor->server_context);
    if (sides->server == NULL || BIO_up_ref(floor->server_bio) != 1) {
        fail(floor->options, "no server");
    }
    SSL_set_bio(sides->server, floor->server_bio, floor->server_bio);
    SSL_set_accept_state(sides->server);
    if (floor->options->resume) {
        tickets_use(sides->server);
    }
}

/* As far as it comes. */
static void server_run(const struct floor *floor, struct sides *sides)
{
    char input[1026];
    size_t n = 0;
    ERR_clear_error();
    if (!sides->answers) {
        int returned = SSL_read_ex(sides->server, input, sizeof input, &n);
        sides->answers = returned == 1;
        if (!sides->answers && !waits(sides->server, returned)) {
            fail(floor->options, "the server does not get a request");
        }
        if (!sides->answers) {
            return;
        }
    }
    while (sides->sent < floor->options->size) {
        size_t left = floor->options->size - sides->sent;
        int returned =
            SSL_write_ex(sides->server, bytes, left < sizeof bytes ? left : sizeof bytes, &n);
        if (returned != 1 && !waits(sides->server, returned)) {
            fail(floor->options, "the server cannot write");
        }
        if (returned != 1) {
            return;
        }
        sides->sent += n;
    }
    (void)SSL_shutdown(sides->server);
}

/* --- the client's ----------------------------------------------------------------------------- */

static void client_begin(struct floor *floor, struct sides *sides)
{
    sides->client = SSL_new(floor->client_context);
    if (sides->client == NULL || BIO_up_ref(floor->client_bio) != 1 ||
        SSL_set_app_data(sides->client, &floor->session) != 1 ||
        SSL_set_tlsext_host_name(sides->client, floor->options->host) != 1 ||
        (floor->options->resume && floor->session != NULL &&
         SSL_set_session(sides->client, floor->session) != 1)) {
        fail(floor->options, "no client");
    }
    SSL_set_bio(sides->client, floor->client_bio, floor->client_bio);
    SSL_set_connect_state(sides->client);
}

static void client_run(const struct floor *floor, struct sides *sides)
{
    static char output[RECORD];
    size_t n = 0;
    int returned = 1;
    ERR_clear_error();
    if (!sides->asked) {
        returned = SSL_write_ex(sides->client, request, sizeof request - 1, &n);
        sides->asked = returned == 1;
    }
    while (returned == 1 &&
           (returned = SSL_read_ex(sides->client, output, sizeof output, &n)) == 1) {
        sides->received += n;
    }
    sides->ended = SSL_get_error(sides->client, returned) == SSL_ERROR_ZERO_RETURN;
    if (!sides->ended && !waits(sides->client, returned)) {
        fail(floor->options, "the client fails");
    }
}

/* --- both ------------------------------------------------------------------------------------- */

int64_t floor_run(struct floor *floor)
{
    struct sides sides = { .asked = false };
    floor->ns = 0;
    bool offered = floor->options->resume && floor->session != NULL;
    client_begin(floor, &sides);
    client_run(floor, &sides);
    int64_t begun = thread_ns();
    server_begin(floor, &sides);
    for (;;) {
        server_run(floor, &sides);
        floor->ns += thread_ns() - begun - floor->look_ns;
        client_run(floor, &sides);
        if (sides.ended) {
            break;
        }
        begun = thread_ns();
    }
    if (sides.received != floor->options->size ||
        (bool)SSL_session_reused(sides.client) != offered) {
        fail(floor->options, "not the exchange that was wanted");
    }
    begun = thread_ns();
    SSL_free(sides.server);
    floor->ns += thread_ns() - begun - floor->look_ns;
    (void)SSL_shutdown(sides.client); /* else its session is no good the next time */
    SSL_free(sides.client);
    (void)BIO_reset(floor->server_bio);
    (void)BIO_reset(floor->client_bio);
    return floor->ns;
}

/* What is in a difference of two looks although nothing happened between them. */
static int64_t cost_of_look(void)
{
    int64_t sum = 0;
    for (int i = 0; i < LOOKS; i++) {
        int64_t begun = thread_ns();
        sum += thread_ns() - begun;
    }
    return sum / LOOKS;
}

struct floor *floor_new(const struct floor_options *options)
{
    static struct tickets tickets;
    struct certificate certificate;
    struct buf error;
    struct floor *floor = calloc(1, sizeof *floor);
    if (floor == NULL) {
        fail(options, "out of memory");
    }
    floor->options = options;
    buf_init(&error, 4096);
    if (!certificate_load(options->certs, slice_of(options->host), true, &certificate, NULL,
                          &error) ||
        (floor->server_context = tls_context_new(&certificate, &error)) == NULL) {
        fail(options, buf_string(&error));
    }
    certificate_release(&certificate);
    buf_release(&error);
    floor->client_context = exchange_context_new(options->tls);
    if (floor->client_context == NULL || RAND_bytes(tickets.secret, sizeof tickets.secret) != 1 ||
        BIO_new_bio_pair(&floor->server_bio, PAIR, &floor->client_bio, PAIR) != 1) {
        fail(options, "out of memory");
    }
    if (options->resume) {
        tickets_install(floor->server_context, &tickets);
    }
    memset(bytes, 'a', sizeof bytes);
    floor->look_ns = cost_of_look();
    return floor;
}

void floor_free(struct floor *floor)
{
    if (floor != NULL) {
        SSL_SESSION_free(floor->session);
        BIO_free(floor->server_bio);
        BIO_free(floor->client_bio);
        SSL_CTX_free(floor->client_context);
        SSL_CTX_free(floor->server_context);
        free(floor);
    }
}
