/* A zip archive that is imported: whatever its bytes are, no more comes out of it than may, and
 * what it calls its files leads nowhere. */
#include "base/limits.h"
#include "base/utf8.h"
#include "import/albums.h"
#include "import/archive.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 65536u

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

static void read_feed(struct archive *archive, const struct archive_file *file, struct diags *diags)
{
    struct archive_stream stream;
    struct byte_stream bytes;
    char piece[4096];
    require(utf8_find_invalid(file->shown) == file->shown.len);
    if (archive_begin(archive, file, &stream, &bytes, diags)) {
        ssize_t got = 1;
        while (got > 0) {
            got = bytes.read(bytes.context, piece, sizeof piece);
            require(got <= (ssize_t)sizeof piece);
        }
        require(stream.given <= LIMIT_ARCHIVE_FREE + (uint64_t)LIMIT_ARCHIVE_RATIO * INPUT_MAX);
        require(got == 0 || diags->counts[DIAG_ERROR] > 0);
    }
    archive_end(&stream);
}

static void ask(struct albums *albums, slice name)
{
    struct arena arena;
    const struct image_source source = albums_source(albums);
    struct image_answer answer = { .reason = SLICE_EMPTY };
    arena_init(&arena);
    const struct image_request request = {
        .url = arena_printf(&arena, "https://1.bp.blogspot.com/x/s320/%.*s", SLICE_ARG(name)),
        .max = 10000,
    };
    enum image_got got = source.get(source.context, &arena, &request, &answer);
    require(got == IMAGE_BYTES ? answer.bytes.len <= 10000 : answer.reason.len > 0);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct archive archive;
    struct diags diags;
    char path[64];
    int fd = memfd_create("archive", 0);
    if (fd < 0 || size > INPUT_MAX || write(fd, data, size) != (ssize_t)size) {
        (void)close(fd);
        return 0;
    }
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    diags_init(&diags);
    if (archive_open(&archive, path, &diags)) {
        struct albums albums;
        albums_open(&albums, &archive);
        for (size_t i = 0; i < archive.feeds.count && i < 10; i++) {
            read_feed(&archive, &archive.feeds.items[i], &diags);
        }
        for (size_t i = 0; i < archive.albums.count && i < 10; i++) {
            slice name = archive.albums.items[i].path;
            require(name.len > 0 && name.ptr[0] != '/' && name.ptr[0] != '.');
            require(slice_find(name, SLICE("/.")) == name.len);
            ask(&albums, name);
        }
        ask(&albums, SLICE("missing.jpg"));
        albums_close(&albums);
        archive_close(&archive);
    } else {
        require(diags.counts[DIAG_ERROR] == 1);
    }
    diags_release(&diags);
    (void)close(fd);
    return 0;
}
