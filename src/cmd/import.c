#include "cmd/command.h"

static int run(UNUSED int argc, UNUSED char **argv)
{
    return command_fail("import is not there yet");
}

const struct command command_import = {
    .name = "import",
    .purpose = "",
    .usage = "",
    .run = run,
};
