#include "import/archive.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "import/format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Bytes in which is seen what a file is, and that are read of a file at once. */
enum { HEAD_BYTES = 2048, READ_BYTES = 16384 };

/* Longest name in an archive, in bytes; systems take paths of 4,096. */
enum { PATH_BYTES = 4096 };

/* --- one file --------------------------------------------------------------------------------- */

static int open_file(const struct archive *archive, const struct archive_file *file)
{
    struct stat status;
    int fd = openat(archive->fd, file->path.ptr, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))) {
        (void)close(fd);
        errno = EINVAL;
        fd = -1;
    }
    return fd;
}

static void fail(const struct archive_stream *stream)
{
    int reason = errno;
    const struct archive *archive = stream->archive;
    slice why = archive->is_zip ? archive->unzip.failed : slice_of(strerror(reason));
    if (stream->diags != NULL) {
        diags_add_line(stream->diags, DIAG_ERROR, stream->file->shown, 0, "%.*s", SLICE_ARG(why));
    }
    errno = reason;
}

static ssize_t read_stream(void *context, char *into, size_t room)
{
    struct archive_stream *stream = context;
    ssize_t got = 0;
    if (stream->archive->is_zip) {
        got = unzip_read(&stream->unzip, into, room);
    } else {
        do {
            got = read(stream->fd, into, room);
        } while (got < 0 && errno == EINTR);
    }
    if (got < 0) {
        fail(stream);
        return -1;
    }
    stream->given += (uint64_t)got;
    return got;
}

bool archive_begin(struct archive *archive, const struct archive_file *file,
                   struct archive_stream *stream, struct byte_stream *bytes, struct diags *diags)
{
    *stream = (struct archive_stream){ .archive = archive, .file = file, .diags = diags, .fd = -1 };
    *bytes = (struct byte_stream){ file->shown, read_stream, stream };
    bool ok = false;
    if (archive->is_zip) {
        ok = unzip_begin(&archive->unzip, file->number, &stream->unzip);
    } else {
        stream->fd = open_file(archive, file);
        ok = stream->fd >= 0;
    }
    if (!ok) {
        fail(stream);
    }
    return ok;
}

void archive_end(struct archive_stream *stream)
{
    unzip_end(&stream->unzip);
    if (stream->fd >= 0) {
        (void)close(stream->fd);
        stream->fd = -1;
    }
}

bool archive_read(struct archive *archive, const struct archive_file *file, struct arena *arena,
                  size_t max, slice *bytes)
{
    struct archive_stream stream;
    struct byte_stream input;
    struct buf all;
    if (!archive_begin(archive, file, &stream, &input, NULL)) {
        return false;
    }
    buf_init(&all, max);
    ssize_t got = 0;
    errno = 0;
    do {
        char piece[READ_BYTES];
        got = input.read(input.context, piece, sizeof piece);
        buf_put(&all, (slice){ piece, got > 0 ? (size_t)got : 0 });
        if (all.failed) {
            errno = EFBIG;
            got = -1;
        }
    } while (got > 0);
    int reason = errno;
    archive_end(&stream);
    if (got == 0) {
        *bytes = arena_copy(arena, buf_slice(&all));
    }
    buf_release(&all);
    errno = reason;
    return got == 0;
}

/* --- what is in it ---------------------------------------------------------------------------- */

struct looking {
    struct archive *archive;
    struct diags *diags;
    size_t files;
};

/* With the root before it, for people. */
static slice shown(struct archive *archive, slice path)
{
    struct buf text;
    int32_t c = 0;
    buf_init(&text, archive->path.len + 4 * path.len + 2);
    buf_put(&text, archive->path);
    buf_putc(&text, '/');
    while (path.len > 0) {
        slice rest = path;
        slice valid = slice_head(path, utf8_find_invalid(path));
        bool ok = valid.len > 0 && utf8_next(&rest, &c) && !utf8_is_control(c);
        rest = valid.len > 0 ? rest : slice_from(path, 1);
        buf_put(&text, ok ? slice_between(path.ptr, rest.ptr) : SLICE("?"));
        path = rest;
    }
    slice result = arena_copy(&archive->arena, buf_slice(&text));
    buf_release(&text);
    return result;
}

/* One of the folders that the path leads through is called `name`. */
static bool is_below(slice path, slice name)
{
    slice part;
    while (slice_find_byte(path, '/') < path.len && slice_next_piece(&path, '/', &part)) {
        if (slice_equal_nocase(part, name)) {
            return true;
        }
    }
    return false;
}

static bool is_feed(struct archive *archive, const struct archive_file *file)
{
    struct archive_stream stream;
    struct byte_stream input;
    char head[HEAD_BYTES];
    size_t got = 0;
    ssize_t n = 1;
    if (!archive_begin(archive, file, &stream, &input, NULL)) {
        return false;
    }
    while (n > 0 && got < sizeof head) {
        n = input.read(input.context, head + got, sizeof head - got);
        got += n > 0 ? (size_t)n : 0;
    }
    archive_end(&stream);
    return import_format_of((slice){ head, got }) == FORMAT_FEED;
}

static void tell_too_many(const struct looking *looking, unsigned most, const char *what)
{
    diags_add_line(looking->diags, DIAG_WARNING, looking->archive->path, 0,
                   "it holds more than %u %s: the rest is passed over", most, what);
}

/* False when there are too many. */
static bool look_at(struct looking *looking, const struct archive_file *file)
{
    struct archive *archive = looking->archive;
    struct archive_files *list = NULL;
    if (++looking->files > LIMIT_ARCHIVE_FILES) {
        tell_too_many(looking, LIMIT_ARCHIVE_FILES, "files");
        return false;
    }
    if (is_below(file->path, SLICE("Albums"))) {
        list = &archive->albums;
    } else if (!is_feed(archive, file)) {
        archive->others++;
    } else if (is_below(file->path, SLICE("Comments"))) {
        archive->comments++;
    } else if (archive->feeds.count == LIMIT_ARCHIVE_FEEDS) {
        tell_too_many(looking, LIMIT_ARCHIVE_FEEDS, "feeds");
        return false;
    } else {
        list = &archive->feeds;
    }
    if (list != NULL) {
        struct archive_file *kept = ARRAY_ADD(&archive->arena, list);
        *kept = *file;
        kept->path = arena_copy(&archive->arena, file->path);
        kept->shown = list == &archive->feeds ? shown(archive, kept->path) : kept->path;
    }
    return true;
}

static bool visit_file(void *context, slice path, const struct stat *status)
{
    struct looking *looking = context;
    struct stat itself;
    char name[PATH_BYTES];
    if (path.len >= sizeof name) {
        looking->archive->odd++;
        return true;
    }
    memcpy(name, path.ptr, path.len);
    name[path.len] = '\0';
    const struct archive_file file = { .path = { name, path.len },
                                       .size = (uint64_t)status->st_size };
    /* What a link inside of the folder leads to is visited by itself. */
    bool link = fstatat(looking->archive->fd, name, &itself, AT_SYMLINK_NOFOLLOW) != 0 ||
                !S_ISREG(itself.st_mode);
    return link || look_at(looking, &file);
}

static void tell_unreadable(void *context, slice path, int reason)
{
    struct looking *looking = context;
    diags_add_line(looking->diags, DIAG_WARNING, shown(looking->archive, path), 0, "%s",
                   strerror(reason));
}

/* A name that leads nowhere but down, and is not hidden. */
static bool is_sensible(slice path)
{
    slice part;
    if (path.len == 0 || path.len > PATH_BYTES || path.ptr[0] == '/') {
        return false;
    }
    while (slice_next_piece(&path, '/', &part)) {
        if (part.len == 0 || part.ptr[0] == '.' || slice_find_byte(part, '\\') < part.len) {
            return false;
        }
    }
    return true;
}

static void look_at_entries(struct looking *looking)
{
    struct archive *archive = looking->archive;
    size_t count = unzip_count(&archive->unzip);
    for (size_t i = 0; i < count; i++) {
        struct unzip_entry entry;
        if (!unzip_entry(&archive->unzip, i, &entry)) {
            archive->odd++;
            continue;
        }
        const struct archive_file file = { .path = entry.name, .size = entry.size, .number = i };
        if (entry.is_folder) {
            continue;
        }
        if (!is_sensible(entry.name)) {
            archive->odd++;
        } else if (entry.is_encrypted) {
            archive->encrypted++;
        } else if (!look_at(looking, &file)) {
            return;
        }
    }
}

static int by_path(const void *a, const void *b)
{
    const struct archive_file *x = a;
    const struct archive_file *y = b;
    int order = slice_compare(x->path, y->path);
    return order != 0 ? order : x->number < y->number ? -1 : x->number > y->number;
}

static void sort_files(struct archive_files *files)
{
    if (files->count > 1) {
        qsort(files->items, files->count, sizeof *files->items, by_path);
    }
}

static void tell(const struct archive *archive, struct diags *diags)
{
    if (archive->odd > 0) {
        diags_add_line(diags, DIAG_WARNING, archive->path, 0,
                       "%zu of its files have no sensible name, and are passed over", archive->odd);
    }
    if (archive->encrypted > 0) {
        diags_add_line(diags, DIAG_WARNING, archive->path, 0,
                       "%zu of its files are encrypted, and are passed over", archive->encrypted);
    }
    if (archive->comments > 0) {
        diags_add_line(diags, DIAG_NOTE, archive->path, 0,
                       "what is below Comments was written on other blogs, and is passed over");
    }
    if (archive->feeds.count == 0) {
        diags_add_line(diags, DIAG_ERROR, archive->path, 0,
                       "it holds no feed and no blog's export");
    }
}

/* Look through it. False with errno, or with a static reason. */
static bool look_through(struct looking *looking, const char *path, const char **reason)
{
    struct archive *archive = looking->archive;
    struct stat status;
    archive->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (archive->fd < 0 || fstat(archive->fd, &status) != 0) {
        return false;
    }
    if (!S_ISDIR(status.st_mode)) {
        archive->is_zip = unzip_open(&archive->unzip, archive->fd, reason);
        if (archive->is_zip) {
            look_at_entries(looking);
        }
        return archive->is_zip;
    }
    bool ok = file_walk(path, visit_file, tell_unreadable, looking);
    return ok || errno == 0; /* there are too many files */
}

bool archive_open(struct archive *archive, const char *path, struct diags *diags)
{
    struct looking looking = { .archive = archive, .diags = diags };
    const char *reason = NULL;
    *archive = (struct archive){ .fd = -1 };
    arena_init(&archive->arena);
    archive->path = arena_copy(&archive->arena, slice_of(path));
    while (archive->path.len > 1 && slice_ends_with(archive->path, SLICE("/"))) {
        archive->path.len--;
    }
    bool ok = look_through(&looking, path, &reason);
    if (!ok) {
        diags_add_line(diags, DIAG_ERROR, archive->path, 0, "%s",
                       reason != NULL ? reason : strerror(errno));
    } else {
        sort_files(&archive->feeds);
        sort_files(&archive->albums);
        tell(archive, diags);
    }
    if (!ok || archive->feeds.count == 0) {
        archive_close(archive);
        return false;
    }
    return true;
}

void archive_close(struct archive *archive)
{
    if (archive->is_zip) {
        unzip_close(&archive->unzip);
    }
    if (archive->fd >= 0) {
        (void)close(archive->fd);
    }
    arena_release(&archive->arena);
}
