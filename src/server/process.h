/* process.h: what master, loader and workers are as processes of the system. Layer: server. */
#ifndef MATINEE_SERVER_PROCESS_H
#define MATINEE_SERVER_PROCESS_H

#include "base/attributes.h"
#include "base/buf.h"
#include "server/server.h"

/** The name that ps and top show; at most 15 bytes. */
void process_name(const char *name);
/** See to it that descriptors 0, 1 and 2 are taken, so that no socket ever gets the log's. */
void process_keep_standard_files(void);
/** Allow as many open files as the system lets us. */
void process_raise_file_limit(void);
/** Children of children that lose their parent become ours, where the system can do that. */
void process_adopt_orphans(void);
/** Become `user` for good. False, with errno, when that is not allowed, or when root could be had
 * again. */
MUST_USE bool process_become(const struct server_user *user);
/** Give memory that was freed back to the system, where the allocator keeps it. */
void process_trim_memory(void);
/** Let others go first, with the processor and with disks. */
void process_be_nice(void);
/** The processors we may run on, at least 1. */
unsigned process_count_cores(void);
/** End a forked process, without what a parent has registered for its own end. */
NO_RETURN void process_exit(int code);
/** Append how a process ended: `exit code 1`, `signal 11 (Segmentation fault)`. */
void process_put_end(struct buf *out, int wait_status);

#endif
