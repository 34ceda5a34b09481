/* Runs a fuzz target once over every file below the folders given as arguments: its corpus and the
 * inputs that once broke it. Built by any compiler, so that `make test` can run it. */
#include "base/arena.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Inputs of a fuzzer are small; what is larger got there by mistake. */
#define INPUT_MAX (64u * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* libFuzzer's optional one-time set-up; a target may have it. */
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);

struct replay {
    const char *folder;
    unsigned long files;
    bool failed;
};

/* The input at its exact size in memory of its own, so that a sanitizer sees a read past its end.
 */
static bool replay_bytes(slice input)
{
    uint8_t *copy = malloc(input.len > 0 ? input.len : 1);
    if (copy == NULL) {
        return false;
    }
    if (input.len > 0) {
        memcpy(copy, input.ptr, input.len);
    }
    (void)LLVMFuzzerTestOneInput(copy, input.len);
    free(copy);
    return true;
}

static bool replay_file(void *context, slice path, UNUSED const struct stat *status)
{
    struct replay *replay = context;
    struct arena arena;
    slice input;
    arena_init(&arena);
    slice full = arena_printf(&arena, "%s/%.*s", replay->folder, SLICE_ARG(path));
    if (!file_read(&arena, AT_FDCWD, full.ptr, INPUT_MAX, &input) || !replay_bytes(input)) {
        (void)fprintf(stderr, "%s: %s\n", full.ptr, strerror(errno));
        replay->failed = true;
    }
    replay->files++;
    arena_release(&arena);
    return true;
}

int main(int argc, char **argv)
{
    struct replay replay = { 0 };
    if (LLVMFuzzerInitialize != NULL) {
        (void)LLVMFuzzerInitialize(&argc, &argv);
    }
    for (int i = 1; i < argc; i++) {
        replay.folder = argv[i];
        /* There may be no regressions yet. */
        if (!file_walk(argv[i], replay_file, NULL, &replay) && errno != ENOENT) {
            (void)fprintf(stderr, "%s: %s\n", argv[i], strerror(errno));
            replay.failed = true;
        }
    }
    (void)printf("%s: %lu inputs\n", argv[0], replay.files);
    return replay.failed || replay.files == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
