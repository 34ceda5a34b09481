#include "cmd/command.h"

static int run(UNUSED int argc, UNUSED char **argv)
{
    return command_fail("check is not there yet");
}

const struct command command_check = {
    .name = "check",
    .purpose = "",
    .usage = "",
    .run = run,
};
