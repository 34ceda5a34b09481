/* tls_floor: what a request cannot do without: see floor.h.
 *
 *     tls_floor FOLDER SIZE [full|resumed] [12|13] [REQUESTS]
 *
 * with the certificate of `localhost` in FOLDER. Prints the microseconds of CPU that the server's
 * side takes for a request. The bench itself has the same done in turns with the servers
 * (client.c); this program is for looking at it alone, with perf or valgrind.
 */
#include "floor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fprintf(stderr, "usage: tls_floor FOLDER SIZE [full|resumed] [12|13] [REQUESTS]\n");
        return 2;
    }
    const struct floor_options options = {
        .certs = argv[1],
        .host = "localhost",
        .size = strtoul(argv[2], NULL, 10),
        .resume = argc > 3 && strcmp(argv[3], "resumed") == 0,
        .tls = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 13,
    };
    unsigned long requests = argc > 5 ? strtoul(argv[5], NULL, 10) : 1000;
    int64_t ns = 0;
    struct floor *floor = floor_new(&options);
    (void)floor_run(floor);
    for (unsigned long i = 0; i < requests; i++) {
        ns += floor_run(floor);
    }
    floor_free(floor);
    printf("%.1f us\n", (double)ns / 1e3 / (double)requests);
    return 0;
}
