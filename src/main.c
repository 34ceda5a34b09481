/* main.c: picks the command. */

#include "cmd/command.h"
#include "cmd/elsewhere.h"
#include "cmd/start.h"

#include <stdio.h>
#include <string.h>

/* A command, or one that is in a program of its own. */
struct row {
    const struct command *command; /* or NULL */
    const char *name, *purpose;    /* then */
};

static const struct row rows[] = {
    { &command_serve, NULL, NULL },
    { &command_check, NULL, NULL },
    { &command_stats, NULL, NULL },
    { &command_build, NULL, NULL },
    { &command_new, NULL, NULL },
    { NULL, "import", COMMAND_IMPORT_PURPOSE },
    { NULL, "mirror", COMMAND_MIRROR_PURPOSE },
    { &command_get, NULL, NULL },
    { &command_cert, NULL, NULL },
};

static const char *name_of(const struct row *row)
{
    return row->command != NULL ? row->command->name : row->name;
}

static void print_help(FILE *out)
{
    (void)fputs("usage: matinee COMMAND [ARGUMENTS]\n\n"
                "A Gemini capsule server for people who write reviews.\n\n",
                out);
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        const struct row *row = &rows[i];
        (void)fprintf(out, "  %-8s %s\n", name_of(row),
                      row->command != NULL ? row->command->purpose : row->purpose);
    }
    (void)fputs("\n`matinee COMMAND --help` says more. `matinee --version` prints the version.\n",
                out);
}

int main(int argc, char **argv)
{
    start();
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
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        if (strcmp(name, name_of(&rows[i])) == 0) {
            return rows[i].command != NULL ? rows[i].command->run(argc - 1, argv + 1)
                                           : elsewhere_run(argv[0], argc - 1, argv + 1);
        }
    }
    (void)fprintf(stderr, "matinee: there is no command `%s`\n\n", name);
    print_help(stderr);
    return EXIT_USAGE;
}
