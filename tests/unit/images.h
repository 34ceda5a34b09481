/* images.h: what the unit tests of stored pictures share: small pictures, a source that answers as
 * it is told to, a capsule in a temporary folder. */
#ifndef MATINEE_TESTS_UNIT_IMAGES_H
#define MATINEE_TESTS_UNIT_IMAGES_H

#include "check.h"

#include "base/file.h"
#include "import/images.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PNG "\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\x02\0\0\0"
#define JPEG "\xFF\xD8\xFF\xE0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
#define GIF "GIF89a\1\0\1\0\x80\0\0"
#define WEBP "RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0\x30\1\0\x9D\1\x2A\1\0\1\0"
#define AVIF "\0\0\0 ftypavif\0\0\0\0avifmif1miaf"
#define BMP \
    "BM\x3A\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0\0\0\1\0\0\0\1\0\x18\0\0\0\0\0\4\0\0\0\0\0\0\0"
#define ICO                                                                                        \
    "\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0\x68\4\0\0\x16\0\0\0\x28\0\0\0\x10\0\0\0\x20\0\0\0\1\0\x20" \
    "\0"
#define SVG "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect width=\"1\" height=\"1\"/></svg>"

struct answered {
    const char *url;
    enum image_got got;
    slice bytes;
    const char *etag;
};

struct web {
    struct answered answers[12];
    size_t asked;
    char last[256]; /* URL, etag, modified of the latest request */
    char all[1024]; /* the URLs of all requests */
};

static inline enum image_got web_get(void *context, struct arena *arena,
                                     const struct image_request *request,
                                     struct image_answer *answer)
{
    struct web *web = context;
    web->asked++;
    (void)snprintf(web->last, sizeof web->last, "%.*s %.*s %.*s", SLICE_ARG(request->url),
                   SLICE_ARG(request->etag), SLICE_ARG(request->modified));
    size_t len = strlen(web->all);
    (void)snprintf(web->all + len, sizeof web->all - len, "%.*s\n", SLICE_ARG(request->url));
    for (size_t i = 0; i < sizeof web->answers / sizeof web->answers[0]; i++) {
        const struct answered *known = &web->answers[i];
        if (known->url != NULL && slice_equal(request->url, slice_of(known->url))) {
            answer->bytes = arena_copy(arena, known->bytes);
            answer->etag = slice_of(known->etag);
            answer->modified = SLICE_EMPTY;
            answer->reason = known->got == IMAGE_LATER ? SLICE("no answer") : SLICE("gone (410)");
            return known->got;
        }
    }
    answer->reason = SLICE("not found (404)");
    return IMAGE_GONE;
}

/* A run of an import. */
struct run {
    struct arena arena;
    struct diags diags;
    struct report report;
    struct images images;
    struct image_source source;
    int capsule;
};

static inline void run_begin(struct run *run, struct web *web, bool ask_again)
{
    *run = (struct run){ .source = { web_get, web } };
    arena_init(&run->arena);
    diags_init(&run->diags);
    report_init(&run->report, &run->arena);
    run->capsule = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(run->capsule >= 0);
    web->asked = 0;
    web->all[0] = '\0';
    assert_true(images_open(&run->images, run->capsule, &run->source, ask_again, &run->diags));
}

/* Without images_close, as when it is killed. */
static inline void run_drop(struct run *run)
{
    report_init(&run->report, &run->arena);
    diags_release(&run->diags);
    arena_release(&run->arena);
    (void)close(run->capsule);
}

static inline void run_end(struct run *run)
{
    assert_true(images_close(&run->images, &run->diags));
    run_drop(run);
}

/* The picture's path, or "" when it is not stored. */
static inline const char *run_store(struct run *run, const char *url, const char *smaller,
                                    const char *hint)
{
    slice path = SLICE_EMPTY;
    const struct image_wanted wanted = { { slice_of(url), slice_of(smaller) }, slice_of(hint), 7 };
    return images_store(&run->images, &wanted, &run->report, &path)
               ? arena_printf(&run->arena, "%.*s", SLICE_ARG(path)).ptr
               : "";
}

/* The latest note. */
static inline const char *run_note(struct run *run)
{
    size_t count = run->report.notes.count;
    return count == 0 ? ""
                      : arena_printf(&run->arena, "%.*s",
                                     SLICE_ARG(run->report.notes.items[count - 1].text))
                            .ptr;
}

/* All of the file at `path`. */
static inline slice file_at(struct run *run, const char *path)
{
    slice bytes = SLICE_EMPTY;
    return file_read(&run->arena, AT_FDCWD, path, 1 << 20, &bytes) ? bytes : SLICE_EMPTY;
}

static inline void put_file(const char *path, slice bytes)
{
    assert_true(file_write(AT_FDCWD, path, bytes, 0));
}

/* Set-up and tear-down of a test: in an empty folder of its own. */
static char test_folder[64];

static inline int enter_capsule(void **state)
{
    (void)state;
    (void)snprintf(test_folder, sizeof test_folder, "/tmp/matinee-test-XXXXXX");
    return mkdtemp(test_folder) == NULL || chdir(test_folder) != 0;
}

static inline int leave_capsule(void **state)
{
    char command[sizeof test_folder + 16];
    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf %s", test_folder);
    return chdir("/") != 0 || system(command) != 0;
}

#endif
