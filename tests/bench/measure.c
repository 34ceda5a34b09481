/* measure: what a command costs.
 *
 *     measure NAME COUNT FIGURE... -- COMMAND...
 *
 * Prints a sample NAME/FIGURE for each of these figures:
 *
 *     wall    how long it took, in seconds
 *     cpu     user and system time, of what it waited for too, in seconds
 *     each    the same for each of COUNT things, in microseconds
 *     peak    the most memory it had resident, in MB
 *
 * What the command prints is dropped, but not its messages. Ends with 1, and prints nothing, when
 * the command does not end with 0. */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec time = { 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* False for a figure that there is not. */
static bool print(const char *name, const char *figure, double wall, double count,
                  const struct rusage *usage)
{
    double cpu = seconds(usage->ru_utime) + seconds(usage->ru_stime);
    if (strcmp(figure, "wall") == 0) {
        printf("%s/wall s %.4f\n", name, wall);
    } else if (strcmp(figure, "cpu") == 0) {
        printf("%s/cpu s %.4f\n", name, cpu);
    } else if (strcmp(figure, "each") == 0) {
        printf("%s/each us %.2f\n", name, cpu * 1e6 / count);
    } else if (strcmp(figure, "peak") == 0) {
        printf("%s/peak MB %.1f\n", name, (double)usage->ru_maxrss * 1024 / 1e6);
    } else {
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    int command = 3;
    while (command < argc && strcmp(argv[command - 1], "--") != 0) {
        command++;
    }
    if (command >= argc) {
        (void)fputs("usage: measure NAME COUNT FIGURE... -- COMMAND...\n", stderr);
        return 2;
    }
    struct rusage usage;
    int status = 0;
    double begun = now();
    pid_t pid = fork();
    if (pid == 0) {
        int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
        (void)dup2(nothing, STDOUT_FILENO);
        (void)execvp(argv[command], argv + command);
        (void)fprintf(stderr, "measure: %s: %s\n", argv[command], strerror(errno));
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || status != 0) {
        (void)fprintf(stderr, "measure: %s has failed\n", argv[command]);
        return 1;
    }
    double wall = now() - begun;
    for (int i = 3; i < command - 1; i++) {
        if (!print(argv[1], argv[i], wall, strtod(argv[2], NULL), &usage)) {
            (void)fprintf(stderr, "measure: there is no figure %s\n", argv[i]);
            return 2;
        }
    }
    return 0;
}
