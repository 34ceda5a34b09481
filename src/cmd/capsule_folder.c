#include "cmd/capsule_folder.h"

#include "base/file.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "source/review.h"
#include "text/date.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct listing {
    struct arena *arena;
    struct capsule_folder *folder;
};

static bool add_file(void *context, slice path, const struct stat *status)
{
    struct listing *listing = context;
    (void)status;
    if (slice_ends_with(path, SLICE(".gmi"))) {
        slice copy = arena_printf(listing->arena, "reviews/%.*s", SLICE_ARG(path));
        size_t begin = copy.len;
        while (copy.ptr[begin - 1] != '/') {
            begin--;
        }
        *ARRAY_ADD(listing->arena, listing->folder) =
            (struct review_file){ slice_between(copy.ptr + begin, copy.ptr + copy.len - 4), copy };
    }
    return true;
}

/* Days begin when they do for the capsule. Problems of capsule.conf are for `check` to tell. */
static bool read_conf(struct capsule_folder *folder, struct arena *kept)
{
    const char *path = folder->path;
    struct arena arena;
    struct diags ignored;
    struct capsule_conf conf;
    struct source source = { SLICE("capsule.conf"), SLICE_EMPTY };
    arena_init(&arena);
    diags_init(&ignored);
    bool ok = file_read(&arena, folder->fd, "capsule.conf", LIMIT_SOURCE_FILE, &source.text);
    if (!ok && errno == ENOENT) {
        (void)command_fail("%s is not a capsule: it has no capsule.conf. A file with one line, "
                           "`Title: …`, makes the folder one",
                           path);
    } else if (!ok) {
        (void)command_fail("%s/capsule.conf: %s", path, strerror(errno));
    } else if (source_normalise(&arena, &source, &ignored)) {
        (void)!conf_parse(&arena, &source, &conf, &ignored);
        folder->author = arena_copy(kept, conf.author);
        folder->timezone = arena_copy(kept, conf.timezone);
    }
    diags_release(&ignored);
    arena_release(&arena);
    return ok;
}

bool capsule_folder_open(struct capsule_folder *folder, const char *path, struct arena *arena)
{
    *folder = (struct capsule_folder){ .path = path };
    folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->fd < 0) {
        (void)command_fail("%s: %s", path, strerror(errno));
        return false;
    }
    struct listing listing = { arena, folder };
    slice reviews = arena_printf(arena, "%s/reviews", path);
    bool ok = read_conf(folder, arena);
    if (ok && !(file_make_folders(folder->fd, "reviews") &&
                file_walk(reviews.ptr, add_file, NULL, &listing))) {
        (void)command_fail("%s: %s", reviews.ptr, strerror(errno));
        ok = false;
    }
    if (!ok) {
        capsule_folder_close(folder);
    }
    return ok;
}

void capsule_folder_close(struct capsule_folder *folder)
{
    (void)close(folder->fd);
}

const struct review_file *capsule_folder_find(const struct capsule_folder *folder, slice name)
{
    for (size_t i = 0; i < folder->count; i++) {
        if (slice_equal(folder->items[i].name, name)) {
            return &folder->items[i];
        }
    }
    return NULL;
}
