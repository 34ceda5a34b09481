/* main.c: picks the command. */

#include "base/arena.h"
#include "cmd/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct command *const commands[] = {
    &command_serve,  &command_check,  &command_build, &command_new,
    &command_import, &command_mirror, &command_get,   &command_cert,
};

static void print_help(FILE *out)
{
    (void)fputs("usage: matinee COMMAND [ARGUMENTS]\n\n"
                "A Gemini capsule server for people who write reviews.\n\n",
                out);
    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
        (void)fprintf(out, "  %-8s %s\n", commands[i]->name, commands[i]->purpose);
    }
    (void)fputs("\n`matinee COMMAND --help` says more. `matinee --version` prints the version.\n",
                out);
}

static void out_of_memory(void)
{
    static const char message[] = "matinee: out of memory\n";
    (void)!write(STDERR_FILENO, message, sizeof message - 1);
    _exit(EXIT_FAILED);
}

int main(int argc, char **argv)
{
    arena_on_out_of_memory(out_of_memory);
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (strcmp(name, "--version") == 0) {
        (void)puts("matinee " MATINEE_VERSION);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
        if (strcmp(name, commands[i]->name) == 0) {
            return commands[i]->run(argc - 1, argv + 1);
        }
    }
    (void)fprintf(stderr, "matinee: there is no command `%s`\n\n", name);
    print_help(stderr);
    return EXIT_USAGE;
}
