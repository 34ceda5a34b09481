#include "cmd/command.h"

#include <stdarg.h>
#include <stdio.h>

int command_help(const struct command *command)
{
    (void)fputs(command->usage, stdout);
    return fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
}

int command_usage_error(const struct command *command, const char *format, ...)
{
    va_list args;
    (void)fprintf(stderr, "matinee %s: ", command->name);
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fprintf(stderr, "\nTry `matinee %s --help`.\n", command->name);
    return EXIT_USAGE;
}

int command_fail(const char *format, ...)
{
    va_list args;
    (void)fputs("matinee: ", stderr);
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    return EXIT_FAILED;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

void command_print_diags(const struct diags *diags)
{
    struct buf out;
    buf_init(&out, (size_t)-1);
    diags_format(diags, &out);
    if (out.len > 0) {
        (void)fwrite(out.ptr, 1, out.len, stderr);
    }
    buf_release(&out);
    size_t errors = diags->counts[DIAG_ERROR];
    size_t warnings = diags->counts[DIAG_WARNING];
    if (errors > 0 || warnings > 0) {
        (void)fprintf(stderr, "%zu error%s, %zu warning%s\n", errors, plural(errors), warnings,
                      plural(warnings));
    }
}
