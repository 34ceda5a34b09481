#include "gemini/client.h"

#include "base/limits.h"
#include "gemini/host.h"
#include "gemini/response.h"
#include "gemini/url.h"
#include "text/uri.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A header line with its CRLF: two digits, a blank, META. */
#define HEADER_MAX (2 + 1 + LIMIT_META + 2)
/* Bytes read at a time: a TLS record holds no more. */
#define READ_SIZE (16 * 1024)

struct exchange {
    const struct client_options *options;
    struct client_answer *answer;
    struct buf *error;
    int64_t deadline; /* milliseconds of the monotonic clock */
    struct buf host;  /* as client_events.trust gets it */
    int port;
    bool host_is_address;
    struct buf request; /* the URL and CRLF */
    struct buf header;  /* what came of the header line; afterwards all of it */
    size_t header_end;  /* bytes of the line without CRLF, once it is whole */
    int fd;
    SSL *ssl;
};

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool fail(const struct exchange *exchange, const char *message)
{
    buf_puts(exchange->error, message);
    return false;
}

/* --- what is asked ---------------------------------------------------------------------------- */

/* The host as names and certificates have it: a registered name may be encoded (RFC 3986, 3.2.2).
 */
static bool prepare_host(struct exchange *exchange, slice host)
{
    struct buf decoded;
    const char *problem = NULL;
    buf_init(&decoded, LIMIT_REQUEST_URL);
    uri_put_decoded(&decoded, host);
    buf_clear(&exchange->host);
    bool ok = host_normalise(buf_slice(&decoded), false, &exchange->host, &problem);
    if (!ok) {
        buf_printf(exchange->error, "`%.*s`: %s", SLICE_ARG(host), problem);
    }
    buf_release(&decoded);
    return ok;
}

static bool prepare(struct exchange *exchange, slice text)
{
    struct url url;
    if (!url_parse(text, &url) || url.host.len == 0) {
        buf_printf(exchange->error, "`%.*s` is no URL with a host", SLICE_ARG(text));
        return false;
    }
    if (!slice_equal_nocase(url.scheme, SLICE("gemini"))) {
        buf_printf(exchange->error, "`%.*s` is no gemini URL", SLICE_ARG(text));
        return false;
    }
    if (url.userinfo.ptr != NULL) {
        return fail(exchange, "a gemini URL holds no user name");
    }
    if (!prepare_host(exchange, url.host)) {
        return false;
    }
    exchange->host_is_address = url.host_is_ipv4 || url.host_is_ipv6;
    exchange->port = url.port < 0 ? CLIENT_DEFAULT_PORT : url.port;
    buf_clear(&exchange->request);
    /* What ends the authority starts the path, or the query when there is no path. */
    buf_put(&exchange->request, slice_between(text.ptr, url.path.ptr));
    buf_put(&exchange->request, url.path.len > 0 ? url.path : SLICE("/"));
    if (url.has_query) {
        buf_putc(&exchange->request, '?');
        buf_put(&exchange->request, url.query);
    }
    if (exchange->request.len > LIMIT_REQUEST_URL) {
        return fail(exchange, "the URL is longer than the 1024 bytes a request may have");
    }
    buf_puts(&exchange->request, "\r\n");
    if (exchange->request.failed || buf_string(&exchange->host) == NULL || exchange->host.failed) {
        return fail(exchange, "out of memory");
    }
    return true;
}

/* --- the connection --------------------------------------------------------------------------- */

/* Wait until `fd` is ready for `events`, at most until `until`. */
static bool wait_for(int fd, short events, int64_t until)
{
    for (;;) {
        int64_t left = until - now_ms();
        struct pollfd waited = { .fd = fd, .events = events };
        if (left <= 0) {
            errno = ETIMEDOUT;
            return false;
        }
        int ready = poll(&waited, 1, left > 1000000 ? 1000000 : (int)left);
        if (ready > 0) {
            return true;
        }
        if (ready < 0 && errno != EINTR) {
            return false;
        }
    }
}

/* A connected socket, or -1 with errno. */
static int connect_to(const struct addrinfo *address, int64_t until)
{
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                    address->ai_protocol);
    if (fd < 0) {
        return -1;
    }
    int problem = 0;
    socklen_t size = sizeof problem;
    if (connect(fd, address->ai_addr, address->ai_addrlen) != 0) {
        if (errno != EINPROGRESS || !wait_for(fd, POLLOUT, until) ||
            getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &size) != 0) {
            problem = errno;
        }
    }
    if (problem != 0) {
        (void)close(fd);
        errno = problem;
        return -1;
    }
    return fd;
}

static bool open_connection(struct exchange *exchange)
{
    const struct addrinfo wanted = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    struct addrinfo *addresses = NULL;
    char service[16];
    (void)snprintf(service, sizeof service, "%d", exchange->port);
    /* RFC 6761, section 6.3: this name is the machine itself, whoever is asked. No name at all is
     * how getaddrinfo says that, and it answers where /etc/hosts is missing too. */
    bool is_local = slice_equal(buf_slice(&exchange->host), SLICE("localhost"));
    int problem = getaddrinfo(is_local ? NULL : exchange->host.ptr, service, &wanted, &addresses);
    if (problem != 0) {
        buf_printf(exchange->error, "%s: %s", exchange->host.ptr,
                   problem == EAI_SYSTEM ? strerror(errno) : gai_strerror(problem));
        return false;
    }
    int left = 0;
    for (const struct addrinfo *address = addresses; address != NULL; address = address->ai_next) {
        left++;
    }
    /* An address that swallows packets leaves time for those after it. */
    for (const struct addrinfo *address = addresses; address != NULL && exchange->fd < 0;
         address = address->ai_next) {
        int64_t now = now_ms();
        exchange->fd = connect_to(address, now + (exchange->deadline - now) / left--);
    }
    if (exchange->fd < 0) {
        buf_printf(exchange->error, "%s port %d: %s", exchange->host.ptr, exchange->port,
                   strerror(errno));
    }
    freeaddrinfo(addresses);
    return exchange->fd >= 0;
}

enum progress { PROGRESS_AGAIN, PROGRESS_CLOSED, PROGRESS_CUT, PROGRESS_FAILED };

/* What an SSL function that returned `result` says: try again (after waiting), the other side has
 * closed, the connection ended without its saying so, or a failure, put into words. */
static enum progress look_at(struct exchange *exchange, int result)
{
    int saved = errno;
    int problem = SSL_get_error(exchange->ssl, result);
    if (problem == SSL_ERROR_WANT_READ || problem == SSL_ERROR_WANT_WRITE) {
        short events = problem == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
        if (wait_for(exchange->fd, events, exchange->deadline)) {
            return PROGRESS_AGAIN;
        }
        buf_printf(exchange->error, "%s port %d: %s", exchange->host.ptr, exchange->port,
                   errno == ETIMEDOUT ? "no answer in time" : strerror(errno));
        return PROGRESS_FAILED;
    }
    if (problem == SSL_ERROR_ZERO_RETURN) {
        return PROGRESS_CLOSED;
    }
    unsigned long reason = ERR_peek_last_error();
    if (problem == SSL_ERROR_SYSCALL ||
        ERR_GET_REASON(reason) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        ERR_clear_error();
        if (problem == SSL_ERROR_SYSCALL && saved != 0 && saved != ECONNRESET && saved != EPIPE) {
            buf_puts(exchange->error, strerror(saved));
            return PROGRESS_FAILED;
        }
        return PROGRESS_CUT;
    }
    const char *text = ERR_reason_error_string(reason);
    buf_printf(exchange->error, "TLS: %s", text ? text : "the connection failed");
    ERR_clear_error();
    return PROGRESS_FAILED;
}

static bool make_ssl(struct exchange *exchange)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    bool ok = context != NULL && SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
    if (ok) {
        /* Certificates are self-signed here; whom to trust is decided by client_events.trust. */
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
        exchange->ssl = SSL_new(context);
        ok = exchange->ssl != NULL && SSL_set_fd(exchange->ssl, exchange->fd) == 1 &&
             (exchange->host_is_address ||
              SSL_set_tlsext_host_name(exchange->ssl, exchange->host.ptr) == 1);
    }
    SSL_CTX_free(context);
    if (!ok) {
        ERR_clear_error();
        return fail(exchange, "TLS cannot be set up");
    }
    return true;
}

static bool shake_hands(struct exchange *exchange)
{
    for (;;) {
        errno = 0;
        int result = SSL_connect(exchange->ssl);
        if (result == 1) {
            return true;
        }
        enum progress progress = look_at(exchange, result);
        if (progress == PROGRESS_CUT || progress == PROGRESS_CLOSED) {
            return fail(exchange, "the connection was closed during the TLS handshake");
        }
        if (progress == PROGRESS_FAILED) {
            return false;
        }
    }
}

static bool ask_for_trust(struct exchange *exchange)
{
    const struct client_events *events = &exchange->options->events;
    if (events->trust == NULL) {
        return true;
    }
    X509 *certificate = SSL_get1_peer_certificate(exchange->ssl);
    bool ok = certificate != NULL ? events->trust(events->context, buf_slice(&exchange->host),
                                                  exchange->port, certificate, exchange->error)
                                  : fail(exchange, "the server shows no certificate");
    X509_free(certificate);
    return ok;
}

/* --- request and answer ----------------------------------------------------------------------- */

static bool send_request(struct exchange *exchange)
{
    for (;;) {
        errno = 0;
        /* Without partial writes, it is sent when this succeeds. */
        int result = SSL_write(exchange->ssl, exchange->request.ptr, (int)exchange->request.len);
        if (result > 0) {
            return true;
        }
        enum progress progress = look_at(exchange, result);
        if (progress == PROGRESS_CUT || progress == PROGRESS_CLOSED) {
            return fail(exchange, "the connection was closed before the request was sent");
        }
        if (progress == PROGRESS_FAILED) {
            return false;
        }
    }
}

/* Take bytes into the header line until it is whole; `*bytes` is left with those after it. */
static bool take_header(struct exchange *exchange, slice *bytes)
{
    size_t searched = exchange->header.len;
    size_t room = HEADER_MAX - exchange->header.len;
    buf_put(&exchange->header, slice_head(*bytes, room));
    slice header = buf_slice(&exchange->header);
    size_t line_feed = searched + slice_find_byte(slice_from(header, searched), '\n');
    if (line_feed == header.len && header.len < HEADER_MAX) {
        *bytes = SLICE_EMPTY;
        return true;
    }
    const struct client_events *events = &exchange->options->events;
    int status = 0;
    slice meta;
    if (line_feed == header.len || line_feed == 0 || header.ptr[line_feed - 1] != '\r' ||
        !response_parse_header(slice_head(header, line_feed - 1), &status, &meta)) {
        return fail(exchange, "the answer does not start with a header line of Gemini");
    }
    exchange->header_end = line_feed - 1;
    *bytes = slice_from(*bytes, line_feed + 1 - searched);
    exchange->answer->status = status;
    return events->header == NULL || events->header(events->context, status, meta) ||
           fail(exchange, "the header line could not be passed on");
}

static bool take_body(struct exchange *exchange, slice bytes)
{
    const struct client_events *events = &exchange->options->events;
    if (bytes.len > exchange->options->max_body - exchange->answer->body) {
        buf_printf(exchange->error, "the body is larger than %llu bytes",
                   exchange->options->max_body);
        return false;
    }
    exchange->answer->body += bytes.len;
    return bytes.len == 0 || events->body == NULL || events->body(events->context, bytes) ||
           fail(exchange, "the body could not be passed on");
}

static bool is_success(int status)
{
    return status / 10 == 2;
}

/* The header line, and the body of a success to its end. */
static bool read_answer(struct exchange *exchange)
{
    char bytes[READ_SIZE];
    for (;;) {
        errno = 0;
        int count = SSL_read(exchange->ssl, bytes, sizeof bytes);
        slice got = { bytes, count > 0 ? (size_t)count : 0 };
        if (count > 0) {
            if (exchange->answer->status == 0 && !take_header(exchange, &got)) {
                return false;
            }
            if (exchange->answer->status != 0 && !is_success(exchange->answer->status)) {
                return true; /* nothing comes after it */
            }
            if (exchange->answer->status != 0 && !take_body(exchange, got)) {
                return false;
            }
            /* A peer that never pauses is not waited for, but its time ends as well. */
            if (now_ms() >= exchange->deadline) {
                return fail(exchange, "the answer did not end in time");
            }
            continue;
        }
        enum progress progress = look_at(exchange, count);
        if (progress == PROGRESS_FAILED) {
            return false;
        }
        if (progress != PROGRESS_AGAIN) {
            exchange->answer->truncated = progress == PROGRESS_CUT;
            return exchange->answer->status != 0 ||
                   fail(exchange, "the connection was closed before a whole header line came");
        }
    }
}

static void close_connection(struct exchange *exchange)
{
    if (exchange->ssl != NULL) {
        (void)SSL_shutdown(exchange->ssl);
        SSL_free(exchange->ssl);
        exchange->ssl = NULL;
    }
    if (exchange->fd >= 0) {
        (void)close(exchange->fd);
        exchange->fd = -1;
    }
    ERR_clear_error();
}

static bool get_once(struct exchange *exchange, slice url)
{
    *exchange->answer = (struct client_answer){ 0 };
    buf_clear(&exchange->header);
    ERR_clear_error();
    bool ok = prepare(exchange, url) && open_connection(exchange) && make_ssl(exchange) &&
              shake_hands(exchange) && ask_for_trust(exchange) && send_request(exchange) &&
              read_answer(exchange);
    close_connection(exchange);
    return ok;
}

/* Make `url` what the last answer, a redirect, leads to. */
static bool follow(struct exchange *exchange, struct buf *url)
{
    struct buf target;
    int status = 0;
    slice meta;
    buf_init(&target, (size_t)16 * 1024);
    bool ok = response_parse_header(slice_head(buf_slice(&exchange->header), exchange->header_end),
                                    &status, &meta) &&
              url_resolve(buf_slice(url), meta, &target);
    if (ok) {
        buf_clear(url);
        buf_put(url, buf_slice(&target));
    } else {
        buf_printf(exchange->error, "the redirect leads to no URL");
    }
    buf_release(&target);
    return ok;
}

bool client_get(slice url, const struct client_options *options, struct client_answer *answer,
                struct buf *error)
{
    struct exchange exchange = {
        .options = options,
        .answer = answer,
        .error = error,
        .deadline = now_ms() + options->timeout_ms,
        .fd = -1,
    };
    struct buf current;
    buf_init(&current, (size_t)16 * 1024);
    buf_init(&exchange.host, (size_t)16 * 1024);
    buf_init(&exchange.request, (size_t)16 * 1024);
    buf_init(&exchange.header, HEADER_MAX);
    buf_put(&current, url);
    bool ok = !current.failed ? get_once(&exchange, buf_slice(&current))
                              : fail(&exchange, "the URL is too long");
    for (unsigned i = 0; ok && answer->status / 10 == 3 && options->redirects > 0; i++) {
        ok = i < options->redirects
                 ? follow(&exchange, &current) && get_once(&exchange, buf_slice(&current))
                 : fail(&exchange, "too many redirects, one after the other");
    }
    buf_release(&exchange.header);
    buf_release(&exchange.request);
    buf_release(&exchange.host);
    buf_release(&current);
    return ok;
}
