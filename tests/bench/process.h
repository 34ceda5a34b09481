/* process.h: what the processes of a server cost. For the programs of the bench; Linux alone.
 *
 * A server is its first process and all that came of it. What a process cost that has ended is
 * not counted any more, so nothing of a server should end while it is measured. */
#ifndef MATINEE_BENCH_PROCESS_H
#define MATINEE_BENCH_PROCESS_H

#include "base/attributes.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * User and system time of a server so far, in nanoseconds, threads included. It is read from the
 * clocks of the processes (clock_getcpuclockid), for those in /proc count in ticks of 10 ms. False
 * when there is no such process.
 */
MUST_USE bool process_cpu(pid_t server, int64_t *ns);

/** Memory of a server in bytes. */
struct process_memory {
    int64_t pss;     /* each shared page counted in parts (smaps_rollup) */
    int64_t private; /* pages of one process alone: what connections cost */
};
MUST_USE bool process_memory(pid_t server, struct process_memory *out);

#endif
