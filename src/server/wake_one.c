#include "server/wake_one.h"

#ifdef __linux__

#include <stdbool.h>
#include <sys/epoll.h>

/* libevent's epoll descriptor is one of the first of a worker. */
enum { DESCRIPTORS_TRIED = 256 };

static bool take_out(int epoll_fd, int fd)
{
    struct epoll_event none = { .events = 0 };
    return epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, &none) == 0;
}

/* The one that `fd` is in, and is not any more; or -1. */
static int take_out_of_any(int fd)
{
    static int found = -1;
    if (found >= 0 && take_out(found, fd)) {
        return found;
    }
    for (int epoll_fd = 0; epoll_fd < DESCRIPTORS_TRIED; epoll_fd++) {
        if (take_out(epoll_fd, fd)) {
            found = epoll_fd;
            return found;
        }
    }
    return -1;
}

void wake_one(int fd)
{
    int epoll_fd = take_out_of_any(fd);
    struct epoll_event event = { .events = EPOLLIN, .data = { .fd = fd } };
    if (epoll_fd < 0) {
        return;
    }
    event.events |= EPOLLEXCLUSIVE;
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        event.events = EPOLLIN;
        (void)epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
    }
}

#else

void wake_one(int fd)
{
    (void)fd;
}

#endif
