#include "exchange.h"

#include "server/tls.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* A new session has come: it is used the next time, instead of the one before. */
static int on_session(SSL *ssl, SSL_SESSION *session)
{
    SSL_SESSION **kept = SSL_get_app_data(ssl);
    SSL_SESSION_free(*kept);
    *kept = session;
    return 1;
}

SSL_CTX *exchange_context_new(int version)
{
    int tls = version == 12 ? TLS1_2_VERSION : TLS1_3_VERSION;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    /* The groups are those that all versions of OpenSSL have, so that the hybrid one of newer
     * versions is not measured on one side alone. */
    if (context == NULL || SSL_CTX_set_min_proto_version(context, tls) != 1 ||
        SSL_CTX_set_max_proto_version(context, tls) != 1 ||
        SSL_CTX_set1_groups_list(context, TLS_GROUPS) != 1) {
        SSL_CTX_free(context);
        return NULL;
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    (void)SSL_CTX_set_session_cache_mode(context,
                                         SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, on_session);
    return context;
}

static bool set_up(int fd, const struct exchange_target *target)
{
    const struct timeval patience = { .tv_sec = 10 };
    const struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr = target->from };
    const int on = 1;
    /* The port is chosen when it is known where to, else there are only 28,000 for an address. */
    return setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) == 0 &&
           (from.sin_addr.s_addr == 0 ||
            bind(fd, (const struct sockaddr *)&from, sizeof from) == 0) &&
           (!target->no_delay || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0) &&
           (target->receive_buffer == 0 ||
            setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &target->receive_buffer,
                       sizeof target->receive_buffer) == 0) &&
           setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0;
}

int exchange_connect(const struct exchange_target *target, char *error, size_t size)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || !set_up(fd, target) ||
        connect(fd, (const struct sockaddr *)&target->address, sizeof target->address) != 0) {
        (void)snprintf(error, size, "connect: %s", strerror(errno));
        if (fd >= 0) {
            (void)close(fd);
        }
        return -1;
    }
    return fd;
}

/* What came so far of a response is looked at piece by piece and not kept. */
struct check {
    size_t header;   /* bytes of it so far */
    size_t body;     /* bytes of the body so far */
    bool has_header; /* up to its LF */
    char start[64];  /* of the header, for messages */
    bool bad;
};

static void check_bytes(struct check *check, slice bytes, slice expected)
{
    while (!check->has_header && bytes.len > 0) {
        if (check->header < sizeof check->start - 1) {
            check->start[check->header] = *bytes.ptr;
        }
        check->header++;
        check->has_header = *bytes.ptr == '\n';
        bytes = slice_from(bytes, 1);
    }
    if (bytes.len == 0) {
        return;
    }
    if (strncmp(check->start, "20 ", 3) != 0 || bytes.len > expected.len - check->body ||
        memcmp(bytes.ptr, expected.ptr + check->body, bytes.len) != 0) {
        check->bad = true;
        return;
    }
    check->body += bytes.len;
}

static bool fail(char *error, size_t size, const char *what, int why)
{
    char reason[128] = "";
    unsigned long code = ERR_get_error();
    if (code != 0) {
        ERR_error_string_n(code, reason, sizeof reason);
    }
    (void)snprintf(error, size, "%s: error %d %s (%s)", what, why, reason, strerror(errno));
    ERR_clear_error();
    return false;
}

static bool read_response(SSL *ssl, const struct exchange_target *target, char *error, size_t size)
{
    static _Thread_local char buffer[32 * 1024];
    struct check check = { 0 };
    int n = 0;
    while (!check.bad && (n = SSL_read(ssl, buffer, sizeof buffer)) > 0) {
        check_bytes(&check, (slice){ buffer, (size_t)n }, target->body);
    }
    if (check.bad) {
        check.start[strcspn(check.start, "\r\n")] = '\0';
        (void)snprintf(error, size,
                       "not the response that is expected: \"%s\", differs after %zu bytes",
                       check.start, check.body);
        return false;
    }
    if (SSL_get_error(ssl, n) != SSL_ERROR_ZERO_RETURN) {
        return fail(error, size, "no close_notify", SSL_get_error(ssl, n));
    }
    if (!check.has_header || check.body != target->body.len) {
        check.start[strcspn(check.start, "\r\n")] = '\0';
        (void)snprintf(error, size, "\"%s\" and %zu bytes, where %zu are expected", check.start,
                       check.body, target->body.len);
        return false;
    }
    return true;
}

bool exchange_run(SSL_CTX *context, const struct exchange_target *target, SSL_SESSION **session,
                  char *error, size_t size)
{
    int fd = exchange_connect(target, error, size);
    if (fd < 0) {
        return false;
    }
    ERR_clear_error();
    SSL *ssl = SSL_new(context);
    bool ok = ssl != NULL && SSL_set_fd(ssl, fd) == 1 && SSL_set_app_data(ssl, session) == 1 &&
              SSL_set_tlsext_host_name(ssl, target->host) == 1 &&
              (!target->resume || *session == NULL || SSL_set_session(ssl, *session) == 1);
    bool offered = ok && target->resume && *session != NULL;
    if (!ok) {
        (void)fail(error, size, "a TLS client", 0);
    }
    int result = 0;
    if (ok && (result = SSL_connect(ssl)) != 1) {
        ok = fail(error, size, "handshake", SSL_get_error(ssl, result));
    }
    if (ok && SSL_session_reused(ssl) != offered) {
        (void)snprintf(error, size, "%s", offered ? "not resumed" : "resumed");
        ok = false;
    }
    if (ok && offered && SSL_version(ssl) == TLS1_2_VERSION) {
        /* It may have been renewed, which is not told; the one that was offered is no good then. */
        (void)on_session(ssl, SSL_get1_session(ssl));
    }
    if (ok && (result = SSL_write(ssl, target->request.ptr, (int)target->request.len)) <= 0) {
        ok = fail(error, size, "request", SSL_get_error(ssl, result));
    }
    ok = ok && read_response(ssl, target, error, size);
    if (ok) {
        (void)SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    (void)close(fd);
    return ok;
}
