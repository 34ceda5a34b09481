#include "server/listen.h"

#include "base/attributes.h"
#include "server/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- parsing ---------------------------------------------------------------------------------- */

static void set_port(struct listen_address *address)
{
    if (address->family == AF_INET) {
        ((struct sockaddr_in *)(void *)&address->address)->sin_port = htons(address->port);
    } else if (address->family == AF_INET6) {
        ((struct sockaddr_in6 *)(void *)&address->address)->sin6_port = htons(address->port);
    }
}

static bool parse_host(slice host, struct listen_address *out)
{
    char text[INET6_ADDRSTRLEN + 64]; /* with the name of an interface */
    if (host.len == 0 || host.len >= sizeof text || memchr(host.ptr, '\0', host.len) != NULL) {
        return false;
    }
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';

    /* inet_pton alone: getaddrinfo would take `1965` for the address 0.0.7.173. */
    struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)&out->address;
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        out->family = AF_INET;
        out->length = sizeof *v4;
        return true;
    }
    if (strchr(text, ':') == NULL) {
        return false;
    }
    const struct addrinfo hints = { .ai_family = AF_INET6,
                                    .ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_NUMERICHOST };
    struct addrinfo *found = NULL;
    if (getaddrinfo(text, NULL, &hints, &found) != 0) {
        return false;
    }
    memcpy(&out->address, found->ai_addr, found->ai_addrlen);
    out->family = AF_INET6;
    out->length = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

bool listen_parse(slice text, struct listen_address *out)
{
    slice host = text;
    slice port = SLICE_EMPTY;
    bool has_port = false;
    *out = (struct listen_address){ .family = AF_UNSPEC, .port = LISTEN_DEFAULT_PORT };

    if (text.len > 0 && text.ptr[0] == '[') {
        size_t end = slice_find_byte(text, ']');
        slice after = slice_from(text, end + 1);
        has_port = after.len > 0 && after.ptr[0] == ':';
        if (end == text.len || (after.len > 0 && !has_port)) {
            return false;
        }
        host = slice_between(text.ptr + 1, text.ptr + end);
        port = slice_from(after, 1);
        if (slice_find_byte(host, ':') == host.len) {
            return false;
        }
    } else {
        size_t colon = slice_find_byte(text, ':');
        slice after = slice_from(text, colon + 1);
        /* Two colons and no brackets: an IPv6 address without a port. */
        if (colon < text.len && slice_find_byte(after, ':') == after.len) {
            has_port = true;
            host = slice_head(text, colon);
            port = after;
        }
    }

    unsigned long number = LISTEN_DEFAULT_PORT;
    if (has_port && !slice_to_number(port, UINT16_MAX, &number)) {
        return false;
    }
    out->port = (uint16_t)number;
    if (host.len == 0) {
        return has_port && text.ptr[0] == ':';
    }
    if (!parse_host(host, out)) {
        return false;
    }
    set_port(out);
    return true;
}

bool listen_is_loopback(const struct listen_address *address)
{
    if (address->family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)&address->address;
        return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
    }
    if (address->family == AF_INET6) {
        const struct sockaddr_in6 *v6 =
            (const struct sockaddr_in6 *)(const void *)&address->address;
        return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
    }
    return false;
}

/* --- binding ---------------------------------------------------------------------------------- */

static void put_name(const struct listen_address *address, struct listener *out)
{
    char host[64] = "?";
    (void)getnameinfo((const struct sockaddr *)&address->address, address->length, host,
                      sizeof host, NULL, 0, NI_NUMERICHOST);
    (void)snprintf(out->name, sizeof out->name, address->family == AF_INET6 ? "[%s]:%u" : "%s:%u",
                   host, address->port);
}

/* The port that was bound when 0 was asked for. */
static void learn_port(int fd, struct listen_address *address)
{
    struct sockaddr *bound = (struct sockaddr *)&address->address;
    if (getsockname(fd, bound, &address->length) == 0) {
        address->port =
            ntohs(address->family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)bound)->sin6_port
                                              : ((struct sockaddr_in *)(void *)bound)->sin_port);
    }
}

/* Returns false with errno. On true `address->port` is the port that was bound. */
static bool bind_one(struct listen_address *address, struct listeners *out)
{
    const int on = 1;
    if (out->count == LIMIT_LISTENERS) {
        errno = EMFILE;
        return false;
    }
    int fd = socket(address->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return false;
    }
    set_port(address);
    bool ok = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
              (address->family != AF_INET6 ||
               setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0) &&
              bind(fd, (const struct sockaddr *)&address->address, address->length) == 0 &&
              listen(fd, SOMAXCONN) == 0;
    if (!ok) {
        int saved = errno;
        (void)close(fd);
        errno = saved;
        return false;
    }
    /* Inherited too. A response is written record by record, so with Nagle's algorithm its end
     * would wait for an acknowledgement that clients put off for 40 ms. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
#ifdef TCP_NOTSENT_LOWAT
    /* Connections inherit it. Without it the kernel holds megabytes for each slow reader. */
    const int unsent = LIMIT_SEND_CHUNK;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
#endif
    learn_port(fd, address);
    struct listener *listener = &out->items[out->count++];
    *listener = (struct listener){ .fd = fd, .port = address->port };
    put_name(address, listener);
    return true;
}

static void log_failure(const struct listen_address *address)
{
    int reason = errno;
    struct listener shown;
    put_name(address, &shown);
    if (reason == EADDRINUSE) {
        log_message("cannot listen on %s: the port is taken; is another server running?",
                    shown.name);
    } else if (reason == EACCES) {
        log_message("cannot listen on %s: ports below 1024 are for root", shown.name);
    } else if (reason == EADDRNOTAVAIL) {
        log_message("cannot listen on %s: this machine does not have that address", shown.name);
    } else if (reason == EMFILE) {
        log_message("cannot listen on %s: too many addresses", shown.name);
    } else {
        log_message("cannot listen on %s: %s", shown.name, strerror(reason));
    }
}

static bool family_is_missing(int reason)
{
    return reason == EAFNOSUPPORT || reason == EADDRNOTAVAIL || reason == EPROTONOSUPPORT ||
           reason == ENETUNREACH;
}

/* All addresses, or all loopback addresses, of both families on one port. */
static bool bind_all(uint16_t port, bool loopback_only, struct listeners *out)
{
    static const char *const all[] = { "0.0.0.0", "[::]" };
    static const char *const loopback[] = { "127.0.0.1", "[::1]" };
    static const char *const names[] = { "IPv4", "IPv6" };
    const char *const *texts = loopback_only ? loopback : all;
    const char *missing = NULL;
    size_t before = out->count;
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++) {
        struct listen_address address;
        (void)!listen_parse(slice_of(texts[i]), &address);
        address.port = port;
        if (bind_one(&address, out)) {
            port = address.port;
        } else if (family_is_missing(errno)) {
            missing = names[i];
        } else {
            log_failure(&address);
            return false;
        }
    }
    if (out->count > before && missing != NULL) {
        log_message("this machine has no %s; going on without it", missing);
    }
    return true;
}

static bool bind_text(const char *text, bool loopback_only, struct listeners *out)
{
    struct listen_address address;
    if (!listen_parse(slice_of(text), &address)) {
        log_message("cannot listen on `%s`: it is no address; say 127.0.0.1, 127.0.0.1:1965, "
                    "[::1]:1965, or :1965 for a port alone",
                    text);
        return false;
    }
    if (address.family == AF_UNSPEC) {
        return bind_all(address.port, loopback_only, out);
    }
    if (loopback_only && !listen_is_loopback(&address)) {
        log_message("not listening on %s as root: say with --user whom to become", text);
        return false;
    }
    if (bind_one(&address, out)) {
        return true;
    }
    /* The same command line has to do on a machine without IPv6, a container say. */
    bool is_missing = errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT ||
                      (errno == EADDRNOTAVAIL && listen_is_loopback(&address));
    if (is_missing) {
        log_message("not listening on %s: this machine has no %s", text,
                    address.family == AF_INET6 ? "IPv6" : "IPv4");
        return true;
    }
    log_failure(&address);
    return false;
}

bool listen_open(const char *const *texts, size_t count, bool loopback_only, struct listeners *out)
{
    out->count = 0;
    bool ok = count > 0 || bind_all(LISTEN_DEFAULT_PORT, loopback_only, out);
    for (size_t i = 0; ok && i < count; i++) {
        ok = bind_text(texts[i], loopback_only, out);
    }
    if (ok && out->count == 0) {
        log_message("there is no address left to listen on");
        ok = false;
    }
    if (!ok) {
        listen_close(out);
    }
    return ok;
}

void listen_close(struct listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++) {
        (void)close(listeners->items[i].fd);
    }
    listeners->count = 0;
}
