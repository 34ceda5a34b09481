/* probe: what a shell cannot find out by itself.
 *
 *     probe port             a port that nobody listens on
 *     probe wait PORT        until somebody does, for ten seconds at most
 *     probe cpu PID          user and system time of a process and those below it, microseconds
 *     probe pss PID          their memory, shared pages in parts, bytes
 *     probe private PID      their memory that is shared with nobody, bytes
 */
#include "process.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LOWEST = 10000, HIGHEST = 32767, TRIES = 1000, WAIT_MS = 10000, LOOK_MS = 20 };

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
}

/* Below the ports that the system gives to clients, so that no connection takes it in between. */
static int print_port(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    unsigned seed = (unsigned)t.tv_nsec ^ (unsigned)getpid();
    for (int i = 0; i < TRIES; i++) {
        int port = LOWEST + rand_r(&seed) % (HIGHEST - LOWEST);
        const struct sockaddr_in address = loopback(port);
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        bool is_free = bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
        (void)close(fd);
        if (is_free) {
            printf("%d\n", port);
            return 0;
        }
    }
    return 1;
}

static int wait_for(int port)
{
    const struct sockaddr_in address = loopback(port);
    const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
    for (int i = 0; i < WAIT_MS / LOOK_MS; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        bool is_there = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
        (void)close(fd);
        if (is_there) {
            return 0;
        }
        (void)nanosleep(&pause, NULL);
    }
    (void)fprintf(stderr, "bench: nobody listens on port %d\n", port);
    return 1;
}

static int print_cost(const char *what, pid_t pid)
{
    int64_t ns = 0;
    struct process_memory memory;
    if (strcmp(what, "cpu") == 0 && process_cpu(pid, &ns)) {
        printf("%" PRId64 "\n", ns / 1000);
        return 0;
    }
    if ((strcmp(what, "pss") == 0 || strcmp(what, "private") == 0) &&
        process_memory(pid, &memory)) {
        printf("%" PRId64 "\n", what[1] == 's' ? memory.pss : memory.private);
        return 0;
    }
    (void)fprintf(stderr, "bench: cannot look at %s of process %d\n", what, (int)pid);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "port") == 0) {
        return print_port();
    }
    if (argc != 3) {
        (void)fprintf(stderr, "usage: probe port | wait PORT | cpu|pss|private PID\n");
        return 2;
    }
    long n = strtol(argv[2], NULL, 10);
    return strcmp(argv[1], "wait") == 0 ? wait_for((int)n) : print_cost(argv[1], (pid_t)n);
}
