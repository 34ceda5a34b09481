#include "cmd/command.h"

static int run(UNUSED int argc, UNUSED char **argv)
{
    return command_fail("new is not there yet");
}

const struct command command_new = {
    .name = "new",
    .purpose = "",
    .usage = "",
    .run = run,
};
