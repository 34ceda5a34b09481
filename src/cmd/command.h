/* command.h: what every command of the binary has in common. Layer: cmd (includes everything).
 *
 * One command a file: its purpose, its usage text, one run function. Data goes to stdout, messages
 * to stderr. Exit codes: 0 done, 1 it failed or found errors, 2 it was called wrongly. */
#ifndef MATINEE_CMD_COMMAND_H
#define MATINEE_CMD_COMMAND_H

#include "base/attributes.h"
#include "base/diag.h"

enum exit_code { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct command {
    const char *name;
    const char *purpose; /* one line for `matinee --help` */
    const char *usage;   /* all of `matinee NAME --help` */
    /** `argv[0]` is the command's name. Returns an exit code. */
    int (*run)(int argc, char **argv);
};

extern const struct command command_build;
extern const struct command command_cert;
extern const struct command command_check;
extern const struct command command_get;
extern const struct command command_import;
extern const struct command command_mirror;
extern const struct command command_new;
extern const struct command command_serve;
extern const struct command command_stats;

/* Those that are in another program (elsewhere.h) are known by this alone. */
#define COMMAND_IMPORT_PURPOSE "make reviews of a blog, or of saved pages of one"
#define COMMAND_MIRROR_PURPOSE "make reviews of a blog on the web, again and again"

/** Print the usage text on stdout; returns EXIT_DONE. For --help. */
int command_help(const struct command *command);
/** Print a message and where to find help on stderr; returns EXIT_USAGE. */
int command_usage_error(const struct command *command, const char *format, ...) PRINTF_LIKE(2, 3);
/** Print `matinee: message` on stderr; returns EXIT_FAILED. */
int command_fail(const char *format, ...) PRINTF_LIKE(1, 2);
/** Print all problems on stderr, and when there are any a line that counts them. */
void command_print_diags(const struct diags *diags);

#endif
