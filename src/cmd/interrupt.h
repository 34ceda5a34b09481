/* interrupt.h: told to end, a command that writes files cleans up first. Layer: cmd. */
#ifndef MATINEE_CMD_INTERRUPT_H
#define MATINEE_CMD_INTERRUPT_H

#include <signal.h>

/** From now on SIGINT, SIGTERM and SIGHUP end nothing, but set what is returned. */
const volatile sig_atomic_t *interrupt_catch(void);

#endif
