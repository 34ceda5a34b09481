/* count_client.c: one request after the other, in steps that are the same each time, so that the
 * server's instructions can be counted. Its own time does not matter.
 *
 *     count_client PORT PATH COUNT full|resumed [TLS1.2]
 *
 * The hello is made before the connection and sent at once after it. Whatever else is sent waits
 * until the server has nothing more to do, as it would over a network: how often the server looks
 * for more then does not depend on which of the two is faster. `resumed` makes one full handshake
 * first, which is one of COUNT. Prints the bytes that the last answer had. */

#include "base/attributes.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A server under valgrind is some fifty times as slow as it is. */
enum { PAUSE_MS = 5, BLOCK = 1 << 16 };

struct client {
    SSL_CTX *context;
    SSL_SESSION *session; /* NULL: none yet, or none wanted */
    bool resumes;
    unsigned short port;
    char request[1100];
    int socket;
    SSL *ssl;
    BIO *in, *out; /* memory; owned by `ssl` */
};

NO_RETURN static void fail(const char *what)
{
    (void)fprintf(stderr, "count_client: %s failed\n", what);
    ERR_print_errors_fp(stderr);
    perror("count_client");
    exit(1);
}

static void rest(void)
{
    const struct timespec time = { .tv_nsec = PAUSE_MS * 1000000L };
    (void)nanosleep(&time, NULL);
}

static void send_all(struct client *client)
{
    char *bytes = NULL;
    long left = BIO_get_mem_data(client->out, &bytes);
    while (left > 0) {
        ssize_t sent = send(client->socket, bytes, (size_t)left, MSG_NOSIGNAL);
        if (sent < 0) {
            fail("send");
        }
        bytes += sent;
        left -= sent;
    }
    (void)BIO_reset(client->out);
}

/* False at the end of the connection. */
static bool receive(struct client *client)
{
    char block[BLOCK];
    ssize_t got = recv(client->socket, block, sizeof block, 0);
    if (got < 0) {
        fail("recv");
    }
    return got > 0 && BIO_write(client->in, block, (int)got) == got;
}

static void connect_to(struct client *client)
{
    const struct sockaddr_in address = { .sin_family = AF_INET,
                                         .sin_port = htons(client->port),
                                         .sin_addr = { htonl(INADDR_LOOPBACK) } };
    client->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->socket < 0 ||
        connect(client->socket, (const struct sockaddr *)&address, sizeof address) != 0) {
        fail("connect");
    }
}

static void shake_hands(struct client *client)
{
    bool is_first = true;
    int result = 0;
    while ((result = SSL_do_handshake(client->ssl)) != 1) {
        if (SSL_get_error(client->ssl, result) != SSL_ERROR_WANT_READ) {
            fail("the handshake");
        }
        if (is_first) {
            connect_to(client);
            is_first = false;
        } else if (BIO_pending(client->out) > 0) {
            rest();
        }
        send_all(client);
        if (!receive(client)) {
            fail("the handshake");
        }
    }
}

static size_t read_answer(struct client *client)
{
    static char block[BLOCK];
    size_t total = 0;
    do {
        int got = 0;
        while ((got = SSL_read(client->ssl, block, sizeof block)) > 0) {
            total += (size_t)got;
        }
    } while (receive(client));
    if ((SSL_get_shutdown(client->ssl) & SSL_RECEIVED_SHUTDOWN) == 0) {
        fail("the end of the answer");
    }
    return total;
}

static size_t ask(struct client *client)
{
    client->ssl = SSL_new(client->context);
    client->in = BIO_new(BIO_s_mem());
    client->out = BIO_new(BIO_s_mem());
    if (client->ssl == NULL || client->in == NULL || client->out == NULL) {
        fail("SSL_new");
    }
    SSL_set_bio(client->ssl, client->in, client->out);
    SSL_set_connect_state(client->ssl);
    (void)SSL_set_tlsext_host_name(client->ssl, "localhost");
    if (client->session != NULL && SSL_set_session(client->ssl, client->session) != 1) {
        fail("SSL_set_session");
    }
    shake_hands(client);
    if (client->session != NULL && !SSL_session_reused(client->ssl)) {
        fail("resuming");
    }
    if (SSL_write(client->ssl, client->request, (int)strlen(client->request)) <= 0) {
        fail("SSL_write");
    }
    rest();
    send_all(client);
    size_t bytes = read_answer(client);
    if (client->resumes && client->session == NULL) {
        client->session = SSL_get1_session(client->ssl);
    }
    rest();
    (void)close(client->socket);
    /* Without it OpenSSL takes the connection for a broken one, and its session too. */
    SSL_set_shutdown(client->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(client->ssl);
    rest();
    return bytes;
}

int main(int argc, char **argv)
{
    struct client client = { 0 };
    if (argc < 5) {
        (void)fputs("usage: count_client PORT PATH COUNT full|resumed [TLS1.2]\n", stderr);
        return 2;
    }
    client.context = SSL_CTX_new(TLS_client_method());
    if (client.context == NULL) {
        fail("SSL_CTX_new");
    }
    int version = argc > 5 && strcmp(argv[5], "TLS1.2") == 0 ? TLS1_2_VERSION : TLS1_3_VERSION;
    (void)SSL_CTX_set_min_proto_version(client.context, version);
    (void)SSL_CTX_set_max_proto_version(client.context, version);
    client.port = (unsigned short)strtoul(argv[1], NULL, 10);
    client.resumes = strcmp(argv[4], "resumed") == 0;
    (void)snprintf(client.request, sizeof client.request, "gemini://localhost:%u%s\r\n",
                   client.port, argv[2]);
    size_t bytes = 0;
    for (unsigned long left = strtoul(argv[3], NULL, 10); left > 0; left--) {
        bytes = ask(&client);
    }
    (void)printf("%zu\n", bytes);
    SSL_SESSION_free(client.session);
    SSL_CTX_free(client.context);
    return 0;
}
