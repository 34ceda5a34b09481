#include "cmd/command.h"

static int run(UNUSED int argc, UNUSED char **argv)
{
    return command_fail("cert is not there yet");
}

const struct command command_cert = {
    .name = "cert",
    .purpose = "",
    .usage = "",
    .run = run,
};
