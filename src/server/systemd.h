/* systemd.h: what a service manager that speaks systemd's protocols gives and is told. Layer:
 * server.
 *
 * Sockets that it has opened (sd_listen_fds(3)), and the state of the service in datagrams
 * (sd_notify(3)). Both protocols are a few environment variables and stable; nothing here needs
 * systemd to be there. Without the variables all of it does nothing. */
#ifndef MATINEE_SERVER_SYSTEMD_H
#define MATINEE_SERVER_SYSTEMD_H

#include "base/attributes.h"
#include "base/limits.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>

/** Sockets that were handed over: descriptors `first` to `first + count - 1`. */
struct systemd_sockets {
    int first;
    size_t count;
    const char *names[LIMIT_LISTENERS]; /* of FileDescriptorName=; "" when there is none */
};

/**
 * Take all of it out of the environment, so that no child process believes that it is meant. Called
 * once, at the start, before other descriptors are opened. The sockets get FD_CLOEXEC. False, with
 * a line in the log, when there are more than LIMIT_LISTENERS of them.
 */
MUST_USE bool systemd_begin(struct systemd_sockets *sockets);

/** One datagram of `NAME=value` lines; where it cannot be sent nothing happens. */
void systemd_notify(const char *format, ...) PRINTF_LIKE(1, 2);
/** READY=1: the service answers, or answers again after a reload; `status` is for people. */
void systemd_ready(slice status);
/** RELOADING=1, with the time that Type=notify-reload wants. */
void systemd_reloading(void);
/** STOPPING=1. */
void systemd_stopping(void);

/** True when descriptor `fd` leads to the journal, which reads `<N>` before a line as its
 * priority. To be called after systemd_begin. */
bool systemd_is_journal(int fd);

#endif
