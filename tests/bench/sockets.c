#include "sockets.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* As the kernel likes to fill it. */
enum { ANSWER = 64 * 1024 };

static bool ask(int netlink, uint16_t port)
{
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 wanted;
    } request = {
        .header = { .nlmsg_len = sizeof request,
                    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
        .wanted = { .sdiag_family = AF_INET,
                    .sdiag_protocol = IPPROTO_TCP,
                    .idiag_ext = 1u << (INET_DIAG_SKMEMINFO - 1),
                    .idiag_states = ~(1u << TCP_LISTEN | 1u << TCP_TIME_WAIT),
                    .id = { .idiag_sport = htons(port) } },
    };
    return send(netlink, &request, sizeof request, 0) == (ssize_t)sizeof request;
}

static void add(const struct nlmsghdr *message, uint16_t port, struct sockets *out)
{
    const struct inet_diag_msg *found = NLMSG_DATA(message);
    if (ntohs(found->id.idiag_sport) != port) {
        return;
    }
    out->count++;
    /* Attributes follow: a header with length and type, then the value, each aligned. */
    const char *end = (const char *)message + message->nlmsg_len;
    const char *at = (const char *)(found + 1);
    struct rtattr attribute;
    while ((size_t)(end - at) >= sizeof attribute) {
        uint32_t memory[SK_MEMINFO_VARS] = { 0 };
        memcpy(&attribute, at, sizeof attribute);
        if (attribute.rta_len < sizeof attribute || attribute.rta_len > (size_t)(end - at)) {
            return;
        }
        if (attribute.rta_type == INET_DIAG_SKMEMINFO) {
            size_t size = attribute.rta_len - sizeof attribute;
            memcpy(memory, at + sizeof attribute, size < sizeof memory ? size : sizeof memory);
            out->bytes += (int64_t)memory[SK_MEMINFO_RMEM_ALLOC] + memory[SK_MEMINFO_FWD_ALLOC] +
                          memory[SK_MEMINFO_WMEM_QUEUED] + memory[SK_MEMINFO_OPTMEM] +
                          memory[SK_MEMINFO_BACKLOG];
        }
        size_t step = RTA_ALIGN((size_t)attribute.rta_len);
        at += step < (size_t)(end - at) ? step : (size_t)(end - at);
    }
}

/* One piece of the answer. False at the end of it; `*ok` tells whether that was a good one. */
static bool take(int netlink, uint16_t port, struct sockets *out, bool *ok)
{
    static _Alignas(struct nlmsghdr) char answer[ANSWER];
    ssize_t n = recv(netlink, answer, sizeof answer, 0);
    const struct nlmsghdr *message = (const struct nlmsghdr *)answer;
    if (n <= 0) {
        return false;
    }
    for (unsigned left = (unsigned)n; NLMSG_OK(message, left);
         message = NLMSG_NEXT(message, left)) {
        if (message->nlmsg_type == NLMSG_DONE) {
            *ok = true;
            return false;
        }
        if (message->nlmsg_type == NLMSG_ERROR) {
            return false;
        }
        add(message, port, out);
    }
    return true;
}

bool sockets_look(uint16_t port, struct sockets *out)
{
    bool ok = false;
    *out = (struct sockets){ 0, 0 };
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (netlink < 0) {
        return false;
    }
    if (ask(netlink, port)) {
        while (take(netlink, port, out, &ok)) {
        }
    }
    (void)close(netlink);
    return ok;
}
