#include "cmd/command.h"

static int run(UNUSED int argc, UNUSED char **argv)
{
    return command_fail("serve is not there yet");
}

const struct command command_serve = {
    .name = "serve",
    .purpose = "",
    .usage = "",
    .run = run,
};
