/* main_blog.c: the commands that `matinee` has in a program of their own (cmd/elsewhere.h). */

#include "cmd/command.h"
#include "cmd/start.h"

#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = { &command_import, &command_mirror };

int main(int argc, char **argv)
{
    start();
    for (size_t i = 0; argc > 1 && i < ARRAY_LENGTH(commands); i++) {
        if (strcmp(argv[1], commands[i]->name) == 0) {
            return commands[i]->run(argc - 1, argv + 1);
        }
    }
    (void)fputs("usage: matinee import …, matinee mirror …\n", stderr);
    return EXIT_USAGE;
}
