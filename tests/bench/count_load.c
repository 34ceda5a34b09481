/* count_load.c: what tests/bench/counts.sh runs under valgrind to count what loading costs.
 *
 *     count_load load FOLDER            read the capsule
 *     count_load render FOLDER          and make the whole page of each review
 *     count_load reload FOLDER TIMES    read it, then change a review and read it again, TIMES
 * times
 *
 * The present is a fixed moment, so that each run does the same. */

#include "base/buf.h"
#include "base/diag.h"
#include "base/limits.h"
#include "pages/sitemap.h"
#include "source/load.h"
#include "text/date.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* 2026-01-01; no generated review is younger. */
static const int64_t now = 1767225600;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static struct loaded *load(const char *folder, struct loaded *previous)
{
    struct load_options options = { .folder = folder, .now = now };
    struct diags diags;
    (void)clock_gettime(CLOCK_REALTIME, &options.clock);
    diags_init(&diags);
    struct loaded *loaded = capsule_load(&options, previous, &diags);
    if (loaded == NULL || diags.counts[DIAG_ERROR] > 0) {
        (void)fprintf(stderr, "count_load: %s has errors\n", folder);
        exit(1);
    }
    diags_release(&diags);
    return loaded;
}

static void render(const struct capsule *capsule)
{
    const struct page_context context = {
        .capsule = capsule, .host = SLICE("localhost"), .today = date_of(now), .now = now
    };
    struct buf out;
    size_t bytes = 0;
    buf_init(&out, LIMIT_PAGE);
    for (size_t i = 0; i < capsule->review_count; i++) {
        const struct page page = { .kind = PAGE_FULL, .review = capsule->reviews[i] };
        struct page_answer answer;
        buf_clear(&out);
        page_render(&context, &page, &out, &answer);
        bytes += out.len;
    }
    buf_release(&out);
    (void)printf("%zu bytes\n", bytes);
}

/* The last byte of the oldest review becomes another one: a line of its own. */
static void change(const char *folder, const struct capsule *capsule, size_t time)
{
    const struct review *review = capsule->reviews[capsule->review_count - 1];
    struct buf path;
    struct stat status;
    buf_init(&path, 4096);
    buf_printf(&path, "%s/%.*s", folder, SLICE_ARG(review->path));
    int fd = open(buf_string(&path), O_WRONLY | O_CLOEXEC);
    const char byte = (char)('a' + time % 26);
    if (fd < 0 || fstat(fd, &status) != 0 || pwrite(fd, &byte, 1, status.st_size - 1) != 1) {
        fail(buf_string(&path));
    }
    (void)close(fd);
    buf_release(&path);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fputs("usage: count_load load|render|reload FOLDER [TIMES]\n", stderr);
        return 2;
    }
    const char *folder = argv[2];
    struct loaded *loaded = load(folder, NULL);
    if (strcmp(argv[1], "render") == 0) {
        render(loaded_capsule(loaded));
    }
    if (strcmp(argv[1], "reload") == 0 && argc > 3) {
        size_t times = strtoul(argv[3], NULL, 10);
        for (size_t i = 0; i < times; i++) {
            change(folder, loaded_capsule(loaded), i);
            loaded = load(folder, loaded);
        }
    }
    return 0; /* without freeing anything: a server does not either */
}
