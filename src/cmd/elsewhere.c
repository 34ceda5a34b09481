#include "cmd/elsewhere.h"

#include "base/arena.h"
#include "cmd/command.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* Where it is, from the folder of this program. */
static const char *const places[] = { "matinee-blog", "../libexec/matinee/matinee-blog" };

/* The folder of this program, with its last slash; empty when nobody says: then it is looked for
 * where the shell looks. */
static slice own_folder(struct arena *arena, const char *program)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    slice name = length > 0 && length < (ssize_t)sizeof path ? (slice){ path, (size_t)length }
                                                             : slice_of(program);
    while (name.len > 0 && name.ptr[name.len - 1] != '/') {
        name = slice_head(name, name.len - 1);
    }
    return arena_copy(arena, name);
}

int elsewhere_run(const char *program, int argc, char **argv)
{
    struct arena arena;
    arena_init(&arena);
    slice folder = own_folder(&arena, program);
    char **given = arena_array(&arena, (size_t)argc + 2, sizeof *given);
    memcpy(given + 1, argv, (size_t)argc * sizeof *given);
    for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
        slice path = arena_printf(&arena, "%.*s%s", SLICE_ARG(folder), places[i]);
        given[0] = (char *)path.ptr;
        (void)(folder.len > 0 ? execv(path.ptr, given) : execvp(path.ptr, given));
        if (errno != ENOENT && errno != ENOTDIR) {
            break;
        }
    }
    int code = command_fail("`matinee %s` is in the program matinee-blog, which cannot be run: %s; "
                            "`make install` puts it where it is looked for",
                            argv[0], strerror(errno));
    arena_release(&arena);
    return code;
}
