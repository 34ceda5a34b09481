#include "gempub/packing.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

/* Noon, so that no time zone's summer time moves it: libzip takes it for one of the machine's. */
enum {
    DOS_DAY = 1 << 5 | 1, /* 1980-01-01, the first that there is */
    DOS_TIME = 12 << 11,
    /* The best is one per cent smaller, and takes two to three times as long. */
    EFFORT = 4,
};
#define FILE_MODE ((zip_uint32_t)(S_IFREG | 0644) << 16)

_Static_assert(sizeof(zip_error_t) <= sizeof(((struct packing *)0)->room), "libzip's error fits");

/* One file on its way in. */
struct entry {
    struct packing *packing;
    size_t number;
    uint64_t size;
    uint64_t given;
};

static zip_error_t *error_of(struct packing *packing)
{
    return (zip_error_t *)(void *)packing->room;
}

static bool fail(struct packing *packing, const char *reason)
{
    if (packing->error->len == 0) {
        buf_printf(packing->error, "the archive cannot be written: %s", reason);
    }
    return false;
}

static bool fail_as(struct packing *packing, zip_error_t *error)
{
    return fail(packing, zip_error_strerror(error));
}

/* --- the archive as libzip sees it ------------------------------------------------------------ */

static zip_int64_t set_error(struct packing *packing, int code)
{
    zip_error_set(error_of(packing), code, errno);
    return -1;
}

static zip_int64_t write_bytes(struct packing *packing, const char *bytes, zip_uint64_t length)
{
    zip_uint64_t done = 0;
    while (done < length) {
        ssize_t put =
            pwrite(packing->fd, bytes + done, length - done, (off_t)(packing->position + done));
        if (put < 0 && errno != EINTR) {
            return set_error(packing, ZIP_ER_WRITE);
        }
        done += put > 0 ? (zip_uint64_t)put : 0;
    }
    packing->position += length;
    packing->size = packing->position > packing->size ? packing->position : packing->size;
    return (zip_int64_t)length;
}

static zip_int64_t seek(struct packing *packing, void *data, zip_uint64_t length)
{
    zip_int64_t to = zip_source_seek_compute_offset(packing->position, packing->size, data, length,
                                                    error_of(packing));
    if (to < 0) {
        return -1;
    }
    packing->position = (zip_uint64_t)to;
    return 0;
}

static zip_int64_t put_status(struct packing *packing, void *data, zip_uint64_t length,
                              uint64_t size)
{
    zip_stat_t *status = data;
    if (length < sizeof *status) {
        return set_error(packing, ZIP_ER_INVAL);
    }
    zip_stat_init(status);
    status->size = size;
    status->valid |= ZIP_STAT_SIZE;
    return (zip_int64_t)sizeof *status;
}

static zip_int64_t serve_packing(void *context, void *data, zip_uint64_t length,
                                 zip_source_cmd_t command)
{
    struct packing *packing = context;
    switch (command) {
    case ZIP_SOURCE_OPEN:
    case ZIP_SOURCE_BEGIN_WRITE:
        packing->position = 0;
        return 0;
    case ZIP_SOURCE_WRITE:
        return write_bytes(packing, data, length);
    case ZIP_SOURCE_SEEK:
    case ZIP_SOURCE_SEEK_WRITE:
        return seek(packing, data, length);
    case ZIP_SOURCE_TELL:
    case ZIP_SOURCE_TELL_WRITE:
        return (zip_int64_t)packing->position;
    case ZIP_SOURCE_READ: /* there is nothing in it yet */
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_COMMIT_WRITE:
    case ZIP_SOURCE_ROLLBACK_WRITE:
    case ZIP_SOURCE_REMOVE:
    case ZIP_SOURCE_FREE:
        return 0;
    case ZIP_SOURCE_STAT:
        return put_status(packing, data, length, packing->size);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(error_of(packing), data, length);
    case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_WRITABLE;
    default:
        return set_error(packing, ZIP_ER_OPNOTSUPP);
    }
}

bool packing_begin(struct packing *packing, int fd, const struct packing_files *files,
                   struct buf *error)
{
    zip_error_t failure;
    *packing = (struct packing){ .fd = fd, .files = files, .error = error };
    arena_init(&packing->arena);
    zip_error_init(error_of(packing));
    zip_error_init(&failure);
    zip_source_t *sink = zip_source_function_create(serve_packing, packing, &failure);
    if (sink != NULL) {
        packing->zip = zip_open_from_source(sink, ZIP_CREATE | ZIP_TRUNCATE, &failure);
    }
    if (packing->zip == NULL) {
        (void)fail_as(packing, &failure);
        zip_source_free(sink);
    }
    zip_error_fini(&failure);
    return packing->zip != NULL;
}

/* --- its files -------------------------------------------------------------------------------- */

static zip_int64_t refuse(struct entry *entry)
{
    errno = 0;
    return set_error(entry->packing, ZIP_ER_READ);
}

static zip_int64_t read_entry(struct entry *entry, char *into, zip_uint64_t room)
{
    const struct packing_files *files = entry->packing->files;
    ssize_t got = files->read(files->context, into, room, entry->packing->error);
    if (got < 0) {
        return refuse(entry);
    }
    entry->given += (uint64_t)got;
    if (entry->given > entry->size || (got == 0 && entry->given < entry->size)) {
        (void)fail(entry->packing, "a file changed meanwhile");
        return refuse(entry);
    }
    return got;
}

static zip_int64_t serve_entry(void *context, void *data, zip_uint64_t length,
                               zip_source_cmd_t command)
{
    struct entry *entry = context;
    struct packing *packing = entry->packing;
    const struct packing_files *files = packing->files;
    switch (command) {
    case ZIP_SOURCE_OPEN:
        entry->given = 0;
        return files->open(files->context, entry->number, packing->error) ? 0 : refuse(entry);
    case ZIP_SOURCE_READ:
        return read_entry(entry, data, length);
    case ZIP_SOURCE_CLOSE:
        files->close(files->context);
        return 0;
    case ZIP_SOURCE_STAT:
        return put_status(packing, data, length, entry->size);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(error_of(packing), data, length);
    case ZIP_SOURCE_FREE:
        return 0;
    case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_READABLE;
    default:
        return set_error(packing, ZIP_ER_OPNOTSUPP);
    }
}

bool packing_add(struct packing *packing, size_t number, slice name, uint64_t size, bool packs)
{
    struct entry *entry = arena_alloc(&packing->arena, sizeof *entry);
    slice terminated = arena_copy(&packing->arena, name);
    *entry = (struct entry){ .packing = packing, .number = number, .size = size };
    zip_source_t *source = zip_source_function(packing->zip, serve_entry, entry);
    if (source == NULL) {
        return fail_as(packing, zip_get_error(packing->zip));
    }
    zip_int64_t index = zip_file_add(packing->zip, terminated.ptr, source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
        zip_source_free(source);
        return fail_as(packing, zip_get_error(packing->zip));
    }
    zip_uint64_t at = (zip_uint64_t)index;
    bool ok = zip_set_file_compression(packing->zip, at, packs ? ZIP_CM_DEFLATE : ZIP_CM_STORE,
                                       packs ? EFFORT : 0) == 0 &&
              zip_file_set_dostime(packing->zip, at, DOS_TIME, DOS_DAY, 0) == 0 &&
              zip_file_set_external_attributes(packing->zip, at, 0, ZIP_OPSYS_UNIX, FILE_MODE) == 0;
    return ok || fail_as(packing, zip_get_error(packing->zip));
}

bool packing_finish(struct packing *packing)
{
    if (zip_close(packing->zip) != 0) {
        return fail_as(packing, zip_get_error(packing->zip));
    }
    packing->zip = NULL;
    return true;
}

void packing_release(struct packing *packing)
{
    if (packing->zip != NULL) {
        zip_discard(packing->zip);
    }
    zip_error_fini(error_of(packing));
    arena_release(&packing->arena);
}
