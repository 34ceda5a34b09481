#include "server/listen.h"

#include "base/attributes.h"
#include "server/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* --- binding ---------------------------------------------------------------------------------- */

/* Where a socket is bound, and the port that was bound when 0 was asked for. */
static void learn_address(int fd, struct listen_address *address)
{
    *address = (struct listen_address){ .family = AF_UNSPEC };
    struct sockaddr *bound = (struct sockaddr *)&address->address;
    address->length = sizeof address->address;
    if (getsockname(fd, bound, &address->length) != 0) {
        return;
    }
    address->family = bound->sa_family;
    address->port = 0;
    if (address->family == AF_INET) {
        address->port = ntohs(((struct sockaddr_in *)(void *)bound)->sin_port);
    } else if (address->family == AF_INET6) {
        address->port = ntohs(((struct sockaddr_in6 *)(void *)bound)->sin6_port);
    }
}

/* The kernel would hold megabytes for each slow reader. Connections inherit it. */
static void keep_little_unsent(int fd)
{
#ifdef TCP_NOTSENT_LOWAT
    const int unsent = LIMIT_SEND_CHUNK;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
#else
    (void)fd;
#endif
}

static struct listener *add_listener(struct listeners *out, int fd)
{
    struct listen_address address;
    struct listener *listener = &out->items[out->count++];
    keep_little_unsent(fd);
    learn_address(fd, &address);
    *listener = (struct listener){ .fd = fd, .port = address.port };
    listen_name(&address, listener->name);
    return listener;
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
    listen_set_port(address, address->port);
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
    address->port = add_listener(out, fd)->port;
    return true;
}

static void log_failure(const struct listen_address *address)
{
    int reason = errno;
    char name[LISTEN_NAME];
    listen_name(address, name);
    if (reason == EADDRINUSE) {
        log_problem("cannot listen on %s: the port is taken; is another server running?", name);
    } else if (reason == EACCES) {
        log_problem("cannot listen on %s: ports below 1024 are for root", name);
    } else if (reason == EADDRNOTAVAIL) {
        log_problem("cannot listen on %s: this machine does not have that address", name);
    } else if (reason == EMFILE) {
        log_problem("cannot listen on %s: too many addresses", name);
    } else {
        log_problem("cannot listen on %s: %s", name, strerror(reason));
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

/* --- Unix sockets ----------------------------------------------------------------------------- */

/* Is somebody listening there? A socket file outlives a server that was killed. */
static bool is_alive(const struct listen_address *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return true;
    }
    bool is_dead = connect(fd, (const struct sockaddr *)&address->address, address->length) != 0 &&
                   errno == ECONNREFUSED;
    (void)close(fd);
    return !is_dead;
}

/* Returns NULL when the path is free now, or why it is not. */
static const char *free_path(const char *path, const struct listen_address *address)
{
    struct stat status;
    if (lstat(path, &status) != 0) {
        return errno == ENOENT ? NULL : strerror(errno);
    }
    if (!S_ISSOCK(status.st_mode)) {
        return "there is a file of that name, which is no socket";
    }
    if (is_alive(address)) {
        return "another server is listening there";
    }
    return unlink(path) == 0 || errno == ENOENT ? NULL : strerror(errno);
}

/* The file has its mode from its first moment. Returns NULL, or what went wrong. */
static const char *bind_path(int fd, const char *path, const struct listen_address *address,
                             const struct listen_options *options)
{
    mode_t before = umask(0777 & ~options->socket_mode);
    bool ok = bind(fd, (const struct sockaddr *)&address->address, address->length) == 0;
    int reason = errno;
    (void)umask(before);
    if (!ok) {
        return strerror(reason);
    }
    bool has_owner = options->socket_owner != (uid_t)-1;
    if ((has_owner && lchown(path, options->socket_owner, options->socket_group) != 0) ||
        listen(fd, SOMAXCONN) != 0) {
        reason = errno;
        (void)unlink(path);
        return strerror(reason);
    }
    return NULL;
}

static bool bind_unix(const struct listen_address *address, const struct listen_options *options,
                      struct listeners *out)
{
    const char *path = ((const struct sockaddr_un *)(const void *)&address->address)->sun_path;
    struct stat status;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const char *problem = out->count == LIMIT_LISTENERS ? "too many addresses"
                          : fd < 0                      ? strerror(errno)
                                                        : free_path(path, address);
    if (problem == NULL) {
        problem = bind_path(fd, path, address, options);
    }
    if (problem != NULL) {
        log_problem("cannot listen on unix:%s: %s", path, problem);
        if (fd >= 0) {
            (void)close(fd);
        }
        return false;
    }
    struct listener *listener = add_listener(out, fd);
    if (lstat(path, &status) == 0) {
        (void)snprintf(listener->path, sizeof listener->path, "%s", path);
        listener->device = status.st_dev;
        listener->inode = status.st_ino;
    }
    return true;
}

/* Another server may have put its own there in the meantime. */
static void remove_file(struct listener *listener)
{
    struct stat status;
    if (listener->path[0] != '\0' && lstat(listener->path, &status) == 0 &&
        status.st_dev == listener->device && status.st_ino == listener->inode) {
        (void)unlink(listener->path);
    }
    listener->path[0] = '\0';
}

/* --- opening ---------------------------------------------------------------------------------- */

static bool bind_text(const char *text, const struct listen_options *options, struct listeners *out)
{
    struct listen_address address;
    bool loopback_only = options->loopback_only;
    if (!listen_parse(slice_of(text), &address)) {
        log_problem("cannot listen on `%s`: it is no address; say 127.0.0.1, 127.0.0.1:1965, "
                    "[::1]:1965, :1965 for a port alone, or unix:PATH",
                    text);
        return false;
    }
    if (address.family == AF_UNIX) {
        return bind_unix(&address, options, out);
    }
    if (address.family == AF_UNSPEC) {
        return bind_all(address.port, loopback_only, out);
    }
    if (loopback_only && !listen_is_loopback(&address)) {
        log_problem("not listening on %s as root: say with --user whom to become", text);
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

bool listen_open(const struct listen_options *options, struct listeners *out)
{
    out->count = 0;
    bool ok = options->count > 0 || bind_all(LISTEN_DEFAULT_PORT, options->loopback_only, out);
    for (size_t i = 0; ok && i < options->count; i++) {
        ok = bind_text(options->texts[i], options, out);
    }
    if (ok && out->count == 0) {
        log_problem("there is no address left to listen on");
        ok = false;
    }
    if (!ok) {
        listen_refuse(out);
        listen_close(out);
    }
    return ok;
}

/* Returns NULL, or what is wrong with a socket that was handed over. */
static const char *check_socket(int fd, bool loopback_only)
{
    struct listen_address address;
    int type = 0;
    int listens = 0;
    socklen_t length = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) != 0) {
        return strerror(errno);
    }
    length = sizeof listens;
    if (type != SOCK_STREAM) {
        return "it is no stream socket";
    }
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) != 0 || listens == 0) {
        return "it does not listen (Accept=yes is not for this server)";
    }
    learn_address(fd, &address);
    if (loopback_only && address.family != AF_UNIX && !listen_is_loopback(&address)) {
        return "it is not for root to serve: say with --user whom to become";
    }
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 ? NULL : strerror(errno);
}

bool listen_adopt(int first, const char *const *names, size_t count, bool loopback_only,
                  struct listeners *out)
{
    out->count = 0;
    for (size_t i = 0; i < count && i < LIMIT_LISTENERS; i++) {
        int fd = first + (int)i;
        const char *problem = check_socket(fd, loopback_only);
        if (problem != NULL) {
            log_problem("cannot use socket %d%s%s, which was handed over: %s", fd,
                        names[i][0] != '\0' ? ", " : "", names[i], problem);
            listen_close(out);
            return false;
        }
        add_listener(out, fd)->is_borrowed = true;
    }
    return true;
}

/* --- the end ---------------------------------------------------------------------------------- */

/* No packet that has passed a router has as many hops left. */
enum { HOPS_MAX = 255 };

/* Closing a TCP socket resets what is in its backlog, and there is no call that only closes the
 * door. So packets that open a connection are dropped, as if they had come from too far away: a
 * client tries again, and finds the port closed. Connections of which the first packet has come are
 * not touched, but inherit this. */
static void set_least_hops_left(int fd, int hops)
{
#ifdef IP_MINTTL
    (void)setsockopt(fd, IPPROTO_IP, IP_MINTTL, &hops, sizeof hops);
#endif
#ifdef IPV6_MINHOPCOUNT
    (void)setsockopt(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, &hops, sizeof hops);
#endif
    (void)fd;
    (void)hops;
}

void listen_admit(int fd)
{
    set_least_hops_left(fd, 0);
}

void listen_refuse(struct listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++) {
        struct listener *listener = &listeners->items[i];
        if (listener->is_borrowed) {
            continue;
        }
        if (listener->port != 0) {
            set_least_hops_left(listener->fd, HOPS_MAX);
        } else {
            remove_file(listener);
            (void)shutdown(listener->fd, SHUT_RD);
        }
    }
}

void listen_close(struct listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++) {
        (void)close(listeners->items[i].fd);
    }
    listeners->count = 0;
}
