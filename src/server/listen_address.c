#include "server/listen_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

void listen_set_port(struct listen_address *address, uint16_t port)
{
    address->port = port;
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

/* What follows `unix:`. A path that begins with NUL would be another kind of address. */
static bool parse_path(slice path, struct listen_address *out)
{
    struct sockaddr_un *local = (struct sockaddr_un *)(void *)&out->address;
    if (path.len == 0 || path.len >= sizeof local->sun_path ||
        memchr(path.ptr, '\0', path.len) != NULL) {
        return false;
    }
    local->sun_family = AF_UNIX;
    memcpy(local->sun_path, path.ptr, path.len);
    out->family = AF_UNIX;
    out->port = 0;
    out->length = (socklen_t)sizeof *local;
    return true;
}

bool listen_parse(slice text, struct listen_address *out)
{
    slice host = text;
    slice port = SLICE_EMPTY;
    bool has_port = false;
    *out = (struct listen_address){ .family = AF_UNSPEC, .port = LISTEN_DEFAULT_PORT };

    if (slice_starts_with(text, SLICE("unix:"))) {
        return parse_path(slice_from(text, 5), out);
    }
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
    listen_set_port(out, out->port);
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

void listen_name(const struct listen_address *address, char out[LISTEN_NAME])
{
    char host[64] = "?";
    if (address->family == AF_UNIX) {
        const struct sockaddr_un *local =
            (const struct sockaddr_un *)(const void *)&address->address;
        bool has_name = address->length > offsetof(struct sockaddr_un, sun_path);
        bool is_abstract = has_name && local->sun_path[0] == '\0';
        (void)snprintf(out, LISTEN_NAME, "unix:%s%.*s", is_abstract ? "@" : "",
                       has_name ? (int)(sizeof local->sun_path - is_abstract) : 0,
                       local->sun_path + is_abstract);
        return;
    }
    (void)getnameinfo((const struct sockaddr *)&address->address, address->length, host,
                      sizeof host, NULL, 0, NI_NUMERICHOST);
    (void)snprintf(out, LISTEN_NAME, address->family == AF_INET6 ? "[%s]:%u" : "%s:%u", host,
                   address->port);
}
