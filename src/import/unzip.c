#include "import/unzip.h"

#include "base/limits.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

_Static_assert(sizeof(((struct unzip *)NULL)->room) >= sizeof(zip_error_t), "room for an error");

static zip_error_t *error_of(struct unzip *unzip)
{
    return (zip_error_t *)(void *)unzip->room;
}

/* --- the archive's bytes, for libzip ---------------------------------------------------------- */

static zip_int64_t read_archive(struct unzip *unzip, void *into, zip_uint64_t room)
{
    if (!unzip->listed) {
        unzip->listing += room;
        unzip->too_long = unzip->listing > LIMIT_ARCHIVE_DIRECTORY;
        if (unzip->too_long) {
            zip_error_set(error_of(unzip), ZIP_ER_MEMORY, 0);
            return -1;
        }
    }
    if (unzip->position >= unzip->size) {
        return 0;
    }
    ssize_t got = 0;
    do {
        got = pread(unzip->fd, into, (size_t)room, (off_t)unzip->position);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        zip_error_set(error_of(unzip), ZIP_ER_READ, errno);
        return -1;
    }
    unzip->position += (zip_uint64_t)got;
    return got;
}

static zip_int64_t seek_archive(struct unzip *unzip, void *data, zip_uint64_t length)
{
    zip_int64_t to =
        zip_source_seek_compute_offset(unzip->position, unzip->size, data, length, error_of(unzip));
    if (to < 0) {
        return -1;
    }
    unzip->position = (zip_uint64_t)to;
    return 0;
}

static zip_int64_t stat_archive(struct unzip *unzip, void *data, zip_uint64_t length)
{
    zip_stat_t *status = data;
    if (length < sizeof *status) {
        zip_error_set(error_of(unzip), ZIP_ER_INVAL, 0);
        return -1;
    }
    zip_stat_init(status);
    status->size = unzip->size;
    status->valid |= ZIP_STAT_SIZE;
    return (zip_int64_t)sizeof *status;
}

static zip_int64_t serve_archive(void *context, void *data, zip_uint64_t length,
                                 zip_source_cmd_t command)
{
    struct unzip *unzip = context;
    switch (command) {
    case ZIP_SOURCE_OPEN:
        unzip->position = 0;
        return 0;
    case ZIP_SOURCE_READ:
        return read_archive(unzip, data, length);
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
        return 0;
    case ZIP_SOURCE_STAT:
        return stat_archive(unzip, data, length);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(error_of(unzip), data, length);
    case ZIP_SOURCE_SEEK:
        return seek_archive(unzip, data, length);
    case ZIP_SOURCE_TELL:
        return (zip_int64_t)unzip->position;
    case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_SEEKABLE;
    default:
        zip_error_set(error_of(unzip), ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

/* --- the list of files ------------------------------------------------------------------------ */

bool unzip_open(struct unzip *unzip, int fd, const char **reason)
{
    struct stat status;
    zip_error_t error;
    *unzip = (struct unzip){ .fd = fd };
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size < 0) {
        *reason = "it is not a file";
        return false;
    }
    unzip->size = (uint64_t)status.st_size;
    zip_error_init(error_of(unzip));
    zip_error_init(&error);
    zip_source_t *source = zip_source_function_create(serve_archive, unzip, &error);
    if (source != NULL) {
        unzip->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
    }
    if (unzip->zip == NULL) {
        *reason =
            unzip->too_long ? "it holds too many files" : "it is no zip archive, or a broken one";
        if (source != NULL) {
            zip_source_free(source);
        }
    }
    zip_error_fini(&error);
    unzip->listed = true;
    return unzip->zip != NULL;
}

void unzip_close(struct unzip *unzip)
{
    zip_discard(unzip->zip);
    zip_error_fini(error_of(unzip));
    unzip->zip = NULL;
}

size_t unzip_count(const struct unzip *unzip)
{
    zip_int64_t count = zip_get_num_entries(unzip->zip, 0);
    return count > 0 ? (size_t)count : 0;
}

bool unzip_entry(const struct unzip *unzip, size_t number, struct unzip_entry *entry)
{
    zip_stat_t status;
    const char *name = zip_get_name(unzip->zip, number, ZIP_FL_ENC_RAW);
    if (name == NULL || zip_stat_index(unzip->zip, number, 0, &status) != 0 ||
        (status.valid & ZIP_STAT_SIZE) == 0) {
        return false;
    }
    *entry = (struct unzip_entry){ .name = slice_of(name), .size = status.size };
    entry->is_folder = slice_ends_with(entry->name, SLICE("/"));
    entry->is_encrypted =
        (status.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && status.encryption_method != ZIP_EM_NONE;
    return true;
}

/* --- one of them ------------------------------------------------------------------------------ */

bool unzip_begin(struct unzip *unzip, size_t number, struct unzip_stream *stream)
{
    zip_stat_t status;
    *stream = (struct unzip_stream){ .unzip = unzip };
    if (zip_stat_index(unzip->zip, number, 0, &status) == 0) {
        stream->packed = (status.valid & ZIP_STAT_COMP_SIZE) != 0 ? status.comp_size : 0;
        stream->file = zip_fopen_index(unzip->zip, number, 0);
    }
    if (stream->file == NULL) {
        unzip->failed = SLICE("it is encrypted, packed in an unknown way, or broken");
        zip_error_clear(unzip->zip);
        errno = EIO;
    }
    return stream->file != NULL;
}

/* More came out than `packed` bytes of anything that people write could hold. */
static bool is_bomb(uint64_t given, uint64_t packed)
{
    return given > LIMIT_ARCHIVE_FREE && given / LIMIT_ARCHIVE_RATIO > packed;
}

ssize_t unzip_read(struct unzip_stream *stream, char *into, size_t room)
{
    struct unzip *unzip = stream->unzip;
    zip_int64_t got = zip_fread(stream->file, into, room);
    if (got < 0) {
        unzip->failed = SLICE("it is broken");
        errno = EIO;
        return -1;
    }
    stream->given += (uint64_t)got;
    unzip->given += (uint64_t)got;
    if (is_bomb(stream->given, stream->packed) || is_bomb(unzip->given, unzip->size)) {
        unzip->failed = SLICE("far more comes out of it than is in it: it is made to fill memory");
        errno = EFBIG;
        return -1;
    }
    return (ssize_t)got;
}

void unzip_end(struct unzip_stream *stream)
{
    if (stream->file != NULL) {
        (void)zip_fclose(stream->file);
        stream->file = NULL;
    }
}
