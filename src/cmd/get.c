#include "cmd/command.h"

static int run(UNUSED int argc, UNUSED char **argv)
{
    return command_fail("get is not there yet");
}

const struct command command_get = {
    .name = "get",
    .purpose = "",
    .usage = "",
    .run = run,
};
