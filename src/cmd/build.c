#include "cmd/command.h"

static int run(UNUSED int argc, UNUSED char **argv)
{
    return command_fail("build is not there yet");
}

const struct command command_build = {
    .name = "build",
    .purpose = "",
    .usage = "",
    .run = run,
};
