/* wake_one.h: a new connection wakes one worker, not all of them. Layer: server.
 *
 * All workers wait for the same listening sockets. Linux can wake one of those that wait instead of
 * all (epoll_ctl(2), EPOLLEXCLUSIVE), but libevent cannot ask for it. So it is asked behind
 * libevent's back, of which libevent notices nothing: its event stays as it was, and event_del ends
 * it. On other systems, or when that fails, all are woken, and all but one find nothing there. */
#ifndef MATINEE_SERVER_WAKE_ONE_H
#define MATINEE_SERVER_WAKE_ONE_H

/** After event_add() of a read event for the socket `fd`, alone on it: from now on a worker is only
 * woken when none that has waited longer could be. Again, to go to the end of the line: else the
 * same worker would get all connections as long as it is idle. */
void wake_one(int fd);

#endif
