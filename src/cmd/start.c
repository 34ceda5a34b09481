#include "cmd/start.h"

#include "base/arena.h"
#include "cmd/command.h"

#include <unistd.h>

static void out_of_memory(void)
{
    static const char message[] = "matinee: out of memory\n";
    (void)!write(STDERR_FILENO, message, sizeof message - 1);
    _exit(EXIT_FAILED);
}

void start(void)
{
    arena_on_out_of_memory(out_of_memory);
}
