#include "cmd/image_sizes.h"

#include "export/image_size.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* What cameras write before the picture (thumbnails, colour profiles) is seldom more. */
enum { HEAD_BYTES = 256 * 1024 };

struct known_size {
    bool looked;
    unsigned width, height; /* 0: not known */
};

void image_sizes_begin(struct image_sizes *sizes, const struct capsule *capsule, const char *folder)
{
    *sizes = (struct image_sizes){ .capsule = capsule, .folder = folder };
    arena_init(&sizes->arena);
    sizes->known = arena_array(&sizes->arena, capsule->static_count, sizeof *sizes->known);
}

void image_sizes_end(struct image_sizes *sizes)
{
    arena_release(&sizes->arena);
}

static slice read_head(int file, char *room)
{
    size_t length = 0;
    ssize_t got;
    do {
        got = read(file, room + length, HEAD_BYTES - length);
        length += got > 0 ? (size_t)got : 0;
    } while (got > 0 || (got < 0 && errno == EINTR));
    return (slice){ room, length };
}

static void look(struct image_sizes *sizes, const struct static_file *file,
                 struct known_size *known)
{
    struct arena arena;
    arena_init(&arena);
    slice path = arena_printf(&arena, "%s/static/%.*s", sizes->folder, SLICE_ARG(file->path));
    int opened = open(path.ptr, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (opened >= 0) {
        slice head = read_head(opened, arena_alloc(&arena, HEAD_BYTES));
        if (!image_size(head, &known->width, &known->height)) {
            known->width = 0;
        }
        (void)close(opened);
    }
    known->looked = true;
    arena_release(&arena);
}

bool image_sizes_find(void *from, const struct static_file *file, unsigned *width, unsigned *height)
{
    struct image_sizes *sizes = from;
    struct known_size *known = &sizes->known[file - sizes->capsule->statics];
    if (!known->looked) {
        look(sizes, file, known);
    }
    *width = known->width;
    *height = known->height;
    return known->width > 0;
}
