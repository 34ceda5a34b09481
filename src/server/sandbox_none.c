#include "server/sandbox.h"

#if !defined(__linux__) && !defined(__OpenBSD__)

#include "server/log.h"

unsigned sandbox_master(UNUSED bool wanted)
{
    return 0;
}

unsigned sandbox_loader(UNUSED const struct sandbox_tree *trees, UNUSED size_t count)
{
    log_message("sandbox: none on this system; file permissions alone protect it");
    return 0;
}

bool sandbox_is_outgrown(UNUSED const struct sandbox_tree *tree)
{
    return false;
}

unsigned sandbox_worker(UNUSED const int *folders, UNUSED size_t count)
{
    return 0;
}

unsigned sandbox_background(UNUSED const int *read, UNUSED const int *write, UNUSED size_t count)
{
    return 0;
}

#endif
