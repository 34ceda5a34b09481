/* start.h: what comes first in each program. Layer: cmd (includes base/). */
#ifndef MATINEE_CMD_START_H
#define MATINEE_CMD_START_H

/** Have the process end with a message when memory runs out. */
void start(void);

#endif
