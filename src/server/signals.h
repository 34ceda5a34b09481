/* signals.h: signals as master and loader take them: only while they wait. Layer: server.
 *
 * Outside of signals_wait() the signals are blocked, so no code of ours is ever interrupted by a
 * handler. Workers leave this arrangement (signals_leave) for libevent's. */
#ifndef MATINEE_SERVER_SIGNALS_H
#define MATINEE_SERVER_SIGNALS_H

#include <poll.h>
#include <stdbool.h>

/** Block and catch SIGCHLD, SIGHUP, SIGINT, SIGTERM, SIGUSR1; ignore SIGPIPE and the terminal's
 * stops. */
void signals_begin(void);
/** poll(2), during which signals arrive. An interrupted wait returns with no `revents` set. */
void signals_wait(struct pollfd *fds, nfds_t count, int timeout_ms);
/** True when `signal` has arrived since the last call for it. */
bool signals_take(int signal);
/** In a child: what has arrived was meant for the parent. */
void signals_forget(void);
/** Default handlers again, for a process that has its own way with signals. They stay blocked until
 * signals_unblock, so that none is lost in between. */
void signals_leave(void);
void signals_unblock(void);
/** For its last moments: they stay blocked until it has ended. */
void signals_block(void);

#endif
